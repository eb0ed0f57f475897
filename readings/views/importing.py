"""Many readings at once: bring a file, see what it says and what becomes of each row, store it, take it back."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.deadline import takes_long
from accounts.models import User
from readings.access import (
    draft_for,
    home_draft_for,
    home_for_import,
    import_for_undo,
    imports_for_undo,
    may_undo,
)
from readings.files_waiting import files_waiting
from readings.import_forms import INVALID, UploadForm
from readings.import_outcome import outcome, way_back
from readings.import_page import kind_of, page_of, page_of_refusal
from readings.import_preparing import prepare
from readings.import_setup import Setup, remembered
from readings.import_storing import NothingStored, store_all
from readings.importers import ImportRefused
from readings.imports import AlreadyUndone, CannotStore, Undone, undo, undo_file
from readings.models import ImportBatch, ImportDraft
from readings.views.running import long_preview
from sources.access import source_for
from sources.models import DataSource
from sources.quotas import DRAFTS, Full, make_room
from sources.undo import offer_undo

MOST_EARLIER = 10
MOST_NAME = 200
LONG = 500_000
"""A file of more bytes is read and stored beside its page, which says how far it is."""


@require_http_methods(["GET", "HEAD", "POST"])
@takes_long
def import_upload(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Bring a file for one source: it is looked at and kept as a draft for a day. Below stand the imports before."""
    source = source_for(request.user, public_id, "import")
    sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if sent else UploadForm()
    draft = _kept(request, form, ImportDraft(source=source), [source])
    if draft is not None:
        return redirect("readings:import_preview", source.public_id, draft.public_id)
    earlier = list(ImportBatch.objects.filter(source=source).select_related("created_by")[:MOST_EARLIER])
    for batch in earlier:
        batch.source = source
    may = [(batch, batch.undone_at is None and may_undo(request.user, batch)) for batch in earlier]
    context = {"form": form, "source": source, "earlier": may, "section": "meters"}
    return render(request, "readings/import_upload.html", context, status=form.status if sent else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@takes_long
def home_import(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Bring a file for a home: its columns go to several meters, those that are there or new ones."""
    home, sources = home_for_import(request.user, public_id)
    sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if sent else UploadForm()
    draft = _kept(request, form, ImportDraft(home=home), sources)
    if draft is not None:
        return redirect("readings:home_import_preview", home.public_id, draft.public_id)
    context = {"form": form, "home": home, "earlier": _files(request, sources), "section": "meters"}
    return render(request, "readings/import_home.html", context, status=form.status if sent else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@takes_long
def import_preview(request: HttpRequest, public_id: UUID, draft_id: UUID) -> HttpResponse:
    """What a file says for one source; on POST it is read anew as the form says, or imported."""
    draft = draft_for(request.user, public_id, draft_id, locked=request.method == "POST")
    return _preview(request, draft, [draft.source] if draft.source else [], may_make=False)


@require_http_methods(["GET", "HEAD", "POST"])
@takes_long
def home_import_preview(request: HttpRequest, public_id: UUID, draft_id: UUID) -> HttpResponse:
    """What a file says for a home: each of its meters and where it goes; on POST read anew as said, or imported."""
    draft, sources = home_draft_for(request.user, public_id, draft_id, locked=request.method == "POST")
    return _preview(request, draft, sources, may_make=bool(draft.home and draft.home.may("edit_source")))


@require_POST
@takes_long
def import_undo(request: HttpRequest, public_id: UUID, batch_id: UUID) -> HttpResponse:
    """Take an import back: every reading that it brought is deleted."""
    batch = import_for_undo(request.user, public_id, batch_id)
    try:
        messages.success(request, _undone(undo(batch), batch.file_name))
    except AlreadyUndone as error:
        messages.info(request, str(error))
    return redirect(batch.source)


@require_POST
@takes_long
def home_import_undo(request: HttpRequest, public_id: UUID, file_id: UUID) -> HttpResponse:
    """Take back everything that one file brought into a home."""
    batches = imports_for_undo(request.user, public_id, file_id)
    try:
        messages.success(request, _undone(undo_file(batches), batches[0].file_name))
    except AlreadyUndone as error:
        messages.info(request, str(error))
    return redirect("readings:home", public_id)


def _kept(
    request: HttpRequest, form: UploadForm, draft: ImportDraft, sources: Sequence[DataSource]
) -> ImportDraft | None:
    """Keep the file of a form as a draft, read as the last one of its shape was, and let go of those that waited too
    long; None, with the sentence in the form, where it cannot be kept.
    """
    if not form.is_valid():
        return None
    try:
        make_room(DRAFTS, request.user.pk or 0, files_waiting)
    except Full as full:
        form.add_error("file", full)
        return None
    draft.file_name = form.cleaned_data["file"].name[:MOST_NAME]
    draft.content, draft.size, draft.created_by_id = form.content, len(form.content), request.user.pk
    if form.understanding is not None:
        draft.choices = remembered(form.understanding, [source.pk for source in sources]).stored
    draft.save()
    return draft


def _preview(
    request: HttpRequest, draft: ImportDraft, targets: Sequence[DataSource], *, may_make: bool
) -> HttpResponse:
    """Read the draft as the form, the address, or what was said before says. Import only what was looked at."""
    person, sent = cast(User, request.user), request.method == "POST"
    setup = Setup.of(draft).said(request.GET.dict()).said(request.POST.dict())
    if draft.size > LONG or draft.run:
        return long_preview(request, draft, setup)
    if sent and setup.stored != draft.choices:
        draft.choices = setup.stored
        draft.save(update_fields=["choices"])
    if sent and request.POST.get("do") == "look":
        return redirect(request.path)
    try:
        prepared = prepare(draft, setup, person, targets, may_make=may_make, to_store=sent)
    except ImportRefused as error:
        asked = sent or "order" in request.GET or "mark" in request.GET
        return page_of_refusal(request, draft, setup, error, status=INVALID if asked else 200)
    changed = request.POST.get("seen", prepared.seen) != prepared.seen
    if not sent or changed or prepared.problems:
        note = _("You changed something. This is what it comes to: look, then import.") if changed and sent else ""
        return page_of(request, prepared, note, status=INVALID if sent else 200)
    try:
        batches = store_all(
            prepared,
            draft.file_name,
            kind_of(prepared),
            leave_out_refused="leave_out" in request.POST,
        )
    except (CannotStore, NothingStored, ValidationError) as error:
        sentence = str(error) if not isinstance(error, ValidationError) else " ".join(error.messages)
        return page_of(request, prepared, sentence, status=INVALID)
    draft.delete()
    offer_undo(request, outcome(batches), way_back(batches))
    return redirect(batches[0].source if len(batches) == 1 else cast(str, batches[0].source.home))


def _undone(done: Undone, file_name: str) -> str:
    said = ngettext(
        "Undone: %(count)s reading from %(file)s is deleted.",
        "Undone: %(count)s readings from %(file)s are deleted.",
        done.deleted,
    ) % {"count": done.deleted, "file": file_name}
    corrected = ngettext(
        "%(count)s of them had been corrected since.", "%(count)s of them had been corrected since.", done.corrected
    ) % {"count": done.corrected}
    return f"{said} {corrected}" if done.corrected else said


def _files(request: HttpRequest, sources: Sequence[DataSource]) -> list[tuple[list[ImportBatch], bool]]:
    """The last imports into these sources, those of one file together, and whether the person may undo them."""
    known = {source.pk: source for source in sources}
    found: dict[UUID, list[ImportBatch]] = {}
    for batch in ImportBatch.objects.filter(source__in=list(known)).select_related("created_by")[: 4 * MOST_EARLIER]:
        batch.source = known[batch.source_id]
        found.setdefault(batch.file_id, []).append(batch)
    return [
        (
            batches,
            any(each.undone_at is None for each in batches) and all(may_undo(request.user, each) for each in batches),
        )
        for batches in list(found.values())[:MOST_EARLIER]
    ]
