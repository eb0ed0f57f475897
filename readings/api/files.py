"""Readings as files: exported, imported, an import taken back. What a file says is read as on the import page."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone as clock
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from accounts.api import callers
from accounts.api.filled import checked
from accounts.api.framework import MAY_CORRECT, MAY_READ, Day, Told
from accounts.api.problems import Problem
from accounts.current import actor
from readings.access import import_for_undo
from readings.export_forms import ExportForm
from readings.exports import csv_parts, json_parts
from readings.import_forms import refusal
from readings.import_marks import told_by, unknown
from readings.import_preview import column_name, kind_of_file
from readings.importers import MARKS, ImportRefused, Mark, Understanding, conversion, open_mark, rows, understand
from readings.imports import AlreadyUndone, CannotStore, Plan, plan, store, undo
from readings.models import ImportBatch
from readings.signals import readings_exported
from sources.access import source_for
from sources.api.told import instant, number
from sources.models import DataSource
from sources.units import spelled

router = Router(tags=["export and import"])

MOST_LISTED = 200
BODY = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string"}} for kind in ("text/csv", "text/plain", "application/json")},
    }
}
OneDay = Annotated[Day | None, Query(description="A day of the home's calendar, included.")]
FILES = {"csv": "text/csv", "json": "application/json"}


class Refused(Told):
    """A line of the file that is not stored, and why."""

    line: int
    reason: str


class ImportOut(Told):
    """What became of a file: counts of its rows; id: of the import, by which it can be taken back, if it stored any."""

    id: str | None
    file: str
    format: str
    counts: dict[str, int]
    total: str | None = None
    refused: list[Refused] = []
    created_at: str | None = None
    undone_at: str | None = None


class UndoneOut(Told):
    """What taking an import back came to."""

    deleted: int
    corrected: int


def _file(kind: str) -> dict[str, Any]:
    content = {FILES[kind]: {"schema": {"type": "string"} if kind == "csv" else {"type": "object"}}}
    return {"responses": {200: {"description": "The file.", "content": content}}}


@router.get(
    "/sources/{source_id}/export.csv",
    auth=MAY_READ,
    operation_id="export_csv",
    summary="All readings as CSV",
    openapi_extra=_file("csv"),
)
def export_csv(request: HttpRequest, source_id: UUID, since: OneDay = None, until: OneDay = None) -> HttpResponseBase:
    """Every reading of a source, or those of some days, as a table."""
    return _exported(request, source_id, "csv", since, until)


@router.get(
    "/sources/{source_id}/export.json",
    auth=MAY_READ,
    operation_id="export_json",
    summary="All of a source as JSON",
    openapi_extra=_file("json"),
)
def export_json(request: HttpRequest, source_id: UUID, since: OneDay = None, until: OneDay = None) -> HttpResponseBase:
    """A source with its rules, meter changes, imports and readings, or those of some days."""
    return _exported(request, source_id, "json", since, until)


@router.get(
    "/sources/{source_id}/imports",
    response=list[ImportOut],
    auth=MAY_READ,
    operation_id="imports",
    summary="Earlier imports",
)
def imports(request: HttpRequest, source_id: UUID) -> list[dict[str, Any]]:
    """The last imports into a source, the newest first."""
    source = source_for(callers.of(request).user, source_id, "import")
    return [_told(batch) for batch in ImportBatch.objects.filter(source=source)[:MOST_LISTED]]


@router.post(
    "/sources/{source_id}/imports",
    response={200: ImportOut, 201: ImportOut},
    auth=MAY_CORRECT,
    operation_id="import_create",
    summary="Import a file",
    openapi_extra=BODY,
)
def import_create(
    request: HttpRequest,
    source_id: UUID,
    file: str = Query("import.csv", max_length=200, description="What the file is called."),
    column: str | None = Query(None, max_length=1000, description="The name or number of the column of readings."),
    order: Literal["dmy", "mdy"] | None = Query(None, description="What 03/04 means: 3 April (dmy), March 4 (mdy)."),
    mark: Literal[".", ","] | None = Query(None, description="The decimal mark, where 12.345 may be thousands."),
    unit: str | None = Query(None, max_length=20, description="The unit of the readings, where the file says none."),
    leave_out_refused: bool = False,
    dry_run: bool = Query(False, description="Only say what would be stored."),
) -> Status:
    """The body is the file: CSV, text or JSON, at most 1 MB. Stored whole or not at all; what is there stays."""
    source = source_for(callers.of(request).user, source_id, "import")
    if not dry_run:
        source.lock()
        source.unit = source.unit_locked
    try:
        said = understand(request.body)
        wanted = _column(said, column)
        scale = _scale(said, wanted, source, unit)
        given = list(rows(said, wanted, order, mark or _mark(said, wanted, order, source, scale)))
        kind = kind_of_file(said)
        if dry_run:
            found = plan(source, given, clock.now(), scale=scale)
            return Status(200, {"id": None, "file": file, "format": kind, "counts": found.counts, **_more(found)})
        batch = store(source, given, file, kind, leave_out_refused=leave_out_refused, scale=scale)
    except ImportRefused as error:
        raise Problem("too_large" if error.status == 413 else "invalid", refusal(error)) from error
    except CannotStore as error:
        raise Problem("refused", str(error), counts=error.plan.counts, refused=_more(error.plan)["refused"]) from error
    return Status(201, _told(batch))


@router.post(
    "/sources/{source_id}/imports/{batch_id}/undo",
    response=UndoneOut,
    auth=MAY_CORRECT,
    operation_id="import_undo",
    summary="Take an import back",
)
def import_undo(request: HttpRequest, source_id: UUID, batch_id: UUID) -> dict[str, int]:
    """Deletes every reading that it brought, also those corrected since."""
    batch = import_for_undo(callers.of(request).user, source_id, batch_id)
    try:
        done = undo(batch)
    except AlreadyUndone as error:
        raise Problem("gone", str(error)) from error
    return {"deleted": done.deleted, "corrected": done.corrected}


def _exported(
    request: HttpRequest, source_id: UUID, ending: str, since: date | None, until: date | None
) -> HttpResponseBase:
    source = source_for(callers.of(request).user, source_id, "export")
    form = checked(ExportForm({"format": ending, "since": since, "until": until, "no_mark": True}, source))
    wanted, who = form.wanted(source.zone), actor()
    parts = csv_parts(source, who, wanted) if ending == "csv" else json_parts(source, who, wanted, get_language() or "")
    readings_exported.send(sender=None, source=source, format=ending)
    return StreamingHttpResponse(parts, content_type=f"{FILES[ending]}; charset=utf-8")


def _told(batch: ImportBatch) -> dict[str, Any]:
    return {
        "id": str(batch.public_id),
        "file": batch.file_name,
        "format": batch.format,
        "counts": {name: count for name, count in batch.counts.items() if isinstance(count, int)},
        "created_at": instant(batch.created_at),
        "undone_at": instant(batch.undone_at),
    }


def _more(found: Plan) -> dict[str, Any]:
    listed = [{"line": row.line, "reason": row.reason} for row in found.refused[:MOST_LISTED]]
    return {"total": number(found.total), "refused": listed}


def _scale(said: Understanding, column: int, source: DataSource, asked: str | None) -> int:
    """The power of ten that brings the values of a column to the source's unit; asked: in which unit they are, of a
    file that says none. Raises Problem (422).
    """
    unit = next((found.unit for found in said.candidates if found.column == column), None)
    if asked and unit and spelled(asked) != unit:
        text = _("unit: The file says itself that it counts in %(file)s. Leave unit out, or send another file.")
        raise Problem("invalid", text % {"file": unit})
    unit = asked or unit
    scale = conversion(unit, source.unit)
    if scale is None:
        text = _("The file counts in %(file)s, this source in %(source)s. Send it in %(source)s; nothing was saved.")
        raise Problem("invalid", text % {"file": unit, "source": source.unit})
    return scale


def _mark(
    said: Understanding, column: int, order: Literal["dmy", "mdy"] | None, source: DataSource, scale: int
) -> Mark | None:
    """The decimal mark that the readings of the source tell where the file does not; None where the file does.

    Raises ImportRefused: "mark_unknown", "order_unknown".
    """
    found = open_mark(said, [column])
    if found is None:
        return None
    told = told_by(source, {mark: rows(said, column, order, mark) for mark in MARKS}, None, scale)
    if told is None:
        raise unknown(found, [source])
    return told


def _column(said: Understanding, asked: str | None) -> int:
    """The index of the column that was asked for, or that suggests itself. Raises Problem (422)."""
    if asked is None:
        return said.suggested
    named = [found.column for found in said.candidates if found.name.casefold() == asked.casefold()]
    named = named or [found.column for found in said.candidates if str(found.column + 1) == asked]
    if len(named) != 1:
        known = ", ".join(column_name(found.column, found.name) for found in said.candidates)
        raise Problem("invalid", _("column: Name one of these by its name or number: %(known)s.") % {"known": known})
    return named[0]
