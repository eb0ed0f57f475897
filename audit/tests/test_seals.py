"""Whatever is done to a sealed log is found, whoever did it; what is shipped arrives once or twice, never never."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socket import create_server
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import seals, shipping
from audit.log import write
from audit.shipping import ShippingError
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


@pytest.fixture
def sealed(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> list[seals.Seal]:
    """Twelve entries in seals of five numbers each."""
    monkeypatch.setattr(seals, "STRETCH", 5)
    for number in range(12):
        write("sign_in", {"person": f"Person {number}"})
    with owner():
        return seals.seal()


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
        "TABLE backup_made",
    ):
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT here")
            with pytest.raises(Exception, match="permission denied"):
                cursor.execute(sql)
            cursor.execute("ROLLBACK TO here")


def test_each_stretch_arrives_in_order_with_its_seal_and_what_does_not_is_sent_again(
    owner: Owner, sealed: list[seals.Seal]
) -> None:
    arrived: list[bytes] = []

    def second_time(data: bytes) -> None:
        if len(arrived) == 1 and not broken:
            broken.append(True)
            raise OSError("the cable")
        arrived.append(data)

    broken: list[bool] = []
    with owner():
        with pytest.raises(ShippingError, match="did not arrive: the cable"):
            shipping.ship("there", second_time)
        assert shipping.ship("there", second_time) == (len(sealed) - 1, 12 - sealed[0].entries)
        assert shipping.ship("there", second_time) == (0, 0)
        assert shipping.ship("elsewhere", lambda data: None) == (len(sealed), 12)
    rows = [json.loads(line) for line in b"".join(arrived).splitlines()]
    entries = [row for row in rows if "seal" not in row]
    assert [row["details"]["person"] for row in entries] == [f"Person {number}" for number in range(12)]
    assert [row["seal"]["digest"] for row in rows if "seal" in row] == [each.digest.hex() for each in sealed]


def test_a_file_grows(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    for data in (b"one\n", b"two\n"):
        shipping.way_to(str(path))(data)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"one\ntwo\n", 0o600)


def test_a_line_that_was_torn_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"a":1}\n{"b"')
    shipping.way_to(str(path))(b'{"b":2}\n')
    assert path.read_bytes().splitlines() == [b'{"a":1}', b'{"b"', b'{"b":2}']


def test_an_address_that_leads_elsewhere_has_not_taken_anything() -> None:
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/sign-in")
            self.end_headers()

        do_GET = do_POST  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(OSError, match="302"):
            shipping._post(f"http://127.0.0.1:{server.server_port}/log", "a-token", b"{}\n")
        thread.join()
    assert asked == ["/log"]


def test_syslog_gets_a_message_for_each_line() -> None:
    got: list[bytes] = []

    def listen() -> None:
        line, _address = server.accept()
        with line:
            while block := line.recv(4096):
                got.append(block)

    with create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=listen)
        thread.start()
        shipping.way_to(f"syslog+tcp://127.0.0.1:{server.getsockname()[1]}")(b'{"a":1}\n{"b":2}\n')
        thread.join()
    start = b"<110>1 - - homelog - audit - "
    assert b"".join(got) == b'36 %s{"a":1}36 %s{"b":2}' % (start, start)


@pytest.mark.parametrize("place", ["http://example.org/log", "ftp://example.org", "https://", "syslog+udp://a:1"])
def test_the_log_goes_nowhere_in_clear_text(place: str) -> None:
    with pytest.raises(ValueError, match="The log goes to a file, an https:// address or syslog"):
        shipping.way_to(place)


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
