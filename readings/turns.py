"""Where another dial went on: for the line of what the dial showed, which breaks there, and for the words below it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from readings.consumption import DROP, Change, Point
from sources import written
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
        return just_before(self.at)

    @property
    def ends(self) -> list[Point]:
        """What the old dial showed last and the new one first, where it is known."""
        if self.old is None or self.new is None:
            return []
        return [Point(self.just_before, self.old), Point(self.at, self.new)]


def just_before(at: datetime) -> datetime:
    """The last instant before `at`."""
    return at - MOMENT


def turns(source: DataSource, changes: Iterable[Change], start: datetime, end: datetime) -> list[Turn]:
    """The last MOST turns of a counter after `start` and up to `end`, oldest first; `changes` as usage.used tells them.

    Steps down that nothing explains are none: there the line shows what was written down. What was noted is looked up
    only where there is something.
    """
    within = [each for each in changes if start < each.at <= end]
    if not any(each.reason != DROP for each in within):
        return []
    return merged(within, source.meter_changes.filter(changed_at__gt=start, changed_at__lte=end))[-MOST:]


def merged(changes: Iterable[Change], noted: Iterable[MeterChange]) -> list[Turn]:
    """The turns that were noted, and those among `changes` (as usage.used tells them) that were not; oldest first."""
    found = [turn_of(change) for change in noted]
    known = {turn.at for turn in found}
    rolled = [Turn(each.at, each.reason) for each in changes if each.reason != DROP and each.at not in known]
    return sorted([*found, *rolled], key=lambda turn: turn.at)


def with_ends(points: Sequence[Point], found: Iterable[Turn]) -> list[Point]:
    """The points of a line with the ends of the dials between its first and its last, in time order."""
    ends = [end for turn in found if points[0].at < turn.at <= points[-1].at for end in turn.ends]
    return sorted([*points, *ends], key=lambda point: point.at)


def turn_of(change: MeterChange) -> Turn:
    """A recorded change as a turn."""
    return Turn(change.changed_at, change.reason, change.old_final, change.new_initial, change.new_number)


def awaited(change: Change, source: DataSource) -> str:
    """That nobody has read the dial since a noted change, in a sentence."""
    facts = {
        "what": MeterChange.Reason(change.reason).label,
        "day": written.day(change.at, source.zone),
        "began": "" if change.began is None else written.number(change.began, source.decimals),
    }
    return _("%(what)s on %(day)s and went on from %(began)s: its first reading is awaited.") % facts


def told(turn: Turn, source: DataSource) -> str:
    """What happened to the dial, in a sentence or two."""
    facts = {"what": MeterChange.Reason(turn.reason).label, "at": written.moment(turn.at, source.zone)}
    if turn.old is None or turn.new is None:
        return _("%(what)s before %(at)s.") % facts
    facts |= {"old": written.number(turn.old, source.decimals), "new": written.number(turn.new, source.decimals)}
    text = _("%(what)s on %(at)s: it ended at %(old)s, and went on from %(new)s.") % facts
    return f"{text} {_('The new meter is %(number)s.') % {'number': turn.number}}" if turn.number else text
