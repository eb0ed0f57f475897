"""Who lives in the kept database: a person with a home for each size, in which one of eight sources is that large."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.faults.household import Household, way_in
from benchmarks.faults.server import Database

SOURCES, FEW = 8, 1_000
SPAN = timedelta(days=3650)
LARGE = "Tank 0"
WRITTEN = """
DELETE FROM reading USING data_source AS s WHERE source_id = s.id AND s.home_id = %s AND created_by_id IS NOT NULL
"""
TABLE = """
CREATE TABLE IF NOT EXISTS bench_note (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, value numeric NOT NULL, created_at timestamptz NOT NULL);
GRANT SELECT, INSERT ON bench_note TO homelog_app
"""


@dataclass(frozen=True)
class Place:
    """The public ids of a home, of its large source and of all its sources."""

    home: str
    source: str
    sources: list[str]


def sign_in(environment: Mapping[str, str]) -> Household:
    """The person, made once, with a session and a key of this run. From here on this process is a Django."""
    os.environ.update(environment)
    import django

    django.setup()
    from django.db import connection

    from accounts.models import User
    from homelog.roles import as_owner
    from homelog.testing import make_user
    from sources.models import ApiKey

    person = User.objects.filter(username="bench").first() or make_user("bench")
    with as_owner():
        ApiKey.objects.filter(user=person).delete()
    session, key = way_in(person, "bench")
    connection.close()
    return Household([], session, key, "")


def fill(database: Database, size: int) -> Place:
    """The home of that size; its readings are written unless they are there."""
    from django.db import connection, transaction

    from accounts.models import User
    from homelog.roles import as_owner
    from homelog.testing import make_home, make_source
    from sources.models import DataSource

    person, name = User.objects.get(username="bench"), f"Home {size}"
    with as_owner():
        found = DataSource.objects.select_related("home").filter(owner=person, home__name=name, name=LARGE).first()
        if found is not None and found.home is not None:
            # What earlier runs wrote down: each begins with the same.
            with connection.cursor() as cursor:
                cursor.execute(WRITTEN, [found.home_id])
            return _place(found.home, found)
        begun = time.monotonic()
        with transaction.atomic():
            home = make_home(person, name)
            tanks = [make_source(person, home, name=f"Tank {n}", counting="level", digits=None) for n in range(SOURCES)]
            for number, tank in enumerate(tanks):
                _write(tank.pk, FEW if number else size)
        place = _place(home, tanks[0])
    with database.connect() as superuser:
        for table in ("reading", "reading_day", "reading_fall"):
            superuser.execute(f"VACUUM ANALYZE {table}".encode())
    print(f"{size:,} readings written in {time.monotonic() - begun:.0f} s", flush=True)
    return place


def _place(home: Any, large: Any) -> Place:
    sources = [str(each.public_id) for each in home.sources.order_by("pk")]
    return Place(str(home.public_id), str(large.public_id), sources)


def _write(source: int, count: int) -> None:
    from django.db import connection

    from benchmarks.chart_cost import FILL, VALUES

    known: dict[str, Any] = {
        "source": source,
        "start": datetime.now(UTC) - SPAN,
        "span": f"{SPAN.days} days",
        "count": count,
    }
    with connection.cursor() as cursor:
        cursor.execute(FILL.format(value=VALUES["level"]), known)
