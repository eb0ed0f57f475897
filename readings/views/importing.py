"""Many readings at once: bring a file, see what it says and what becomes of each row, store it, take it back."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from readings.access import draft_for, import_for_undo, may_undo
from readings.import_forms import INVALID, ChoicesForm, UploadForm
from readings.import_preview import columns, facts, foreign_unit, kind_of_file, preview, skipped
from readings.importers import understand
from readings.imports import AlreadyUndone, CannotStore, Plan, plan, store, undo
from readings.models import ImportBatch, ImportDraft
from sources.access import source_for
from sources.undo import offer_undo

KEPT = timedelta(days=1)
MOST_EARLIER = 10
MOST_NAME = 200


@require_http_methods(["GET", "HEAD", "POST"])
def import_upload(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Bring a file: it is looked at and kept as a draft for a day. Below stand the imports made before."""
    source = source_for(request.user, public_id, "import")
    sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if sent else UploadForm()
    if form.is_valid():
        ImportDraft.objects.filter(created_by=request.user.pk, created_at__lt=clock.now() - KEPT).delete()
        name = form.cleaned_data["file"].name[:MOST_NAME]
        draft = ImportDraft(source=source, file_name=name, content=form.content, created_by_id=request.user.pk)
        draft.save()
        return redirect("readings:import_preview", source.public_id, draft.public_id)
    earlier = list(ImportBatch.objects.filter(source=source).select_related("created_by")[:MOST_EARLIER])
    for batch in earlier:
        batch.source = source
    may = [(batch, batch.undone_at is None and may_undo(request.user, batch)) for batch in earlier]
    context = {"form": form, "source": source, "earlier": may, "section": "meters"}
    return render(request, "readings/import_upload.html", context, status=form.status if sent else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def import_preview(request: HttpRequest, public_id: UUID, draft_id: UUID) -> HttpResponse:
    """What a file says, read as the address chooses (`?column=1&order=dmy&mark=,`); on POST it is imported so."""
    draft = draft_for(request.user, public_id, draft_id)
    choices = ChoicesForm(understand(bytes(draft.content)), request.GET)
    sent = request.method == "POST"
    if not choices.is_valid():
        return _preview_page(request, draft, choices, status=INVALID if sent or choices.is_bound else 200)
    if sent:
        return _import(request, draft, choices)
    return _preview_page(request, draft, choices, plan(draft.source, choices.rows(), clock.now()))


@require_POST
def import_undo(request: HttpRequest, public_id: UUID, batch_id: UUID) -> HttpResponse:
    """Take an import back: every reading that it brought is deleted."""
    batch = import_for_undo(request.user, public_id, batch_id)
    try:
        undone = undo(batch)
    except AlreadyUndone as error:
        messages.info(request, str(error))
        return redirect(batch.source)
    said = ngettext(
        "Undone: %(count)s reading from %(file)s is deleted.",
        "Undone: %(count)s readings from %(file)s are deleted.",
        undone.deleted,
    ) % {"count": undone.deleted, "file": batch.file_name}
    corrected = ngettext(
        "%(count)s of them had been corrected since.", "%(count)s of them had been corrected since.", undone.corrected
    ) % {"count": undone.corrected}
    messages.success(request, f"{said} {corrected}" if undone.corrected else said)
    return redirect(batch.source)


def _import(request: HttpRequest, draft: ImportDraft, choices: ChoicesForm) -> HttpResponse:
    source, leave_out = draft.source, "leave_out" in request.POST
    kind = kind_of_file(choices.understanding)
    try:
        batch = store(source, choices.rows(), draft.file_name, kind, leave_out_refused=leave_out)
    except CannotStore as error:
        return _preview_page(request, draft, choices, error.plan, str(error), status=INVALID)
    draft.delete()
    way_back = reverse("readings:import_undo", args=[source.public_id, batch.public_id])
    offer_undo(request, " ".join(_outcome(batch)), way_back)
    return redirect(source)


def _preview_page(
    request: HttpRequest,
    draft: ImportDraft,
    choices: ChoicesForm,
    found: Plan | None = None,
    refusal: str = "",
    *,
    status: int = 200,
) -> HttpResponse:
    understanding, source = choices.understanding, draft.source
    context = {
        "draft": draft,
        "source": source,
        "choices": choices,
        "facts": facts(understanding, source, choices),
        "columns": columns(understanding, choices),
        "skipped": skipped(understanding),
        "preview": preview(found) if found else None,
        "unit": foreign_unit(understanding, source, choices) if found else None,
        "refusal": refusal,
        "section": "meters",
    }
    return render(request, "readings/import_preview.html", context, status=status)


def _outcome(batch: ImportBatch) -> Iterable[str]:
    """What came of an import, sentence by sentence."""
    counts = batch.counts
    yield ngettext(
        "%(count)s reading from %(file)s is stored.", "%(count)s readings from %(file)s are stored.", counts["stored"]
    ) % {"count": counts["stored"], "file": batch.file_name}
    others = {
        "there": _("Already there: %(count)s."),
        "conflicts": _("Another value is stored and stays: %(count)s."),
        "refused": _("Left out: %(count)s."),
        "questionable": _("Marked as questionable: %(count)s."),
    }
    for name, sentence in others.items():
        if counts[name]:
            yield sentence % {"count": counts[name]}
