"""What was used in each of several periods, and what is known of it: counters, amounts, levels.

Part of readings.consumption, which says what holds for all of it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import pairwise
from operator import attrgetter
from typing import Literal

from readings.consumption.line import DROP, Change, Point, Total, check_order, drops, kept, line_through

MEAN_PLACES = Decimal("1e-6")

State = Literal["measured", "spread", "estimated", "empty"]


@dataclass(frozen=True)
class Period:
    """Use from `start` up to `end`, and what is known of it.

    since, until: the part that readings cover, as a running month ends at its last reading; None where it is empty.
    state "empty": no reading reaches it, and use is None, never zero. "estimated": a reading flagged so is an end of an
    interval it needs. "spread": no reading lies in it or on its edges, or an interval that crosses its start or end (of
    the covered part) is longer than one and a half times the period, by our definition. "measured": neither, as where a
    month is read once; where both hold it is estimated.
    drops: the steps down that nothing explains, each counted as no use. doubtful: a reading flagged questionable is an
    end of an interval it needs.
    """

    start: datetime
    end: datetime
    use: Decimal | None
    state: State
    since: datetime | None
    until: datetime | None
    drops: int = 0
    doubtful: bool = False


@dataclass(frozen=True)
class Level:
    """The lowest, mean and highest reading from `start` up to `end`; None where count is 0."""

    start: datetime
    end: datetime
    low: Decimal | None
    mean: Decimal | None
    high: Decimal | None
    count: int


def periods(points: Iterable[Point], changes: Iterable[Change], boundaries: Sequence[datetime]) -> list[Period]:
    """Use of a counter in each of the n periods between n + 1 boundaries, which must not go back in time.

    Of the readings, those around each boundary (the last at or before it, the first at or after it) and the very first
    and last are enough, with `drops` of all of them among the changes: more change nothing. Raises ValueError.
    """
    check_order(boundaries)
    changes, known = list(changes), kept(points)
    line = line_through(known, changes)
    falls = sorted({change.at for change in [*changes, *drops(known, changes)] if change.reason == DROP})
    edges = [(boundary, line.within(boundary)) for boundary in boundaries]
    return [_period(start, end, first, last, falls) for (start, first), (end, last) in pairwise(edges)]


def amounts(points: Iterable[Point], boundaries: Sequence[datetime]) -> list[Period]:
    """The sum of the entries in each period: an entry belongs to the period with start <= at < end.

    A period without an entry is empty. The period that holds the newest entry is covered up to that entry, every other
    to its end. Raises ValueError where boundaries go back in time.
    """
    known = kept(points)
    return [_amount(start, end, inside, known[-1:]) for start, end, inside in _buckets(known, boundaries)]


def levels(points: Iterable[Point], boundaries: Sequence[datetime]) -> list[Level]:
    """The range of the readings in each period (start <= at < end), and their plain mean to six decimals, half even.

    Raises ValueError where boundaries go back in time.
    """
    return [
        _level(start, end, [point.value for point in inside])
        for start, end, inside in _buckets(kept(points), boundaries)
    ]


def _period(
    start: datetime, end: datetime, first: Total | None, last: Total | None, falls: Sequence[datetime]
) -> Period:
    if first is None or last is None or first.at >= last.at:
        return Period(start, end, None, "empty", None, None)
    crossing = max(edge.after.at - edge.before.at for edge in (first, last))
    far_apart = first.after.at > last.at or crossing > (end - start) * 3 / 2
    state: State = "spread" if far_apart else "measured"
    qualities = {point.quality for edge in (first, last) for point in (edge.before, edge.after)}
    if "estimated" in qualities:
        state = "estimated"
    within = bisect_right(falls, last.at) - bisect_right(falls, first.at)
    doubtful = "questionable" in qualities
    return Period(start, end, last.value - first.value, state, first.at, last.at, within, doubtful)


def _buckets(
    known: Sequence[Point], boundaries: Sequence[datetime]
) -> list[tuple[datetime, datetime, Sequence[Point]]]:
    check_order(boundaries)
    cuts = [(boundary, bisect_left(known, boundary, key=attrgetter("at"))) for boundary in boundaries]
    return [(start, end, known[low:high]) for (start, low), (end, high) in pairwise(cuts)]


def _amount(start: datetime, end: datetime, inside: Sequence[Point], newest: Sequence[Point]) -> Period:
    if not inside:
        return Period(start, end, None, "empty", None, None)
    qualities = {point.quality for point in inside}
    state: State = "estimated" if "estimated" in qualities else "measured"
    use, until = sum((point.value for point in inside), Decimal(0)), inside[-1].at if inside[-1:] == newest else end
    return Period(start, end, use, state, start, until, doubtful="questionable" in qualities)


def _level(start: datetime, end: datetime, values: Sequence[Decimal]) -> Level:
    if not values:
        return Level(start, end, None, None, None, 0)
    with localcontext(prec=50, rounding=ROUND_HALF_EVEN):
        mean = (sum(values, Decimal(0)) / len(values)).quantize(MEAN_PLACES)
    return Level(start, end, min(values), mean, max(values), len(values))
