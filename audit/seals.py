"""Seals the log, and finds out whether it is still what was sealed. Everything here needs the owner's connection.

An entry gets its number before its transaction commits, so a higher number may be seen before a lower one. What is
sealed is settled: for an instant nobody may add, those who are about to are waited for, and the highest number is read.
Whoever owns the table could make entries and seals anew: then the newest seal differs from the one that was shipped to
another machine (audit.shipping), which `verify` is told as `head`.

Entries about looks may have been removed by audit.pruning: then all of a stretch are gone, their number, digest and the
time of the newest stand in the seal (which its digest is over), and an entry of the log tells up to when they went.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

STRETCH = 1_000
NOTHING = b""
LAST = "SELECT id, last_id, digest FROM audit_seal ORDER BY id DESC LIMIT 1"
ALONE = "SET LOCAL lock_timeout = '2s'; LOCK TABLE audit_log IN SHARE MODE"
END = "SELECT coalesce(max(id), -1) FROM audit_log"
# By entries and not by numbers: a gap in the numbers, however wide, costs nothing. Only nearby numbers are looked at
# first, as all that are still to be sealed may be millions, and nothing puts them in order.
NEXT = (
    "SELECT max(id), count(*) FROM (SELECT id FROM audit_log WHERE id > %s AND id <= %s ORDER BY id LIMIT %s) AS near"
)
COLUMNS = "id, first_id, last_id, entries, digest, sealed_at, views, views_digest, views_until"
SEAL = f"""
INSERT INTO audit_seal (first_id, last_id, entries, digest, views, views_digest, views_until)
SELECT %(first)s, %(last)s, entries, audit_digest_of(%(before)s, changes_digest, views, views_digest, views_until),
       views, views_digest, views_until FROM audit_sums(%(first)s, %(last)s)
RETURNING {COLUMNS}
"""  # noqa: S608 - our own text only
SEALS = f"SELECT {COLUMNS} FROM audit_seal WHERE id > %s ORDER BY id LIMIT %s"  # noqa: S608
WITH_BEFORE = f"SELECT {COLUMNS} FROM audit_seal WHERE id <= %s ORDER BY id DESC LIMIT 2"  # noqa: S608
OLD = "SELECT entries, digest, NULL::bigint FROM audit_digest(%s, %s, %s)"
NOW = """
SELECT entries, audit_digest_of(%s, changes_digest, views, views_digest, views_until), views FROM audit_sums(%s, %s)
"""
WITHOUT_LOOKS = """
SELECT entries + %(views)s, audit_digest_of(%(before)s, changes_digest, %(views)s, %(views_digest)s, %(until)s)
FROM audit_sums(%(first)s, %(last)s)
"""
# What a pruning tells counts only as far as it was allowed, however it came to be in the log.
PRUNED_UNTIL = """
SELECT max(least((details ->> 'before')::timestamptz, event_time - interval '90 days'))
FROM audit_log WHERE event_type = 'prune_views' AND actor_id IS NULL AND event_time <= clock_timestamp() AND id >= 0
"""


@dataclass(frozen=True, slots=True)
class Seal:
    """The entries numbered first to last, how many they were, and what they and the seal before add up to."""

    id: int
    first: int
    last: int
    entries: int
    digest: bytes
    sealed_at: datetime
    views: int | None = None
    views_digest: bytes = NOTHING
    views_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at all seals found: how many and of how many entries, the newest digest, and what is wrong; how many
    entries about looks are gone by the rule.
    """

    seals: int
    entries: int
    head: bytes
    faults: list[str]
    pruned: int = 0


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
            cursor.execute(NEXT, [before, min(end, before + 2 * STRETCH), STRETCH])
            last, count = cursor.fetchone()
            if count < STRETCH and before + 2 * STRETCH < end:
                cursor.execute(NEXT, [before, end, STRETCH])
                last, count = cursor.fetchone()
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
    faults, digest, end, entries, count, pruned = _before_all(), NOTHING, -1, 0, 0, 0
    seen, until = not head, _pruned_until()
    for each in seals():
        wrong, gone = _looked_at(each, digest, end, until)
        faults, pruned = faults + wrong, pruned + gone
        digest, end = each.digest, each.last
        seen = seen or digest == head
        entries, count = entries + each.entries, count + 1
    if not seen:
        faults.append(
            _("The seal %(head)s, which was shipped, is not here: the log was made anew or cut off.")
            % {"head": head.hex()}
        )
    return Verdict(count, entries, digest, faults, pruned)


