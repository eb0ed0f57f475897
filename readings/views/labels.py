"""What a round takes along on paper: labels whose code opens the entry page of a meter, and a sheet to fill in by pen.

Whoever may see a meter may print it: the code is an address and gives no right.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from readings.consumption import unread
from readings.queries import changes_of_each, latest_each
from readings.views.round import asked_home
from readings.walk import common_name
from sources.models import Counting, DataSource
from sources.walking import meters


@require_safe
def labels(request: HttpRequest) -> HttpResponse:
    """A label for each meter of `?home=`, or of all; only those of `source`, where some are named."""
    page = _chosen(request)
    for each in page["meters"]:
        path = reverse("readings:entry", args=[each["source"].public_id])
        each["address"] = request.build_absolute_uri(path)
    return render(request, "readings/labels.html", {**page, "section": "read"})


@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """A table of the meters with what they showed last, and room for what they show now."""
    page = _chosen(request)
    registers = [source for each in page["meters"] for source in each["registers"]]
    latest = latest_each([source.pk for source in registers], 1)
    known = [(source, next(iter(latest[source.pk]), None)) for source in registers]
    changes, now = changes_of_each([source.pk for source in registers]), clock.now()
    rows = [(source, last, unread(changes[source.pk], last.at if last else None, now)) for source, last in known]
    return render(request, "readings/sheet.html", {**page, "rows": rows, "now": now, "section": "read"})


def _chosen(request: HttpRequest) -> dict[str, Any]:
    """The meters that may be printed, and those that are. Raises Http404 for a home or a source not to be seen."""
    home = asked_home(request)
    seen = DataSource.objects.visible_to(request.user).shown().exclude(counting=Counting.SUM).in_walking_order()
    every = [_meter(registers) for registers in meters(seen.in_home(home) if home else seen)]
    named = {_key(text) for text in request.GET.getlist("source")}
    chosen = [each for each in every if not named or named & {source.public_id for source in each["registers"]}]
    if named - {source.public_id for each in every for source in each["registers"]}:
        raise Http404(_("There is no such source, or it is not shared with you."))
    for each in every:
        each["chosen"] = each in chosen
    return {"home": home, "every": every, "meters": chosen}


def _meter(registers: Sequence[DataSource]) -> dict[str, Any]:
    return {"source": registers[0], "registers": registers, "name": common_name(registers)}


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404(_("There is no such source, or it is not shared with you.")) from error
