"""Look-ups among readings, in SQL, for many sources at once: around boundaries, steps down, sums, the newest.

No arithmetic on what was used lives here: readings.consumption does it, readings.usage joins the two. Every statement
names its sources, so that it runs through the index whose first column they are; row-level security stands behind it.
Readings flagged "bad" take no part, except in `newest`, which shows what was written down.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import prefetch_related_objects

from readings.consumption import Change, Point, replaced
from readings.models import Reading
from sources.models import DataSource, Home, MeterChange

COUNTED = (
    "SELECT recorded_at, value, quality_flag FROM reading WHERE source_id = wanted.source_id AND quality_flag <> 'bad'"
)

AROUND = f"""
SELECT DISTINCT wanted.source_id, near.recorded_at, near.value, near.quality_flag
FROM unnest(%s::bigint[], %s::timestamptz[]) AS wanted (source_id, boundary) CROSS JOIN LATERAL (
    ({COUNTED} AND recorded_at <= wanted.boundary ORDER BY recorded_at DESC LIMIT 1)
    UNION ALL
    ({COUNTED} AND recorded_at >= wanted.boundary ORDER BY recorded_at LIMIT 1)
) AS near ORDER BY 1, 2
"""  # noqa: S608 (as below: COUNTED is ours, values are parameters)

STEPS = f"""
SELECT wanted.source_id, step.*
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS wanted (source_id, first, last) CROSS JOIN LATERAL (
    SELECT * FROM (
        SELECT lag(recorded_at) OVER w, lag(value) OVER w AS before, lag(quality_flag) OVER w, line.*
        FROM ({COUNTED} AND recorded_at BETWEEN wanted.first AND wanted.last) AS line WINDOW w AS (ORDER BY recorded_at)
    ) AS pair WHERE value < before
    UNION
    SELECT old.*, new.* FROM meter_change
    CROSS JOIN LATERAL ({COUNTED} AND recorded_at < changed_at ORDER BY recorded_at DESC LIMIT 1) AS old
    CROSS JOIN LATERAL ({COUNTED} AND recorded_at >= changed_at ORDER BY recorded_at LIMIT 1) AS new
    WHERE meter_change.source_id = wanted.source_id AND changed_at BETWEEN wanted.first AND wanted.last
) AS step ORDER BY wanted.source_id, step.recorded_at
"""  # noqa: S608

LATEST = f"""
SELECT wanted.source_id, last.*
FROM unnest(%s::bigint[]) AS wanted (source_id)
CROSS JOIN LATERAL ({COUNTED} ORDER BY recorded_at DESC LIMIT %s) AS last ORDER BY 1, 2
"""  # noqa: S608

BUCKETS = f"""
SELECT wanted.source_id, wanted.first, wanted.last, inside.*
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS wanted (source_id, first, last) CROSS JOIN LATERAL (
    SELECT count(*), coalesce(sum(value), 0), min(value), max(value),
        coalesce(bool_or(quality_flag = 'estimated'), false), coalesce(bool_or(quality_flag = 'questionable'), false)
    FROM ({COUNTED} AND recorded_at >= wanted.first AND recorded_at < wanted.last) AS line
) AS inside
"""  # noqa: S608

EXTREMES = f"""
SELECT DISTINCT wanted.source_id, edge.recorded_at, edge.value, edge.quality_flag
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS wanted (source_id, first, last) CROSS JOIN LATERAL (
    ({COUNTED} AND recorded_at >= wanted.first AND recorded_at < wanted.last ORDER BY value, recorded_at LIMIT 1)
    UNION ALL
    ({COUNTED} AND recorded_at >= wanted.first AND recorded_at < wanted.last ORDER BY value DESC, recorded_at LIMIT 1)
) AS edge ORDER BY 1, 2
"""  # noqa: S608

NEWEST = """
SELECT last.* FROM unnest(%s::bigint[]) AS wanted (source_id)
CROSS JOIN LATERAL (
    SELECT * FROM reading WHERE source_id = wanted.source_id ORDER BY recorded_at DESC LIMIT %s
) AS last ORDER BY last.recorded_at DESC, last.source_id LIMIT %s
"""

LAST_COUNTED = """
SELECT last.* FROM unnest(%s::bigint[]) AS wanted (source_id)
CROSS JOIN LATERAL (
    SELECT * FROM reading WHERE source_id = wanted.source_id AND quality_flag <> 'bad'
    ORDER BY recorded_at DESC LIMIT 1
) AS last
"""

# As NEWEST. The flag is written out, so that every plan may use the index of doubtful readings alone.
DOUBTFUL = """
SELECT last.* FROM unnest(%s::bigint[]) AS wanted (source_id)
CROSS JOIN LATERAL (
    SELECT * FROM reading WHERE source_id = wanted.source_id AND quality_flag = 'questionable'
    ORDER BY recorded_at DESC LIMIT %s
) AS last ORDER BY last.recorded_at DESC, last.source_id LIMIT %s
"""

Span = tuple[int, datetime, datetime]


@dataclass(frozen=True)
class Step:
    """Two readings one after the other: where a dial fell, or over which a meter was changed."""

    before: Point
    after: Point


@dataclass(frozen=True)
class Bucket:
    """What the readings from one instant up to another come to. low and high are None where count is 0."""

    count: int
    total: Decimal
    low: Decimal | None
    high: Decimal | None
    estimated: bool
    doubtful: bool = False


def around(source: DataSource, boundaries: Iterable[datetime]) -> list[Point]:
    """For each boundary the last reading at or before it and the first at or after it, each once, oldest first."""
    return around_each({source.pk: boundaries})[source.pk]


def around_each(wanted: Mapping[int, Iterable[datetime]]) -> defaultdict[int, list[Point]]:
    """The same for many sources, by key, in one statement: two look-ups through the index for each boundary."""
    pairs = [(key, at) for key, boundaries in wanted.items() for at in set(boundaries)]
    return _points(AROUND, *_columns(pairs, 2))


def changes_of(source: DataSource) -> list[Change]:
    """The recorded meter changes of a source, oldest first."""
    return changes_of_each([source.pk])[source.pk]


def changes_of_each(source_ids: Sequence[int]) -> defaultdict[int, list[Change]]:
    """The same for many sources, by key."""
    found: defaultdict[int, list[Change]] = defaultdict(list)
    rows = MeterChange.objects.filter(source__in=source_ids).order_by("changed_at")
    for key, at, old, new, reason in rows.values_list("source_id", "changed_at", "old_final", "new_initial", "reason"):
        found[key].append(replaced(at, old, new, reason))
    return found


def drops_between(source: DataSource, start: datetime, end: datetime) -> list[Step]:
    """The steps between `start` and `end` (both included) where the dial fell or a meter was changed, oldest first."""
    return drops_between_each([(source.pk, start, end)])[source.pk]


def drops_between_each(spans: Iterable[Span]) -> defaultdict[int, list[Step]]:
    """The same for many sources, by key. Reads every reading of the spans, in the index alone."""
    found: defaultdict[int, list[Step]] = defaultdict(list)
    for key, *ends in _rows(STEPS, *_columns(spans, 3)):
        found[key].append(Step(Point(*ends[:3]), Point(*ends[3:])))
    return found


def latest_each(source_ids: Sequence[int], most: int) -> defaultdict[int, list[Point]]:
    """The last `most` readings of each source that count, oldest first, by key."""
    return _points(LATEST, list(source_ids), most)


def buckets(spans: Iterable[Span]) -> dict[Span, Bucket]:
    """Count, sum, least and greatest of the readings in each span (start <= at < end), by span."""
    return {(key, start, end): Bucket(*rest) for key, start, end, *rest in _rows(BUCKETS, *_columns(spans, 3))}


def series(
    source: DataSource, start: datetime, end: datetime, most: int = 300, also: Iterable[datetime] = ()
) -> list[Point]:
    """At most about `most` readings from `start` up to `end` that draw the same line as all of them, oldest first.

    Of a counter those around evenly spaced instants, and around those in `also`; else the least and the greatest of
    each stretch, and both ends.
    """
    count = max(most // 2, 1)
    grid = [start + (end - start) * step / count for step in range(count + 1)]
    if source.counting == "counter":
        found = around(source, [*grid, *also])
    else:
        spans = [(source.pk, first, last) for first, last in pairwise(grid)]
        found = sorted({*_points(EXTREMES, *_columns(spans, 3))[source.pk], *around(source, [start, end])})
    return [point for point in found if start <= point.at <= end]


def newest(source_ids: Sequence[int], most: int) -> list[Reading]:
    """The newest readings of several sources, whoever wrote them down fetched with them; bad ones too."""
    found = list(Reading.objects.raw(NEWEST, [list(source_ids), most, most]))
    prefetch_related_objects(found, "created_by")
    return found


def doubtful(source_ids: Sequence[int], most: int) -> list[Reading]:
    """The newest readings of several sources that nobody has confirmed or corrected yet."""
    return list(Reading.objects.raw(DOUBTFUL, [list(source_ids), most, most]))


def last_of_each(source_ids: Sequence[int]) -> dict[int, Reading]:
    """The last reading of each source that counts, by key."""
    return {reading.source_id: reading for reading in Reading.objects.raw(LAST_COUNTED, [list(source_ids)])}


def read_last(homes: Sequence[Home]) -> Home:
    """The one of some homes (one at least) of which a source was read last; where none was, the home made first."""
    home_of = dict(DataSource.objects.filter(home__in=homes).values_list("pk", "home_id"))
    last = {key: points[-1].at for key, points in latest_each(list(home_of), 1).items()}
    read = home_of[max(last, key=lambda key: last[key])] if last else None
    oldest = min(homes, key=lambda home: (home.created_at, home.pk))
    return next((home for home in homes if home.pk == read), oldest)


def first_at(source: DataSource) -> datetime | None:
    """When the first reading that counts was taken."""
    return Reading.objects.of(source).counted().order_by("recorded_at").values_list("recorded_at", flat=True).first()


def _points(sql: str, *parameters: Any) -> defaultdict[int, list[Point]]:
    found: defaultdict[int, list[Point]] = defaultdict(list)
    for key, *point in _rows(sql, *parameters):
        found[key].append(Point(*point))
    return found


def _rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement; none, and no trip to the database, where it is asked about nothing."""
    if not parameters[0]:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _columns(rows: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