def sample(newest: int = 10, others: int = 10) -> Verdict:
    """Add up the newest seals and some chosen by chance: bounded, however long the log is."""
    with connection.cursor() as cursor:
        cursor.execute(LAST)
        (top, _last, head) = cursor.fetchone() or (0, -1, NOTHING)
    chosen = {top - less for less in range(newest)} | {secrets.randbelow(top or 1) + 1 for _each in range(others)}
    found = {pair[0].id: pair for key in chosen if (pair := _with_the_one_before(key))}
    faults: list[str] = []
    pruned = 0
    for each, before in (found[key] for key in sorted(found)):
        where = (before.digest, before.last) if before else (NOTHING, -1)
        wrong, gone = _looked_at(each, *where, None)
        if wrong and each.views:  # whether looks went by the rule is asked only then: it takes a look at the whole log
            wrong, gone = _looked_at(each, *where, _pruned_until())
        faults, pruned = faults + wrong, pruned + gone
    return Verdict(len(found), sum(each.entries for each, _before in found.values()), bytes(head), faults, pruned)


def _with_the_one_before(key: int) -> tuple[Seal, Seal | None] | None:
    """The seal of this number, or the next lower one that there is, and the one before it."""
    with connection.cursor() as cursor:
        cursor.execute(WITH_BEFORE, [key])
        rows = [_seal(row) for row in cursor.fetchall()]
    return (rows[0], rows[1] if len(rows) > 1 else None) if rows else None


def _looked_at(each: Seal, before: bytes, end: int, until: datetime | None) -> tuple[list[str], int]:
    """What is wrong with one stretch, and how many looks of it are gone by the rule. Each is added up over the digest
    that stands in the seal before it, so that one changed entry is told as one fault, at its place.
    """
    if each.first != end + 1:
        return [_("A seal before entry %(first)s is missing.") % {"first": f"{each.first:,}"}], 0
    with connection.cursor() as cursor:
        cursor.execute(OLD if each.views is None else NOW, [before, each.first, each.last])
        entries, digest, views = cursor.fetchone()
        gone = each.views if each.views and views == 0 and each.views_until and until else 0
        if gone and each.views_until < until:  # type: ignore[operator]
            parts: dict[str, Any] = {"views": gone, "views_digest": each.views_digest, "until": each.views_until}
            cursor.execute(WITHOUT_LOOKS, {**parts, "before": before, "first": each.first, "last": each.last})
            entries, digest = cursor.fetchone()
        else:
            gone = 0
    if (entries, bytes(digest)) == (each.entries, each.digest):
        return [], gone
    return [_fault(each, entries)], 0


def _fault(each: Seal, entries: int) -> str:
    where = {"first": f"{each.first:,}", "last": f"{each.last:,}", "at": f"{each.sealed_at:%Y-%m-%d %H:%M}"}
    if entries < each.entries:
        return _("Of the entries %(first)s to %(last)s, sealed %(at)s, %(less)s are missing.") % {
            **where,
            "less": each.entries - entries,
        }
    if entries > each.entries:
        return _("Among the entries %(first)s to %(last)s, sealed %(at)s, are %(more)s that were not there.") % {
            **where,
            "more": entries - each.entries,
        }
    return _("The entries %(first)s to %(last)s, sealed %(at)s, or their seal were changed.") % where


def _pruned_until() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(PRUNED_UNTIL)
        until: datetime | None = cursor.fetchone()[0]
    return until


def _before_all() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_log WHERE id < 0")
        (count,) = cursor.fetchone()
    return (
        [_("%(count)s entries have a number below zero, which no entry ever had.") % {"count": count}] if count else []
    )


def _seal(row: tuple[Any, ...]) -> Seal:
    key, first, last, entries, digest, at, views, views_digest, until = row
    return Seal(key, first, last, entries, bytes(digest), at, views, bytes(views_digest or NOTHING), until)
