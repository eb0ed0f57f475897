"""Sums over stretches of time, of the days that lie whole in them from their own table (`reading_day`).

As in readings.queries, no arithmetic on what was used lives here, and readings flagged "bad" take no part.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from readings.localtime import day_start
from readings.queries import COUNTED, Span, rows_of
from sources.models import DataSource

Stretch = tuple[DataSource, datetime, datetime]

OF_BUCKET = ("place", "source_id", "first", "last", "whole_from", "whole_to", "day", "last_day", "zone")

# Whole days from their own table, what lies before and after them from the readings; see `buckets`.
BUCKETS = f"""
SELECT wanted.place, inside.*
FROM jsonb_to_recordset(%s::jsonb) AS wanted (place int, source_id bigint, first timestamptz, last timestamptz,
    whole_from timestamptz, whole_to timestamptz, day date, last_day date, zone text)
CROSS JOIN LATERAL (
    SELECT coalesce(sum(count), 0)::bigint, coalesce(sum(total), 0), min(low), max(high),
        coalesce(bool_or(estimated), false), coalesce(bool_or(doubtful), false)
    FROM (
        SELECT count, total, low, high, estimated, doubtful FROM reading_day
        WHERE source_id = wanted.source_id AND reading_day.day >= wanted.day AND reading_day.day < wanted.last_day
        UNION ALL
        SELECT 1, value, value, value, quality_flag = 'estimated', quality_flag = 'questionable'
        FROM ({COUNTED} AND recorded_at >= wanted.first AND recorded_at < wanted.whole_from) AS line
        WHERE wanted.first < wanted.whole_from
        UNION ALL
        SELECT 1, value, value, value, quality_flag = 'estimated', quality_flag = 'questionable'
        FROM ({COUNTED} AND recorded_at >= wanted.whole_to AND recorded_at < wanted.last) AS line
        WHERE wanted.whole_to < wanted.last
        UNION ALL
        SELECT 1, value, value, value, quality_flag = 'estimated', quality_flag = 'questionable'
        FROM ({COUNTED} AND recorded_at >= wanted.whole_from AND recorded_at < wanted.whole_to) AS line
        WHERE wanted.day < wanted.last_day AND known_zone(wanted.zone) IS NULL
    ) AS part
) AS inside
"""  # noqa: S608


@dataclass(frozen=True)
class Bucket:
    """What the readings from one instant up to another come to. low and high are None where count is 0."""

    count: int
    total: Decimal
    low: Decimal | None
    high: Decimal | None
    estimated: bool
    doubtful: bool = False


def buckets(stretches: Iterable[Stretch]) -> dict[Span, Bucket]:
    """Count, sum, least and greatest of the readings of stretches (start <= at < end) of sources that are no counters.

    The days that lie whole in it are looked up, so that it costs as many rows as it has days; of a day that it begins
    or ends in, each reading.
    """
    spans: list[Span] = []
    wanted = []
    for source, start, end in stretches:
        zone = source.zone
        wanted.append(dict(zip(OF_BUCKET, (len(spans), source.pk, *_ends(start, end, zone)), strict=True)))
        spans.append((source.pk, start, end))
    found = rows_of(BUCKETS, json.dumps(wanted) if wanted else "")
    return {spans[place]: Bucket(*rest) for place, *rest in found}


@lru_cache(maxsize=16_384)
def _ends(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """What BUCKETS is asked with of a stretch, as JSON has it; each page asks for the same ones again."""
    return *map(str, (start, end, *_whole_days(start, end, zone))), zone.key


def _whole_days(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[datetime, datetime, date, date]:
    """Where the first day that lies whole in a stretch begins and the last one ends, and the dates of both."""
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    begin, close = day_start(first, zone), day_start(last, zone)
    if begin < start:
        first += timedelta(days=1)
        begin = day_start(first, zone)
    return (begin, close, first, last) if begin < close else (end, end, first, first)
