"""Seals the log, and finds out whether it is still what was sealed. Everything here needs the owner's connection.

An entry gets its number before its transaction commits, so a higher number may be seen before a lower one. What is
sealed is settled: for an instant nobody may add, those who are about to are waited for, and the highest number is read.
Whoever owns the table could make entries and seals anew: then the newest seal differs from the one that was shipped to
another machine (audit.shipping), which `verify` is told as `head`.

Entries about looks may have been removed by audit.pruning: then all of a stretch are gone, their number, digest and the
time of the newest stand in the seal (which its digest is over), and an entry of the log tells up to when they went.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

STRETCH, AT_ONCE = 1_000, 100
"""How many entries a seal has at most, and how many seals are added up in one look at the log."""
# What that takes to put its entries in order; compiling it for each of some fifty months takes longer than doing it.
MEANS = "SET LOCAL work_mem = '64MB'; SET LOCAL jit = off"
NOTHING = b""
LAST = "SELECT id, last_id, digest FROM audit_seal ORDER BY id DESC LIMIT 1"
ALONE = "SET LOCAL lock_timeout = '2s'; LOCK TABLE audit_log IN SHARE MODE"
END = "SELECT coalesce(max(id), -1) FROM audit_log"
# By entries and not by numbers: a gap in the numbers, however wide, costs nothing.
NEXT = """
SELECT count(*), coalesce(max(id), 0), coalesce(array_agg(id ORDER BY id) FILTER (WHERE place %% %(stretch)s = 0), '{}')
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM audit_log WHERE id > %(before)s AND id <= %(until)s
      ORDER BY id LIMIT %(most)s) AS near
"""
# Python knows no endless time, which an entry may have: here it is none, and what is worked out of it stays in SQL.
UNTIL = "CASE WHEN views_until BETWEEN '0001-01-02Z' AND '9999-12-30Z' THEN views_until END"
COLUMNS = f"id, first_id, last_id, entries, digest, sealed_at, views, views_digest, {UNTIL}"
SUMS = """
SELECT entries, changes_digest, views, views_digest, views_until::text
FROM audit_stretches(%s::bigint[], %s) ORDER BY place
"""
SEAL = f"""
INSERT INTO audit_seal (first_id, last_id, entries, digest, views, views_digest, views_until)
SELECT %s, %s, %s, audit_digest_of(%s, changes, views, looks, until), views, looks, until
FROM (SELECT %s::bytea, %s::bigint, %s::bytea, %s::timestamptz) AS sums (changes, views, looks, until)
RETURNING {COLUMNS}
"""  # noqa: S608 - our own text only
SEALS = f"SELECT {COLUMNS} FROM audit_seal WHERE id > %s ORDER BY id LIMIT %s"  # noqa: S608
WITH_BEFORE = f"SELECT {COLUMNS} FROM audit_seal WHERE id <= %s ORDER BY id DESC LIMIT 2"  # noqa: S608
OLD = "SELECT entries, digest, digest, 0, false FROM audit_digest(%s, %s, %s)"
NOW = """
SELECT now.entries, audit_digest_of(given.before, changes_digest, now.views, now.views_digest, now.views_until),
       audit_digest_of(given.before, changes_digest, seal.views, seal.views_digest, seal.views_until),
       now.views, coalesce(seal.views_until < %s, false)
FROM audit_stretches(%s::bigint[], %s) AS now
JOIN unnest(%s::bigint[], %s::bytea[]) WITH ORDINALITY AS given (id, before, place) ON given.place = now.place
JOIN audit_seal AS seal ON seal.id = given.id ORDER BY now.place
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
class Link:
    """A seal, and the digest and last number that stand in the one before it. Each is added up over that digest, so
    that one changed entry is told as one fault, at its place.
    """

    seal: Seal
    before: bytes = NOTHING
    end: int = -1

    @property
    def kind(self) -> tuple[bool, bool]:
        """Whether it goes on where the one before ended, and whether its looks are added up apart."""
        return self.end + 1 == self.seal.first <= self.seal.last, self.seal.views is not None


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
    made: list[Seal] = []
    while some := _seal_some(end):
        made += some
    return made


def _seal_some(end: int) -> list[Seal]:
    made = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE audit_seal IN EXCLUSIVE MODE; {MEANS}")
        cursor.execute(LAST)
        _id, before, digest = cursor.fetchone() or (0, -1, NOTHING)
        lasts = _lasts(cursor, before, end) if before < end else []
        if not lasts:
            return []
        firsts = [each + 1 for each in (before, *lasts[:-1])]
        cursor.execute(SUMS, [firsts, lasts[-1]])
        for first, last, (entries, *sums) in zip(firsts, lasts, cursor.fetchall(), strict=True):
            cursor.execute(SEAL, [first, last, entries, bytes(digest), *sums])
            made.append(_seal(cursor.fetchone()))
            digest = made[-1].digest
    return made


