"""Where the log can be carried to: a file, an https address, syslog over TCP; what each of them can say of arrivals.

A batch that was tried before may have arrived. A file is looked at, and gets only what it lacks. An https address is
told the same Idempotency-Key again. Syslog knows nothing of it.
"""

import os
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from accounts.providers.deadline import within
from audit.seals import Seal

CONNECT, SEND, ANSWER = 10, 60, 10
"""Seconds for each wait on the connection, for sending a batch, and for the whole answer, however it dribbles in."""
NEAR = 1 << 20
ARRIVES_NOT = (OSError, HTTPException)
"""What is raised where a batch did not arrive, or nobody knows whether it did."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A seal with its entries, as lines; tries: 1 where it was certainly never sent before."""

    seal: Seal
    data: bytes
    tries: int = 1


Deliver = Callable[[Batch], None]


def way_to(place: str, token: str = "") -> Deliver:
    """How to deliver to a file, an https:// address (each batch is one POST, `token` its bearer) or syslog+tcp://host:514.
    Raises ValueError for anything else.
    """
    parts = urlsplit(place)
    if parts.scheme == "https" and parts.hostname:
        return lambda batch: post(place, token, batch)
    if parts.scheme == "syslog+tcp" and parts.hostname:
        return lambda batch: to_syslog((str(parts.hostname), parts.port or 514), batch.data)
    if parts.scheme:
        raise ValueError("The log goes to a file, an https:// address or syslog+tcp://host:port.")
    return lambda batch: append(Path(place), batch)


def append(path: Path, batch: Batch) -> None:
    """The lines at the end of a file; of a batch that was tried before, those that are not among its last ones yet."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a+b") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - (2 * len(batch.data) + NEAR if batch.tries > 1 else 1)))
        tail = file.read()
        # Who was killed within a line left it without its end: what comes now must not go on in it.
        torn = bool(tail) and not tail.endswith(b"\n")
        file.write(b"\n" * torn + _lacking(batch, tail.splitlines(keepends=True) if batch.tries > 1 else ()))
        file.flush()
        os.fsync(file.fileno())


def _lacking(batch: Batch, there: Sequence[bytes]) -> bytes:
    known = {*there, *(line + b"\n" for line in there[-1:])}  # of the last one perhaps nothing but its end is missing
    return b"".join(line for line in batch.data.splitlines(keepends=True) if line not in known)


def post(address: str, token: str, batch: Batch) -> None:
    """One POST, which a status of 200 to 299 takes; another try of the same batch has the same Idempotency-Key."""
    parts, seal = urlsplit(address), batch.seal
    headers = {
        "Content-Type": "application/x-ndjson",
        "Idempotency-Key": f'"{seal.digest.hex()}"',
        "HomeLog-Batch": f"seal={seal.id}, first={seal.first}, last={seal.last}, attempt={batch.tries}",
        **({"Authorization": f"Bearer {token}"} if token else {}),
    }
    line = _line_to(parts.scheme, str(parts.hostname), parts.port)
    with closing(line):
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        _in_time(SEND, line, lambda: line.request("POST", path, batch.data, headers))
        status = _in_time(ANSWER, line, lambda: line.getresponse().status)
    if not 200 <= status < 300:  # a redirect too: it asks for another page, without the entries but with the token
        raise OSError(f"{address} answered {status}.")


def _line_to(scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=CONNECT, context=ssl.create_default_context())
    return HTTPConnection(host, port, timeout=CONNECT)


def _in_time(seconds: float, line: HTTPConnection, ask: Callable[[], int | None]) -> int:
    """What `ask` returns; the connection is cut, so that nothing waits on, once the time is over."""
    try:
        return within(seconds, ask) or 0
    except TimeoutError as error:
        with suppress(OSError, AttributeError):
            line.sock.shutdown(socket.SHUT_RDWR)
        raise TimeoutError(f"{line.host} did not answer in time.") from error


def to_syslog(address: tuple[str, int], data: bytes) -> None:
    """Each line as a message of RFC 5424 (facility 13, log audit; severity 6), framed by its length (RFC 6587)."""
    messages = [b"<110>1 - - homelog - audit - " + each for each in data.splitlines()]
    with closing(socket.create_connection(address, CONNECT)) as line:
        line.settimeout(SEND)
        line.sendall(b"".join(b"%d %s" % (len(message), message) for message in messages))
        # A server that is gone answers with a reset: what it took is on its way once it closes in order.
        line.shutdown(socket.SHUT_WR)
        line.settimeout(ANSWER)
        line.recv(1)
