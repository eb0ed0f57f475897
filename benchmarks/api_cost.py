"""What the API costs beside a bare Django view that does one INSERT or one SELECT, with the same caller and middleware.

    python -m benchmarks.api_cost [ROUNDS]

Calls go through the whole site in this process, as homelog_app under row-level security, in turns: POST of one reading
beside one INSERT into the same table, GET of 1,000 readings beside one SELECT of them, written as JSON. Of each the
median time and the number of statements are told, and the ratio. Nothing stays.
"""

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homelog.settings")
os.environ["API_PER_MINUTE"] = "100000"
django.setup()

from django.contrib.auth.decorators import login_not_required  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402

from accounts.ids import uuid7  # noqa: E402
from accounts.tests.api.calls import tokens_of  # noqa: E402
from homelog import urls  # noqa: E402
from homelog.roles import as_owner  # noqa: E402
from homelog.testing import make_home, make_source, make_user  # noqa: E402
from sources.models import DataSource  # noqa: E402

ROUNDS, SHOWN = 100, 1000
INSERT = """
INSERT INTO reading (public_id, source_id, value, recorded_at, quality_flag, notes, metadata, photo, created_at)
VALUES (%s, %s, %s, %s, 'good', '', '{}', '', now())
"""
SELECT = """
SELECT public_id, value::text, recorded_at, quality_flag, notes FROM reading
WHERE source_id = %s ORDER BY recorded_at DESC LIMIT 1000
"""
FILL = """
INSERT INTO reading (public_id, source_id, value, recorded_at, quality_flag, notes, metadata, photo, created_at)
SELECT lpad(to_hex(n), 32, '0')::uuid, %s, n, %s + n * interval '1 hour', 'good', '', '{}', '', now()
FROM generate_series(0, %s - 1) AS n
"""
START = datetime.now(UTC) - timedelta(days=60)


@csrf_exempt
@login_not_required
def bare_insert(request: HttpRequest, key: int) -> HttpResponse:
    """One INSERT, with nothing looked at."""
    sent = json.loads(request.body)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [sent["id"], key, sent["value"], sent["recorded_at"]])
    return JsonResponse(sent, status=201)


@login_not_required
def bare_select(request: HttpRequest, key: int) -> HttpResponse:
    """One SELECT."""
    with connection.cursor() as cursor:
        cursor.execute(SELECT, [key])
        return JsonResponse({"readings": cursor.fetchall()})


urlpatterns = [
    path("api/v1/bare/<int:key>/insert", bare_insert),
    path("api/v1/bare/<int:key>/select", bare_select),
    *urls.urlpatterns,
]


def timed(client: Client, calls: dict[str, Any], rounds: int) -> dict[str, tuple[float, int]]:
    """The median milliseconds of each call and its statements, in turns."""
    spent: dict[str, list[float]] = {name: [] for name in calls}
    statements = {}
    for _round in range(rounds):
        for name, call in calls.items():
            begun = time.perf_counter()
            call()
            spent[name].append((time.perf_counter() - begun) * 1000)
    for name, call in calls.items():
        with CaptureQueriesContext(connection) as made:
            call()
        statements[name] = len(made)
    return {name: (median(spent[name]), statements[name]) for name in calls}


def main() -> None:
    """Make a household, measure, tell, and take it away again."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    person = make_user(f"bench{int(time.time())}")
    home = make_home(person)
    source: DataSource = make_source(person, home)
    try:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(FILL, [source.pk, START, SHOWN])
        _measure(person, source, rounds)
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM data_source WHERE owner_id = %s", [person.pk])
            cursor.execute("DELETE FROM home WHERE created_by_id = %s", [person.pk])
        person.delete()


def _measure(person: Any, source: DataSource, rounds: int) -> None:
    client = Client(headers={"Authorization": f"Bearer {tokens_of(person).access_token}"})
    here, bare = f"/api/v1/sources/{source.public_id}/readings", f"/api/v1/bare/{source.pk}"
    moments = iter(range(10**6))

    def post(address: str) -> None:
        number = next(moments)
        at = START + timedelta(hours=SHOWN, seconds=number)
        sent = {"id": str(uuid7()), "value": str(SHOWN + number), "recorded_at": at.isoformat()}
        answer = client.post(address, sent | ({"confirm": True} if "bare" not in address else {}), "application/json")
        if answer.status_code != 201:
            raise SystemExit(answer.text)

    def get(address: str) -> None:
        found = client.get(address).json()["readings"]
        if len(found) != SHOWN:
            raise SystemExit(f"{len(found)} readings")

    calls = {
        "bare INSERT": lambda: post(f"{bare}/insert"),
        "POST a reading": lambda: post(here),
        "bare SELECT": lambda: get(f"{bare}/select"),
        "GET 1,000 readings": lambda: get(f"{here}?limit={SHOWN}"),
    }
    with override_settings(ROOT_URLCONF="benchmarks.api_cost", ALLOWED_HOSTS=["testserver"]):
        found = timed(client, calls, rounds)
    for one, other in (("bare INSERT", "POST a reading"), ("bare SELECT", "GET 1,000 readings")):
        print(f"{one:20}{found[one][0]:8.1f} ms {found[one][1]:3} statements")
        print(f"{other:20}{found[other][0]:8.1f} ms {found[other][1]:3} statements")
        print(f"{'ratio':20}{found[other][0] / found[one][0]:8.1f}")


if __name__ == "__main__":
    main()
