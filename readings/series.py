"""A long line of readings, thinned to what a drawing can show: look-ups whose cost is that of the drawing.

Of a counter the readings around evenly spaced instants are enough. Of levels each reading is drawn where they are few;
else the lowest, the mean and the highest of each stretch: of whole days from the table of days where the line is long
or its readings are known to be more than MANY, else of the readings themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from readings.consumption import MEAN_PLACES, Point
from readings.localtime import day_start
from readings.queries import around, rows_of
from sources.models import DataSource

LONG = timedelta(days=40)
MANY = 10_000
BANDS = 150
DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
EXACT = Context(prec=50, rounding=ROUND_HALF_EVEN)

DAYS = """
SELECT min(day), max(day), sum(count)::bigint, sum(total), min(low), max(high) FROM reading_day
WHERE source_id = %s AND day BETWEEN %s AND %s GROUP BY (day - %s) / %s ORDER BY 1
"""

# The same of several sources, their means alone.
DAYS_EACH = """
SELECT source_id, min(day), max(day), sum(count)::bigint, sum(total), min(low), max(high) FROM reading_day
WHERE source_id = ANY (%s) AND day BETWEEN %s AND %s GROUP BY source_id, (day - %s) / %s ORDER BY 1, 2
"""

EACH = """
SELECT recorded_at, value, quality_flag FROM reading
WHERE source_id = %s AND quality_flag <> 'bad' AND recorded_at >= %s AND recorded_at <= %s ORDER BY recorded_at LIMIT %s
"""

BINS = """
SELECT min(recorded_at), max(recorded_at), count(*), sum(value), min(value), max(value) FROM reading
WHERE source_id = %s AND quality_flag <> 'bad' AND recorded_at >= %s AND recorded_at <= %s
GROUP BY date_bin(%s, recorded_at, %s) ORDER BY 1
"""


class Band(NamedTuple):
    """The lowest, the mean and the highest of the readings around `at`, the middle of a stretch of time."""

    at: datetime
    low: Decimal
    mean: Decimal
    high: Decimal


@dataclass(frozen=True)
class Series:
    """A thinned line: points where every reading between two of them may be left out, else bands; one is empty."""

    points: list[Point]
    bands: list[Band]


def series(
    source: DataSource,
    start: datetime,
    end: datetime,
    most: int = 300,
    also: Iterable[datetime] = (),
    count: int | None = None,
) -> Series:
    """The readings from `start` to `end` in at most about `most` points or bands, oldest first.

    Of a counter those around the instants in `also` as well. count: how many there are at least, where that is known.
    """
    if source.counting == "counter":
        wanted = [*grid(start, end, most), *also]
        return Series([point for point in around(source, wanted) if start <= point.at <= end], [])
    if count is not None and count > most:
        return Series([], bands(source, start, end, BANDS, of_days=count > MANY))
    points = [Point(*row) for row in rows_of(EACH, source.pk, start, end, most + 1)]
    return Series(points, []) if len(points) <= most else Series([], bands(source, start, end, most))


def grid(start: datetime, end: datetime, most: int = 300) -> list[datetime]:
    """The instants around which the readings of a counter are looked up for a line of at most about `most` points."""
    count = max(most // 2, 1)
    return [start + (end - start) * step / count for step in range(count + 1)]


def bands(source: DataSource, start: datetime, end: datetime, most: int, *, of_days: bool = False) -> list[Band]:
    """The same in at most `most` bands, each of whole days where `of_days` says so, or the line is long."""
    found = _of_days(source, start, end, most) if of_days or end - start > LONG else []
    return found or _of_readings(source, start, end, most)


def days_each(sources: Sequence[DataSource], start: datetime, end: datetime, most: int) -> dict[int, list[Point]]:
    """The means of whole days in at most about `most` points, for sources of levels in one zone, by key; one query."""
    zone = sources[0].zone
    first, last = (at.astimezone(zone).date() for at in (start, end - MICROSECOND))
    width = -(-((last - first).days + 1) // most)
    found: dict[int, list[Point]] = {}
    rows = rows_of(DAYS_EACH, [source.pk for source in sources], first, last, first, width)
    for key, since, until, *rest in rows:
        band = _band(*_days(since, until, zone), *rest)
        found.setdefault(key, []).append(Point(band.at, band.mean))
    return found


def _of_days(source: DataSource, start: datetime, end: datetime, most: int) -> list[Band]:
    zone = source.zone
    first, last = (at.astimezone(zone).date() for at in (start, end))
    width = -(-((last - first).days + 1) // most)
    rows = rows_of(DAYS, source.pk, first, last, first, width)
    return [_band(*_days(since, until, zone), *rest) for since, until, *rest in rows]


def _of_readings(source: DataSource, start: datetime, end: datetime, most: int) -> list[Band]:
    width = max((end - start) / most, MICROSECOND)
    return [_band(*row) for row in rows_of(BINS, source.pk, start, end, width, start)]


def _days(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the days from `first` to `last` begin and end."""
    return day_start(first, zone), day_start(last + DAY, zone)


def _band(start: datetime, end: datetime, count: int, total: Decimal, low: Decimal, high: Decimal) -> Band:
    return Band(start + (end - start) / 2, low, EXACT.quantize(EXACT.divide(total, count), MEAN_PLACES), high)
