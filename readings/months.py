"""Which months a page tells of, beside those a year earlier: pure, what the clock says is handed in."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from readings.localtime import FIRST_YEAR, month_starts, same_day_last_year
from sources.models import DataSource

Runs = Sequence[Sequence[datetime]]

MONTHS = 12
MOMENT = timedelta(microseconds=1)


def months_before(day: date, count: int) -> date:
    """The first day of the month `count` months before the one that holds `day`."""
    month = day.year * MONTHS + day.month - 1 - count
    return date(month // MONTHS, month % MONTHS + 1, 1)


def last_day(source: DataSource, last_at: datetime) -> date:
    """The day that the last reading tells of: of a counter, one taken at midnight tells of the day that ended."""
    return (last_at - MOMENT if source.counting in {"counter", "sum"} else last_at).astimezone(source.zone).date()


def last_months(source: DataSource, last_at: datetime, now: datetime) -> tuple[date, bool]:
    """The first of the last twelve months, and whether they end long ago: with the month of the last reading, where
    nothing was read in the twelve up to `now`.
    """
    first = months_before(now.astimezone(source.zone).date(), MONTHS - 1)
    last = last_day(source, last_at)
    # Never before our second year: the year before is looked up as well.
    return (max(months_before(last, MONTHS - 1), date(FIRST_YEAR + 1, 1, 1)), True) if last < first else (first, False)


def twelve_months(last_at: datetime, zone: ZoneInfo) -> list[datetime]:
    """The boundaries of the month that holds `last_at` and of the eleven before it."""
    return month_starts(months_before(last_at.astimezone(zone).date(), MONTHS - 1), MONTHS + 1, zone)


def figure_runs(last_at: datetime, zone: ZoneInfo) -> Runs:
    """The month that ends with or holds `last_at`, and the same days a year earlier (none in our first year)."""
    day = max((last_at - MOMENT).astimezone(zone).date(), date(FIRST_YEAR, 1, 1))
    month = month_starts(day, 2, zone)
    if day.year <= FIRST_YEAR:
        return [month, [month[0], month[0]]]
    return [month, [*month_starts(date(day.year - 1, day.month, 1), 1, zone), same_day_last_year(last_at, zone)]]
