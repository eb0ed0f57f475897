"""Between a home's clock and UTC: typed times, and where its days, weeks, months and years begin.

Pure: zoneinfo only, no Django and no now(). Every instant that is returned is aware and in UTC. What a clock change did
to a typed time is told by the two exceptions; the sentence a person reads is written by the form.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

FIRST_YEAR = 1900
LAST_YEAR = 2200


class SkippedHour(ValueError):
    """A local time that never was, because the clock was moved forward over it. `after`: the first instant after."""

    def __init__(self, local: datetime, after: datetime) -> None:
        super().__init__(f"The clock was moved forward over {local:%Y-%m-%d %H:%M}. Give a time before or after that.")
        self.local = local
        self.after = after


class RepeatedHour(ValueError):
    """A local time that was twice, because the clock was moved back. `earlier` and `later`: the two instants."""

    def __init__(self, local: datetime, earlier: datetime, later: datetime) -> None:
        super().__init__(f"The clock was moved back, so {local:%Y-%m-%d %H:%M} was twice. Say which of the two it was.")
        self.local = local
        self.earlier = earlier
        self.later = later


def resolve(local: datetime, zone: ZoneInfo, fold: int | None = None) -> datetime:
    """Return the instant at which the clock of `zone` shows the naive time `local`.

    A repeated hour is settled by `fold`: 0 the earlier, 1 the later (as in PEP 495). Raises RepeatedHour where fold is
    None, SkippedHour for a time that never was, and ValueError for an aware time or a year we do not handle.
    """
    if local.tzinfo is not None:
        raise ValueError("Give the time as the clock of the home shows it, without an offset.")
    _check_year(local)
    earlier, later = (local.replace(tzinfo=zone, fold=side).astimezone(UTC) for side in (0, 1))
    # In a gap PEP 495 counts with the old offset first, so the two instants come in the wrong order.
    if later < earlier:
        raise SkippedHour(local, _change_between(later, earlier, zone))
    if earlier < later and fold is None:
        raise RepeatedHour(local, earlier, later)
    return later if fold else earlier


def day_starts(first: date, count: int, zone: ZoneInfo) -> list[datetime]:
    """The starts of `count` days, the first being the day `first`: n + 1 of them bound n days, and so below.

    A day starts at its midnight; where the clock skipped that, at its first instant; where midnight was twice, at the
    earlier one. A day that never was starts, and so ends, where the next one does. Raises ValueError for a year we do
    not handle.
    """
    return _starts((first + timedelta(days=step) for step in range(count)), zone)


def week_starts(first: date, count: int, zone: ZoneInfo) -> list[datetime]:
    """The starts of `count` ISO weeks (Mondays), the first being the week that holds `first`."""
    monday = first - timedelta(days=first.weekday())
    return _starts((monday + timedelta(weeks=step) for step in range(count)), zone)


def month_starts(first: date, count: int, zone: ZoneInfo) -> list[datetime]:
    """The starts of `count` months, the first being the month that holds `first`."""
    months = range(first.month - 1, first.month - 1 + count)
    return _starts((date(first.year + month // 12, month % 12 + 1, 1) for month in months), zone)


def year_starts(first: date, count: int, zone: ZoneInfo) -> list[datetime]:
    """The starts of `count` years, the first being the year that holds `first`."""
    return _starts((date(first.year + step, 1, 1) for step in range(count)), zone)


def same_day_last_year(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant a year earlier at which the clock of `zone` shows the same day and time.

    29 February becomes 28 February; a time that the clock skipped becomes the first instant after. Raises ValueError
    for a naive `at` or a year we do not handle.
    """
    if at.tzinfo is None:
        raise ValueError("Give the instant with its offset.")
    _check_year(at)
    local = at.astimezone(zone)
    day = 28 if (local.month, local.day) == (2, 29) else local.day
    return settled(local.replace(year=local.year - 1, day=day, tzinfo=None, fold=0), zone, local.fold)


def settled(local: datetime, zone: ZoneInfo, fold: int = 0) -> datetime:
    """As `resolve`; a time that the clock skipped becomes the first instant after."""
    try:
        return resolve(local, zone, fold)
    except SkippedHour as skipped:
        return skipped.after


@lru_cache(maxsize=16_384)
def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The start of one day, as in `day_starts`; every page asks for the same ones over and over."""
    return settled(datetime.combine(day, time.min), zone)


def _starts(days: Iterable[date], zone: ZoneInfo) -> list[datetime]:
    return [day_start(day, zone) for day in days]


def _check_year(local: datetime) -> None:
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise ValueError(f"Give a date between {FIRST_YEAR} and {LAST_YEAR}.")


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The whole second in (before, after] at which the offset of `zone` changes, found by halving."""
    start, old = before.replace(microsecond=0), before.astimezone(zone).utcoffset()
    low, high = 0, (after - before) // timedelta(seconds=1)
    while high - low > 1:
        middle = (low + high) // 2
        if (start + timedelta(seconds=middle)).astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return start + timedelta(seconds=high)
