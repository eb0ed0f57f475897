"""The running total of a counter: readings, the changes that bridge its steps, a straight line between two readings.

Part of readings.consumption, which says what holds for all of it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import NamedTuple

DROP = "drop"
PLACES = Decimal("1e-9")
MICROSECOND = timedelta(microseconds=1)
_IN_ORDER = attrgetter("at", "value", "quality")


class Point(NamedTuple):
    """One reading: what was shown at the aware instant `at`. quality: good, questionable, estimated or bad."""

    at: datetime
    value: Decimal
    quality: str = "good"


@dataclass(frozen=True)
class Change:
    """From `at` on, `offset` is added to the dial: it bridges the step that no use explains. began: what the dial that
    counts from then on showed first, where somebody noted it.
    """

    at: datetime
    offset: Decimal
    reason: str
    began: Decimal | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Total:
    """The running total at an instant, and the readings around it: one and the same where a reading lies on it."""

    at: datetime
    value: Decimal
    before: Point
    after: Point


@dataclass(frozen=True)
class Line:
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
        elapsed, length = (instant - before.at) // MICROSECOND, (after.at - before.at) // MICROSECOND
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
    return Change(at, old_final - new_initial, reason, new_initial)


def unread(changes: Iterable[Change], last: datetime | None, until: datetime) -> Change | None:
    """The noted change after which nobody has read the dial up to `until`, though there is a reading before, at `last`;
    of several the last.
    """
    noted = (each for each in changes if each.began is not None and last is not None and last < each.at <= until)
    return max(noted, key=attrgetter("at"), default=None)


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
    known = kept(points)
    steps = pairwise(zip(known, totals(known, changes), strict=True))
    return [Change(point.at, high - low, DROP) for (_, high), (point, low) in steps if low < high]


def total_at(points: Iterable[Point], changes: Iterable[Change], at: datetime) -> Total | None:
    """The running total at an instant; None before the first reading and after the last."""
    return line_through(points, changes).at(at)


def between(points: Iterable[Point], changes: Iterable[Change], start: datetime, end: datetime) -> Decimal | None:
    """Use between two instants; None where readings do not cover both. Raises ValueError where end is before start."""
    check_order([start, end])
    line = line_through(points, changes)
    first, last = line.at(start), line.at(end)
    return last.value - first.value if first and last else None


def kept(points: Iterable[Point]) -> list[Point]:
    """Without bad ones, in time order, one for an instant: of several the highest, so that order cannot matter."""
    return list({point.at: point for point in sorted(points, key=_IN_ORDER) if point.quality != "bad"}.values())


def totals(known: Sequence[Point], changes: Iterable[Change]) -> list[Decimal]:
    ordered = sorted(changes, key=attrgetter("at"))
    offsets = list(accumulate((change.offset for change in ordered), initial=Decimal(0)))
    return [point.value + offsets[bisect_right(ordered, point.at, key=attrgetter("at"))] for point in known]


def line_through(points: Iterable[Point], changes: Iterable[Change]) -> Line:
    known, changes = kept(points), list(changes)
    return Line(known, totals(known, [*changes, *drops(known, changes)]))


def check_order(boundaries: Sequence[datetime]) -> None:
    if any(end < start for start, end in pairwise(boundaries)):
        raise ValueError("The boundaries of periods must be in time order.")
