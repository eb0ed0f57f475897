"""Which readings and days the use of a period rests on, piece by piece.

Part of readings.consumption, which says what holds for all of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from readings.consumption.line import DROP, Change, Line, Point, Total, check_order, kept, line_through


@dataclass(frozen=True)
class Piece:
    """The use from `since` to `until`, which lie between the readings `first` and `last`, one after the other.

    use: what is counted of `whole`, the use between the two readings: as large a part as the days are of theirs.
    changes: what bridges the step between the two, so that `whole` is not just the difference of their values.
    """

    first: Point
    last: Point
    since: datetime
    until: datetime
    use: Decimal
    whole: Decimal
    changes: tuple[Change, ...] = ()

    @property
    def is_part(self) -> bool:
        """Whether only some of the days between the two readings are counted."""
        return self.since > self.first.at or self.until < self.last.at


def pieces(points: Iterable[Point], changes: Iterable[Change], start: datetime, end: datetime) -> list[Piece]:
    """The use of a counter from `start` to `end` as far as readings cover it; the pieces add up to that of `periods`.

    `points` and `changes` as for `periods`; readings in between that are not given make longer pieces of the same sum.
    Raises ValueError where end is before start.
    """
    check_order([start, end])
    known, changes = kept(points), list(changes)
    line = line_through(known, changes)
    first, last = line.within(start), line.within(end)
    if first is None or last is None or first.at >= last.at:
        return []
    inside = [line.at(point.at) for point in known if first.at < point.at < last.at]
    cuts = [first, *(total for total in inside if total), last]
    return [_piece(line, changes, one, other) for one, other in pairwise(cuts)]


def _piece(line: Line, changes: Sequence[Change], one: Total, other: Total) -> Piece:
    before, after = one.before, other.after
    ends = line.at(before.at), line.at(after.at)
    whole = ends[1].value - ends[0].value if ends[0] and ends[1] else Decimal(0)
    bridged = sorted((each for each in changes if before.at < each.at <= after.at), key=lambda each: each.at)
    fallen = before.value > after.value and not bridged
    shown = (*bridged, Change(after.at, before.value - after.value, DROP)) if fallen else tuple(bridged)
    return Piece(before, after, one.at, other.at, other.value - one.value, whole, shown)
