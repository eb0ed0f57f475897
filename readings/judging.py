"""What is to become of the rows of a file: their instants by the home's clock, duplicates, the rules over all of them.

No look-ups and no writing: readings/imports.py brings what is stored and stores what passes. The rules themselves are
those of readings/validators.py, the same for one reading and for many.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from operator import attrgetter
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from readings.consumption import Point
from readings.importers import CELL_ERRORS, ImportRow
from readings.localtime import RepeatedHour, SkippedHour, resolve
from readings.validators import Place, possible, violations
from sources.models import DataValidator

Fate = Literal["new", "there", "repeated", "conflict", "refused"]

_BETWEEN_CLOCK_CHANGES = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Judged:
    """A row of a file, and what is to become of it.

    new: to be stored, as `quality`. there: stored already with this value. repeated: stands in the file once more.
    conflict: another value, `stored`, is there at this very time, and stays. refused: cannot be stored.
    `reason` is the sentence for a row that is refused or questionable. `at` is in UTC; it or `value` is None where the
    file's cell could not be read.
    """

    line: int
    at: datetime | None
    value: Decimal | None
    fate: Fate = "new"
    quality: str = "good"
    reason: str = ""
    stored: Decimal | None = None

    @property
    def point(self) -> Point:
        """The row as a reading. Raises ValueError where it has no time or no value."""
        if self.at is None or self.value is None:
            raise ValueError(f"Line {self.line} is no reading.")
        return Point(self.at, self.value, self.quality)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a source, and what they have to know of its dial: its digits, and when the meter was changed."""

    rules: Sequence[DataValidator]
    digits: int | None
    changes: Sequence[datetime]

    def that_reject(self, reject: bool) -> "Rules":
        """Only the rules that refuse a reading, or only those that flag it."""
        kind = DataValidator.OnViolation.REJECT if reject else DataValidator.OnViolation.FLAG
        return replace(self, rules=[rule for rule in self.rules if rule.on_violation == kind])

    def broken(self, point: Point, previous: Point | None = None, following: Point | None = None) -> str:
        """The sentence of the first rule that `point` breaks between these two; empty where it breaks none."""
        found = violations(self.rules, point, Place(previous, following, self.digits, self.changes))
        return found[0].message if found else ""


class _RepeatedHours:
    """Settles the hour that a clock change repeats by the order of the file, which runs from the oldest row on.

    Once the file steps back within the hour it is the later one; without a step back, the second of two equal times is.
    """

    def __init__(self) -> None:
        self._last: datetime | None = None
        self._seen: set[datetime] = set()
        self._stepped_back = False

    def settle(self, hour: RepeatedHour) -> datetime:
        """The instant that this row means."""
        if self._last is None or hour.local - self._last > _BETWEEN_CLOCK_CHANGES:
            self._seen, self._stepped_back = set(), False
        elif hour.local < self._last:
            self._stepped_back = True
        is_later = self._stepped_back or hour.local in self._seen
        self._last = hour.local
        self._seen.add(hour.local)
        return hour.later if is_later else hour.earlier


def place_in_time(rows: Iterable[ImportRow], zone: ZoneInfo, now: datetime) -> list[Judged]:
    """Give each row its instant, in order of time; those without one last. Refuse what no source may hold, and of two
    rows at one instant the second.
    """
    hours = _RepeatedHours()
    judged = [_read(row, zone, hours, now) for row in rows]
    timed = sorted((row for row in judged if row.at is not None), key=attrgetter("at"))
    return [*_once(timed), *(row for row in judged if row.at is None)]


def meet_stored(rows: Iterable[Judged], stored: Mapping[datetime, Decimal]) -> list[Judged]:
    """Find the rows for whose instants there is a reading already: the same, or another one."""
    return [_beside(row, stored.get(row.at)) if row.fate == "new" and row.at else row for row in rows]


def meet_rules(rows: Sequence[Judged], neighbours: Iterable[Point], rules: Rules) -> list[Judged]:
    """Hold the new rows against the rules, all together and between the stored readings around them (`neighbours`)."""
    own = {row.at for row in rows if row.fate == "new" and row.at}
    line = sorted([*(row.point for row in rows if row.fate == "new"), *neighbours], key=attrgetter("at"))
    refused = _refused(line, own, rules.that_reject(True))
    kept = [point for point in line if point.at not in refused]
    flagged = _flagged(kept, own, rules.that_reject(False))
    return [_ruled(row, refused, flagged) for row in rows]


