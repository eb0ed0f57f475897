"""Look-ups among readings, in SQL, for many sources at once: around boundaries, steps down, the newest.

No arithmetic on what was used lives here: readings.consumption does it, readings.usage joins the two. Every statement
names its sources, so that it runs through the index whose first column they are; row-level security stands behind it.
Readings flagged "bad" take no part, except in `newest`, which shows what was written down.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import BigIntegerField, Subquery

from accounts import replica
from accounts.models import User
from accounts.prepared import Prepared
from accounts.statements import Fixed, columns
from readings.consumption import Change, Point, Step, replaced
from readings.models import Quality, Reading
from readings.querysets import ReadingQuerySet
from sources.models import DataSource, Home, MeterChange

COUNTED = (
    "SELECT recorded_at, value, quality_flag FROM reading WHERE source_id = wanted.source_id AND quality_flag <> 'bad'"
)

SURE = f"{COUNTED} AND quality_flag <> 'questionable'"

AROUND = """
SELECT DISTINCT wanted.source_id, near.recorded_at, near.value, near.quality_flag
FROM unnest(%s::bigint[], %s::timestamptz[]) AS wanted (source_id, boundary) CROSS JOIN LATERAL (
    ({wanted} AND recorded_at <= wanted.boundary ORDER BY recorded_at DESC LIMIT 1)
    UNION ALL
    ({wanted} AND recorded_at >= wanted.boundary ORDER BY recorded_at LIMIT 1)
) AS near ORDER BY 1, 2
"""

# The falls of a stretch and of three readings around it, each with its neighbours; and the steps over a meter change.
STEPS = f"""
SELECT wanted.source_id, step.*
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS wanted (source_id, first, last) CROSS JOIN LATERAL (
    SELECT coalesce((SELECT min(recorded_at) FROM (
               {COUNTED} AND recorded_at < wanted.first ORDER BY recorded_at DESC LIMIT 3) AS three), first) AS since,
           coalesce((SELECT max(recorded_at) FROM (
               {COUNTED} AND recorded_at > wanted.last ORDER BY recorded_at LIMIT 3) AS three), last) AS until
) AS wide CROSS JOIN LATERAL (
    (SELECT a.*, b.*, c.*, d.* FROM (
        SELECT at, before_at FROM reading_fall WHERE source_id = wanted.source_id AND at BETWEEN since AND until
        ORDER BY at LIMIT %s
    ) AS fall
    CROSS JOIN LATERAL ({COUNTED} AND recorded_at = before_at) AS b
    CROSS JOIN LATERAL ({COUNTED} AND recorded_at = at) AS c
    LEFT JOIN LATERAL ({COUNTED} AND recorded_at < before_at ORDER BY recorded_at DESC LIMIT 1) AS a ON true
    LEFT JOIN LATERAL ({COUNTED} AND recorded_at > at ORDER BY recorded_at LIMIT 1) AS d ON true)
    UNION ALL
    SELECT NULL, NULL, NULL, old.*, new.*, NULL, NULL, NULL FROM meter_change
    CROSS JOIN LATERAL ({COUNTED} AND recorded_at < changed_at ORDER BY recorded_at DESC LIMIT 1) AS old
    CROSS JOIN LATERAL ({COUNTED} AND recorded_at >= changed_at ORDER BY recorded_at LIMIT 1) AS new
    WHERE meter_change.source_id = wanted.source_id AND changed_at BETWEEN since AND until AND new.value >= old.value
) AS step ORDER BY 1, 8
"""  # noqa: S608 (as below: COUNTED is ours, values are parameters)

LATEST = """
SELECT wanted.source_id, last.*
FROM unnest(%s::bigint[]) AS wanted (source_id)
CROSS JOIN LATERAL ({wanted} ORDER BY recorded_at DESC LIMIT %s) AS last ORDER BY 1, 2
"""

ENDS = f"""
SELECT wanted.source_id, edge.* FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])
    AS wanted (source_id, first, last) CROSS JOIN LATERAL (
    ({COUNTED} AND recorded_at >= wanted.first AND recorded_at < wanted.last ORDER BY recorded_at LIMIT 1)
    UNION
    ({COUNTED} AND recorded_at >= wanted.first AND recorded_at < wanted.last ORDER BY recorded_at DESC LIMIT 1)
) AS edge ORDER BY 1, 2
"""  # noqa: S608

COLUMNS = columns(Reading, "reading")

NEWEST = f"""
SELECT last.* FROM unnest(%s::bigint[]) AS wanted (source_id)
CROSS JOIN LATERAL (
    SELECT {COLUMNS} FROM reading WHERE source_id = wanted.source_id ORDER BY recorded_at DESC LIMIT %s
) AS last ORDER BY last.recorded_at DESC, last.source_id LIMIT %s
"""  # noqa: S608

LAST_COUNTED = f"""
SELECT last.* FROM unnest(%s::bigint[]) AS wanted (source_id)
CROSS JOIN LATERAL (
    SELECT {COLUMNS} FROM reading WHERE source_id = wanted.source_id AND quality_flag <> 'bad'
    ORDER BY recorded_at DESC LIMIT 1
) AS last
"""  # noqa: S608

# As NEWEST. The flag is written out, so that every plan may use the index of doubtful readings alone.
DOUBTFUL = f"""
SELECT last.* FROM unnest(%s::bigint[]) AS wanted (source_id)
CROSS JOIN LATERAL (
    SELECT {COLUMNS} FROM reading WHERE source_id = wanted.source_id AND quality_flag = 'questionable'
    ORDER BY recorded_at DESC LIMIT %s
) AS last ORDER BY last.recorded_at DESC, last.source_id LIMIT %s
"""  # noqa: S608

PEOPLE = f"""SELECT {columns(User, "person")} FROM "user" AS person WHERE person.id = ANY (%s::bigint[])"""  # noqa: S608
WRITER: Any = Reading._meta.get_field("created_by")


@cache
def _newest_of(most: int) -> Prepared[Reading]:
    def build(source: Any) -> ReadingQuerySet:
        own = Reading.objects.filter(source=source)
        first = own.counted().order_by("recorded_at").values("recorded_at")[:1]
        rows = own.select_related("created_by").annotate(first_at=Subquery(first))
        return rows.order_by("-recorded_at")[:most]

    return Prepared(build, source=BigIntegerField())


Span = tuple[int, datetime, datetime]

MOST_FALLS = 1000


def around(source: DataSource, boundaries: Iterable[datetime], *, sure: bool = False) -> list[Point]:
    """For each boundary the last reading at or before it and the first at or after it, each once, oldest first; with
    `sure` of those only that nobody doubts.
    """
    return around_each({source.pk: boundaries}, sure=sure)[source.pk]


def around_each(wanted: Mapping[int, Iterable[datetime]], *, sure: bool = False) -> defaultdict[int, list[Point]]:
    """The same for many sources, by key, in one statement: two look-ups through the index for each boundary."""
    pairs = [(key, at) for key, boundaries in wanted.items() for at in set(boundaries)]
    return _points(AROUND.format(wanted=SURE if sure else COUNTED), *_columns(pairs, 2))


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


def steps_each(spans: Iterable[Span]) -> defaultdict[int, list[Step]]:
    """The steps down in and around each stretch, and those over a meter change, by key, in time order.

    Around: of three readings before it and after it, as whether one is odd, and what stands for it, is said by its
    neighbours. At most MOST_FALLS and one for a stretch: who falls as often is no counter.
    """
    found: defaultdict[int, list[Step]] = defaultdict(list)
    spans = list(spans)
    if not spans:
        return found
    for key, *rest in rows_of(STEPS, *_columns(spans, 3), MOST_FALLS + 1):
        a, b, c, d = (Point(*rest[at : at + 3]) if rest[at] else None for at in (0, 3, 6, 9))
        if b and c and Step(b, c, a, d) not in found[key][-1:]:
            found[key].append(Step(b, c, a, d))
    return found


def latest_each(source_ids: Sequence[int], most: int, *, sure: bool = False) -> defaultdict[int, list[Point]]:
    """The last `most` readings of each source that count, oldest first, by key; with `sure` those nobody doubts."""
    return _points(LATEST.format(wanted=SURE if sure else COUNTED), list(source_ids), most)


def ends_each(spans: Iterable[Span]) -> defaultdict[int, list[Point]]:
    """The first and the last reading of a stretch (start <= at < end) of each source, by key; one, where it is both."""
    return _points(ENDS, *_columns(spans, 3))


def newest(source_ids: Sequence[int], most: int) -> list[Reading]:
    """The newest readings of several sources, whoever wrote them down fetched with them; bad ones too."""
    found = list(Reading.objects.raw(Fixed(NEWEST), [list(source_ids), most, most]))
    writers = {reading.created_by_id for reading in found} - {None}
    people = {person.pk: person for person in User.objects.raw(Fixed(PEOPLE), [list(writers)])} if writers else {}
    for reading in found:
        WRITER.set_cached_value(reading, people.get(reading.created_by_id or 0))
    return found


def last_readings(source: DataSource, most: int) -> tuple[list[Reading], datetime | None]:
    """The newest readings of a source, bad ones too, whoever wrote them down fetched with them; and when the first that
    counts was taken.
    """
    found = _newest_of(most)(source=source.pk)
    for reading in found:
        reading.source = source
    return found, found[0].first_at if found else None  # type: ignore[attr-defined]


def latest_among(source: DataSource, newest: Sequence[Reading], most: int) -> list[Point]:
    """The last `most` readings that count, oldest first: of the `most` newest, unless some of those are bad."""
    counted = [each for each in newest if each.quality_flag != Quality.BAD]
    if len(counted) < most <= len(newest):
        return latest_each([source.pk], most)[source.pk]
    return [Point(each.recorded_at, each.value, each.quality_flag) for each in reversed(counted[:most])]


def doubtful(source_ids: Sequence[int], most: int) -> list[Reading]:
    """The newest readings of several sources that nobody has confirmed or corrected yet."""
    return list(Reading.objects.raw(Fixed(DOUBTFUL), [list(source_ids), most, most]))


def last_of_each(source_ids: Sequence[int]) -> dict[int, Reading]:
    """The last reading of each source that counts, by key."""
    return {reading.source_id: reading for reading in Reading.objects.raw(Fixed(LAST_COUNTED), [list(source_ids)])}


def read_last(homes: Sequence[Home]) -> Home:
    """The one of some homes (one at least) of which a source was read last; where none was, the home made first."""
    home_of = dict(DataSource.objects.filter(home__in=homes).values_list("pk", "home_id"))
    last = {key: points[-1].at for key, points in latest_each(list(home_of), 1).items()}
    read = home_of[max(last, key=lambda key: last[key])] if last else None
    oldest = min(homes, key=lambda home: (home.created_at, home.pk))
    return next((home for home in homes if home.pk == read), oldest)


def _points(sql: str, *parameters: Any) -> defaultdict[int, list[Point]]:
    found: defaultdict[int, list[Point]] = defaultdict(list)
    for key, *point in rows_of(sql, *parameters):
        found[key].append(Point(*point))
    return found


def rows_of(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement; none, and no trip to the database, where it is asked about nothing."""
    if not parameters[0]:
        return []
    with replica.cursor() as cursor:
        cursor.execute(Fixed(sql), parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _columns(rows: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
