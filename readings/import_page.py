"""The preview page's context: what was understood, what is asked, each meter with its rows; or why nothing was."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from readings.import_forms import refusal
from readings.import_items import Prepared
from readings.import_marks import meanings
from readings.import_preparing import MOST_MADE
from readings.import_preview import (
    MARKS,
    MOST_COLUMNS,
    ORDERS,
    ROLE_NAMES,
    SEPARATORS,
    columns,
    describe,
    facts,
    kind_choices,
    kind_of_file,
    preview,
    skipped,
)
from readings.import_setup import NEW, SKIP, Setup
from readings.importers import ImportRefused, OpenMark
from readings.models import ImportDraft
from sources.units import unit_choices

OK = 200
ASKS = {
    "order_unknown": gettext_noop("Say whether the day or the month comes first."),
    "mark_unknown": gettext_noop("Say what the mark in the numbers stands for."),
}
"""Refusals that end with an answer, and what is said to who goes on without."""
TEMPLATE, BODY = "readings/import_preview.html", "readings/import_found.html"


def page_of(request: HttpRequest, prepared: Prepared, note: str = "", *, status: int = 200) -> HttpResponse:
    """The page of a file that was read."""
    return render(request, TEMPLATE, {**_context(prepared), "note": note}, status=status)


def body_of(prepared: Prepared) -> str:
    """What that page shows within its form, for `page_of_body`."""
    return render_to_string(BODY, _context(prepared))


def page_of_body(
    request: HttpRequest, draft: ImportDraft, setup: Setup, body: str, note: str = "", *, status: int = 200
) -> HttpResponse:
    """The page of a file that was read before, with what `body_of` made of it."""
    # Made of our own template, which escaped whatever the file says.
    context = {**_frame(draft, setup), "body": mark_safe(body), "note": note}
    return render(request, TEMPLATE, context, status=status)


def kind_of(prepared: Prepared) -> str:
    """How an import is remembered: "CSV, UTF-8"."""
    return kind_of_file(prepared.understanding)


def _context(prepared: Prepared) -> dict[str, Any]:
    draft, setup, found = prepared.draft, prepared.setup, prepared.understanding
    zone = _zone(draft)
    return {
        **_frame(draft, setup),
        "prepared": prepared,
        "facts": facts(prepared, zone),
        "columns": columns(prepared),
        "more_columns": max(len(found.columns) - MOST_COLUMNS, 0),
        "skipped": skipped(found),
        "previews": [preview(item, setup.clock or zone) for item in prepared.items],
        "options": [(key, describe(each, name) if each else name) for key, name, each in prepared.options],
        "chosen": prepared.items[0].series.key if prepared.options else "",
        "order_open": not found.order_known,
        "order": prepared.choices.order,
        "mark_open": any(column.numbers and not column.numbers.mark_known for column in found.columns),
        # What the readings told is nobody's word: the form must not send it as one.
        "mark": prepared.mark if setup.mark or not prepared.told else None,
        "most_made": MOST_MADE,
        "roles": list(ROLE_NAMES.items()),
        "kinds": kind_choices(),
        "new": NEW,
        "skip": SKIP,
    }


def page_of_refusal(
    request: HttpRequest, draft: ImportDraft, setup: Setup, error: ImportRefused, *, status: int
) -> HttpResponse:
    """The page of a file that cannot be read before something is said, such as the order of its dates."""
    context = {
        **_frame(draft, setup),
        "note": "" if status == OK else asked_again(error),
        "order_open": error.code == "order_unknown",
        "order": None,
        "meanings": _meanings(error),
        "mark": None,
        "refused": error.code not in ASKS,
    }
    return render(request, TEMPLATE, context, status=status)


def asked_again(error: ImportRefused) -> str:
    """What is still to be said, or why the file is refused."""
    return _(ASKS[error.code]) if error.code in ASKS else refusal(error)


def _meanings(error: ImportRefused) -> list[tuple[str, str]]:
    if error.code != "mark_unknown":
        return []
    said = error.details
    return meanings(
        OpenMark("." if said["mark"] == "." else ",", str(said["first"]), str(said["last"])), str(said["likely"])
    )


def _frame(draft: ImportDraft, setup: Setup) -> dict[str, Any]:
    return {
        "draft": draft,
        "source": draft.source,
        "home": draft.home,
        "setup": setup,
        "zone": _zone(draft),
        "orders": [("dmy", _("The day, as in 31/12/2025")), ("mdy", _("The month, as in 12/31/2025"))],
        "marks": [(".", _("A point: 1.500 is one and a half")), (",", _("A comma: 1,500 is one and a half"))],
        "separators": list(SEPARATORS.items()),
        "section": "meters",
        "units": unit_choices(),
        "order_names": ORDERS,
        "mark_names": MARKS,
    }


def _zone(draft: ImportDraft) -> ZoneInfo:
    if draft.source is not None:
        return draft.source.zone
    return draft.home.zone if draft.home else ZoneInfo("UTC")
