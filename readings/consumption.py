"""What was used between two instants: intervals, running totals, periods, meter changes and how sure we are.

Pure: Decimal and aware datetimes in, the same out; no Django, no clock, no I/O. Where the readings come from is the
matter of readings/queries.py, how they are drawn that of the charts, whether one is plausible that of plausibility.py.

The running total of a counter at a reading is the dial's value plus the offsets of all changes up to then; between two
readings it is a straight line. Use between two instants is the difference of the totals (design, "Consumption"). Each
boundary's total is worked out once, so the use of adjoining periods adds up to that of the whole to the last digit.
Readings flagged "bad" take no part. Points and changes may come in any order.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import accumulate, pairwise
from operator import attrgetter
from statistics import median
from typing import Literal

DROP = "drop"
PLACES = Decimal("1e-9")
MEAN_PLACES = Decimal("1e-6")
INTERVALS = 10

State = Literal["measured", "spread", "estimated", "empty"]

_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, order=True)
class Point:
    """One reading: what was shown at the aware instant `at`. quality: good, questionable, estimated or bad."""

    at: datetime
    value: Decimal
    quality: str = "good"


@dataclass(frozen=True)
class Change:
    """From `at` on, `offset` is added to the dial: it bridges the step that no use explains."""

    at: datetime
    offset: Decimal
    reason: str


@dataclass(frozen=True)
class Total:
    """The running total at an instant, and the readings around it: one and the same where a reading lies on it."""

    at: datetime
    value: Decimal
    before: Point
    after: Point


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


@dataclass(frozen=True)
class _Line:
    """The running total through the readings that count, in time order, one for an instant."""

    points: Sequence[Point]
    totals: Sequence[Decimal]

    def at(self, instant: datetime) -> Total | None:
        """Interpolate: total = a + (b - a) * elapsed / length, rounded once, half even, to nine decimals."""
        index = bisect_left(self.points, instant, key=attrgetter("at"))
        if index == len(self.points):
            return None
        after, high = self.points[index], self.totals[index]
        if after.at == instant:
            return Total(instant, high, after, after)
        if index == 0:
            return None
        before, low = self.points[index - 1], self.totals[index - 1]
        elapsed, length = (instant - before.at) // _MICROSECOND, (after.at - before.at) // _MICROSECOND
        with localcontext(prec=50, rounding=ROUND_HALF_EVEN):
            value = (low + (high - low) * elapsed / length).quantize(PLACES)
        return Total(instant, value, before, after)

    def within(self, instant: datetime) -> Total | None:
        """The total at `instant`, or at the nearest end of the line; None only where there is no reading."""
        if not self.points:
            return None
        return self.at(min(max(instant, self.points[0].at), self.points[-1].at))


def replaced(at: datetime, old_final: Decimal, new_initial: Decimal, reason: str = "replaced") -> Change:
    """A new meter, or a dial set back: the old one ended at `old_final`, the new one began at `new_initial`."""
    return Change(at, old_final - new_initial, reason)


def rolled_over(at: datetime, digits: int) -> Change:
    """A dial with `digits` places before the point that went from all nines to zero."""
    return Change(at, Decimal(10**digits), "rollover")


def rollover_step(previous: Decimal, new: Decimal, digits: int) -> Decimal | None:
    """The use if the dial rolled over between two readings: new + 10^digits - previous, at most a tenth of 10^digits.

    None where that cannot be: the dial did not fall, shows more than it has digits for, or would have gone too far.
    """
    capacity = Decimal(10**digits)
    step = new + capacity - previous
    return step if 0 <= new < previous < capacity and step <= capacity / 10 else None


def drops(points: Iterable[Point], changes: Iterable[Change]) -> list[Change]:
    """The steps down that no change explains, as changes that make each of them no use, never a negative one.

    Needs all readings of the stretch in question. Whoever gives `periods` only the readings around boundaries adds
    these to its changes; a step down inside a period goes unseen otherwise.
    """
    kept = _kept(points)
    steps = pairwise(zip(kept, _totals(kept, changes), strict=True))
    return [Change(point.at, high - low, DROP) for (_, high), (point, low) in steps if low < high]


def total_at(points: Iterable[Point], changes: Iterable[Change], at: datetime) -> Total | None:
    """The running total at an instant; None before the first reading and after the last."""
    return _line(points, changes).at(at)


def between(points: Iterable[Point], changes: Iterable[Change], start: datetime, end: datetime) -> Decimal | None:
    """Use between two instants; None where readings do not cover both. Raises ValueError where end is before start."""
    _check_order([start, end])
    line = _line(points, changes)
    first, last = line.at(start), line.at(end)
    return last.value - first.value if first and last else None


def periods(points: Iterable[Point], changes: Iterable[Change], boundaries: Sequence[datetime]) -> list[Period]:
    """Use of a counter in each of the n periods between n + 1 boundaries, which must not go back in time.

    Of the readings, those around each boundary (the last at or before it, the first at or after it) and the very first
    and last are enough, with `drops` of all of them among the changes: more change nothing. Raises ValueError.
    """
    _check_order(boundaries)
    changes, kept = list(changes), _kept(points)
    line = _line(kept, changes)
    falls = sorted({change.at for change in [*changes, *drops(kept, changes)] if change.reason == DROP})
    edges = [(boundary, line.within(boundary)) for boundary in boundaries]
    return [_period(start, end, first, last, falls) for (start, first), (end, last) in pairwise(edges)]


def amounts(points: Iterable[Point], boundaries: Sequence[datetime]) -> list[Period]:
    """The sum of the entries in each period: an entry belongs to the period with start <= at < end.

    A period without an entry is empty. The period that holds the newest entry is covered up to that entry, every other
    to its end. Raises ValueError where boundaries go back in time.
    """
    kept = _kept(points)
    return [_amount(start, end, inside, kept[-1:]) for start, end, inside in _buckets(kept, boundaries)]


def levels(points: Iterable[Point], boundaries: Sequence[datetime]) -> list[Level]:
    """The range of the readings in each period (start <= at < end), and their plain mean to six decimals, half even.

    Raises ValueError where boundaries go back in time.
    """
    return [
        _level(start, end, [point.value for point in inside])
        for start, end, inside in _buckets(_kept(points), boundaries)
    ]


def rates(points: Iterable[Point], changes: Iterable[Change], most: int = INTERVALS) -> list[Decimal]:
    """Use per day (24 hours) in each of the last `most` intervals, oldest first, to nine decimals.

    An interval is at least a day long: readings closer together are passed over, as within a day nobody uses evenly.
    Readings flagged "questionable" take no part, and the steps down are looked for anew without them. Intervals that
    end in an unexplained step down are left out: nobody knows what was used in them.
    """
    recorded = [change for change in changes if change.reason != DROP]
    kept = _kept(point for point in points if point.quality != "questionable")
    falls = {change.at for change in drops(kept, recorded)}
    line = _line(kept, recorded)
    ends: list[tuple[Point, Decimal]] = []
    for end in zip(line.points, line.totals, strict=True):
        if not ends or end[0].at - ends[-1][0].at >= _DAY or end[0].at in falls:
            ends.append(end)
    known = [per_day(high - low, b.at - a.at) for (a, low), (b, high) in pairwise(ends) if b.at not in falls]
    return known[-most:]


def usual_rate(points: Iterable[Point], changes: Iterable[Change], most: int = INTERVALS) -> Decimal | None:
    """The median use per day over the last `most` intervals; None where there is none."""
    known = rates(points, changes, most)
    return median(known) if known else None


def per_day(use: Decimal, span: timedelta) -> Decimal:
    """Use per 24 hours, half even to nine decimals. `span` must be longer than nothing."""
    with localcontext(prec=50, rounding=ROUND_HALF_EVEN):
        return (use * (_DAY // _MICROSECOND) / (span // _MICROSECOND)).quantize(PLACES)


def _kept(points: Iterable[Point]) -> list[Point]:
    """Without bad ones, in time order, one for an instant: of several the highest, so that order cannot matter."""
    return list({point.at: point for point in sorted(points) if point.quality != "bad"}.values())


def _totals(kept: Sequence[Point], changes: Iterable[Change]) -> list[Decimal]:
    ordered = sorted(changes, key=attrgetter("at"))
    offsets = list(accumulate((change.offset for change in ordered), initial=Decimal(0)))
    return [point.value + offsets[bisect_right(ordered, point.at, key=attrgetter("at"))] for point in kept]


def _line(points: Iterable[Point], changes: Iterable[Change]) -> _Line:
    kept, changes = _kept(points), list(changes)
    return _Line(kept, _totals(kept, [*changes, *drops(kept, changes)]))


def _check_order(boundaries: Sequence[datetime]) -> None:
    if any(end < start for start, end in pairwise(boundaries)):
        raise ValueError("The boundaries of periods must be in time order.")


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


def _buckets(kept: Sequence[Point], boundaries: Sequence[datetime]) -> list[tuple[datetime, datetime, Sequence[Point]]]:
    _check_order(boundaries)
    cuts = [(boundary, bisect_left(kept, boundary, key=attrgetter("at"))) for boundary in boundaries]
    return [(start, end, kept[low:high]) for (start, low), (end, high) in pairwise(cuts)]


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
