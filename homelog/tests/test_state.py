"""Ages of seals, of what was carried away and of backups, imports that wait: what Prometheus and doctor are told."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from accounts.ids import uuid7
from accounts.models import User
from homelog.postgresql import aside
from homelog.tests.test_watching import BEARER, TOKEN
from homelog.watching import state
from readings.import_runs import LOCKS
from sources.models import DataSource

pytestmark = pytest.mark.django_db
Owner = Callable[[], AbstractContextManager[None]]

SEAL = """
INSERT INTO audit_seal (first_id, last_id, entries, digest, sealed_at)
SELECT coalesce(max(last_id), -1) + 1, coalesce(max(last_id), -1) + %s, 0, sha256('x'), now() - interval '%s hours'
FROM audit_seal RETURNING id, last_id
"""
ENTRY = """
INSERT INTO audit_log (id, event_time, event_type, actor_name, details)
VALUES (%s, now() - interval '%s hours', 'sign_in', '', '{}')
"""
DRAFT = """
INSERT INTO import_draft
(public_id, source_id, file_name, content, size, choices, run, found, created_at, created_by_id)
VALUES (%s, %s, 'a.csv', '', 0, '{}', %s::jsonb, '{}', now(), %s) RETURNING id
"""


def now() -> state.State:
    """As the site is told it."""
    with connection.cursor() as cursor:
        cursor.execute(state.SQL)
        return state.of(cursor.fetchone())


def hours(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds // 3600)


def run(sql: str, *parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone() if cursor.description else None


def test_where_nothing_was_done_yet_nothing_is_told_of_it() -> None:
    assert now() == state.State()
    names = {name for name, _text, _value in state.told(now())}
    assert "homelog_audit_places" in names
    assert not {"homelog_audit_seal_age_seconds", "homelog_backup_age_seconds"} & names


def test_what_is_old_and_what_waits_is_told(owner: Owner) -> None:
    with owner():
        first, _end = run(SEAL, 10, 9)
        _second, end = run(SEAL, 10, 5)
        run("INSERT INTO audit_cursor (name, seal_id) VALUES ('a', %s), ('b', %s)", first, first + 1)
        run("INSERT INTO backup_made VALUES (now() - interval '30 hours', 1), (now() - interval '7 hours', 1)")
    sealed = now()
    assert (sealed.unsealed_for, sealed.places) == (0, 2)
    assert [hours(age) for age in (sealed.seal_age, sealed.shipped_age, sealed.unshipped_for, sealed.backup_age)] == [
        *(5, 9, 5, 7)
    ]
    with owner():
        run(ENTRY, end + 1, 1)
        run(ENTRY, end + 2, 3)
        run("UPDATE audit_cursor SET seal_id = %s", first + 1)
    later = now()
    assert (hours(later.unsealed_for), hours(later.shipped_age), later.unshipped_for) == (3, 5, 0)


def test_imports_that_wait_and_that_run_are_counted_and_those_that_died_are_not(
    owner: Owner, source: DataSource
) -> None:
    running = '{"what": "look", "state": "running", "of": 0, "began": "%s", "waited": "%s"}'
    long_ago, lately = "2026-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"
    runs = ["{}", running % (long_ago, lately), running % (long_ago, ""), '{"what": "store", "state": "done"}']
    with owner():
        drafts = [run(DRAFT, uuid7(), source.pk, each, source.owner_id)[0] for each in runs]
    waiting = now()
    assert (waiting.drafts, waiting.imports_waiting, waiting.imports_running) == (3, 1, 0)
    run("SELECT pg_advisory_xact_lock(%s, %s)", LOCKS, drafts[1])
    assert now() == replace(waiting, imports_waiting=0, imports_running=1)


def counted(client: Client, name: str) -> float:
    lines = client.get("/metrics", headers=BEARER).content.decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


def test_sign_ins_that_fail_readings_that_conflict_and_what_is_refused_are_counted(
    client: Client, settings: Any, source: DataSource, alice: User
) -> None:
    settings.METRICS_TOKEN = TOKEN
    failed, conflicts = (
        'homelog_sign_ins_failed_total{way="password"}',
        'homelog_outbox_answers_total{state="conflict"}',
    )
    refused = [f'homelog_requests_total{{method="GET",status="{status}"' for status in (400, 404)]
    before = [counted(client, name) for name in (failed, conflicts, *refused)]
    client.post("/account/login/", {"login": "alice", "password": "not hers"})
    client.force_login(alice)
    sent = {"writer": str(alice.public_id), "public_id": str(uuid7())}
    for value in ("100", "101"):
        client.post(
            f"/sources/{source.public_id}/read/", {**sent, "value": value}, headers={"accept": "application/json"}
        )
    client.get("/nowhere/")
    client.get("/", headers={"host": "elsewhere.example.org"})
    after = [counted(client, name) for name in (failed, conflicts, *refused)]
    assert [late - early for early, late in zip(before, after, strict=True)] == [1, 1, 1, 1]


def test_without_the_database_the_process_still_tells_its_own_figures(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(slow: Callable[[str], bool]) -> Callable[[str], tuple[int, ...]]:
        def asked(sql: str) -> tuple[int, ...]:
            if slow(sql):
                raise OperationalError("The database did not answer in time.")
            return (1, 2, 3)

        return asked

    settings.METRICS_TOKEN = TOKEN
    client.get("/account/login/")
    assert "homelog_import_drafts 0.0" in client.get("/metrics", headers=BEARER).content.decode()
    cases = {"homelog_database_up 1.0": away(lambda sql: sql == state.SQL), "homelog_database_up 0.0": away(bool)}
    for told, asked in cases.items():
        monkeypatch.setattr(aside, "asked", asked)
        text = client.get("/metrics", headers=BEARER).content.decode()
        assert told in text
        assert "homelog_requests_total{" in text
        assert "homelog_import_drafts" not in text
