"""The readings of a source as a table, and one reading: looked at, corrected, deleted."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import dateparse
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.replica import from_replica
from readings.access import NoReading, may_delete, reading_for_delete, reading_for_read, reading_for_write
from readings.falls import unexplained
from readings.filters import ReadingFilter
from readings.forms import CorrectionForm
from readings.listing import Page, page_of, rows, with_previous
from readings.localtime import FIRST_YEAR, LAST_YEAR
from readings.metadata import rows_of
from readings.models import Quality, Reading
from readings.panels import gone_panels_for, panels_for
from readings.views.round import asked_round, handing_on
from readings.wording import UNDERSTOOD
from sources.access import source_for_read
from sources.numbers import NumberError, parse_number
from sources.picture_forms import take_turn_with
from sources.undo import offer_undo
from sources.written import moment, number


@require_safe
@from_replica
def reading_list(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The readings of a source, newest first, page by page; those of some days or of a quality, if asked."""
    source = source_for_read(request.user, public_id)
    chosen = ReadingFilter(request.GET)
    valid = chosen.is_valid()
    shown = with_previous(Reading.objects.of(source).select_related("created_by"), source)
    shown = chosen.applied_to(shown, source) if valid else shown.none()
    page = page_of(shown, _cursor(request, "before"), _cursor(request, "after"))
    context = {
        "source": source,
        "form": chosen,
        "is_filtered": not valid or any(chosen.cleaned_data.values()),
        "rows": rows(source, page.readings),
        "newer": _address(request, page, "after") if page.has_newer else "",
        "older": _address(request, page, "before") if page.has_older else "",
        "may_add": source.may("add_reading"),
        "section": "meters",
    }
    return render(request, "readings/reading_list.html", context, status=200 if valid else 422)


@require_safe
@from_replica
def reading(request: HttpRequest, source_id: UUID, public_id: UUID) -> HttpResponse:
    """One reading: its value and flags, who wrote it down, and what others add, such as its history.

    Of one that is gone, what others still know.
    """
    try:
        found = reading_for_read(request.user, source_id, public_id)
    except NoReading as missing:
        return _gone(request, missing)
    source = found.source
    (row,) = rows(source, with_previous(Reading.objects.of(source).filter(pk=found.pk), source))
    context = {
        "reading": found,
        "source": source,
        "row": row,
        "fell": bool(unexplained([found])) if found.quality_flag == Quality.QUESTIONABLE else False,
        "broken": found.broken_rules() if found.quality_flag == Quality.QUESTIONABLE else [],
        "details": rows_of(found.metadata),
        "conversions": source.converted_since(found.created_at),
        "may_correct": source.may("correct_reading"),
        "may_delete": may_delete(request.user, found),
        "panels": panels_for(request, found),
        "section": "meters",
    }
    return render(request, "readings/reading.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def reading_update(request: HttpRequest, source_id: UUID, public_id: UUID) -> HttpResponse:
    """Correct a reading, or confirm that a questionable one is right; 409 where somebody corrected it since."""
    sent = request.method == "POST"
    take_turn_with(request.FILES)
    found = reading_for_write(request.user, source_id, public_id, locked=sent)
    data = (request.POST, request.FILES) if sent else ()
    form = CorrectionForm(*data, instance=found, now=clock.now())
    if form.is_valid():
        form.save()
        messages.success(request, _corrected(form))
        return redirect(_then(request, found))
    form.keep_photo()
    context = {
        "form": form,
        "source": found.source,
        "public_id": found.public_id,
        "understood": form.understood and UNDERSTOOD % {"value": form.understood},
        "may_change_rules": found.source.may("edit_source"),
        "kept": _kept(request),
        "section": "meters",
    }
    status = 200 if not sent else 409 if form.is_outdated else 422
    return render(request, "readings/reading_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def reading_delete(request: HttpRequest, source_id: UUID, public_id: UUID) -> HttpResponse:
    """Ask whether a reading is to be deleted, and delete it; the message offers to put it back."""
    sent = request.method == "POST"
    found = reading_for_delete(request.user, source_id, public_id, locked=sent)
    source = found.source
    if sent:
        found.delete()
        said = {"value": number(found.value), "unit": source.unit, "at": moment(found.recorded_at, source.zone)}
        way_back = reverse("audit:put_back", args=[source.public_id, found.public_id])
        offer_undo(request, _("Deleted: %(value)s %(unit)s, read on %(at)s.") % said, way_back)
        return redirect("readings:reading_list", source.public_id)
    return render(request, "readings/reading_delete.html", {"reading": found, "source": source, "section": "meters"})


def _then(request: HttpRequest, reading: Reading) -> str:
    """Where to go on: to the reading, or back to the value (`?then=`) that was typed when it turned out to be wrong,
    beside the `unit` in which it was typed.
    """
    if "then" not in request.GET:
        return reading.get_absolute_url()
    query = handing_on(request.GET["then"], request.GET.get("unit", "")) | asked_round(request)
    return reverse("readings:entry", args=[reading.source.public_id], query=query)


def _kept(request: HttpRequest) -> str:
    """That value, as people read it; nothing where it is no number."""
    try:
        return number(parse_number(request.GET.get("then", "")))
    except NumberError:
        return ""


def _gone(request: HttpRequest, missing: NoReading) -> HttpResponse:
    """The page of a reading that is not there any more. Raises NoReading where nobody knows anything of it."""
    panels = gone_panels_for(request, missing)
    if not panels:
        raise missing
    context = {"source": missing.source, "panels": panels, "section": "meters"}
    return render(request, "readings/reading_gone.html", context)


def _corrected(form: CorrectionForm) -> str:
    """What became of a correction, in a sentence."""
    reading, before, unit = form.instance, form.before, form.source.unit
    parts = [_("Saved.")]
    if reading.value != before.value:
        said = {"old": number(before.value), "new": number(reading.value), "unit": unit}
        parts = [_("Corrected from %(old)s to %(new)s %(unit)s.") % said]
    elif before.quality == Quality.QUESTIONABLE and reading.quality_flag == Quality.GOOD:
        parts = [_("Confirmed: %(value)s %(unit)s is right.") % {"value": number(reading.value), "unit": unit}]
    if reading.quality_flag == Quality.QUESTIONABLE:
        parts.append(_("Marked as questionable until somebody confirms it."))
    return " ".join(parts)


def _cursor(request: HttpRequest, name: str) -> datetime | None:
    """The instant that the address names as the edge of the page. Raises Http404 for an odd one."""
    text = request.GET.get(name)
    if not text:
        return None
    try:
        at = dateparse.parse_datetime(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise Http404(_("There is no such page of readings. Start again from the newest."))
    # In UTC, because PostgreSQL does not read every offset that Python does.
    return at.astimezone(UTC)


def _address(request: HttpRequest, page: Page, name: str) -> str:
    """The address of the page beside this one, the filter kept."""
    kept: dict[str, Any] = {key: value for key, value in request.GET.items() if key not in ("before", "after")}
    if page.readings:
        edge = page.readings[0 if name == "after" else -1]
        kept[name] = edge.recorded_at.isoformat()
    return f"?{urlencode(kept)}"
