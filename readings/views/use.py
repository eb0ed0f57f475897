"""What a figure rests on: the readings, days and sums that made it. Nothing is changed here."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.replica import from_replica
from readings import ranges
from readings.explaining import explained
from sources.access import source_for_read
from sources.models import DataSource


@require_safe
@from_replica
def use(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The use, or the range of a level, from `?from=` to `?to=`, and what made it."""
    source = source_for_read(request.user, public_id)
    start, end = _stretch(request, source)
    context = {"source": source, "found": explained(source, start, end), "section": "meters"}
    return render(request, "readings/use.html", context)


def _stretch(request: HttpRequest, source: DataSource) -> tuple[datetime, datetime]:
    """Raises Http404 for what is no stretch of time."""
    try:
        start, end = (ranges.read(request.GET.get(name, ""), source.zone) for name in ("from", "to"))
    except ValueError as error:
        raise Http404(_("There is no such figure here. Choose one from the page of the source.")) from error
    if start >= end:
        raise Http404(_("There is no such figure here. Choose one from the page of the source."))
    return start, end
