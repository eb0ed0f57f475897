"""Whatever is done to a sealed log is found, whoever did it; what is carried away is tried in test_shipping."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import seals
from audit.log import write
from homelog.management.commands import audit_seal, audit_ship, audit_verify

Owner = Callable[[], AbstractContextManager[None]]
WHEN = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def tamper(owner: Owner) -> Callable[[str], None]:
    """Does to the log what its owner could, once the triggers are off: one statement that touches something."""

    def run(sql: str) -> None:
        with owner(), connection.cursor() as cursor:
            # Nothing may wait for a trigger that is switched off in the same transaction.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SELECT relid::regclass::text FROM pg_partition_tree('audit_log') UNION SELECT 'audit_seal'")
            tables = [name for (name,) in cursor.fetchall()]
            for name in tables:
                cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
            cursor.execute(sql)
            assert cursor.rowcount > 0
            for name in tables:
                cursor.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER")

    return run


def faults(owner: Owner, head: bytes = b"") -> list[str]:
    with owner():
        return seals.verify(head).faults


def an_entry(sealed: list[seals.Seal], place: int) -> int:
    return sealed[-1].last - 11 + place


def test_all_entries_are_sealed_once_and_are_as_they_were(owner: Owner, sealed: list[seals.Seal]) -> None:
    assert sum(each.entries for each in sealed) == 12
    assert all(len(each.digest) == 32 for each in sealed)
    with owner():
        found = seals.verify(sealed[0].digest)
        assert (found.entries, found.head, found.faults) == (12, sealed[-1].digest, [])
        assert seals.seal() == []
    write("sign_in", {"person": "Later"})
    with owner():
        (later,) = seals.seal()
        assert (later.first, later.entries) == (sealed[-1].last + 1, 1)
        assert seals.verify().faults == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("UPDATE audit_log SET actor_name = 'Mallory' WHERE id = {}", "or their seal were changed."),
        ("UPDATE audit_log SET event_time = event_time + interval '1 microsecond' WHERE id = {}", "were changed."),
        ('UPDATE audit_log SET details = \'{{"person": "X"}}\' WHERE id = {}', "were changed."),
        ("UPDATE audit_log SET remote_address = '10.0.0.1' WHERE id = {}", "were changed."),
        ("DELETE FROM audit_log WHERE id = {}", "1 are missing."),
        (
            "INSERT INTO audit_log (id, event_time, event_type, actor_name, details) OVERRIDING SYSTEM VALUE"
            " SELECT {}, event_time + interval '1 hour', 'sign_in', '', '{{}}' FROM audit_log LIMIT 1",
            "are 1 that were not there.",
        ),
        ("UPDATE audit_seal SET entries = 7 WHERE {} BETWEEN first_id AND last_id", " are missing."),
        ("UPDATE audit_seal SET digest = sha256('x') WHERE {} BETWEEN first_id AND last_id", "were changed."),
        ("DELETE FROM audit_seal WHERE {} BETWEEN first_id AND last_id", "A seal before entry"),
        (
            "INSERT INTO audit_log (id, event_time, event_type, actor_name, details) OVERRIDING SYSTEM VALUE"
            " SELECT -{}, event_time, 'sign_in', '', '{{}}' FROM audit_log LIMIT 1",
            "have a number below zero",
        ),
    ],
)
def test_whatever_is_done_to_the_log_is_found(
    owner: Owner, sealed: list[seals.Seal], tamper: Callable[[str], None], change: str, sentence: str
) -> None:
    tamper(change.format(an_entry(sealed, 3)))
    assert any(sentence in fault for fault in faults(owner))


@pytest.mark.parametrize("place", [0, 4, 11])
@pytest.mark.parametrize("change", ["DELETE FROM audit_log", "UPDATE audit_log SET home_id = 1"])
def test_the_first_and_the_last_of_a_stretch_are_no_exception(
    owner: Owner, sealed: list[seals.Seal], tamper: Callable[[str], None], place: int, change: str
) -> None:
    tamper(f"{change} WHERE id = {an_entry(sealed, place)}")
    assert len(faults(owner)) == 1


def test_nothing_and_an_empty_text_are_not_the_same(
    owner: Owner, sealed: list[seals.Seal], tamper: Callable[[str], None]
) -> None:
    tamper(f"UPDATE audit_log SET details = jsonb_build_object('person', NULL) WHERE id = {an_entry(sealed, 2)}")
    assert len(faults(owner)) == 1


def test_what_is_not_sealed_yet_is_not_proved(owner: Owner, tamper: Callable[[str], None]) -> None:
    write("sign_in", {"person": "Alice"})
    with owner():
        seals.seal()
    write("sign_in", {"person": "Bob"})
    tamper("DELETE FROM audit_log WHERE details ->> 'person' = 'Bob'")
    assert faults(owner) == []


def test_a_wide_gap_in_the_numbers_and_an_endless_time_do_not_stop_the_sealing(
    owner: Owner, sealed: list[seals.Seal]
) -> None:
    far = (
        "INSERT INTO audit_log (id, event_time, event_type, actor_name, details)"
        " VALUES (9000000000000000000, 'infinity', 'sign_in', '', '{}')"
    )
    with owner(), connection.cursor() as cursor:
        cursor.execute(far)
        (made,) = seals.seal()
    assert (made.last, made.entries, faults(owner)) == (9000000000000000000, 1, [])


def test_the_site_cannot_choose_the_number_of_an_entry(sealed: list[seals.Seal]) -> None:
    with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute(
            "INSERT INTO audit_log (id, event_time, event_type, actor_name, details)"
            " VALUES (9000000000000000000, now(), 'sign_in', '', '{}')"
        )


def test_two_entries_that_change_places_are_found(
    owner: Owner, sealed: list[seals.Seal], tamper: Callable[[str], None]
) -> None:
    one, other = an_entry(sealed, 3), an_entry(sealed, 4)
    tamper(f"UPDATE audit_log SET id = CASE id WHEN {one} THEN {other} ELSE {one} END WHERE id IN ({one}, {other})")
    assert len(faults(owner)) == 1


def test_a_log_that_was_cut_off_or_made_anew_with_its_seals_differs_from_what_was_shipped(
    owner: Owner, sealed: list[seals.Seal], tamper: Callable[[str], None]
) -> None:
    last = sealed[-1]
    tamper(f"DELETE FROM audit_seal WHERE id = {last.id}")
    tamper(f"DELETE FROM audit_log WHERE id >= {last.first}")
    assert faults(owner) == []
    (fault,) = faults(owner, last.digest)
    assert fault == f"The seal {last.digest.hex()}, which was shipped, is not here: the log was made anew or cut off."


def test_the_site_can_neither_read_nor_make_seals(sealed: list[seals.Seal]) -> None:
    for sql in (
        "SELECT FROM audit_seal",
        "DELETE FROM audit_seal",
        "SELECT audit_digest('', 0, 9)",
        "TABLE audit_cursor",
        "TABLE audit_pruned",
        "TABLE backup_made",
    ):
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT here")
            with pytest.raises(Exception, match="permission denied"):
                cursor.execute(sql)
            cursor.execute("ROLLBACK TO here")


def test_the_commands_say_what_they_did(
    owner: Owner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tamper: Callable[[str], None],
) -> None:
    for module in (audit_seal, audit_ship, audit_verify):
        monkeypatch.setattr(module, "as_owner", owner)
    write("sign_in", {"person": "Alice"})
    call_command("audit_seal")
    head = capsys.readouterr().out.split()[-1]
    call_command("audit_seal")
    assert capsys.readouterr().out == "Nothing was added since the last seal.\n"
    call_command("audit_ship", str(tmp_path / "log"))
    assert capsys.readouterr().out.startswith("Shipped 1 entries in ")
    call_command("audit_verify", "--head", head)
    assert capsys.readouterr().out == f"All 1 sealed entries are as they were. Seal: {head}\n"
    tamper("UPDATE audit_log SET actor_name = 'Mallory'")
    with pytest.raises(CommandError, match="or their seal were changed"):
        call_command("audit_verify")
