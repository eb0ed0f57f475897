"""Plans that the server keeps: for statements of fixed text, where it answers itself, and never against a right."""

import gc
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, DataError, OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.current import acting, acting_as, actor_of
from accounts.models import User
from accounts.statements import Fixed
from homelog.testing import START, make_readings, make_source, make_user, share
from readings.models import Reading
from readings.queries import newest
from readings.surroundings import surroundings
from sources.models import DataSource, Home

pytestmark = pytest.mark.django_db
WIDER = """
DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY['reading', 'data_source', 'home', '"user"', 'meter_change', 'data_validator'] LOOP
        EXECUTE 'ALTER TABLE ' || name || ' ADD COLUMN added_later text DEFAULT ''x''';
    END LOOP;
END $$
"""
ROOMIER = "DO $$ BEGIN ALTER TABLE reading ALTER COLUMN quality_flag TYPE varchar(99); END $$"


def kept() -> set[str]:
    """The statements whose plan this connection keeps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return {row[0] for row in cursor.fetchall()}


def asked(sql: str, *values: Any) -> Any:
    """The first column of the only row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def test_the_plan_of_a_fixed_text_is_kept_and_each_question_gets_its_own_answer() -> None:
    assert [asked(Fixed("SELECT %s::int + 1"), number) for number in (1, 2, 3)] == [2, 3, 4]
    assert [asked("SELECT %s::int + 2", number) for number in (1, 2, 3)] == [3, 4, 5]
    assert "SELECT $1::int + 1" in kept()
    assert not [sql for sql in kept() if "+ 2" in sql]


def test_it_is_the_same_plan_for_all_values_and_none_has_helpers() -> None:
    for number in range(3):
        asked(Fixed("SELECT %s::int * 11"), number)
    made = asked("SELECT (custom_plans, generic_plans)::text FROM pg_prepared_statements WHERE statement LIKE '%%* 11'")
    assert (made, asked("SHOW max_parallel_workers_per_gather")) == ("(0,2)", "0")


def test_nothing_is_remembered_of_what_is_asked_with_its_values_in_the_text() -> None:
    """Such as a file that was brought: psycopg would keep the last hundred of them for each connection."""
    connection.ensure_connection()
    asked("SELECT length(%s)", "a file" * 100_000)
    reached = [connection.connection._prepared]
    for _depth in range(3):
        reached += [each for held in reached for each in gc.get_referents(held)]
    assert not [each for each in reached if isinstance(each, bytes) and b"a filea file" in each]


def test_a_text_is_counted_however_much_is_asked_in_between() -> None:
    asked(Fixed("SELECT %s::int * 5"), 1)
    for number in range(150):
        asked("SELECT %s::int * 7", number)
    asked(Fixed("SELECT %s::int * 5"), 2)
    assert "SELECT $1::int * 5" in kept()


def test_plans_that_are_gone_or_fail_midway_cost_one_question_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    twelfth = Fixed("SELECT 12 / %s::int")
    for _turn in range(4):
        with pytest.raises(DataError), transaction.atomic():
            asked(twelfth, 0)
        assert asked(twelfth, 3) == 4
    monkeypatch.setattr(connection.connection, "keeps_plans", True)  # as the tests that follow find it
    connection.connection.execute("DEALLOCATE ALL")
    with pytest.raises(OperationalError, match="does not hold any more"), transaction.atomic():
        asked(twelfth, 3)
    assert asked(twelfth, 3) == 4


def test_what_is_asked_next_over_the_same_cursor_is_asked_as_ever() -> None:
    with connection.cursor() as cursor:
        cursor.execute(Fixed("SELECT %s::int * 3"), [1])
        assert cursor.fetchone() == (3,)
        cursor.execute("SELECT %s; SELECT %s", ["two", "statements"])
        assert cursor.fetchone() == ("two",)


def test_what_was_asked_by_a_kept_plan_is_told_with_its_values() -> None:
    with CaptureQueriesContext(connection) as seen:
        for number in range(4):
            asked(Fixed("SELECT %s::int * 2"), number)
    assert [query["sql"] for query in seen] == [f"SELECT {number}::int * 2" for number in range(4)]


