"""The preview of a long file: it is read and stored beside the page, which says how far it is until that is done."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from readings.import_outcome import outcome, way_back
from readings.import_page import ASKS, OK, page_of_body, page_of_refusal
from readings.import_runs import Run, begin, is_running, mark_of
from readings.import_setup import Setup
from readings.importers import ImportRefused
from readings.models import ImportBatch, ImportDraft
from sources.undo import offer_undo

TEMPLATE = "readings/import_run.html"
EVERY = 2
"""Seconds after which the page asks again by itself."""


def long_preview(request: HttpRequest, draft: ImportDraft, setup: Setup) -> HttpResponse:
    """What a long file says, or how far it is; on POST it is read anew, or stored, and the answer is the same page."""
    run, running = Run.of_draft(draft), is_running(draft, clock.now())
    if (run.what, run.state) == ("store", "done"):
        return _stored(request, run)
    if request.method == "POST" and not running:
        _asked(request, draft, setup)
    if request.method == "POST" or setup.stored != draft.choices:
        if setup.stored != draft.choices and not running:
            draft.choices = setup.stored
            draft.save(update_fields=["choices"])
        return redirect(request.path)
    return _page_of_run(request, draft, run) if running else _page(request, draft, setup, run)


def _asked(request: HttpRequest, draft: ImportDraft, setup: Setup) -> None:
    """Begin with what the form asks for. What it shows must be what was looked at, or it is only read anew."""
    draft.choices = setup.stored
    draft.save(update_fields=["choices"])
    if request.POST.get("do") == "look" or not draft.found:
        begin(draft, "look", setup)
        return
    # A form says everything that it shows, so that the setup is written otherwise: whether it comes to the same as what
    # was looked at is seen by who stores it.
    seen = request.POST.get("seen", draft.found["seen"])
    begin(draft, "store", setup, seen=seen, leave_out="leave_out" in request.POST)


def _page(request: HttpRequest, draft: ImportDraft, setup: Setup, run: Run) -> HttpResponse:
    """The preview, if the file was read as `setup` says; else why it was not, or that it begins to be."""
    stopped = run.of_setup == mark_of(setup) and run.state in ("running", "failed")
    if draft.found.get("mark") == mark_of(setup):
        note = run.sentence or (_stopped() if stopped and run.what == "store" else "")
        return page_of_body(request, draft, setup, draft.found["body"], note)
    if run.of_setup == mark_of(setup) and run.state == "refused":
        error = ImportRefused(run.code, **run.details)
        return page_of_refusal(request, draft, setup, error, status=OK if run.code in ASKS else error.status)
    if stopped and run.what == "look":
        return page_of_body(request, draft, setup, "", run.sentence or _stopped())
    begin(draft, "look", setup, sentence=(run.sentence or _stopped()) if stopped else "")
    run = Run.of_draft(draft)
    if run.state == "failed":
        return page_of_body(request, draft, setup, "", run.sentence)
    return _page_of_run(request, draft, run)


def _page_of_run(request: HttpRequest, draft: ImportDraft, run: Run) -> HttpResponse:
    context = {
        "draft": draft,
        "run": run,
        "source": draft.source,
        "home": draft.home,
        "every": EVERY,
        "section": "meters",
    }
    return render(request, TEMPLATE, context)


def _stored(request: HttpRequest, run: Run) -> HttpResponse:
    """On to where the readings are, with the way back."""
    batches = list(ImportBatch.objects.filter(public_id__in=run.batches).select_related("source__home"))
    if not batches:
        raise Http404(_("What this file brought is not here any more."))
    if all(batch.undone_at is None for batch in batches):
        offer_undo(request, outcome(batches), way_back(batches))
    return redirect(batches[0].source if len(batches) == 1 else cast(str, batches[0].source.home))


def _stopped() -> str:
    return _("It stopped half way. Nothing of this file is stored. Try it once more.")
