"""What is to become of the rows of a file: their instants by the home's clock, duplicates, the rules over all of them.

No look-ups and no writing: readings/imports.py brings what is stored and stores what passes. The rules themselves are
those of readings/validators.py, the same for one reading and for many.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import zip_longest
from operator import attrgetter
from typing import Literal, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from readings.consumption import Point
from readings.importers import CELL_ERRORS, ImportRow
from readings.localtime import FIRST_YEAR, LAST_YEAR, RepeatedHour, SkippedHour, resolve
from readings.metadata import fault
from readings.validators import AHEAD, Place, possible, violations
from sources.models import DataValidator
from sources.numbers import MAX_DECIMALS, MAX_WHOLE

Fate = Literal["new", "there", "repeated", "conflict", "refused", "blank", "other", "left"]

_DAY = timedelta(days=1)
_BETWEEN_CLOCK_CHANGES = _DAY
_SURELY = 1 - 1e-9
_AT = attrgetter("at")
_PLAINLY = datetime(FIRST_YEAR, 1, 2, tzinfo=UTC)


class Judged(NamedTuple):
    """A row of a file, and what is to become of it.

    new: to be stored, as `quality`. there: stored already with this value. repeated: stands in the file once more.
    conflict: another value, `stored`, is there at this very time, and stays. refused: cannot be stored. blank: the file
    gives no value for its time. other: the file gives another value for this time before it. left: left out, as the
    person says. `reason` is the sentence for a row that is refused,
    left or questionable. `at` is in UTC; it or `value` is None where the file's cell could not be read.
    """

    line: int
    at: datetime | None
    value: Decimal | None
    fate: Fate = "new"
    quality: str = "good"
    reason: str = ""
    stored: Decimal | None = None
    note: str = ""
    metadata: object = None
    public_id: UUID | None = None

    @property
    def point(self) -> Point:
        """The row as a reading. Raises ValueError where it has no time or no value."""
        if self.at is None or self.value is None:
            raise ValueError(f"Line {self.line} is no reading.")
        return Point(self.at, self.value, self.quality)


@dataclass(frozen=True, slots=True)
class Limits:
    """What rules come to at a glance, for the many rows that break none: a range, the least step and the fastest.

    They only ever say that nothing is broken, where no change of the meter nor a rollover has a say; what is broken,
    and what to say of it, is said by readings/validators.py alone.
    """

    least: Decimal | None
    most: Decimal | None
    grows: bool
    a_day: float | None

    @classmethod
    def of(cls, rules: Sequence[DataValidator]) -> "Limits":
        """The narrowest of what some rules ask for."""
        fastest = min((rule.max_per_day for rule in rules if rule.max_per_day is not None), default=None)
        return cls(
            max((rule.min_value for rule in rules if rule.min_value is not None), default=None),
            min((rule.max_value for rule in rules if rule.max_value is not None), default=None),
            any(rule.non_decreasing for rule in rules),
            None if fastest is None else float(fastest) * _SURELY,
        )

    def holds(self, point: Point, previous: Point | None, following: Point | None) -> bool:
        """Whether it is plain that `point` breaks no rule between these two."""
        if (self.least is not None and point.value < self.least) or (self.most is not None and point.value > self.most):
            return False
        if not self.grows and self.a_day is None:
            return True
        return (previous is None or self._climbs(previous, point)) and (
            following is None or self._climbs(point, following)
        )

    def _climbs(self, earlier: Point, later: Point) -> bool:
        if later.value < earlier.value:
            return False
        if self.a_day is None:
            return True
        return float(later.value - earlier.value) <= self.a_day * ((later.at - earlier.at) / _DAY)


@dataclass(frozen=True)
class Rules:
    """The rules of a source, and what they have to know of its dial: its digits, and when the meter was changed."""

    rules: Sequence[DataValidator]
    digits: int | None
    changes: Sequence[datetime]

    @cached_property
    def limits(self) -> "Limits":
        """All rules at a glance."""
        return Limits.of(self.rules)

    def that_reject(self, reject: bool) -> "Rules":
        """Only the rules that refuse a reading, or only those that flag it."""
        kind = DataValidator.OnViolation.REJECT if reject else DataValidator.OnViolation.FLAG
        return changed(self, rules=[rule for rule in self.rules if rule.on_violation == kind])

    def broken(self, point: Point, previous: Point | None = None, following: Point | None = None) -> str:
        """The sentence of the first rule that `point` breaks between these two; empty where it breaks none."""
        if self.limits.holds(point, previous, following):
            return ""
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


def place_in_time(rows: Iterable[ImportRow], zone: ZoneInfo, now: datetime, *, scale: int = 0) -> list[Judged]:
    """Give each row its instant, in order of time; those without one last. Refuse what no source may hold, and of two
    rows at one instant the second. Values are multiplied by ten to the power of `scale`.
    """
    hours, days = _RepeatedHours(), _Days(zone)
    judged = [_read(row, days, hours, now + AHEAD, now, scale) for row in rows]
    timed = sorted((row for row in judged if row.at is not None), key=attrgetter("at"))
    return [*_once(timed), *(row for row in judged if row.at is None)]


def meet_stored(rows: Iterable[Judged], stored: Mapping[datetime, Decimal]) -> list[Judged]:
    """Find the rows for whose instants there is a reading already: the same, or another one."""
    return [_beside(row, stored.get(row.at)) if row.fate == "new" and row.at else row for row in rows]


def meet_rules(rows: Sequence[Judged], neighbours: Iterable[Point], rules: Rules) -> list[Judged]:
    """Hold the new rows against the rules, all together and between the stored readings around them (`neighbours`).

    Rows that are questionable by themselves are held against the others, but no other against them.
    """
    if not rules.rules:
        return list(rows)
    counted = [row.point for row in rows if row.fate == "new" and row.quality != "bad"]
    doubted = [point for point in counted if point.quality == "questionable"]
    own = {point.at for point in counted}
    line = sorted([*(point for point in counted if point.quality != "questionable"), *neighbours])
    refused = _refused(line, own, rules.that_reject(True))
    kept = [point for point in line if point.at not in refused]
    refused |= _broken_between(doubted, kept, rules.that_reject(True))
    flagged = _flagged(kept, own, rules.that_reject(False))
    flagged |= _broken_between(doubted, kept, rules.that_reject(False))
    return [_ruled(row, refused, flagged) for row in rows]


class _Days:
    """Local times as instants: the offset from UTC is looked up once for every day on which it does not change."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._offsets: dict[int, timedelta | None] = {}

    def resolve(self, local: datetime) -> datetime:
        """As localtime.resolve."""
        day = local.toordinal()
        if day not in self._offsets:
            self._offsets[day] = self._steady(local)
        offset = self._offsets[day]
        return resolve(local, self._zone) if offset is None else (local - offset).replace(tzinfo=UTC)

    def _steady(self, local: datetime) -> timedelta | None:
        if not FIRST_YEAR <= local.year <= LAST_YEAR:
            return None
        noon = local.replace(hour=12, minute=0, second=0, microsecond=0)
        around = (noon + timedelta(days=step) for step in (-1, 0, 1))
        offsets = {at.replace(tzinfo=self._zone).utcoffset() for at in around}
        return offsets.pop() if len(offsets) == 1 else None