def _read(row: ImportRow, zone: ZoneInfo, hours: _RepeatedHours, now: datetime) -> Judged:
    try:
        at = _instant(row, zone, hours)
    except SkippedHour as hour:
        reason = _("The clock was moved forward over %(time)s, so that time never was.") % {
            "time": f"{hour.local:%Y-%m-%d %H:%M}"
        }
        return Judged(row.line, None, row.value, "refused", reason=reason)
    if row.error is not None:
        reason = _(CELL_ERRORS[row.error]) % {"cell": row.cell}
        return Judged(row.line, at, row.value, "refused", reason=reason)
    judged = Judged(row.line, at, row.value)
    for _field, violation in possible(judged.point.value, judged.point.at, now):
        return replace(judged, fate="refused", reason=violation.message)
    return judged


def _instant(row: ImportRow, zone: ZoneInfo, hours: _RepeatedHours) -> datetime | None:
    if row.instant is not None or row.local is None:
        return row.instant
    try:
        return resolve(row.local, zone)
    except RepeatedHour as hour:
        return hours.settle(hour)


def _once(timed: Iterable[Judged]) -> Iterator[Judged]:
    first: Judged | None = None
    for row in timed:
        if row.fate == "refused":
            yield row
        elif first is None or row.at != first.at:
            first = row
            yield row
        elif row.value == first.value:
            yield replace(row, fate="repeated")
        else:
            reason = _("Line %(line)s gives another value for this very time.") % {"line": first.line}
            yield replace(row, fate="refused", reason=reason)


def _beside(row: Judged, stored: Decimal | None) -> Judged:
    if stored is None:
        return row
    return replace(row, fate="there" if stored == row.value else "conflict", stored=stored)


def _refused(line: Sequence[Point], own: Collection[datetime | None], rules: Rules) -> dict[datetime, str]:
    """The rows that must go so that what stays breaks no rule, by their instants, in one pass over the line.

    Of two rows that break a rule together the second goes, unless the row after it speaks for it: a spike, not a dip.
    What is stored stays.
    """
    kept: list[Point] = []
    reasons: dict[datetime, str] = {}
    for point, following in zip_longest(line, line[1:]) if rules.rules else ():
        last = kept[-1] if kept else None
        if point.at not in own:
            while kept and kept[-1].at in own and (reason := rules.broken(kept[-1], following=point)):
                reasons[kept.pop().at] = reason
        elif reason := rules.broken(point, previous=last):
            if last is None or last.at not in own or not _is_spike(kept, point, following, rules):
                reasons[point.at] = reason
                continue
            reasons[kept.pop().at] = rules.broken(last, following=point)
        kept.append(point)
    return reasons


def _is_spike(kept: Sequence[Point], point: Point, following: Point | None, rules: Rules) -> bool:
    """Whether the last row kept is at odds with both that follow, while `point` goes well with the one before it."""
    before = kept[-2] if len(kept) > 1 else None
    return (
        following is not None
        and bool(rules.broken(following, previous=kept[-1]))
        and not rules.broken(point, previous=before)
    )


def _flagged(line: Sequence[Point], own: Collection[datetime | None], rules: Rules) -> dict[datetime, str]:
    """The rows that break a rule between their neighbours, with the sentence, by their instants."""
    if not rules.rules:
        return {}
    found = (
        (point.at, rules.broken(point, previous, following))
        for previous, point, following in zip([None, *line], line, [*line[1:], None], strict=False)
        if point.at in own
    )
    return {at: reason for at, reason in found if reason}


def _ruled(row: Judged, refused: Mapping[datetime, str], flagged: Mapping[datetime, str]) -> Judged:
    if row.fate != "new" or row.at is None:
        return row
    if reason := refused.get(row.at):
        return replace(row, fate="refused", reason=reason)
    if reason := flagged.get(row.at):
        return replace(row, quality="questionable", reason=reason)
    return row
