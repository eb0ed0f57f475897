"""audit_ship to a file, syslog and an https address that fails in every way, killed again and again: nothing is lost.

The https server has a certificate of its own authority; it answers 500, takes everything and breaks off or answers 500
all the same, dawdles, or answers as it should. What counts as arrived is what the server holds on to: as it came, and
as one holds on to it that takes each Idempotency-Key once. What comes first is never called another attempt's repeat.
"""

import json
import random
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_server, socket
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from psycopg import Cursor

from audit import seals
from benchmarks.faults import server, site
from benchmarks.faults.server import Database

ENTRIES, EACH, KILLS = 2_400, 10, 30
Lines = Callable[[], list[bytes]]
ADD = """
INSERT INTO audit_log (event_time, event_type, actor_name, details)
SELECT clock_timestamp(), 'sign_in', 'Person ' || n, jsonb_build_object('person', 'Zoë "' || n || E'" \\\\ \\n')
FROM generate_series(1, %s) AS n
"""


class Arrived:
    """What a place holds on to: the lines as they came."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.answers: Counter[str] = Counter()
        self.whims = ["well"]
        self.keys: list[str] = []
        self.new_again = 0

    def take(self, key: str, batch: str, lines: list[bytes]) -> None:
        """Hold on to a batch, and count those that came again and were called new."""
        self.new_again += key in self.keys and batch.endswith("attempt=1")
        self.keys.append(key)
        self.lines += lines

    def whim(self) -> str:
        """How it answers this time."""
        chosen = random.choice(self.whims)  # noqa: S311 - chance, no secret
        self.answers[chosen] += 1
        return chosen


def run() -> list[str]:
    """One round with each kind of place; what is wrong."""
    wrong = []
    with server.temporary() as (root, database):
        environment = site.environment(database, root)
        site.manage(environment, "migrate", "--verbosity", "0")
        file, https, syslog = root / "log.jsonl", Arrived(), Arrived()
        environment |= {"SSL_CERT_FILE": str(_certificate(root)), "AUDIT_SHIP_TOKEN": "a-token"}
        places: dict[str, tuple[str, Lines]] = {
            "file": (str(file), lambda: file.read_bytes().splitlines() if file.exists() else []),
            "https": (f"https://localhost:{_https(root, https)}/log", lambda: https.lines),
            "syslog": (f"syslog+tcp://127.0.0.1:{_syslog(syslog)}", lambda: syslog.lines),
        }
        https.whims = ["well", "500", "break off", "dawdle", "500 all the same", "well"]
        _fill(database)
        for name, (place, lines) in places.items():
            kills = _ship_and_kill(environment, lines, place)
            print(name, "killed", kills, "times", flush=True)
            if name == "https":
                https.whims = ["well"]
            site.manage(environment, "audit_ship", place)
            wrong += _judged(name, lines(), database, kills)
        print(f"https answered {dict(https.answers)}")
        wrong += _recognised(https)
        print(site.manage(environment, "audit_verify"), end="")
    return wrong


def _ship_and_kill(environment: dict[str, str], lines: Lines, place: str) -> int:
    """Ship, and kill who ships once a few more lines have come; until that was done as often as is asked for."""
    kills = 0
    for _round in range(3 * KILLS):
        if kills == KILLS:
            break
        goal = len(lines()) + random.randint(0, ENTRIES // KILLS)  # noqa: S311
        shipper = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "manage.py", "audit_ship", place],
            cwd=site.ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            while shipper.poll() is None and len(lines()) <= goal:
                time.sleep(0.001)
            kills += shipper.poll() is None
        finally:
            shipper.kill()
            shipper.wait()
    return kills


def _fill(database: Database) -> None:
    """Entries in many small seals, so that there are as many moments to be killed at."""
    with database.connect() as connection:
        connection.execute("SELECT pg_catalog.set_config('search_path', 'public', false)")
        last, digest = -1, b""
        for _seal in range(ENTRIES // EACH):
            connection.execute(ADD, [EACH])
            first, last = last + 1, _told(connection.execute(seals.END))[0]
            entries, *sums = _told(connection.execute(seals.SUMS, [[first], last]))
            digest = _told(connection.execute(seals.SEAL, [first, last, entries, digest, *sums]))[4]


def _told(asked: Cursor[Any]) -> tuple[Any, ...]:
    row = asked.fetchone()
    if row is None:
        raise RuntimeError("One row was asked for, none came.")
    return tuple(row)


def _recognised(https: Arrived) -> list[str]:
    """Who takes each key once holds on to every batch once; no more came than was cut off or answered wrongly."""
    again = len(https.keys) - len(set(https.keys))
    excuses = KILLS + https.answers["break off"] + https.answers["500 all the same"]
    print(f"https: {len(set(https.keys))} keys, {again} batches came again, for at most {excuses} reasons")
    wrong = [f"https: {https.new_again} batches came again and were called new"] if https.new_again else []
    if again > excuses or len(set(https.keys)) != ENTRIES // EACH:
        wrong.append(f"https: {again} batches came again, of {len(set(https.keys))} keys")
    return wrong


def _judged(name: str, lines: list[bytes], database: Database, kills: int) -> list[str]:
    """Each entry and each seal is there, whole; in a file once, where no more lines are torn than there were kills."""
    wrong: list[str] = []
    times, sealed, broken = Counter[int](), set(), 0
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            broken += 1  # a file whose writer was killed within a line: the stretch comes again
            continue
        if "seal" in row:
            sealed.add(row["seal"]["digest"])
        else:
            times[row["id"]] += 1
    with database.connect() as connection:
        stored = {number for (number,) in connection.execute("SELECT id FROM audit_log").fetchall()}
        made = {digest for (digest,) in connection.execute("SELECT encode(digest, 'hex') FROM audit_seal").fetchall()}
    print(
        f"{name}: {len(stored)} entries, {sum(times.values())} arrived, at most {max(times.values())} times each,"
        f" {broken} torn lines, {len(made)} seals"
    )
    if stored - times.keys() or made - sealed:
        wrong.append(f"{name}: {len(stored - times.keys())} entries and {len(made - sealed)} seals never arrived")
    if name == "file" and (max(times.values()) > 1 or broken > kills):
        wrong.append(f"file: an entry is there {max(times.values())} times, {broken} lines are torn")
    if times.keys() - stored:
        wrong.append(f"{name}: {len(times.keys() - stored)} entries arrived that are not in the log")
    return wrong


def _https(root: Path, arrived: Arrived) -> int:
    """A server that keeps what it took before it answers; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            whim = arrived.whim()
            if self.headers["Authorization"] != "Bearer a-token":
                whim = "401"
            if whim not in ("401", "500"):
                arrived.take(self.headers["Idempotency-Key"], self.headers["HomeLog-Batch"], data.splitlines())
            if whim == "break off":
                self.connection.close()
                return
            if whim == "dawdle":
                time.sleep(random.random())  # noqa: S311
            self.send_response(200 if whim in ("well", "dawdle") else int(whim[:3]))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(root / "server.pem")
    made.socket = context.wrap_socket(made.socket, server_side=True)
    made.handle_error = lambda *args: None  # type: ignore[method-assign]
    threading.Thread(target=made.serve_forever, daemon=True).start()
    return int(made.server_port)