def _read(row: ImportRow, days: _Days, hours: _RepeatedHours, latest: datetime, now: datetime, scale: int) -> Judged:
    try:
        at = _instant(row, days, hours)
    except SkippedHour as hour:
        reason = _("The clock was moved forward over %(time)s, so that time never was.") % {
            "time": f"{hour.local:%Y-%m-%d %H:%M}"
        }
        return Judged(row.line, None, row.value, "refused", reason=reason)
    if row.error == "empty":
        return Judged(row.line, at, None, "blank", note=row.note)
    if row.error is not None:
        reason = _(CELL_ERRORS[row.error]) % {"cell": row.cell}
        return Judged(row.line, at, row.value, "refused", reason=reason)
    value = row.value.scaleb(scale) if scale and row.value is not None else row.value
    judged = Judged(row.line, at, value, "new", row.quality, "", None, row.note, row.metadata or None, row.public_id)
    if row.metadata and (sentence := fault(row.metadata)):
        return judged._replace(fate="refused", reason=sentence)
    if at is not None and value is not None and _PLAINLY < at <= latest and _fits(value):
        return judged
    for _field, violation in possible(judged.point.value, judged.point.at, now):
        return judged._replace(fate="refused", reason=violation.message)
    return judged


def _fits(value: Decimal) -> bool:
    """Whether a value has few enough digits, seen at a glance."""
    _sign, digits, exponent = value.as_tuple()
    return isinstance(exponent, int) and -MAX_DECIMALS <= exponent <= 0 and len(digits) + exponent <= MAX_WHOLE


def _instant(row: ImportRow, days: _Days, hours: _RepeatedHours) -> datetime | None:
    if row.instant is not None or row.local is None:
        return row.instant
    try:
        return days.resolve(row.local)
    except RepeatedHour as hour:
        return hours.settle(hour)


def _once(timed: Iterable[Judged]) -> Iterator[Judged]:
    """Of several rows at one instant, one: the first that has a value."""
    first: Judged | None = None
    for row in timed:
        if row.fate in ("refused", "blank"):
            yield row
        elif first is None or row.at != first.at:
            first = row
            yield row
        elif row.value == first.value:
            yield row._replace(fate="repeated")
        else:
            reason = _("Line %(line)s gives another value for this very time.") % {"line": first.line}
            yield row._replace(fate="other", reason=reason)


def _beside(row: Judged, stored: Decimal | None) -> Judged:
    if stored is None:
        return row
    return row._replace(fate="there" if stored == row.value else "conflict", stored=stored)


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


def _broken_between(points: Iterable[Point], line: Sequence[Point], rules: Rules) -> dict[datetime, str]:
    """The points that break a rule where they stand in a line that they are not part of, with the sentence."""
    found = {}
    for point in points if rules.rules else ():
        before, after = bisect_left(line, point.at, key=_AT), bisect_right(line, point.at, key=_AT)
        previous, following = line[before - 1] if before else None, line[after] if after < len(line) else None
        found[point.at] = rules.broken(point, previous, following)
    return {at: reason for at, reason in found.items() if reason}


def _ruled(row: Judged, refused: Mapping[datetime, str], flagged: Mapping[datetime, str]) -> Judged:
    if row.fate != "new" or row.at is None:
        return row
    if reason := refused.get(row.at):
        return row._replace(fate="refused", reason=reason)
    if reason := flagged.get(row.at):
        return row._replace(quality="questionable" if row.quality == "good" else row.quality, reason=reason)
    return row
