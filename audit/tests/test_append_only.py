"""The log can only be added to: asked with raw SQL as each role that a page can ever have, and as the owner."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.current import Actor, acting, acting_as
from audit.log import write
from homelog.testing import make_readings
from sources.models import DataSource

Owner = Callable[[], AbstractContextManager[None]]

CHANGES = [
    "UPDATE {table} SET actor_name = 'Nobody'",
    "UPDATE {table} SET details = '{{}}' WHERE false",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "DROP TABLE {table}",
    "ALTER TABLE {table} DISABLE TRIGGER USER",
    "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} ADD COLUMN more text",
    "CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "SELECT FROM {table} FOR UPDATE",
]


@contextmanager
def refused(sentence: str) -> Iterator[None]:
    with pytest.raises(ProgrammingError, match=sentence), transaction.atomic():
        yield


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def rows() -> tuple[int, str]:
    """How many entries there are, and all they say in one digest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), md5(string_agg(audit_log::text, '' ORDER BY id)) FROM audit_log")
        number, digest = cursor.fetchone()
    return int(number), str(digest)


def partition() -> str:
    """The partition that holds the newest entry."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM audit_log ORDER BY id DESC LIMIT 1")
        return str(cursor.fetchone()[0])


@pytest.fixture
def filled(source: DataSource, owner: Owner) -> str:
    """The name of the partition that holds Alice's entries."""
    make_readings(source)
    with owner():
        return partition()


@pytest.mark.parametrize("sql", CHANGES)
@pytest.mark.parametrize("staff", [False, True], ids=["app", "staff"])
def test_no_role_of_the_site_changes_the_log(
    sql: str, staff: bool, filled: str, source: DataSource, owner: Owner
) -> None:
    with owner():
        before = rows()
    with acting(Actor(source.owner_id, "Alice", staff=staff)):
        for table in ("audit_log", filled, "audit_log_other"):
            with refused("permission denied|must be owner"):
                run(sql.format(table=table))
    with owner():
        assert rows() == before


@pytest.mark.parametrize("staff", [False, True], ids=["app", "staff"])
def test_a_partition_is_neither_read_nor_written_directly(staff: bool, filled: str, source: DataSource) -> None:
    with acting(Actor(source.owner_id, "Alice", staff=staff)):
        for table in (filled, "audit_log_other"):
            with refused("permission denied"):
                run(f"SELECT * FROM {table}")
            with refused("permission denied"):
                run(f"INSERT INTO {table} SELECT * FROM audit_log")


@pytest.mark.parametrize("sql", ["UPDATE {table} SET actor_name = 'Nobody'", "DELETE FROM {table}", "TRUNCATE {table}"])
def test_the_triggers_stop_the_owner_too(sql: str, filled: str, owner: Owner) -> None:
    with owner():
        before = rows()
        for table in ("audit_log", filled):
            with refused("the audit log can only be added to"):
                run(sql.format(table=table))
        with refused("the audit log can only be added to"):
            run("TRUNCATE audit_log_other")
        assert rows() == before


@pytest.mark.parametrize("function", ["audit_make_months(current_date, 1)", "audit_make_partition('x', 'DEFAULT')"])
def test_no_role_of_the_site_makes_partitions(function: str, source: DataSource) -> None:
    for staff in (False, True):
        with acting(Actor(source.owner_id, "Alice", staff=staff)), refused("permission denied"):
            run(f"SELECT {function}")


def test_nobody_writes_an_entry_in_the_name_of_another(source: DataSource) -> None:
    columns = "event_time, event_type, actor_id, actor_name, details"
    forged = f"INSERT INTO audit_log ({columns}) VALUES (now(), 'x', %s, '', '{{}}')"
    for staff in (False, True):
        with acting(Actor(source.owner_id, "Alice", staff=staff)), refused("row-level security"):
            run(forged % (source.owner_id + 1))
        with acting(Actor(source.owner_id, "Alice", staff=staff)), refused("row-level security"):
            run(forged % "NULL")


def test_whoever_is_not_signed_in_may_add_an_entry_but_read_none(filled: str, owner: Owner) -> None:
    with owner():
        number, _ = rows()
    with acting_as(None):
        write("sign_in_failed", {"typed": "x"})
        assert rows() == (0, "None")
    with owner():
        assert rows()[0] == number + 1


def test_the_counter_of_entries_cannot_be_set_back(filled: str, source: DataSource) -> None:
    with acting_as(source.owner), refused("permission denied"):
        run("SELECT setval('audit_log_id_seq', 1)")
