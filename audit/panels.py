"""The sections of a source's and of a reading's page that tell its history."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from audit.lines import lines
from audit.queries import Page, history_of, of_reading, page_of
from readings.models import Reading
from sources.models import DataSource

LATEST = 8


def of_source(request: HttpRequest, source: DataSource) -> SafeString:
    """The latest changes of a source with the way to all of them; "" for whom nothing is to be seen."""
    return _panel(request, source, page_of(history_of(source, request.user), size=LATEST))


def of_one_reading(request: HttpRequest, reading: Reading) -> SafeString:
    """The whole life of one reading."""
    return _panel(request, reading.source, page_of(of_reading(reading)), reading)


def _panel(request: HttpRequest, source: DataSource, page: Page, reading: Reading | None = None) -> SafeString:
    if not page.entries:
        return SafeString("")
    here = (reading or source).get_absolute_url()
    told = lines(page.entries, request.user, source.zone, here)
    context = {"source": source, "reading": reading, "lines": told}
    return render_to_string("audit/panel.html", context, request)
