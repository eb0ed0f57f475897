"""A source's readings as files, for those who may export them."""

from collections.abc import Callable, Iterator
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.current import Actor, actor
from readings.exports import csv_parts, json_parts
from readings.signals import readings_exported
from sources.access import source_for
from sources.cells import file_name
from sources.models import DataSource

Parts = Callable[[DataSource, Actor], Iterator[str]]


@require_safe
def export_csv(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """All readings of a source as a CSV file."""
    return _file(request, source_for(request.user, public_id, "export"), csv_parts, "csv", "text/csv")


@require_safe
def export_json(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """A source with its rules, meter changes, imports and readings as a JSON file."""
    return _file(request, source_for(request.user, public_id, "export"), json_parts, "json", "application/json")


def _file(request: HttpRequest, source: DataSource, parts: Parts, ending: str, kind: str) -> HttpResponseBase:
    name = file_name(_("Readings of %(source)s") % {"source": source}, ending)
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment"}
    kind = f"{kind}; charset=utf-8"
    if request.method == "HEAD":
        return HttpResponse(content_type=kind, headers=headers)
    readings_exported.send(sender=None, source=source, format=ending)
    return StreamingHttpResponse(parts(source, actor()), content_type=kind, headers=headers)
