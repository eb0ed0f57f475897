"""What the database alone says, asked with raw SQL as the limited role; the rows that could leak are really there."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home, make_readings, make_source, share
from sources.models import DataSource, Home

Owner = Callable[[], AbstractContextManager[None]]
TABLES = ("home", "home_member", "data_source", "source_access", "data_validator", "reading", "audit_log")


def count(table: str) -> int:
    """Rows of `table` that are visible now."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def run(sql: str, *parameters: int | str | None) -> int:
    """Rows that a statement touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def test_the_tests_run_as_the_limited_role(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("homelog_app", False, False)


def test_a_stranger_sees_nothing_of_a_household(source: DataSource, charlie: User, bob: User, owner: Owner) -> None:
    make_readings(source)
    share(source, bob)
    with acting_as(source.owner):
        source.validators.create(min_value=0)
    with owner():
        there = {table: count(table) for table in TABLES}
    assert all(there.values()), there
    with acting_as(charlie):
        assert {table: count(table) for table in TABLES} == dict.fromkeys(TABLES, 0)


def test_without_anybody_bound_there_are_no_rows(source: DataSource) -> None:
    make_readings(source)
    assert {table: count(table) for table in TABLES} == dict.fromkeys(TABLES, 0)


@pytest.mark.parametrize("level", ["read", "write", "admin"])
def test_a_share_shows_the_source_and_its_readings_only(level: str, source: DataSource, bob: User) -> None:
    make_readings(source)
    other = make_source(source.owner, source.home, name="Water")
    make_readings(other)
    share(source, bob, level)
    with acting_as(bob), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM data_source")
        assert cursor.fetchall() == [(source.pk,)]
        cursor.execute("SELECT DISTINCT source_id FROM reading")
        assert cursor.fetchall() == [(source.pk,)]


def test_who_may_read_may_not_write(source: DataSource, bob: User) -> None:
    reading = make_readings(source)[0]
    share(source, bob, "read")
    with acting_as(bob):
        assert run("UPDATE reading SET value = 1 WHERE id = %s", reading.pk) == 0
        assert run("DELETE FROM reading WHERE id = %s", reading.pk) == 0
        with pytest.raises(ProgrammingError, match="row-level security"):
            run(
                "INSERT INTO reading (public_id, source_id, value, recorded_at, quality_flag, notes, metadata, photo,"
                " created_at) VALUES (gen_random_uuid(), %s, 1, now(), 'good', '', '{}', '', now())",
                source.pk,
            )


INSERT = (
    "INSERT INTO reading (public_id, source_id, created_by_id, value, recorded_at, quality_flag, notes, metadata,"
    " photo, created_at) VALUES (gen_random_uuid(), %s, %s, 1, now(), 'good', '', '{}', '', now())"
)


def test_who_may_write_makes_no_reading_their_own_or_anothers(source: DataSource, alice: User, bob: User) -> None:
    reading, his = make_readings(source)[0], make_source(bob, name="Bob's meter")
    share(source, bob, "write")
    with acting_as(bob):
        for change, value in (("created_by_id", bob.pk), ("source_id", his.pk)):
            with pytest.raises(ProgrammingError, match="keeps its source and who wrote it down"):
                run(f"UPDATE reading SET {change} = %s WHERE id = %s", value, reading.pk)
        assert run("DELETE FROM reading WHERE id = %s", reading.pk) == 0
        for person in (alice.pk, None):
            with pytest.raises(ProgrammingError, match="row-level security"):
                run(INSERT, source.pk, person)
        assert run(INSERT, source.pk, bob.pk) == 1


def test_an_administrator_may_put_back_what_another_wrote_down(source: DataSource, alice: User, bob: User) -> None:
    share(source, bob, "write")
    with acting_as(alice):
        assert run(INSERT, source.pk, bob.pk) == 1


def test_nobody_grants_themselves_a_right(source: DataSource, bob: User, charlie: User) -> None:
    share(source, bob, "write")
    grant = "INSERT INTO source_access (source_id, user_id, level, granted_at) VALUES (%s, %s, 'admin', now())"
    with acting_as(charlie), pytest.raises(ProgrammingError, match="row-level security"):
        run(grant, source.pk, charlie.pk)
    with acting_as(bob):
        assert run("UPDATE source_access SET level = 'admin' WHERE user_id = %s", bob.pk) == 0
    assert source.home is not None
    join = "INSERT INTO home_member (home_id, user_id, level, granted_at) VALUES (%s, %s, 'admin', now())"
    with acting_as(charlie), pytest.raises(ProgrammingError, match="row-level security"):
        run(join, source.home.pk, charlie.pk)


def test_an_administrator_by_share_cannot_take_the_source_over(source: DataSource, bob: User) -> None:
    share(source, bob, "admin")
    his = make_home(bob, "Bob's place")
    with acting_as(bob):
        with pytest.raises(ProgrammingError, match="only the owner"):
            run("UPDATE data_source SET owner_id = %s WHERE id = %s", bob.pk, source.pk)
        assert run("DELETE FROM data_source WHERE id = %s", source.pk) == 0
        for home in (his.pk, None):
            with pytest.raises(ProgrammingError, match="only the owner"):
                run("UPDATE data_source SET home_id = %s WHERE id = %s", home, source.pk)


def test_the_owner_moves_a_source_between_their_homes(source: DataSource, alice: User) -> None:
    other = make_home(alice, "The lake")
    with acting_as(alice):
        for home in (other.pk, None):
            assert run("UPDATE data_source SET home_id = %s WHERE id = %s", home, source.pk) == 1


def test_a_source_enters_a_home_only_by_its_administrators(source: DataSource, bob: User, home: Home) -> None:
    his = make_source(bob, name="Bob's meter")
    with acting_as(bob), pytest.raises(ProgrammingError, match="its administrators"):
        run("UPDATE data_source SET home_id = %s WHERE id = %s", home.pk, his.pk)


def test_household_members_get_their_level_on_every_source_now_and_later(home: Home, alice: User, bob: User) -> None:
    early = make_source(alice, home, name="Early")
    with acting_as(alice):
        home.members.create(user=bob, level="write", granted_by=alice)
    late = make_source(alice, home, name="Late")
    with acting_as(bob), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM data_source ORDER BY id")
        assert cursor.fetchall() == [(early.pk,), (late.pk,)]
    assert make_readings(late, ["1"], by=bob)[0].created_by_id == bob.pk


def test_somebody_made_inactive_sees_nothing(source: DataSource, alice: User) -> None:
    make_readings(source)
    alice.is_active = False
    alice.save()
    with acting_as(alice):
        assert {table: count(table) for table in TABLES} == dict.fromkeys(TABLES, 0)


def test_deleting_a_person_takes_their_sources_and_keeps_their_name_in_the_log(
    source: DataSource, alice: User, owner: Owner
) -> None:
    make_readings(source)
    with acting_as(alice):
        alice.delete()
    with owner():
        assert count("data_source") == count("reading") == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit_log WHERE actor_name = 'Alice'")
            assert cursor.fetchone()[0] >= 5
