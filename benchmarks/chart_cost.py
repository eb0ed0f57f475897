"""What the pages of a source and of a home cost as the readings of a source grow.

    python -m benchmarks.chart_cost [READINGS] [ROUNDS] [keep]

A household is made with two sources of each way of counting, one with 1,000 readings and one with READINGS (5,000,000
where nothing is said), spread over the same ten years, by INSERT ... SELECT as the owner of the tables; the pages are
then fetched through the whole site, as homelog_app under row-level security, in turns, so that whatever else the
machine does falls on both. Of each the least and the median time and the number of queries are told, and the ratio.
Nothing stays: the household is deleted at the end, unless `keep` is said; then the next run finds it and need not write
it again.
"""

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homelog.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import User  # noqa: E402
from homelog.roles import as_owner  # noqa: E402
from homelog.testing import make_home, make_source, make_user  # noqa: E402
from sources.models import DataSource, Home  # noqa: E402

FEW, MANY, ROUNDS = 1_000, 5_000_000, 30
SPAN = timedelta(days=3650)

FILL = """
INSERT INTO reading (public_id, source_id, value, recorded_at, quality_flag, notes, metadata, photo, created_at)
SELECT lpad(to_hex(n), 32, '0')::uuid, %(source)s, {value}, %(start)s + n * (%(span)s::interval / %(count)s),
    'good', '', '{{}}', '', now()
FROM generate_series(0, %(count)s - 1) AS n
"""
VALUES = {
    # 12,000 in ten years, with a fall that nothing explains near the end of each.
    "counter": "round(12000.0 * n / %(count)s, 3) - CASE WHEN n > %(count)s * 0.95 THEN 9000 ELSE 0 END",
    "level": "round((20 + 8 * sin(n * 0.37) + 5 * sin(6.2832 * n * 10 / %(count)s))::numeric, 2)",
    "amount": "round((1000.0 / %(count)s * (1.5 + sin(n * 0.7)))::numeric, 6)",
}
PAGES = ["", "?by=day", "?by=week", "?by=year"]


def fill(source: DataSource, count: int) -> float:
    """Seconds that writing the readings took, with whatever the database keeps of them."""
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            FILL.format(value=VALUES[source.counting]),
            {"source": source.pk, "start": datetime.now(UTC) - SPAN, "span": f"{SPAN.days} days", "count": count},
        )
    return time.perf_counter() - begun


def household(many: int) -> tuple[User, list[tuple[Home, DataSource]]]:
    """A person with a home for every source, so that the page of each home is that of one source."""
    person = User.objects.filter(username="chart-cost").first() or make_user("chart-cost", timezone="Europe/Berlin")
    places = [_place(person, counting, count) for counting in VALUES for count in (FEW, many)]
    with connection.cursor() as cursor:
        for table in ("reading", "reading_day", "reading_fall"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    return person, places


def _place(person: User, counting: str, count: int) -> tuple[Home, DataSource]:
    """A home with one source of `count` readings, made unless it is there."""
    name = f"{counting} {count}"
    found = DataSource.objects.select_related("home").filter(owner=person, home__name=name).first()
    if found is not None and found.home is not None:
        return found.home, found
    kind: dict[str, Any] = {"counting": counting, "digits": 6 if counting == "counter" else None}
    with transaction.atomic():
        home = make_home(person, name)
        source = make_source(person, home, **kind)
        print(f"{counting:8} {count:9} readings written in {fill(source, count):6.1f} s", flush=True)
    return home, source


def measure(person: User, paths: dict[str, str], rounds: int) -> dict[str, tuple[float, float, int]]:
    """The least and the median time in milliseconds, and the queries, of each page; fetched in turns."""
    client = Client()
    client.force_login(person)
    times: dict[str, list[float]] = {name: [] for name in paths}
    queries = {}
    for name, path in paths.items():
        for _ in range(3):
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)  # noqa: S101
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        queries[name] = len(seen)
    for _ in range(rounds):
        for name, path in paths.items():
            begun = time.perf_counter()
            client.get(path)
            times[name].append((time.perf_counter() - begun) * 1000)
    return {name: (min(found), median(found), queries[name]) for name, found in times.items()}


def report(counting: str, person: User, places: list[tuple[Home, DataSource]], rounds: int) -> None:
    """Print what each page costs with few readings and with many."""
    for page in [*PAGES, "home"]:
        paths = {
            name: (home if page == "home" else source).get_absolute_url() + ("" if page == "home" else page)
            for name, (home, source) in zip(("few", "many"), places, strict=True)
        }
        found = measure(person, paths, rounds)
        (least, middle, queries), (least_many, middle_many, queries_many) = found["few"], found["many"]
        print(
            f"{counting:8} {page or 'source page':12} {middle:7.1f} ms {middle_many:7.1f} ms, least {least:7.1f} ms"
            f" {least_many:7.1f} ms, ratio {middle_many / middle:5.2f} (least {least_many / least:5.2f}),"
            f" queries {queries} and {queries_many}",
            flush=True,
        )


def main(many: int = MANY, rounds: int = ROUNDS, keep: bool = False) -> None:
    """Measure with a household of its own, of which nothing stays unless it is to be kept; no round: only make it."""
    settings.ALLOWED_HOSTS = ["testserver"]
    with as_owner():
        person, places = household(many)
    try:
        for number, counting in enumerate(VALUES if rounds else ()):
            report(counting, person, places[2 * number : 2 * number + 2], rounds)
    finally:
        if not keep:
            with as_owner():
                Home.objects.filter(created_by=person).delete()
                DataSource.objects.filter(owner=person).delete()
                User.objects.filter(pk=person.pk).delete()


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:] if each.isdigit()] + [MANY, ROUNDS][len(sys.argv[1:3]) :]
    main(numbers[0], numbers[1], keep="keep" in sys.argv)
