"""Which periods a chart shows, and which it offers beside them: days of a month, weeks, months, years.

Pure: no Django, no clock, no I/O. Periods are those of a zone's calendar; the weeks of a language begin on its day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, zip_longest
from typing import Literal
from zoneinfo import ZoneInfo

from readings.localtime import (
    FIRST_YEAR,
    LAST_YEAR,
    day_start,
    day_starts,
    month_starts,
    same_day_last_year,
    settled,
    year_starts,
)

By = Literal["day", "week", "month", "year"]
WAYS: tuple[By, ...] = ("day", "week", "month", "year")
WEEKS, MONTHS, YEARS = 13, 12, 10
A_YEAR_OF_WEEKS = timedelta(weeks=52)
SUNDAY = {"en-us", "ja", "th", "pt-br", "he", "ko"}
"""Languages whose week begins on Sunday, as in the CLDR; every other one's on Monday."""

Ends = tuple[datetime, datetime]


@dataclass(frozen=True)
class Range:
    """`count` periods of one length from the day `first` on.

    first_weekday: 0 for weeks that begin on Monday, 6 for Sunday.
    """

    by: By
    first: date
    count: int
    zone: ZoneInfo
    first_weekday: int = 0

    @property
    def boundaries(self) -> list[datetime]:
        """The n + 1 boundaries of the periods."""
        return self._starts(self.first, self.count)

    @property
    def before(self) -> list[datetime]:
        """The boundaries of those that stand beside them, a year earlier; none for years, which stand side by side.

        Weeks are compared with those of 52 weeks earlier, so that weekend meets weekend. A month that had a day less
        lacks that day.
        """
        if self.by == "year":
            return []
        if self.by == "week":
            return self._starts(self.first - A_YEAR_OF_WEEKS, self.count)
        first = date(self.first.year - 1, self.first.month, 1)
        return self._starts(first, min(self.count, _length(first)) if self.by == "day" else self.count)

    @property
    def pairs(self) -> list[tuple[Ends | None, Ends | None]]:
        """Each period's ends, with those of the one a year earlier where there is one."""
        ends = [_ends(self.boundaries), _ends(self.before)]
        return [(now, before) for now, before in zip_longest(*ends)]

    def a_year_earlier(self, at: datetime) -> datetime:
        """The instant that stands beside `at`."""
        if self.by == "week":
            local = (at.astimezone(self.zone) - A_YEAR_OF_WEEKS).replace(tzinfo=None)
            return settled(local, self.zone)
        return same_day_last_year(at, self.zone)

    @property
    def earlier(self) -> date:
        """Where the range before this one begins."""
        return self._moved(-1)

    @property
    def later(self) -> date:
        """Where the range after this one begins."""
        return self._moved(1)

    def _moved(self, way: int) -> date:
        if self.by == "day":
            return (self.first - timedelta(days=1)).replace(day=1) if way < 0 else _next_month(self.first)
        if self.by == "week":
            return self.first + way * timedelta(weeks=self.count)
        return self.first.replace(year=self.first.year + way * (self.count if self.by == "year" else 1))

    def _starts(self, first: date, count: int) -> list[datetime]:
        if self.by == "week":
            days = [first + timedelta(weeks=step) for step in range(count + 1)]
            return [day_start(day, self.zone) for day in days]
        starts = {"day": day_starts, "month": month_starts, "year": year_starts}[self.by]
        return starts(first, count + 1, self.zone)


def days_of(day: date, zone: ZoneInfo) -> Range:
    """The days of the month that holds `day`."""
    first = day.replace(day=1)
    return Range("day", first, _length(first), zone)


def weeks_from(day: date, zone: ZoneInfo, first_weekday: int) -> Range:
    """WEEKS weeks, the first being the one that holds `day`."""
    return Range("week", _week(day, first_weekday), WEEKS, zone, first_weekday)


def weeks_to(day: date, zone: ZoneInfo, first_weekday: int) -> Range:
    """WEEKS weeks, the last being the one that holds `day`."""
    return weeks_from(day - timedelta(weeks=WEEKS - 1), zone, first_weekday)


def months_from(day: date, zone: ZoneInfo) -> Range:
    """MONTHS months, the first being the one that holds `day`."""
    return Range("month", day.replace(day=1), MONTHS, zone)


def years_to(day: date, zone: ZoneInfo, first_year: int) -> Range:
    """At most YEARS years, the last being the one that holds `day`, the first not before `first_year`."""
    first = max(day.year - YEARS + 1, min(first_year, day.year), FIRST_YEAR)
    return Range("year", date(first, 1, 1), day.year - first + 1, zone)


def years_from(day: date, zone: ZoneInfo) -> Range:
    """YEARS years from the one that holds `day` on."""
    return Range("year", date(day.year, 1, 1), min(YEARS, LAST_YEAR - day.year), zone)


def first_weekday(language: str) -> int:
    """On which day a week of a language begins: 0 for Monday, 6 for Sunday."""
    return 6 if language.lower() in SUNDAY else 0


def written(at: datetime, zone: ZoneInfo) -> str:
    """An instant as an address says it: the day where it begins one, else in UTC."""
    day = at.astimezone(zone).date()
    return day.isoformat() if day_start(day, zone) == at else at.astimezone(UTC).isoformat()


def read(text: str, zone: ZoneInfo) -> datetime:
    """The instant that `written` wrote. Raises ValueError for anything else, and for a year we do not handle."""
    if len(text) == len("2026-01-01"):
        day = date.fromisoformat(text)
        _check(day.year)
        return day_start(day, zone)
    at = datetime.fromisoformat(text)
    _check(at.year)
    if at.tzinfo is None:
        raise ValueError("Give the instant with its offset.")
    return at.astimezone(UTC)


def _check(year: int) -> None:
    if not FIRST_YEAR < year < LAST_YEAR:
        raise ValueError(f"Give a date between {FIRST_YEAR} and {LAST_YEAR}.")


def _ends(boundaries: Sequence[datetime]) -> list[Ends]:
    return list(pairwise(boundaries))


def _week(day: date, first_weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - first_weekday) % 7)


def _length(first: date) -> int:
    return (_next_month(first) - first).days


def _next_month(first: date) -> date:
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)
