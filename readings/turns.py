"""Where another dial went on: for the line of what the dial showed, which breaks there, and for the words below it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from readings.consumption import DROP, Change, Point
from sources.models import DataSource, MeterChange

MOST = 12
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """From `at` on another dial counts, or the same one anew.

    old, new: what it showed last and first; None where nobody noted it, and the readings tell that it rolled over
    before `at`. number: that of the new meter, or "".
    """

    at: datetime
    reason: str
    old: Decimal | None = None
    new: Decimal | None = None
    number: str = ""

    @property
    def just_before(self) -> datetime:
        """The last instant at which the old dial counted."""
        return self.at - MOMENT

    @property
    def ends(self) -> list[Point]:
        """What the old dial showed last and the new one first, where it is known."""
        if self.old is None or self.new is None:
            return []
        return [Point(self.just_before, self.old), Point(self.at, self.new)]


def turns(source: DataSource, changes: Iterable[Change], start: datetime, end: datetime) -> list[Turn]:
    """The last MOST turns of a counter after `start` and up to `end`, oldest first; `changes` as usage.used tells them.

    Steps down that nothing explains are none: there the line shows what was written down.
    """
    noted = [_turn(change) for change in source.meter_changes.filter(changed_at__gt=start, changed_at__lte=end)]
    known = {turn.at for turn in noted}
    rolled = [Turn(each.at, each.reason) for each in changes if each.reason != DROP and start < each.at <= end]
    return sorted([*noted, *(turn for turn in rolled if turn.at not in known)], key=lambda turn: turn.at)[-MOST:]


def with_ends(points: Sequence[Point], found: Iterable[Turn]) -> list[Point]:
    """The points of a line with the ends of the dials between its first and its last, in time order."""
    ends = [end for turn in found if points[0].at < turn.at <= points[-1].at for end in turn.ends]
    return sorted([*points, *ends], key=lambda point: point.at)


def _turn(change: MeterChange) -> Turn:
    return Turn(change.changed_at, change.reason, change.old_final, change.new_initial, change.new_number)
