"""What a table of two years of months costs, beside the bare index seeks that it cannot do without.

    python -m benchmarks.month_table [READINGS] [ROUNDS]

Of a counter with READINGS readings (100,000 where nothing is said) over ten years, in turns: the last reading before
each of 25 boundaries, as the owner of the tables and in one statement; the use of the 24 months between them as the
pages work it out, steps down and meter changes included, under row-level security; and, for comparison, a window over
all readings. Nothing stays.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from accounts.current import acting_as
from benchmarks.chart_cost import fill  # sets Django up
from homelog.roles import as_owner
from homelog.testing import make_home, make_source, make_user
from readings import months, usage
from readings.localtime import month_starts
from sources.models import DataSource

MONTHS = 24
SEEKS = """
SELECT boundary, last.recorded_at, last.value FROM unnest(%s::timestamptz[]) AS boundary CROSS JOIN LATERAL (
    SELECT recorded_at, value FROM reading WHERE source_id = %s AND recorded_at <= boundary
    ORDER BY recorded_at DESC LIMIT 1) AS last
"""
WINDOW = """
SELECT date_trunc('month', recorded_at), sum(step) FROM (
    SELECT recorded_at, value - lag(value) OVER (ORDER BY recorded_at) AS step FROM reading WHERE source_id = %s
) AS steps GROUP BY 1
"""


def asked(sql: str, parameters: list[Any]) -> int:
    """How many rows a statement of the owner gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return len(cursor.fetchall())


def timed(what: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    what()
    return (time.perf_counter() - begun) * 1000


def main(count: int = 100_000, rounds: int = 60) -> None:
    """Make the source, measure, delete it."""
    zone = ZoneInfo("Europe/Berlin")
    with as_owner(), transaction.atomic():
        person = make_user(f"months-{datetime.now(UTC):%H%M%S%f}", timezone=zone.key)
        source = make_source(person, make_home(person, "Months", timezone=zone.key), counting="counter", digits=6)
        fill(source, count)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE reading")
    try:
        today = datetime.now(zone).date()
        boundaries = month_starts(months.months_before(today, MONTHS), MONTHS + 1, zone)
        found: defaultdict[str, list[float]] = defaultdict(list)
        for _round in range(rounds + 5):
            with as_owner(), transaction.atomic():
                found["bare seeks"].append(timed(lambda: asked(SEEKS, [boundaries, source.pk])))
                found["window over all"].append(timed(lambda: asked(WINDOW, [source.pk])))
            with acting_as(person):
                found["month table"].append(timed(lambda: usage.used([(source, [boundaries])])))
        middle = {name: median(times[5:]) for name, times in found.items()}
        for name, each in middle.items():
            times = each / middle["bare seeks"]
            print(f"{name:16} {each:7.2f} ms, least {min(found[name]):7.2f} ms, {times:5.2f} times the seeks")
    finally:
        with as_owner():
            DataSource.objects.filter(owner=person).delete()
            person.delete()


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:3]))
