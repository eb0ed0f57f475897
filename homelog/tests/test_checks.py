"""Each check of the database: silent where all is well, and heard once its fault is planted."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.checks import Tags, run_checks
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from audit import partitions
from homelog.checks import Role, check_database, household_tables, judge_role
from homelog.roles import is_owner_on_purpose

Owner = Callable[[], AbstractContextManager[None]]


def found() -> list[tuple[str | None, str]]:
    """What the checks say now, as (id, sentence)."""
    messages = run_checks(tags=[Tags.database], databases=["default"])
    return [(message.id, message.msg) for message in messages if (message.id or "").startswith("homelog.")]


def plant(owner: Owner, *statements: str) -> list[tuple[str | None, str]]:
    """What the checks say after the owner ran `statements`."""
    with owner(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return found()


def newest() -> str:
    """The partition of this month."""
    return f"audit_log_{datetime.now(UTC):%Y_%m}"


def test_a_database_as_migrate_leaves_it_is_in_order(db: None) -> None:
    assert found() == []


def test_every_table_of_a_household_is_looked_at(db: None) -> None:
    assert set(household_tables()) >= {
        *("home", "home_member", "data_source", "source_access", "data_validator", "meter_change"),
        *("reading", "import_batch", "import_draft", "audit_log"),
    }


def test_every_table_that_leads_to_a_home_or_a_source_is_a_household_table(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND column_name IN ('home_id', 'source_id') AND table_name NOT LIKE 'audit_log_%%'"
            " AND table_name <> 'source_level'"
        )
        assert {name for (name,) in cursor.fetchall()} - set(household_tables()) == set()


def test_a_table_without_row_level_security_is_found(owner: Owner) -> None:
    assert plant(owner, "ALTER TABLE meter_change DISABLE ROW LEVEL SECURITY") == [
        ("homelog.E001", "The table meter_change lacks row-level security.")
    ]


@pytest.mark.parametrize(
    ("policy", "table", "command"),
    [
        ("reading_delete", "reading", "DELETE"),
        ("home_update", "home", "UPDATE"),
        ("audit_log_select", "audit_log", "SELECT"),
        ("audit_log_insert", "audit_log", "INSERT"),
    ],
)
def test_a_table_without_a_policy_for_a_command_is_found(policy: str, table: str, command: str, owner: Owner) -> None:
    assert plant(owner, f"DROP POLICY {policy} ON {table}") == [
        ("homelog.E001", f"The table {table} lacks a policy of homelog_app for {command}.")
    ]


def test_a_site_that_connects_as_the_owner_is_found(owner: Owner) -> None:
    with owner():
        (message,) = found()
    assert message == (
        "homelog.E002",
        "The site connects as homelog_owner, who owns the tables or may become their owner.",
    )


@pytest.mark.parametrize(
    ("who", "ids"),
    [
        (Role("homelog_app", False, False, False), []),
        (Role("homelog_owner", False, False, True), ["homelog.E002"]),
        (Role("postgres", True, False, True), ["homelog.E003"]),
        (Role("postgres", True, True, True), ["homelog.E003", "homelog.E004"]),
        (Role("backup", False, True, False), ["homelog.E004"]),
    ],
)
def test_a_role_that_is_too_mighty_is_found(who: Role, ids: list[str]) -> None:
    assert [message.id for message in judge_role(who)] == ids


@pytest.mark.parametrize("role", ["homelog_app", "homelog_staff"])
@pytest.mark.parametrize("privilege", ["UPDATE", "DELETE", "TRUNCATE"])
def test_a_right_to_change_the_log_is_found(role: str, privilege: str, owner: Owner) -> None:
    for table in ("audit_log_other", "audit_log"):
        told = plant(owner, f"GRANT {privilege} ON {table} TO {role}")
        assert ("homelog.E005", f"{role} may {privilege} {table}: the audit log can only be added to.") in told


def test_a_right_to_change_one_column_of_the_log_is_found(owner: Owner) -> None:
    assert plant(owner, "GRANT UPDATE (details) ON audit_log TO homelog_app") == [
        ("homelog.E005", "homelog_app may UPDATE audit_log: the audit log can only be added to.")
    ]


@pytest.mark.parametrize("how", ["DROP TRIGGER audit_log_untruncated ON {}", "ALTER TABLE {} DISABLE TRIGGER USER"])
def test_a_part_of_the_log_without_its_trigger_is_found(how: str, owner: Owner) -> None:
    assert plant(owner, how.format(newest())) == [("homelog.E006", f"{newest()} lacks a trigger that refuses changes.")]


def test_a_partition_made_by_hand_is_found(owner: Owner) -> None:
    made = "CREATE TABLE audit_log_by_hand PARTITION OF audit_log FOR VALUES FROM ('1990-01-01') TO ('1990-02-01')"
    assert plant(owner, made) == [("homelog.E006", "audit_log_by_hand lacks a trigger that refuses changes.")]


def test_months_that_run_out_are_told_in_time(db: None) -> None:
    end = partitions.until()
    assert end is not None
    with time_machine.travel(end - timedelta(days=46), tick=False):
        assert found() == []
    with time_machine.travel(end - timedelta(days=44), tick=False):
        assert found() == [("homelog.W001", f"The audit log has months until {end:%Y-%m-%d} only.")]


def test_another_database_or_none_is_not_looked_at(db: None) -> None:
    assert check_database(databases=None) == check_database(databases=["other"]) == []


def test_nothing_is_said_while_a_command_works_as_the_owner(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homelog.checks.is_owner_on_purpose", lambda: True)
    with owner():
        assert found() == []
    assert not is_owner_on_purpose()


def test_a_database_behind_the_code_is_found(owner: Owner) -> None:
    ((_app, newest),) = MigrationLoader(connection).graph.leaf_nodes("audit")
    forget = f"DELETE FROM django_migrations WHERE app = 'audit' AND name = '{newest}'"
    assert plant(owner, forget) == [
        ("homelog.E007", f"The database lacks 1 of this version's migrations, audit {newest} first.")
    ]


def test_a_database_ahead_of_the_code_is_in_order(owner: Owner) -> None:
    ahead = "INSERT INTO django_migrations (app, name, applied) VALUES ('audit', '9999_of_a_later_version', now())"
    assert plant(owner, ahead) == []
