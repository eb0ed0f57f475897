"""Readings of a source: listed, written down, corrected, deleted."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from accounts.api import callers
from accounts.api.framework import MAY_CORRECT, MAY_READ, MAY_WRITE
from accounts.api.problems import Problem
from accounts.models import User
from accounts.replica import from_replica
from readings.access import reading_for_delete, reading_for_read, reading_for_write
from readings.api import told, writing
from readings.api.told import Many, Quality, ReadingChange, ReadingIn, ReadingOut, ReadingsOut, Results
from readings.models import Reading
from readings.querysets import ReadingQuerySet
from sources.access import source_for_read, source_for_write

router = Router(tags=["readings"])

MOST = 1000
AS_IT_IS = {"ensure_ascii": False, "separators": (",", ":")}


@router.get(
    "/sources/{source_id}/readings", response=ReadingsOut, auth=MAY_READ, operation_id="readings", summary="Readings"
)
@from_replica
def readings(
    request: HttpRequest,
    source_id: UUID,
    since: str | None = Query(None, alias="from", description="The first instant, included."),
    until: str | None = Query(None, alias="to", description="The last instant, not included."),
    quality: Quality | None = None,
    order: Literal["newest", "oldest"] = "newest",
    limit: int = Query(100, ge=1, le=MOST),
    cursor: str | None = Query(None, description="What `next` of the answer before said."),
) -> JsonResponse:
    """The readings of a source, newest or oldest first, page by page: each page costs the same, however far it is."""
    source = source_for_read(_person(request), source_id)
    first, last, edge = (told.at(text, name) for text, name in ((since, "from"), (until, "to"), (cursor, "cursor")))
    rows = _between(Reading.objects.of(source), first, last)
    rows = rows.filter(quality_flag=quality) if quality else rows
    if edge is not None:
        rows = rows.filter(recorded_at__lt=edge) if order == "newest" else rows.filter(recorded_at__gt=edge)
    found = told.listed(rows.order_by("-recorded_at" if order == "newest" else "recorded_at")[: limit + 1])
    following = found[limit - 1]["recorded_at"] if len(found) > limit else None
    about = {"source": str(source.public_id), "unit": source.unit}
    # An answer of its own: a thousand readings are not held against the document once more, one by one.
    return JsonResponse({**about, "readings": found[:limit], "next": following}, json_dumps_params=AS_IT_IS)


@router.post(
    "/sources/{source_id}/readings",
    response={201: ReadingOut, 200: ReadingOut},
    auth=MAY_WRITE,
    operation_id="reading_create",
    summary="Write a reading down",
)
def reading_create(request: HttpRequest, source_id: UUID, sent: ReadingIn) -> Status:
    """201 for a new one, 200 where this id was sent with the same before, 409 where it was sent with something else."""
    return Status(*writing.add(callers.of(request), source_for_write(_person(request), source_id), sent))


@router.post(
    "/sources/{source_id}/readings/batch",
    response=Results,
    auth=MAY_WRITE,
    operation_id="readings_create",
    summary="Write many readings down",
)
def readings_create(request: HttpRequest, source_id: UUID, sent: Many) -> dict[str, Any]:
    """Each is stored or refused by itself, the oldest first, so that a dial is judged as it grew."""
    source = source_for_write(_person(request), source_id)
    results: list[dict[str, Any]] = [{} for _each in sent.readings]
    for index in sorted(range(len(results)), key=lambda number: _when(sent.readings[number])):
        try:
            status, reading = writing.add(callers.of(request), source, sent.readings[index])
            results[index] = {"status": status, "reading": reading}
        except Problem as problem:
            results[index] = {"status": problem.status, "problem": problem.body}
    return {"stored": sum(result["status"] < 300 for result in results), "results": results}


@router.get(
    "/sources/{source_id}/readings/{reading_id}",
    response=ReadingOut,
    auth=MAY_READ,
    operation_id="reading",
    summary="A reading",
)
def reading(request: HttpRequest, source_id: UUID, reading_id: UUID) -> dict[str, Any]:
    """One reading."""
    return told.of_reading(reading_for_read(_person(request), source_id, reading_id))


@router.patch(
    "/sources/{source_id}/readings/{reading_id}",
    response=ReadingOut,
    auth=MAY_CORRECT,
    operation_id="reading_update",
    summary="Correct a reading",
)
def reading_update(request: HttpRequest, source_id: UUID, reading_id: UUID, sent: ReadingChange) -> dict[str, Any]:
    """Another value, time, quality or note; the history keeps what it said before."""
    return writing.correct(reading_for_write(_person(request), source_id, reading_id, locked=True), sent)


@router.delete(
    "/sources/{source_id}/readings/{reading_id}",
    response={204: None},
    auth=MAY_CORRECT,
    operation_id="reading_delete",
    summary="Delete a reading",
)
def reading_delete(request: HttpRequest, source_id: UUID, reading_id: UUID) -> Status:
    """It can be put back: the history keeps it."""
    reading_for_delete(_person(request), source_id, reading_id, locked=True).delete()
    return Status(204, None)


def _person(request: HttpRequest) -> User:
    return callers.of(request).user


def _between(rows: ReadingQuerySet, first: datetime | None, last: datetime | None) -> ReadingQuerySet:
    if first is not None and last is not None and last <= first:
        raise Problem("invalid", _("to: This instant is not after the first one."))
    rows = rows if first is None else rows.filter(recorded_at__gte=first)
    return rows if last is None else rows.filter(recorded_at__lt=last)


def _when(sent: ReadingIn) -> float:
    """Its place in the order of time; what has no time of its own comes last."""
    try:
        found = told.at(sent.recorded_at, "recorded_at")
    except Problem:
        return float("inf")
    return float("inf") if found is None else found.timestamp()
