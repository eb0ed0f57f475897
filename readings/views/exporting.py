"""The readings of a source or of a whole home as files: a page that asks which, and the files."""

from collections.abc import Iterator
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.current import actor
from readings.access import home_for_export
from readings.export_forms import ExportForm
from readings.exports import csv_parts, home_json_parts, json_parts, meters_csv_parts, xlsx_parts
from readings.signals import home_exported, readings_exported
from sources.access import source_for
from sources.cells import file_name
from sources.models import DataSource, Home

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
INVALID = 422


@require_safe
def export(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask which file of a source is wanted, and lead to it."""
    return _asked(request, source_for(request.user, public_id, "export"))


@require_safe
def home_export(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask which file of a home is wanted, and lead to it."""
    home, _sources = home_for_export(request.user, public_id)
    return _asked(request, home)


@require_safe
def export_file(request: HttpRequest, public_id: UUID, ending: str) -> HttpResponseBase:
    """All readings of a source, or those of some days, as a file."""
    source = source_for(request.user, public_id, "export")
    form = ExportForm({**request.GET.dict(), "format": ending}, source)
    if not form.is_valid():
        return _page(request, source, form)
    wanted, who, language = form.wanted(source.zone), actor(), get_language() or ""
    files: dict[str, Iterator[str] | Iterator[bytes]] = {
        "csv": csv_parts(source, who, wanted),
        "xlsx": xlsx_parts([source], who, wanted),
        "json": json_parts(source, who, wanted, language),
    }
    if request.method != "HEAD":
        readings_exported.send(sender=None, source=source, format=ending)
    return _file(request, files[ending], _("Readings of %(source)s") % {"source": source}, ending)


@require_safe
def home_export_file(request: HttpRequest, public_id: UUID, ending: str) -> HttpResponseBase:
    """The readings of all sources of a home that the person may export, as a file."""
    home, sources = home_for_export(request.user, public_id)
    form = ExportForm({**request.GET.dict(), "format": ending}, home)
    if not form.is_valid():
        return _page(request, home, form)
    wanted, who, language = form.wanted(home.zone), actor(), get_language() or ""
    files: dict[str, Iterator[str] | Iterator[bytes]] = {
        "csv": meters_csv_parts(sources, who, wanted),
        "xlsx": xlsx_parts(sources, who, wanted),
        "json": home_json_parts(home, sources, who, wanted, language),
    }
    if request.method != "HEAD":
        home_exported.send(sender=None, home=home, format=ending)
    return _file(request, files[ending], _("Readings of %(source)s") % {"source": home}, ending)


def _asked(request: HttpRequest, place: DataSource | Home) -> HttpResponse:
    form = ExportForm(request.GET if "format" in request.GET else None, place)
    if not form.is_valid():
        return _page(request, place, form)
    name = f"readings:{'home_export' if isinstance(place, Home) else 'export'}_{form.cleaned_data['format']}"
    return redirect(reverse(name, args=[place.public_id]) + form.query())


def _page(request: HttpRequest, place: DataSource | Home, form: ExportForm) -> HttpResponse:
    is_home = isinstance(place, Home)
    context = {
        "place": place,
        "home": place if is_home else None,
        "source": None if is_home else place,
        "form": form,
        "section": "home" if is_home else "meters",
    }
    return render(request, "readings/export_page.html", context, status=INVALID if form.is_bound else 200)


def _file(request: HttpRequest, parts: Iterator[str] | Iterator[bytes], title: str, ending: str) -> HttpResponseBase:
    name = file_name(title, ending)
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment"}
    if ending == "xlsx":
        # It is compressed already: the middleware that compresses pages leaves an encoding alone that is named.
        headers["Content-Encoding"] = "identity"
    if request.method == "HEAD":
        return HttpResponse(content_type=TYPES[ending], headers=headers)
    return StreamingHttpResponse(parts, content_type=TYPES[ending], headers=headers)
