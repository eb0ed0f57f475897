"""Old entries about looks go by the rule, and nothing else ever; the seals go on proving what is left."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone as clock

from audit import pruning, seals
from audit.log import write
from audit.models import AuditLog
from audit.tests.test_seals import tamper  # noqa: F401
from homelog.management.commands import audit_prune, audit_verify

Owner = Callable[[], AbstractContextManager[None]]
Tamper = Callable[[str], None]


@pytest.fixture
def told(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> list[seals.Seal]:
    """Three stretches of a change and two looks each: 500, 300 and no days ago."""
    monkeypatch.setattr(seals, "STRETCH", 3)
    for days in (500, 300, 0):
        with time_machine.travel(clock.now() - timedelta(days=days), tick=False):
            write("view_source", {"source": f"{days}"})
            write("update_source", {"source": f"{days}"})
            write("view_home", {"home": f"{days}"})
    with owner():
        return seals.seal()


def left(owner: Owner) -> list[str]:
    with owner():
        return list(AuditLog.objects.order_by("id").values_list("event_type", flat=True))


def prune(owner: Owner, days: int = 400) -> int:
    with owner():
        return pruning.prune(days)


def verdict(owner: Owner, head: bytes = b"") -> tuple[list[str], int, int]:
    with owner():
        found = seals.verify(head)
        return found.faults, found.entries, found.pruned


def test_old_looks_go_changes_stay_and_the_seals_still_prove_it(owner: Owner, told: list[seals.Seal]) -> None:
    assert prune(owner) == 2
    looked = ["view_source", "update_source", "view_home"]
    assert left(owner) == ["update_source", *looked, *looked, "prune_views"]
    assert verdict(owner, told[-1].digest) == ([], 9, 2)
    assert prune(owner) == 0
    assert prune(owner, 200) == 2
    with owner():
        assert len(seals.seal()) == 1
        assert AuditLog.objects.filter(event_type="prune_views").first().details["count"] == 2  # type: ignore[union-attr]
    assert verdict(owner) == ([], 11, 4)


def test_a_stretch_that_lost_its_looks_is_not_looked_into_again(owner: Owner, told: list[seals.Seal]) -> None:
    prune(owner)
    asked: dict[str, Any] = {"after": 0, "before": clock.now() - timedelta(days=400), "step": pruning.STEP}
    with owner(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF) {pruning.DUE}", asked)
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("SELECT seal_id FROM audit_pruned")
        assert cursor.fetchall() == [(told[0].id,)]
    assert "audit_log" not in plan
    assert left(owner).count("prune_views") == 1


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM audit_log WHERE event_type = 'update_source' AND details ->> 'source' = '500'",
        "UPDATE audit_log SET actor_name = 'Mallory' WHERE event_type = 'update_source'",
        "UPDATE audit_log SET event_type = 'view_home' WHERE details ->> 'source' = '500'",
        "UPDATE audit_seal SET views_until = views_until - interval '9 s' WHERE views_until < now() - interval '9 d'",
        "UPDATE audit_seal SET views = 1, entries = 2 WHERE views_until < now() - interval '499 days'",
        "DELETE FROM audit_log WHERE event_type LIKE 'view%' AND event_time > now() - interval '310 days'",
        "DELETE FROM audit_log WHERE event_type = 'prune_views'",
    ],
)
def test_what_else_is_missing_or_changed_is_found(
    owner: Owner,
    told: list[seals.Seal],
    tamper: Tamper,  # noqa: F811
    change: str,
) -> None:
    prune(owner)
    tamper(change)
    assert verdict(owner)[0] != []


def test_a_made_up_pruning_excuses_no_look_that_is_not_old(
    owner: Owner,
    told: list[seals.Seal],
    tamper: Tamper,  # noqa: F811
) -> None:
    tamper("DELETE FROM audit_log WHERE event_type LIKE 'view%' AND event_time > now() - interval '1 day'")
    with owner():
        write("prune_views", {"before": "2999-01-01T00:00:00+00:00", "count": 2})
    assert verdict(owner)[0] != []


def test_half_of_the_looks_of_a_stretch_may_not_be_missing(
    owner: Owner,
    told: list[seals.Seal],
    tamper: Tamper,  # noqa: F811
) -> None:
    prune(owner, 450)
    tamper("DELETE FROM audit_log WHERE event_type = 'view_home' AND details ->> 'home' = '300'")
    assert len(verdict(owner)[0]) == 1
    with pytest.raises(DatabaseError, match="not what was sealed"), transaction.atomic():
        prune(owner, 200)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM audit_log WHERE event_type = 'view_source'",
        "SELECT audit_prune_stretch({seal}, now())",
        "SELECT audit_prune_stretch({newest}, now() - interval '90 days')",
        "SET LOCAL homelog.pruning = 'on'; DELETE FROM audit_log WHERE event_type = 'update_source'",
        "SET LOCAL homelog.pruning = 'on'; DELETE FROM audit_log WHERE event_time > now() - interval '89 days'",
        "SET LOCAL homelog.pruning = 'on'; UPDATE audit_log SET actor_name = ''",
        "SET LOCAL homelog.pruning = 'on'; TRUNCATE audit_log",
        "SET LOCAL homelog.pruning = 'on'; DELETE FROM audit_seal",
    ],
)
def test_the_owner_can_remove_nothing_else(owner: Owner, told: list[seals.Seal], sql: str) -> None:
    with owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match=r"only be added to|only looks that are older"), transaction.atomic():
            cursor.execute(sql.format(seal=told[0].id, newest=told[-1].id))


def test_the_site_can_remove_nothing_at_all(told: list[seals.Seal]) -> None:
    for sql in (
        f"SELECT audit_prune_stretch({told[0].id}, now() - interval '400 days')",
        "SET LOCAL homelog.pruning = 'on'; DELETE FROM audit_log WHERE event_type = 'view_source'",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(sql)


def test_what_is_not_sealed_or_not_shipped_yet_stays(owner: Owner, told: list[seals.Seal]) -> None:
    with owner(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_cursor (name, seal_id) VALUES ('there', %s)", [told[0].id - 1])
    assert prune(owner) == 0
    with owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_cursor SET seal_id = %s", [told[0].id])
    assert prune(owner, 100) == 2


def test_the_command_says_what_it_did(
    owner: Owner, told: list[seals.Seal], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in (audit_prune, audit_verify):
        monkeypatch.setattr(module, "as_owner", owner)
    call_command("audit_prune")
    assert capsys.readouterr().out == "Removed 2 entries about looks that were older than 400 days.\n"
    call_command("audit_verify")
    assert capsys.readouterr().out.startswith("Of them, 2 entries about looks were removed by audit_prune")
    with pytest.raises(CommandError, match="are kept for 90 days at least"):
        call_command("audit_prune", days=89)
