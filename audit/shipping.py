"""Carries the log off this machine: the entries of each seal as lines of JSON, then the seal itself as one more.

Each place it goes to has a cursor of its own, which moves only once a stretch has arrived. A crash in between sends a
stretch twice, and never leaves one out. Needs the owner's connection; the entries are settled, because they are sealed.
"""

import json
import os
import socket
import ssl
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from audit.models import AuditLog
from audit.seals import Seal, seals

SECONDS = 10
FIELDS = [field.name for field in AuditLog._meta.fields]
WHERE = "SELECT seal_id FROM audit_cursor WHERE name = %s"
MOVE = """
INSERT INTO audit_cursor (name, seal_id) VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE SET seal_id = excluded.seal_id, moved_at = clock_timestamp()
"""

Deliver = Callable[[bytes], None]


class ShippingError(Exception):
    """A stretch did not arrive; the message says why. What had arrived before is not sent again."""


def ship(name: str, deliver: Deliver) -> tuple[int, int]:
    """Deliver what was sealed since the last time under this name. Returns how many seals and entries. Raises
    ShippingError where a stretch does not arrive.
    """
    with connection.cursor() as cursor:
        cursor.execute(WHERE, [name])
        (after,) = cursor.fetchone() or (0,)
    count = entries = 0
    for each in seals(after):
        try:
            deliver("".join(lines(each)).encode())
        except (OSError, HTTPException) as error:
            raise ShippingError(f"Entries {each.first} to {each.last} did not arrive: {error}") from error
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(MOVE, [name, each.id])
        count, entries = count + 1, entries + each.entries
    return count, entries


def lines(each: Seal) -> Iterator[str]:
    """The entries of a seal and the seal, a line of JSON each; the names are those of the tables' columns."""
    for entry in AuditLog.objects.filter(id__gte=each.first, id__lte=each.last).order_by("id").values(*FIELDS):
        yield _line(entry)
    seal = {"id": each.id, "first_id": each.first, "last_id": each.last, "entries": each.entries}
    looks = {"views": each.views, "views_digest": each.views_digest.hex(), "views_until": each.views_until}
    yield _line({"seal": {**seal, **looks, "digest": each.digest.hex(), "sealed_at": each.sealed_at}})


def way_to(place: str, token: str = "") -> Deliver:
    """How to deliver to a file, an https:// address (each stretch is one POST, `token` its bearer) or syslog+tcp://host:514.
    Raises ValueError for anything else.
    """
    parts = urlsplit(place)
    if parts.scheme == "https" and parts.hostname:
        return lambda data: _post(place, token, data)
    if parts.scheme == "syslog+tcp" and parts.hostname:
        return lambda data: _to_syslog((str(parts.hostname), parts.port or 514), data)
    if parts.scheme:
        raise ValueError("The log goes to a file, an https:// address or syslog+tcp://host:port.")
    return lambda data: _append(Path(place), data)


def _append(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a+b") as file:
        # Who was killed within a line left it without its end: what comes again must not go on in it.
        torn = bool(file.tell()) and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n"
        file.write(b"\n" * torn + data)
        file.flush()
        os.fsync(file.fileno())


def _post(address: str, token: str, data: bytes) -> None:
    headers = {"Content-Type": "application/x-ndjson", **({"Authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(address, data, headers)  # noqa: S310 - https, as way_to saw to
    asker = urllib.request.build_opener(_Nowhere, urllib.request.HTTPSHandler(context=ssl.create_default_context()))
    with asker.open(request, timeout=SECONDS) as answer:
        if answer.status >= 300:
            raise OSError(f"{address} answered {answer.status}.")


class _Nowhere(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: that asks for another page, without the entries but with the token, and calls it done."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """None makes an error of it."""


def _to_syslog(address: tuple[str, int], data: bytes) -> None:
    """Each line as a message of RFC 5424 (facility 13, log audit; severity 6), framed by its length (RFC 6587)."""
    with closing(socket.create_connection(address, SECONDS)) as line:
        for each in data.splitlines():
            message = b"<110>1 - - homelog - audit - " + each
            line.sendall(b"%d %s" % (len(message), message))
        # A server that is gone answers with a reset: what it took is on its way once it closes in order.
        line.shutdown(socket.SHUT_WR)
        line.recv(1)


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")) + "\n"
