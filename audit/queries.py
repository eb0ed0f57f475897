"""Which entries of the log somebody may read, filtered, page by page. Policies of the database hold the same line."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Max, Q, QuerySet

from audit.models import AuditLog
from readings.localtime import day_starts
from readings.models import Reading
from sources.access import Person
from sources.levels import Level
from sources.models import DataSource, Home

Entries = QuerySet[AuditLog]

PAGE = 50
VIEWS = ("view_source",)
SIGN_INS = (
    *("sign_in", "sign_out", "sign_up", "set_password", "change_password", "reset_password"),
    *("confirm_email", "change_email"),
)


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
    return entries.filter(reading_id__isnull=False) if place.may("see_reading_history") else entries.none()


def history_of(place: DataSource | Home, user: Person, asked: Asked | None = None) -> Entries:
    """The entries of a source or a home that `user` may read and asked for, newest first."""
    asked = asked or Asked()
    if asked.kind == "sign_ins":
        entries = AuditLog.objects.filter(actor_id=user.pk, event_type__in=SIGN_INS)
    else:
        entries = everything_of(place, user)
        entries = entries if asked.kind == "all" else entries.exclude(event_type__in=VIEWS)
        entries = entries.filter(actor_id=asked.who) if asked.who else entries
        entries = entries.filter(source_id=asked.source) if asked.source else entries
    return entries.filter(_within(place, asked))


def _within(place: DataSource | Home, asked: Asked) -> Q:
    days = Q()
    if asked.first:
        days &= Q(event_time__gte=day_starts(asked.first, 1, place.zone)[0])
    if asked.last:
        days &= Q(event_time__lt=day_starts(asked.last + timedelta(days=1), 1, place.zone)[0])
    return days


def of_reading(reading: Reading) -> Entries:
    """The life of one reading, newest first; it was fetched by readings.access."""
    may = reading.source.may("see_reading_history")
    entries = AuditLog.objects.filter(source_id=reading.source_id, reading_id=reading.public_id)
    return entries if may else entries.none()


def people_of(place: DataSource | Home, user: Person) -> list[tuple[int, str]]:
    """Who ever changed something here, as (id, one of the names they had), by name."""
    rows = history_of(place, user).filter(actor_id__isnull=False).order_by()
    named = rows.values_list("actor_id").annotate(name=Max("actor_name"))
    return sorted(((who, name) for who, name in named), key=lambda row: (row[1].casefold(), row[0]))


def page_of(entries: Entries, before: str = "", size: int = PAGE) -> Page:
    """The newest `size` entries, or those that follow the mark `before`. Raises ValueError for a mark that is none."""
    if before:
        at, number = _mark(before)
        # The first condition lets PostgreSQL leave out whole partitions; the second settles the same instant.
        entries = entries.filter(Q(event_time__lte=at), Q(event_time__lt=at) | Q(pk__lt=number))
    found = list(entries[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], f"{last.event_time.isoformat()}_{last.pk}" if last else "")


def _mark(text: str) -> tuple[datetime, int]:
    time, _, number = text.partition("_")
    at = datetime.fromisoformat(time)
    if at.tzinfo is None or not 1900 <= at.year <= 2200:
        raise ValueError("a mark is an instant with its offset")
    # In UTC, because PostgreSQL does not read every offset that Python does.
    return at.astimezone(UTC), int(number)
