"""The history of a source and of a home, as a page and as a file; and putting back what a reading said before."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.current import actor
from accounts.replica import from_replica
from audit import table
from audit.forms import HistoryForm
from audit.lines import lines
from audit.putting_back import Refused, put_back_to
from audit.putting_back import put_back as put_back_deleted
from audit.queries import Asked, Page, history_of, page_of, people_of
from readings.models import Quality, Reading
from sources.access import home_for_admin, source_for
from sources.cells import file_name
from sources.models import DataSource, Home
from sources.written import measured, moment


@require_safe
@from_replica
def source_history(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who did what with a source: everything for its administrators, for others what happened to readings."""
    return _page_of_history(request, *_source(request, public_id))


@require_safe
def source_history_csv(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The same as a file, with the same filter."""
    return _file_of_history(request, *_source(request, public_id))


@require_safe
@from_replica
def home_history(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who did what in a home, for its administrators."""
    return _page_of_history(request, *_home(request, public_id))


@require_safe
def home_history_csv(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The same as a file, with the same filter."""
    return _file_of_history(request, *_home(request, public_id))


@require_POST
def put_back(request: HttpRequest, source_id: UUID, public_id: UUID) -> HttpResponse:
    """Bring a deleted reading back, or one that is there to the state after the entry that `to` names.

    Where that cannot be, a page says why: 409 where something else is there by now, 422 where a rule refuses it.
    """
    source = source_for(request.user, source_id, "correct_reading")
    to, version = request.POST.get("to", ""), request.POST.get("version", "")
    try:
        if to:
            reading = put_back_to(source, public_id, to, version)
        else:
            reading = put_back_deleted(source, public_id, request.user)
    except Refused as refused:
        return _not_put_back(request, source, public_id, refused)
    messages.success(request, _said(reading))
    return redirect(reading)


def _said(reading: Reading) -> str:
    """What was put back, in a sentence."""
    source = reading.source
    value = measured(reading.value, source.unit, source.decimals)
    about = {"value": value, "at": moment(reading.recorded_at, source.zone)}
    text = _("Put back: %(value)s, read on %(at)s.") % about
    if reading.quality_flag == Quality.QUESTIONABLE:
        text += " " + _("Marked as questionable until somebody confirms it.")
    if getattr(reading, "_photo_lost", False):
        text += " " + _("Its photo is gone: photos are kept for 30 days after they are deleted.")
    return text


def _not_put_back(request: HttpRequest, source: DataSource, public_id: UUID, refused: Refused) -> HttpResponse:
    context = {
        "source": source,
        "reason": str(refused),
        "back": reverse("readings:reading", args=[source.public_id, public_id]),
        "instead": refused.instead.get_absolute_url() if refused.instead else "",
        "may_change_rules": refused.instead is None and source.may("edit_source"),
        "section": "meters",
    }
    return render(request, "audit/not_put_back.html", context, status=409 if refused.instead else 422)


def _source(request: HttpRequest, public_id: UUID) -> tuple[DataSource, HistoryForm]:
    source = source_for(request.user, public_id, "see_reading_history")
    people = people_of(source, request.user)
    return source, HistoryForm(request.GET, people, looks=source.may("see_history"))


def _home(request: HttpRequest, public_id: UUID) -> tuple[Home, HistoryForm]:
    home = home_for_admin(request.user, public_id)
    sources = list(DataSource.objects.in_home(home).values_list("pk", "name").order_by("name", "pk"))
    return home, HistoryForm(request.GET, people_of(home, request.user), sources)


def _page_of_history(request: HttpRequest, place: DataSource | Home, form: HistoryForm) -> HttpResponse:
    asked = form.asked()
    page = _page(place, request, asked)
    query = request.GET.copy()
    query.pop("before", None)
    newest = f"?{query.urlencode()}"
    query["before"] = page.older
    kind = "home" if isinstance(place, Home) else "source"
    context: dict[str, Any] = {
        kind: place,
        "place": place,
        "form": form,
        "lines": lines(page.entries, request.user, place.zone, place),
        "readings_only": not place.may("see_history"),
        "filtered": asked != Asked(),
        "newest": newest if request.GET.get("before") else "",
        "older": f"?{query.urlencode()}" if page.older else "",
        "file": reverse(f"audit:{kind}_history_csv", args=[place.public_id]) + newest.removesuffix("?"),
        "section": "home" if isinstance(place, Home) else "meters",
    }
    return render(request, "audit/history.html", context, status=200 if form.is_valid() else 422)


def _file_of_history(request: HttpRequest, place: DataSource | Home, form: HistoryForm) -> HttpResponseBase:
    if not form.is_valid():
        return _page_of_history(request, place, form)
    entries = history_of(place, request.user, form.asked())
    rows = table.rows(entries, place.zone, actor(), get_language() or "")
    name = file_name(_("History of %(place)s") % {"place": place}, "csv")
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    headers = {"Content-Disposition": disposition}
    return StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)


def _page(place: DataSource | Home, request: HttpRequest, asked: Asked) -> Page:
    try:
        return page_of(history_of(place, request.user, asked), request.GET.get("before", ""))
    except ValueError as error:
        raise Http404(_("There is no such page of the history. Start at its beginning.")) from error
