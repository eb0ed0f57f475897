"""What a counter uses per day: in its last intervals, and as usual.

Part of readings.consumption, which says what holds for all of it.
"""

from collections.abc import Iterable
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import pairwise
from statistics import median

from readings.consumption.line import DROP, MICROSECOND, PLACES, Change, Point, drops, kept, line_through
from readings.consumption.odd import left_out

INTERVALS = 10

DAY = timedelta(days=1)


def rates(points: Iterable[Point], changes: Iterable[Change], most: int = INTERVALS) -> list[Decimal]:
    """Use per day (24 hours) in each of the last `most` intervals, oldest first, to nine decimals.

    An interval is at least a day long: readings closer together are passed over, as within a day nobody uses evenly.
    Readings flagged "questionable" and those that are odd (readings.consumption.odd) take no part, and the steps down
    are looked for anew without them. Intervals that end in an unexplained step down are left out: nobody knows what was
    used in them.
    """
    recorded = [change for change in changes if change.reason != DROP]
    sure = kept(point for point in points if point.quality != "questionable")
    odd = set(left_out(sure, recorded))
    known = [point for point in sure if point not in odd]
    falls = {change.at for change in drops(known, recorded)}
    line = line_through(known, recorded)
    ends: list[tuple[Point, Decimal]] = []
    for end in zip(line.points, line.totals, strict=True):
        if not ends or end[0].at - ends[-1][0].at >= DAY or end[0].at in falls:
            ends.append(end)
    found = [per_day(high - low, b.at - a.at) for (a, low), (b, high) in pairwise(ends) if b.at not in falls]
    return found[-most:]


def usual_rate(points: Iterable[Point], changes: Iterable[Change], most: int = INTERVALS) -> Decimal | None:
    """The median use per day over the last `most` intervals; None where there is none."""
    known = rates(points, changes, most)
    return median(known) if known else None


def per_day(use: Decimal, span: timedelta) -> Decimal:
    """Use per 24 hours, half even to nine decimals. `span` must be longer than nothing."""
    with localcontext(prec=50, rounding=ROUND_HALF_EVEN):
        return (use * (DAY // MICROSECOND) / (span // MICROSECOND)).quantize(PLACES)
