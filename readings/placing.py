"""The rows of a file in order of time: their instants by the home's clock, what no source may hold, and duplicates.

No look-ups: what is stored, and what the rules of a source say of them, is readings/judging.py.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Literal, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from readings.consumption import Point
from readings.importers import CELL_ERRORS, ImportRow
from readings.localtime import FIRST_YEAR, LAST_YEAR, RepeatedHour, SkippedHour, resolve
from readings.metadata import fault
from readings.validators import AHEAD, possible
from sources.numbers import MAX_DECIMALS, MAX_WHOLE

Fate = Literal["new", "there", "repeated", "conflict", "refused", "blank", "other", "left"]

_BETWEEN_CLOCK_CHANGES = timedelta(days=1)
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


def place_in_time(rows: Iterable[ImportRow], zone: ZoneInfo, now: datetime, *, scale: int = 0) -> list[Judged]:
    """Give each row its instant, in order of time; those without one last. Refuse what no source may hold, and of two
    rows at one instant the second. Values are multiplied by ten to the power of `scale`.
    """
    hours, days = _RepeatedHours(), _Days(zone)
    judged = [_read(row, days, hours, now + AHEAD, now, scale) for row in rows]
    timed = sorted((row for row in judged if row.at is not None), key=attrgetter("at"))
    return [*_once(timed), *(row for row in judged if row.at is None)]


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