def _lasts(cursor: Any, before: int, end: int) -> list[int]:
    """With which numbers the next stretches end, AT_ONCE at most. Only nearby numbers are looked at first, as all that
    are still to be sealed may be millions, and nothing puts them in order.
    """
    most = STRETCH * AT_ONCE
    for until in (min(end, before + 2 * most), end):
        cursor.execute(NEXT, {"before": before, "until": until, "most": most, "stretch": STRETCH})
        count, last, lasts = cursor.fetchone()
        if count % STRETCH and until == end:
            return [*lasts, last]
        if lasts:
            return list(lasts)
    return []


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
    faults, link, entries, count, pruned = _before_all(), None, 0, 0, 0
    seen, until = not head, _pruned_until()
    for run in _runs(_links()):
        wrong, gone = _proved(run, until)
        faults, pruned = faults + wrong, pruned + gone
        seen = seen or head in {each.seal.digest for each in run}
        entries, count, link = entries + sum(each.seal.entries for each in run), count + len(run), run[-1]
    if not seen:
        faults.append(
            _("The seal %(head)s, which was shipped, is not here: the log was made anew or cut off.")
            % {"head": head.hex()}
        )
    return Verdict(count, entries, link.seal.digest if link else NOTHING, faults, pruned)


def sample(newest: int = 10, others: int = 10) -> Verdict:
    """Add up the newest seals and some chosen by chance: bounded, however long the log is."""
    with connection.cursor() as cursor:
        cursor.execute(LAST)
        (top, _last, head) = cursor.fetchone() or (0, -1, NOTHING)
    chosen = {top - less for less in range(newest)} | {secrets.randbelow(top or 1) + 1 for _each in range(others)}
    found = {link.seal.id: link for key in chosen if (link := _link(key))}
    told = [_proved([found[key]], None) for key in sorted(found)]
    faults = [fault for wrong, _gone in told for fault in wrong]
    entries = sum(link.seal.entries for link in found.values())
    return Verdict(len(found), entries, bytes(head), faults, sum(gone for _wrong, gone in told))


def _link(key: int) -> Link | None:
    """The seal of this number, or the next lower one that there is, and what stands in the one before it."""
    with connection.cursor() as cursor:
        cursor.execute(WITH_BEFORE, [key])
        rows = [_seal(row) for row in cursor.fetchall()]
    return Link(rows[0], *((rows[1].digest, rows[1].last) if len(rows) > 1 else ())) if rows else None


def _links() -> Iterator[Link]:
    before, end = NOTHING, -1
    for each in seals():
        yield Link(each, before, end)
        before, end = each.digest, each.last


def _runs(links: Iterable[Link]) -> Iterator[list[Link]]:
    """Those that can be looked at together: of one kind, one after the other without a gap, AT_ONCE at most."""
    for _kind, alike in groupby(links, key=lambda link: link.kind):
        while run := list(islice(alike, AT_ONCE)):
            yield run


def _proved(run: Sequence[Link], until: datetime | None) -> tuple[list[str], int]:
    """What is wrong with these, and how many of their looks are gone by the rule. Up to when looks went is asked before
    anything is called wrong: some may have gone since `until`, and asking takes a look at the whole log.
    """
    told = _judged(run, until)
    if any(wrong for wrong, _gone in told) and any(link.seal.views for link in run):
        told = _judged(run, _pruned_until())
    return [fault for wrong, _gone in told for fault in wrong], sum(gone for _wrong, gone in told)


def _judged(run: Sequence[Link], until: datetime | None) -> list[tuple[list[str], int]]:
    follows, is_apart = run[0].kind
    if not follows:
        missing = _("A seal before entry %(first)s is missing.")
        return [([missing % {"first": f"{link.seal.first:,}"}], 0) for link in run]
    sums = _now(run, until) if is_apart else [row for link in run for row in _old(link)]
    return [_compared(link.seal, *row) for link, row in zip(run, sums, strict=True)]


def _now(run: Sequence[Link], until: datetime | None) -> list[tuple[Any, ...]]:
    """For each: how many entries there are, what they add up to, what their changes add up to with the looks that stand
    in the seal, how many looks there are, and whether they may be gone.
    """
    firsts, last = [link.seal.first for link in run], run[-1].seal.last
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MEANS)
        cursor.execute(NOW, [until, firsts, last, [link.seal.id for link in run], [link.before for link in run]])
        return list(cursor.fetchall())


def _old(link: Link) -> list[tuple[Any, ...]]:
    """The same for a seal of before, which is over all entries alike."""
    with connection.cursor() as cursor:
        cursor.execute(OLD, [link.before, link.seal.first, link.seal.last])
        return list(cursor.fetchall())


def _compared(
    each: Seal, entries: int, digest: bytes, by_seal: bytes | None, views: int, may_be_gone: bool
) -> tuple[list[str], int]:
    gone = each.views or 0 if views == 0 and may_be_gone else 0
    is_whole = by_seal == each.digest and (gone > 0 or digest == each.digest)
    if is_whole and entries + gone == each.entries:
        return [], gone
    return [_fault(each, entries + gone)], 0


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
