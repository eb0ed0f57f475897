"""What the API tells of readings, and what it is sent for one."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from django.db.models import BigIntegerField, UUIDField, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field

from accounts.api.framework import Sent, Told
from accounts.api.problems import Problem
from accounts.prepared import Prepared
from readings.localtime import FIRST_YEAR, LAST_YEAR
from readings.models import Reading
from readings.querysets import ReadingQuerySet
from sources.api.told import Number, instant, number
from sources.models import DataSource

Quality = Literal["good", "questionable", "bad", "estimated"]
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)", re.ASCII)


def _instant(text: str) -> str:
    if _INSTANT.fullmatch(text) is None:
        raise ValueError(_("Write an instant with its offset, such as 2026-11-30T18:02:00+01:00."))
    return text


Instant = Annotated[
    str,
    AfterValidator(_instant),
    Field(
        max_length=40,
        json_schema_extra={"format": "date-time"},
        description="An instant in ISO 8601 with its offset, such as 2026-11-30T18:02:00+01:00.",
    ),
]


class ReadingIn(Sent):
    """id: a UUIDv7 made by the program; with it a retry is known. recorded_at: now, where it is not named. confirm:
    a value that is doubtful is right, and is stored as questionable. unit: in which it was measured; refused where the
    source counts in another one by now.
    """

    id: str | None = Field(None, max_length=36)
    value: Number
    unit: str = Field("", max_length=20)
    recorded_at: Instant | None = None
    quality: Quality | None = None
    note: str = Field("", max_length=1000)
    details: dict[str, Any] | None = Field(default=None, max_length=20)
    confirm: bool = False


class ReadingChange(Sent):
    """What is not named stays as it is. version: of the reading that one saw; 409 where it was changed since. reason:
    why, for the history.
    """

    value: Number | None = None
    recorded_at: Instant | None = None
    quality: Quality | None = None
    note: str | None = Field(None, max_length=1000)
    details: dict[str, Any] | None = Field(default=None, max_length=20)
    confirm: bool = False
    version: str | None = Field(None, max_length=40)
    reason: str = Field("", max_length=200)


class ReadingOut(Told):
    """A reading; version: what tells this state from every later one."""

    id: str
    value: str
    recorded_at: str
    quality: Quality
    note: str
    details: dict[str, Any]
    has_photo: bool
    created_at: str
    created_by: str
    updated_at: str | None
    updated_by: str
    version: str


class ReadingsOut(Told):
    """Some readings; next: the cursor of those that follow, if there are more."""

    source: str
    unit: str
    readings: list[ReadingOut]
    next: str | None


class Many(Sent):
    """Up to 500 readings, each of which is stored or refused by itself, in the order of their time."""

    readings: list[ReadingIn] = Field(min_length=1, max_length=500)


class Result(Told):
    """What became of a reading of many: its status as if it had been sent alone, with the reading or the problem."""

    status: int
    reading: ReadingOut | None = None
    problem: dict[str, Any] | None = None


class Results(Told):
    """One result for each reading that was sent, in the same order, and how many of them are stored by now."""

    stored: int
    results: list[Result]


class IngestIn(Sent):
    """What a gadget sends: which meter (its number or the source's id), what it says, in which unit (refused where the
    source counts in another), and when (now, if not named).
    """

    meter_number: str | None = Field(None, max_length=100)
    source: str | None = Field(None, max_length=36)
    value: Number
    unit: str = Field("", max_length=20)
    at: Instant | None = None
    id: str | None = Field(None, max_length=36)
    note: str = Field("", max_length=1000)


def of_reading(reading: Reading) -> dict[str, Any]:
    """A reading, its people fetched."""
    return {
        "id": str(reading.public_id),
        "value": number(reading.value),
        "recorded_at": instant(reading.recorded_at),
        "quality": reading.quality_flag,
        "note": reading.notes,
        "details": reading.metadata,
        "has_photo": bool(reading.photo),
        "created_at": instant(reading.created_at),
        "created_by": str(reading.created_by or ""),
        "updated_at": instant(reading.updated_at),
        "updated_by": str(reading.updated_by or ""),
        "version": reading.version,
    }


def _name(key: str) -> Coalesce:
    """The name of a person as others see it (User.get_short_name)."""
    return Coalesce(NullIf(f"{key}__display_name", Value("")), f"{key}__username", Value(""))


def listed(rows: ReadingQuerySet) -> list[dict[str, Any]]:
    """Many readings, told like one, without a row in memory for each: it is a third of the work."""
    found = rows.values_list(
        *("public_id", "value", "recorded_at", "quality_flag", "notes", "metadata", "photo", "created_at"),
        *(_name("created_by"), "updated_at", _name("updated_by")),
    )
    return [
        {
            "id": str(key),
            "value": number(value),
            "recorded_at": instant(recorded_at),
            "quality": quality,
            "note": notes,
            "details": metadata,
            "has_photo": bool(photo),
            "created_at": instant(created_at),
            "created_by": created_by,
            "updated_at": instant(at),
            "updated_by": updated_by,
            "version": at.isoformat() if at else "",
        }
        for key, value, recorded_at, quality, notes, metadata, photo, created_at, created_by, at, updated_by in found
    ]


def stored(source: DataSource, public_id: Any) -> dict[str, Any]:
    """A reading as the database has it, so that a retry is answered like the first try."""
    (found,) = _stored(source=source.pk, reading=public_id)
    return of_reading(found)


_stored = Prepared(
    lambda source, reading: Reading.objects.filter(source=source, public_id=reading).select_related(
        "created_by", "updated_by"
    ),
    source=BigIntegerField(),
    reading=UUIDField(),
)


def at(text: str | None, name: str) -> datetime | None:
    """An instant of a query, in UTC. Raises Problem (422)."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "+"))
        found = found.astimezone(UTC) if found.tzinfo else found
    except (ValueError, OverflowError):
        found = datetime.min  # noqa: DTZ901 - stands for what is refused
    if found.tzinfo is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        sentence = _("%(name)s: Write an instant with its offset, such as 2026-11-30T18:02:00Z.") % {"name": name}
        raise Problem("invalid", sentence, errors=[{"field": name, "code": "instant", "detail": sentence}])
    return found
