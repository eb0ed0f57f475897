"""Hears that somebody looked at what is a household's, and notes it once in a while; wired by audit.receivers."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import BigIntegerField, CharField, DateTimeField, Field, JSONField, Model, QuerySet, UUIDField
from django.utils import timezone as clock
from psycopg.types.json import Jsonb

from accounts.current import actor
from accounts.prepared import Prepared
from accounts.staff import looked
from audit.changes import Plain
from audit.log import write
from audit.models import AuditLog
from audit.watched import WATCHED, Belongs, of_place
from readings.models import Reading
from readings.signals import source_viewed
from sources.models import DataSource

MERGED = timedelta(minutes=10)
NAMED = {"source", "home", "person", "person_id", "unit", "value", "recorded_at"}
"""What an entry of a look keeps of what it is about."""


def connect() -> None:
    """Connect to what the pages of sources and of Django admin tell."""
    source_viewed.connect(note_view, dispatch_uid="audit.note_view")
    looked.connect(note_look, dispatch_uid="audit.note_look")


def note_view(sender: object, source: DataSource, **kwargs: Any) -> None:
    """Somebody opened a source's page. Who opens it again within MERGED is not noted anew: the first entry stays."""
    _note("view_source", of_place(source))


def note_look(sender: type[Model], row: Any, **kwargs: Any) -> None:
    """Staff opened the page of a row: of a person, a home, a source, a reading, or of what belongs to one of them."""
    watch = WATCHED.get(sender)
    if watch is None:
        source = getattr(row, "source", None)
        if source is not None:
            _note("view_source", of_place(source))
        return
    belongs = watch.belongs(row)
    if sender is Reading:
        _note("view_reading", belongs)
    elif belongs.source_id is not None:
        _note("view_source", belongs)
    elif belongs.home_id is not None:
        _note("view_home", belongs)
    elif "person_id" in belongs.names:
        _note("view_person", belongs)


def _note(event_type: str, belongs: Belongs) -> None:
    keys: dict[str, Any] = {
        "home_id": belongs.home_id,
        "source_id": belongs.source_id,
        "reading_id": belongs.reading_id,
    }
    if not _is_noted(event_type, {**keys, "actor_id": actor().user_id}, belongs.names.get("person_id")):
        about = {key: value for key, value in belongs.names.items() if key in NAMED}
        write(event_type, about, **keys, is_look=True)


def _is_noted(event_type: str, keys: Mapping[str, Any], person_id: Plain) -> bool:
    """Whether the same look, at the same person where it names one, is in the log already, a moment ago."""
    now = clock.now()
    # Both ends, so that PostgreSQL need not look into the months that are made ahead.
    asked = {"event_type": event_type, "event_time__gt": now - MERGED, "event_time__lt": now + MERGED}
    asked |= {name: key for name, key in keys.items() if key is not None}
    if person_id is not None:
        asked["details__contains"] = Jsonb({"person_id": person_id})
    return bool(_same(frozenset(asked))(**asked))


_FIELDS: dict[str, Field] = {
    "event_type": CharField(),
    "event_time__gt": DateTimeField(),
    "event_time__lt": DateTimeField(),
    "details__contains": JSONField(),
}
_KEYS: dict[str, Field] = {
    "actor_id": BigIntegerField(),
    "home_id": BigIntegerField(),
    "source_id": BigIntegerField(),
    "reading_id": UUIDField(),
}


@cache
def _same(asked: frozenset[str]) -> Prepared[Any]:
    """The question for looks of which the fields `asked` are known; a key that is not among them must be null."""
    absent = {name: None for name in _KEYS if name not in asked}

    def build(**values: Any) -> QuerySet[AuditLog, Any]:
        # Of the server that notes go to: the page itself may be read from the replica.
        noted = AuditLog.objects.using(DEFAULT_DB_ALIAS).filter(**values, **absent)
        return noted.order_by().values_list("pk")[:1]

    fields = {**_FIELDS, **_KEYS}
    return Prepared(build, **{name: fields[name] for name in asked})