def _syslog(arrived: Arrived) -> int:
    """A listener of RFC 6587 messages; its port."""
    listening = create_server(("127.0.0.1", 0))

    def take(line: socket) -> None:
        with line, line.makefile("rb") as messages:
            while length := b"".join(iter(lambda: messages.read(1).strip(), b"")):
                message = messages.read(int(length))
                if len(message) == int(length):
                    arrived.lines.append(message.partition(b" audit - ")[2])

    def listen() -> None:
        while True:
            threading.Thread(target=take, args=[listening.accept()[0]], daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    return int(listening.getsockname()[1])


def _certificate(root: Path) -> Path:
    """An authority and a server's certificate for localhost by it."""
    now, keys = datetime.now(UTC), [ec.generate_private_key(ec.SECP256R1()) for _each in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("An authority", "localhost")]
    made = []
    for index, (key, name) in enumerate(zip(keys, names, strict=True)):
        builder = x509.CertificateBuilder(
            names[0], name, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(1)
        ).add_extension(x509.BasicConstraints(index == 0, None), critical=True)
        if index:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        made.append(builder.sign(keys[0], hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private = keys[1].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (root / "server.pem").write_bytes(private + made[1])
    (root / "authority.pem").write_bytes(made[0])
    return root / "authority.pem"
