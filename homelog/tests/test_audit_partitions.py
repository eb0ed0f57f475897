"""The coming months of the audit log: made once, by the owner, without losing an entry that came before its month."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from audit import partitions
from audit.log import write
from homelog import roles
from homelog.checks import untriggered_log
from homelog.management.commands import audit_partitions

Owner = Callable[[], AbstractContextManager[None]]
LATER = datetime(2090, 3, 15, tzinfo=UTC)


@pytest.fixture
def run(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """The command on the test's own connection; answers with its lines."""
    monkeypatch.setattr(audit_partitions, "as_owner", owner)

    def lines(*arguments: str) -> list[str]:
        out = StringIO()
        call_command("audit_partitions", *arguments, stdout=out)
        return out.getvalue().splitlines()

    return lines


def held() -> list[tuple[str, str, str]]:
    """Each entry with the partition that holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, event_type, details->>'person' FROM audit_log ORDER BY id")
        return [(table, event, person) for table, event, person in cursor.fetchall()]


def test_months_that_are_there_are_not_made_again(run: Callable[..., list[str]]) -> None:
    end = partitions.until()
    assert run() == ["All months were there.", f"The audit log has months until {end:%Y-%m-%d}."]


def test_the_missing_months_are_made_with_all_their_guards(run: Callable[..., list[str]], owner: Owner) -> None:
    with time_machine.travel(LATER, tick=False):
        assert run("--months", "11") == ["Months made: 11.", "The audit log has months until 2091-02-01."]
        write("sign_out", {"person": "Alice"})
    with owner():
        assert held() == [("audit_log_2090_03", "sign_out", "Alice")]
        assert list(untriggered_log()) == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT relrowsecurity, relacl::text FROM pg_class WHERE relname = 'audit_log_2090_03'")
            secured, rights = cursor.fetchone()
    assert secured
    assert "homelog_app" not in (rights or "")


def test_entries_that_came_before_their_month_are_moved_into_it(run: Callable[..., list[str]], owner: Owner) -> None:
    with time_machine.travel(LATER, tick=False):
        write("sign_in", {"person": "Alice"})
    with time_machine.travel(datetime(2095, 1, 1, tzinfo=UTC), tick=False):
        write("sign_in", {"person": "Bob"})
    with owner():
        assert [table for table, _, _ in held()] == ["audit_log_other", "audit_log_other"]
    with time_machine.travel(LATER, tick=False):
        assert run("--months", "1") == [
            "Months made: 1.",
            "Entries moved to the month they belong to: 1.",
            "Entries left in audit_log_other, of months that are not made ahead: 1.",
            "The audit log has months until 2090-04-01.",
        ]
    with owner():
        assert held() == [
            ("audit_log_2090_03", "sign_in", "Alice"),
            ("audit_log_other", "sign_in", "Bob"),
        ]
        assert list(untriggered_log()) == []


def test_a_migration_makes_two_years_ahead(owner: Owner) -> None:
    with owner(), time_machine.travel(LATER, tick=False):
        roles.make_months()
        assert partitions.until() == datetime(2092, 3, 1, tzinfo=UTC)


def test_a_role_that_does_not_own_the_log_makes_no_months(db: None) -> None:
    end = partitions.until()
    with time_machine.travel(LATER, tick=False):
        roles.make_months()
    assert partitions.until() == end


@pytest.mark.parametrize("months", ["0", "241", "-1", "two"])
def test_an_odd_number_of_months_is_refused(run: Callable[..., list[str]], months: str) -> None:
    with pytest.raises(CommandError, match="is no number from 1 to 240"):
        run(f"--months={months}")
