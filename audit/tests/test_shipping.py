"""What is carried away arrives: at a file once; elsewhere again where nobody knows, and so that it is recognised."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socket import create_server
from threading import Event, Thread

import psycopg
import pytest
from django.db import connection

from audit import places, seals, shipping
from audit.places import Batch
from audit.shipping import ShippingError

Owner = Callable[[], AbstractContextManager[None]]
SEAL = seals.Seal(7, 100, 199, 100, b"\xab" * 32, datetime(2026, 11, 1, tzinfo=UTC))


def batch(data: bytes, tries: int = 1) -> Batch:
    return Batch(SEAL, data, tries)


@contextmanager
def listening(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A server for one POST, which `answer` answers; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/log?site=1"
        thread.join()


def test_each_stretch_arrives_in_order_with_its_seal_and_what_does_not_is_sent_again(
    owner: Owner, sealed: list[seals.Seal]
) -> None:
    arrived: list[Batch] = []

    def breaks_once(batch: Batch) -> None:
        if len(arrived) == 1 and batch.tries == 1:
            raise OSError("the cable")
        arrived.append(batch)

    with owner():
        with pytest.raises(ShippingError, match="did not arrive: the cable"):
            shipping.ship("there", breaks_once)
        assert shipping.ship("there", breaks_once) == (len(sealed) - 1, 12 - sealed[0].entries)
        assert shipping.ship("there", breaks_once) == (0, 0)
        assert shipping.ship("elsewhere", lambda batch: None) == (len(sealed), 12)
    rows = [json.loads(line) for batch in arrived for line in batch.data.splitlines()]
    entries = [row for row in rows if "seal" not in row]
    assert [row["details"]["person"] for row in entries] == [f"Person {number}" for number in range(12)]
    assert [row["seal"]["digest"] for row in rows if "seal" in row] == [each.digest.hex() for each in sealed]
    assert [batch.tries for batch in arrived] == [1, 2, *[1] * (len(sealed) - 2)]


def test_what_is_about_to_be_sent_is_written_down_before_and_that_it_arrived_afterwards(
    owner: Owner, sealed: list[seals.Seal]
) -> None:
    def look(batch: Batch) -> None:
        with connection.cursor() as cursor:
            cursor.execute(shipping.WHERE, ["there"])
            seen.append((batch.seal.id, cursor.fetchone()))

    seen: list[tuple[int, object]] = []
    ids = [each.id for each in sealed]
    with owner():
        shipping.ship("there", look)
        assert seen == [(key, (before, key, 1)) for before, key in zip([0, *ids], ids, strict=False)]
        assert shipping._cursor("there") == (ids[-1], None, 0)


def test_two_do_not_ship_to_one_place_at_once(owner: Owner, sealed: list[seals.Seal]) -> None:
    with owner(), psycopg.connect(os.environ["DATABASE_OWNER_URL"], dbname=connection.settings_dict["NAME"]) as other:
        other.execute(shipping.ALONE, ["there"])
        with pytest.raises(ShippingError, match="Another audit_ship carries the log to there"):
            shipping.ship("there", lambda batch: None)
        assert shipping.ship("elsewhere", lambda batch: None) == (len(sealed), 12)


def test_a_file_grows(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    for data in (b"one\n", b"two\n"):
        places.way_to(str(path))(batch(data))
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"one\ntwo\n", 0o600)


@pytest.mark.parametrize(
    ("there", "becomes"),
    [
        (b"0\n", b"0\n1\n2\n3\n"),
        (b"0\n1\n", b"0\n1\n2\n3\n"),
        (b"0\n1\n2", b"0\n1\n2\n3\n"),
        (b"0\n1\n20", b"0\n1\n20\n2\n3\n"),
        (b"0\n1\n2\n3\n", b"0\n1\n2\n3\n"),
        (b"", b"1\n2\n3\n"),
    ],
)
def test_a_file_gets_what_it_lacks_of_a_batch_that_was_tried_before(
    tmp_path: Path, there: bytes, becomes: bytes
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(there)
    places.way_to(str(path))(batch(b"1\n2\n3\n", tries=2))
    assert path.read_bytes() == becomes


def test_what_is_new_is_not_looked_for_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"1\n")
    places.way_to(str(path))(batch(b"1\n"))
    assert path.read_bytes() == b"1\n1\n"


def test_a_line_that_was_torn_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"a":1}\n{"b"')
    places.way_to(str(path))(batch(b'{"b":2}\n'))
    assert path.read_bytes().splitlines() == [b'{"a":1}', b'{"b"', b'{"b":2}']


def test_an_address_is_told_the_same_key_for_each_try_of_a_stretch() -> None:
    def well(handler: BaseHTTPRequestHandler) -> None:
        told.append((handler.path, dict(handler.headers)))
        handler.send_response(204)
        handler.end_headers()

    told: list[tuple[str, dict[str, str]]] = []
    for each in (batch(b"1\n"), batch(b"1\n", tries=2), replace(batch(b"2\n"), seal=replace(SEAL, digest=b"c" * 32))):
        with listening(well) as address:
            places.post(address, "a-token", each)
    assert {path for path, _headers in told} == {"/log?site=1"}
    keys = [headers["Idempotency-Key"] for _path, headers in told]
    assert keys == [f'"{"ab" * 32}"', f'"{"ab" * 32}"', f'"{"63" * 32}"']
    assert [headers["HomeLog-Batch"] for _path, headers in told][:2] == [
        f"seal=7, first=100, last=199, attempt={attempt}" for attempt in (1, 2)
    ]
    assert {headers["Authorization"] for _path, headers in told} == {"Bearer a-token"}


@pytest.mark.parametrize("status", [302, 500])
def test_an_address_that_leads_elsewhere_has_not_taken_anything(status: int) -> None:
    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        handler.send_response(status)
        handler.send_header("Location", "/sign-in")
        handler.end_headers()

    asked: list[str] = []
    with listening(elsewhere) as address, pytest.raises(OSError, match=str(status)):
        places.post(address, "a-token", batch(b"{}\n"))
    assert asked == ["/log?site=1"]


def test_who_dribbles_an_answer_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def dribble(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(100):
            try:
                handler.wfile.write(b"X-%d: 1\r\n" % number)
            except OSError:
                hung_up.set()
                return
            hung_up.wait(0.1)

    hung_up = Event()
    monkeypatch.setattr(places, "ANSWER", 0.5)
    with listening(dribble) as address:
        with pytest.raises(TimeoutError, match=r"127\.0\.0\.1 did not answer in time"):
            places.post(address, "", batch(b"{}\n"))
        assert hung_up.wait(10)


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
        places.way_to(f"syslog+tcp://127.0.0.1:{server.getsockname()[1]}")(batch(b'{"a":1}\n{"b":2}\n'))
        thread.join()
    start = b"<110>1 - - homelog - audit - "
    assert b"".join(got) == b'36 %s{"a":1}36 %s{"b":2}' % (start, start)


@pytest.mark.parametrize("place", ["http://example.org/log", "ftp://example.org", "https://", "syslog+udp://a:1"])
def test_the_log_goes_nowhere_in_clear_text(place: str) -> None:
    with pytest.raises(ValueError, match="The log goes to a file, an https:// address or syslog"):
        places.way_to(place)
