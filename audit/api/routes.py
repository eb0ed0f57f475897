"""The history of a source or a home, and a deleted reading put back."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router

from accounts.api import callers
from accounts.api.framework import MAY_CORRECT, MAY_READ, Told
from accounts.api.problems import Problem
from accounts.models import User
from accounts.replica import from_replica
from audit.models import AuditLog
from audit.putting_back import Refused, put_back
from audit.queries import Asked, history_of, page_of
from audit.sentences import sentence
from readings.api import told
from readings.api.told import ReadingOut
from sources.access import home_for_admin, source_for
from sources.api.told import instant
from sources.models import DataSource, Home

router = Router(tags=["history"])

MOST = 200
What = Literal["changes", "all", "readings", "settings", "sharing", "meter_changes", "imports", "views"]


class Entry(Told):
    """What happened: who did it, in a sentence, and what changed in detail."""

    at: str
    event: str
    who: str
    text: str
    details: list[str]
    reading: str | None


class History(Told):
    """Entries, the newest first; next: the cursor of those that follow, if there are more."""

    entries: list[Entry]
    next: str | None


@router.get(
    "/sources/{source_id}/history", response=History, auth=MAY_READ, operation_id="history", summary="What happened"
)
@from_replica
def history(
    request: HttpRequest,
    source_id: UUID,
    what: What = "changes",
    limit: int = Query(50, ge=1, le=MOST),
    cursor: str = Query("", max_length=60),
) -> dict[str, Any]:
    """Everything that happened to a source, for its administrators; to its readings, for all who may see it."""
    person = _person(request)
    return _page(source_for(person, source_id, "see_reading_history"), person, what, limit, cursor)


@router.get(
    "/homes/{home_id}/history", response=History, auth=MAY_READ, operation_id="home_history", summary="What happened"
)
@from_replica
def home_history(
    request: HttpRequest,
    home_id: UUID,
    what: What = "changes",
    limit: int = Query(50, ge=1, le=MOST),
    cursor: str = Query("", max_length=60),
) -> dict[str, Any]:
    """Everything that happened in a home, for its administrators."""
    person = _person(request)
    return _page(home_for_admin(person, home_id), person, what, limit, cursor)


@router.post(
    "/sources/{source_id}/readings/{reading_id}/put-back",
    response=ReadingOut,
    auth=MAY_CORRECT,
    operation_id="reading_put_back",
    summary="Put a deleted reading back",
)
def reading_put_back(request: HttpRequest, source_id: UUID, reading_id: UUID) -> dict[str, Any]:
    """It is stored again as it was, under its own id; one that is there already is left as it is."""
    person = _person(request)
    source = source_for(person, source_id, "correct_reading")
    try:
        reading = put_back(source, reading_id, person)
    except Refused as error:
        if error.instead is not None:
            raise Problem("time_taken", str(error), stored=told.stored(source, error.instead.public_id)) from error
        raise Problem("rule", str(error)) from error
    return told.stored(source, reading.public_id)


def _person(request: HttpRequest) -> User:
    return callers.of(request).user


def _page(place: DataSource | Home, person: User, what: str, limit: int, cursor: str) -> dict[str, Any]:
    try:
        page = page_of(history_of(place, person, Asked(kind=what)), cursor.replace(" ", "+"), limit)
    except (ValueError, OverflowError) as error:
        raise Problem("invalid", _("cursor: Send what next of the answer before said.")) from error
    return {"entries": [_told(entry, person, place) for entry in page.entries], "next": page.older or None}


def _told(entry: AuditLog, person: User, place: DataSource | Home) -> dict[str, Any]:
    said = sentence(entry, person.pk, place.zone)
    return {
        "at": instant(entry.event_time),
        "event": entry.event_type,
        "who": entry.actor_name,
        "text": said.text,
        "details": list(said.points),
        "reading": str(entry.reading_id) if entry.reading_id else None,
    }
