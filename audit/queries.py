"""Which entries of the log somebody may read, filtered, page by page. Policies of the database hold the same line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, DateTimeField, Q, QuerySet
from django.utils import timezone as clock

from accounts.current import actor
from accounts.models import User
from accounts.prepared import Prepared
from audit.kinds import KINDS, PARTS, SIGN_INS, VIEWS
from audit.models import AuditLog
from readings.localtime import day_start
from readings.models import ImportBatch
from sources.access import Person
from sources.levels import Level
from sources.models import DataSource, Home

Entries = QuerySet[AuditLog]

PAGE = 50
AHEAD = timedelta(days=1)
"""Months that are made ahead are not looked into by pages of a source or a home: PostgreSQL plans each one that a
question does not leave out. What was written while the server's clock was ahead lies there (a reading of a mistyped
year does not: it is refused, and an entry has the time at which it was written): who asks for its days sees it, and
`manage.py doctor` tells of it. What claims to be whole holds it: the life of a reading, and what is taken along.
"""
EVER = datetime(2200, 1, 1, tzinfo=UTC)
LATELY = timedelta(days=100)
"""A page is filled from this time alone where it has as much: a log of ten years has 120 months to plan."""
FIRST = datetime(1900, 1, 1, tzinfo=UTC)
LONGEST_IMPORT = timedelta(days=1)
PEOPLE = 1_000
"""In so many of the newest changes of a place the people are looked for whom one can choose, beside who has rights."""
IMPORTS = KINDS["imports"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see of a history: whose doings, which kind, of which source, on which days (all kept)."""

    who: int | None = None
    kind: str = "changes"
    source: int | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, newest first, and the mark at which the older ones begin; "" where there are none."""

    entries: list[AuditLog]
    older: str


def everything_of(place: DataSource | Home, user: Person) -> Entries:
    """All entries of a source or a home that `user` may read; `place` was fetched by sources.access for this person.

    An administrator reads everything, who may only see or write reads what happened to readings.
    """
    entries = AuditLog.objects.all()
    if isinstance(place, Home):
        return entries.filter(home_id=place.pk) if place.level >= Level.ADMIN else entries.none()
    entries = entries.filter(source_id=place.pk)
    if place.may("see_history"):
        return entries
    told = Q(reading_id__isnull=False) | Q(event_type__in=IMPORTS)
    return entries.filter(told) if place.may("see_reading_history") else entries.none()


def history_of(
    place: DataSource | Home, user: Person, asked: Asked | None = None, until: datetime | None = None
) -> Entries:
    """The entries of a source or a home that `user` may read and asked for, newest first; up to now, or `until`, where
    no later days are asked for.
    """
    asked = asked or Asked()
    if asked.kind == "sign_ins":
        entries = AuditLog.objects.filter(actor_id=user.pk, event_type__in=SIGN_INS)
    else:
        entries = everything_of(place, user)
        entries = _of_kind(entries, asked.kind)
        entries = entries.filter(actor_id=asked.who) if asked.who else entries
        entries = entries.filter(source_id=asked.source) if asked.source else entries
    return entries.filter(_within(place, asked, until or clock.now() + AHEAD))


def newest_of(source: DataSource, user: Person, most: int) -> list[AuditLog]:
    """The newest changes of a source that `user` may read; the source was fetched by sources.access for them."""
    rights = ("see_history", "see_reading_history")
    right = next((each for each in rights if source.may(each)), None)
    if right is None:
        return []
    now = clock.now()
    known = {"source": source.pk, "until": now + AHEAD}
    found = _newest(right, most)(since=now - LATELY, **known)
    return found if len(found) == most else _newest(right, most)(since=FIRST, **known)


@cache
def _newest(right: str, most: int) -> Prepared[AuditLog]:
    def build(source: Any, since: Any, until: Any) -> Entries:
        place: Any = SimpleNamespace(pk=source, may=lambda what: what == right)
        return history_of(place, AnonymousUser(), until=until).filter(event_time__gte=since)[:most]

    return Prepared(build, source=BigIntegerField(), since=DateTimeField(), until=DateTimeField())


def doings_of(user: Person) -> Entries:
    """Everything that `user` did, their sign-ins included, newest first."""
    if user.pk is None:
        return AuditLog.objects.none()
    return AuditLog.objects.filter(actor_id=user.pk)


def _of_kind(entries: Entries, kind: str) -> Entries:
    if kind in KINDS:
        return entries.filter(event_type__in=KINDS[kind])
    return entries if kind == "all" else entries.exclude(event_type__in=VIEWS)


def _within(place: DataSource | Home, asked: Asked, until: datetime) -> Q:
    later = any(day is not None and day > until.date() for day in (asked.first, asked.last))
    days = Q() if later else Q(event_time__lt=until)
    if asked.first:
        days &= Q(event_time__gte=day_start(asked.first, place.zone))
    if asked.last:
        days &= Q(event_time__lt=day_start(asked.last + timedelta(days=1), place.zone))
    return days


def ahead() -> int:
    """How many entries are dated later than now, so that no history shows them by itself, as far as who asks sees."""
    return AuditLog.objects.filter(event_time__gte=clock.now() + AHEAD).count()


def of_reading(source: DataSource, public_id: UUID) -> Entries:
    """What happened to one reading of `source`, newest first; the source was fetched by sources.access."""
    entries = AuditLog.objects.filter(source_id=source.pk, reading_id=public_id).exclude(event_type__in=VIEWS)
    return entries if source.may("see_reading_history") else entries.none()


def of_import(batch: ImportBatch) -> Entries:
    """The entry that tells of an import; its source was fetched by sources.access. Its time keeps to one partition."""
    source, about = batch.source, {"import": str(batch.public_id)}
    near = (batch.created_at, batch.created_at + LONGEST_IMPORT)
    entries = AuditLog.objects.filter(source_id=source.pk, event_type="import_readings", event_time__range=near)
    return entries.filter(details__contains=about) if source.may("see_reading_history") else entries.none()


def people_of(place: DataSource | Home, user: Person) -> list[tuple[int, str]]:
    """Whose doings one can choose, as (id, one of the names they had), by name: who has rights here, and whoever made
    one of the PEOPLE newest changes. Not of all: a meter that writes its readings by itself may have made millions.
    """
    newest = history_of(place, user).filter(actor_id__isnull=False)[:PEOPLE].values_list("actor_id", "actor_name")
    named = {int(who or 0): name for who, name in reversed(newest)}
    if place.may("see_history"):
        named = {person.pk: person.get_short_name() for person in _with_rights(place)} | named
    return sorted(named.items(), key=lambda row: (row[1].casefold(), row[0]))


def _with_rights(place: DataSource | Home) -> QuerySet[User]:
    """The people who have rights on a place now, as far as the database shows them; one query."""
    home = place.pk if isinstance(place, Home) else place.home_id
    members = User.objects.filter(memberships__home=home)
    if isinstance(place, Home):
        return members
    return User.objects.filter(sources=place.pk).union(User.objects.filter(shares__source=place.pk), members)


def page_of(entries: Entries, before: str = "", size: int = PAGE) -> Page:
    """The newest `size` entries, or those that follow the mark `before`. Raises ValueError for a mark that is none."""
    end = clock.now()
    if before:
        at, number = _mark(before)
        end = at
        # The first condition lets PostgreSQL leave out whole partitions; the second settles the same instant.
        entries = entries.filter(Q(event_time__lte=at), Q(event_time__lt=at) | Q(pk__lt=number))
    found = list(entries.filter(event_time__gte=max(end - LATELY, FIRST))[: size + 1])
    if len(found) <= size:
        found = list(entries[: size + 1])
    _name_parts(found)
    return Page(found[:size], mark_of(found[size - 1]) if len(found) > size else "")


def _name_parts(entries: Sequence[AuditLog]) -> None:
    """Let the entries about parts of sums tell what the parts are called now, as far as who acts now may see them: what
    is stored names none, because a sum's history is read by people whom a part need not be shared with.
    """
    parts = [(entry, part_of(entry)) for entry in entries if entry.event_type in PARTS]
    if not parts:
        return
    mine = DataSource.objects.visible_to(User(pk=actor().user_id)).filter(pk__in={key for _, key in parts if key})
    names = dict(mine.values_list("pk", "name"))
    for entry, key in parts:
        entry.part_name = names.get(key or 0, "")


def part_of(entry: AuditLog) -> int | None:
    """The key of the part that an entry about a part of a sum tells of; None where an older one does not."""
    states = [entry.details, entry.details.get("new") or {}, entry.details.get("old") or {}]
    return next((state["part_id"] for state in states if state.get("part_id")), None)


def mark_of(entry: AuditLog) -> str:
    """What names an entry in an address: its key."""
    return f"{entry.event_time.isoformat()}_{entry.pk}"


def _mark(text: str) -> tuple[datetime, int]:
    time, _, number = text.partition("_")
    at = datetime.fromisoformat(time)
    if at.tzinfo is None or not 1900 <= at.year <= 2200:
        raise ValueError("a mark is an instant with its offset")
    # In UTC, because PostgreSQL does not read every offset that Python does.
    return at.astimezone(UTC), int(number)
