"""Carries the log off this machine: the entries of each seal as lines of JSON, then the seal itself as one more.

Each place it goes to has a cursor of its own. What is about to be sent stands there before it is sent, and that it
arrived only afterwards: whoever goes on after a crash knows which stretch is undecided, and audit.places makes of that
what the place allows. Nothing is ever left out. Needs the owner's connection; the entries are sealed, so settled.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from audit.models import AuditLog
from audit.places import ARRIVES_NOT, Batch, Deliver
from audit.seals import Seal, seals

FIELDS = [field.name for field in AuditLog._meta.fields]
WHERE = "SELECT seal_id, sending_id, tries FROM audit_cursor WHERE name = %s"
MOVE = """
INSERT INTO audit_cursor (name, seal_id, sending_id, tries) VALUES (%s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE SET seal_id = excluded.seal_id, sending_id = excluded.sending_id, tries = excluded.tries,
    moved_at = clock_timestamp()
"""
ALONE = "SELECT pg_try_advisory_lock(7105, hashtext(%s))"
NO_MORE = "SELECT pg_advisory_unlock(7105, hashtext(%s))"


class ShippingError(Exception):
    """A stretch did not arrive, or nobody knows; the message says why. What had arrived before is not sent again."""


def ship(name: str, deliver: Deliver) -> tuple[int, int]:
    """Deliver what was sealed since the last time under this name. Returns how many seals and entries. Raises
    ShippingError where a stretch does not arrive, and where somebody else ships under this name just now.
    """
    with _alone(name):
        done, undecided, tries = _cursor(name)
        count = entries = 0
        for each in seals(done):
            tries = tries + 1 if each.id == undecided else 1
            _move(name, done, each.id, tries)
            try:
                deliver(Batch(each, "".join(lines(each)).encode(), tries))
            except ARRIVES_NOT as error:
                raise ShippingError(f"Entries {each.first} to {each.last} did not arrive: {error}") from error
            done, count, entries = each.id, count + 1, entries + each.entries
        if count:
            _move(name, done, None, 0)
        return count, entries


def lines(each: Seal) -> Iterator[str]:
    """The entries of a seal and the seal, a line of JSON each; the names are those of the tables' columns."""
    for entry in AuditLog.objects.filter(id__gte=each.first, id__lte=each.last).order_by("id").values(*FIELDS):
        yield _line(entry)
    seal = {"id": each.id, "first_id": each.first, "last_id": each.last, "entries": each.entries}
    looks = {"views": each.views, "views_digest": each.views_digest.hex(), "views_until": each.views_until}
    yield _line({"seal": {**seal, **looks, "digest": each.digest.hex(), "sealed_at": each.sealed_at}})


def _cursor(name: str) -> tuple[int, int | None, int]:
    """The last seal that arrived, the one that may have, and how often that was tried."""
    with connection.cursor() as cursor:
        cursor.execute(WHERE, [name])
        return cursor.fetchone() or (0, None, 0)


def _move(name: str, done: int, sending: int | None, tries: int) -> None:
    """One step for both: the one before arrived, and the next is about to be sent."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MOVE, [name, done, sending, tries])


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Two that ship to one place would send everything twice."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE, [name])
        if not cursor.fetchone()[0]:
            raise ShippingError(f"Another audit_ship carries the log to {name} just now.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(NO_MORE, [name])


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")) + "\n"