def test_a_kept_plan_shows_each_person_what_is_theirs(source: DataSource, alice: User) -> None:
    make_readings(source, [1, 2])
    stranger, seen = make_user("stranger"), []
    for person in (alice, stranger, alice, stranger):
        with acting_as(person):
            seen.append([int(reading.value) for reading in newest([source.pk], 5)])
    assert seen == [[2, 1], [], [2, 1], []]
    assert [sql for sql in kept() if "FROM reading" in sql]


def test_also_a_plan_without_any_value_holds_to_every_right_as_it_is_by_then(
    source: DataSource, alice: User, bob: User
) -> None:
    make_readings(source, [1, 2])
    elsewhere, staff = make_source(alice), make_user("staff", is_staff=True, is_superuser=True)
    acting_in_turn = [
        (actor_of(alice), 2),
        (replace(actor_of(alice), only_source=elsewhere.pk), 0),
        (actor_of(bob), 0),
        (actor_of(staff, staff=True), 2),
        (actor_of(staff), 0),
        (replace(actor_of(alice), only_source=source.pk, reads_only=True), 2),
    ]
    for _turn in range(3):
        for who, count in acting_in_turn:
            with acting(who):
                assert (who, len(newest([source.pk], 5))) == (who, count)
                assert (who, len(surroundings(source, timezone.now()).recent)) == (who, count)
    given = share(source, bob)
    with acting_as(bob):
        assert len(newest([source.pk], 5)) == 2
    with acting_as(alice):
        given.delete()
    with acting_as(bob):
        assert newest([source.pk], 5) == []
    assert asked("SELECT min(generic_plans) FROM pg_prepared_statements WHERE statement LIKE '%%FROM reading%%'") > 5


def test_also_a_plan_without_any_value_stores_only_what_the_acting_person_may_store(
    source: DataSource, bob: User
) -> None:
    share(source, bob)
    make_readings(source, range(1, 5))
    refused = Reading(source=source, value=5, recorded_at=START + timedelta(days=9))
    with pytest.raises(DatabaseError, match="row-level security"), acting_as(bob):
        refused.save_base(raw=True, force_insert=True)  # past what the program itself refuses
    make_readings(source, [6], START + timedelta(days=10))
    assert asked("SELECT min(generic_plans) FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO%%'") > 3


def test_pages_bear_a_column_that_a_migration_adds_meanwhile(
    client: Client, source: DataSource, home: Home, alice: User, owner: Callable[[], AbstractContextManager[None]]
) -> None:
    make_readings(source, [1, 2])
    client.force_login(alice)
    pages = [f"/homes/{home.public_id}/", f"/sources/{source.public_id}/", f"/sources/{source.public_id}/read/"]
    for _turn in range(3):
        assert [client.get(page).status_code for page in pages] == [200, 200, 200]
    before = kept()
    assert len(before) >= 8
    with owner():
        connection.connection.execute(WIDER)
    assert [client.get(page).status_code for page in pages] == [200, 200, 200]
    assert before <= kept()


def test_a_column_that_gets_wider_meanwhile_costs_one_page_that_asks_to_come_again(
    client: Client,
    source: DataSource,
    alice: User,
    owner: Callable[[], AbstractContextManager[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """PostgreSQL refuses such a plan, and with it the transaction; no later one uses it."""
    make_readings(source, [1, 2])
    client.force_login(alice)
    client.raise_request_exception = False
    monkeypatch.setattr(connection.connection, "keeps_plans", True)  # as the tests that follow find it
    page = f"/sources/{source.public_id}/"
    assert [client.get(page).status_code for _turn in range(3)] == [200, 200, 200]
    with owner():
        connection.connection.execute(ROOMIER)
    answers = [client.get(page) for _turn in range(3)]
    told = [(answer.status_code, answer.get("Retry-After")) for answer in answers]
    assert told == [(503, "5"), (200, None), (200, None)]


def test_behind_a_pooler_that_shares_connections_no_plan_is_kept() -> None:
    connection.ensure_connection()
    real = connection.connection
    behind: Any = SimpleNamespace(cursor=real.cursor, info=SimpleNamespace(backend_pid=-1))
    behind.info.parameter_status = real.info.parameter_status
    connection._configure_connection(behind)  # type: ignore[attr-defined]
    assert (behind.keeps_plans, real.keeps_plans) == (False, True)
