"""Passing a meter over in the reading round, without losing what was typed into its page."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone as clock
from django.views.decorators.http import require_POST

from readings import begun, skips
from readings.views.entry import as_typed
from readings.views.round import onward, walk_near
from readings.walk import round_at
from sources.access import source_for_write


@require_POST
def skip(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Pass a meter over for today, with all its registers, and go on to the next. Where a value was typed, the page
    comes back with it and asks first; what is sent as `without` is the value that the person leaves.
    """
    source, now = source_for_write(request.user, public_id), clock.now()
    walk = walk_near(request, source, now)
    here = next((stop.sources for stop in walk if source in stop.sources), [source])
    of_round = begun.go_on(request.session, walk, source, now)
    names = ["value"] if len(here) == 1 else [f"{each.public_id}-value" for each in here]
    typed = " · ".join(text for name in names if (text := request.POST.get(name, "").strip()))
    if typed and request.POST.get("without") != typed:
        return as_typed(request, source, here, round_at(source, walk, of_round), typed)
    skips.skip(request.session, here, now)
    return onward(request, source, round_at(source, walk, of_round))
