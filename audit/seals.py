"""Seals the log, and finds out whether it is still what was sealed. Everything here needs the owner's connection.

An entry gets its number before its transaction commits, so a higher number may be seen before a lower one. What is
sealed is settled: for an instant nobody may add, those who are about to are waited for, and the highest number is read.
Whoever owns the table could make entries and seals anew: then the newest seal differs from the one that was shipped to
another machine (audit.shipping), which `verify` is told as `head`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

STRETCH = 1_000
NOTHING = b""
LAST = "SELECT id, last_id, digest FROM audit_seal ORDER BY id DESC LIMIT 1"
ALONE = "SET LOCAL lock_timeout = '2s'; LOCK TABLE audit_log IN SHARE MODE"
END = "SELECT coalesce(max(id), -1) FROM audit_log"
# By entries and not by numbers: a gap in the numbers, however wide, costs nothing.
NEXT = "SELECT max(id) FROM (SELECT id FROM audit_log WHERE id > %s AND id <= %s ORDER BY id LIMIT %s) AS stretch"
SEAL = """
INSERT INTO audit_seal (first_id, last_id, entries, digest)
SELECT %(first)s, %(last)s, entries, digest FROM audit_digest(%(before)s, %(first)s, %(last)s)
RETURNING id, first_id, last_id, entries, digest, sealed_at
"""
SEALS = "SELECT id, first_id, last_id, entries, digest, sealed_at FROM audit_seal WHERE id > %s ORDER BY id LIMIT %s"
NOW = "SELECT entries, digest FROM audit_digest(%s, %s, %s)"


@dataclass(frozen=True, slots=True)
class Seal:
    """The entries numbered first to last, how many they were, and what they and the seal before add up to."""

    id: int
    first: int
    last: int
    entries: int
    digest: bytes
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at all seals found: how many and of how many entries, the newest digest, and what is wrong."""

    seals: int
    entries: int
    head: bytes
    faults: list[str]


def seal() -> list[Seal]:
    """Seal what was added since the last seal, in stretches of at most STRETCH entries. Raises OperationalError where
    somebody is adding for longer than two seconds: nothing is sealed then, and the next time will do.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ALONE)
        cursor.execute(END)
        (end,) = cursor.fetchone()
    made = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE audit_seal IN EXCLUSIVE MODE")
        cursor.execute(LAST)
        _id, before, digest = cursor.fetchone() or (0, -1, NOTHING)
        while before < end:
            cursor.execute(NEXT, [before, end, STRETCH])
            (last,) = cursor.fetchone()
            cursor.execute(SEAL, {"first": before + 1, "last": last, "before": bytes(digest)})
            made.append(_seal(cursor.fetchone()))
            before, digest = last, made[-1].digest
    return made


def seals(after: int = 0) -> Iterator[Seal]:
    """The seals after the one with this id, oldest first."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(SEALS, [after, STRETCH])
            found = [_seal(row) for row in cursor.fetchall()]
        yield from found
        if not found:
            return
        after = found[-1].id


def verify(head: bytes = NOTHING) -> Verdict:
    """Add everything up anew. `head`: a digest that was shipped, which must be among those that are here."""
    faults, digest, end, entries, count = _before_all(), NOTHING, -1, 0, 0
    seen = not head
    for each in seals():
        faults += _looked_at(each, digest, end)
        digest, end = each.digest, each.last
        seen = seen or digest == head
        entries, count = entries + each.entries, count + 1
    if not seen:
        faults.append(
            _("The seal %(head)s, which was shipped, is not here: the log was made anew or cut off.")
            % {"head": head.hex()}
        )
    return Verdict(count, entries, digest, faults)


def _looked_at(each: Seal, before: bytes, end: int) -> list[str]:
    """What is wrong with one stretch. Each is added up over the digest that stands in the seal before it, so that one
    changed entry is told as one fault, at its place.
    """
    where = {"first": f"{each.first:,}", "last": f"{each.last:,}", "at": f"{each.sealed_at:%Y-%m-%d %H:%M}"}
    if each.first != end + 1:
        return [_("A seal before entry %(first)s is missing.") % where]
    with connection.cursor() as cursor:
        cursor.execute(NOW, [before, each.first, each.last])
        entries, digest = cursor.fetchone()
    if (entries, bytes(digest)) == (each.entries, each.digest):
        return []
    if entries < each.entries:
        return [
            _("Of the entries %(first)s to %(last)s, sealed %(at)s, %(less)s are missing.")
            % {**where, "less": each.entries - entries}
        ]
    if entries > each.entries:
        return [
            _("Among the entries %(first)s to %(last)s, sealed %(at)s, are %(more)s that were not there.")
            % {**where, "more": entries - each.entries}
        ]
    return [_("The entries %(first)s to %(last)s, sealed %(at)s, or their seal were changed.") % where]


def _before_all() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_log WHERE id < 0")
        (count,) = cursor.fetchone()
    return (
        [_("%(count)s entries have a number below zero, which no entry ever had.") % {"count": count}] if count else []
    )


def _seal(row: tuple[int, int, int, int, bytes, datetime]) -> Seal:
    key, first, last, entries, digest, at = row
    return Seal(key, first, last, entries, bytes(digest), at)
