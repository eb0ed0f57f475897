"""What a device keeps of a person so that readings can be written down without network: pages, and whose they are."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import User
from readings import begun
from readings.doubts import around_now
from readings.exports.tables import METER_COLUMNS
from readings.views import entry
from readings.views.round import walk_of
from readings.walk import Stop, round_at

MOST = 60
FILES = (
    "css/app.css",
    "icons/icon.svg",
    *(f"js/{name}.js" for name in ("app", "entry", "extras", "keeping", "kept", "numbers")),
)
"""What the kept pages load."""
KEEPING = {
    "fall": gettext_lazy("%(value)s is lower than %(last)s. Keep it all the same?"),
}
"""What a kept page asks before it lets a value be kept."""
HEAD = ",".join(METER_COLUMNS)
"""Of the file into which a device copies what waits there."""


@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """What was written down on this device and is not sent yet; the device fills it in."""
    walk = walk_of(request, clock.now())
    return render(request, "readings/kept.html", {"walk": walk, "head": HEAD, "section": "account"})


@login_not_required
@require_safe
def token(request: HttpRequest) -> JsonResponse:
    """Who is signed in, a fresh token for their forms, and what time it is; nobody is an empty person."""
    return JsonResponse(_who(request))


@login_not_required
@require_safe
def pages(request: HttpRequest) -> JsonResponse:
    """The same with the pages to keep, by address, the files they load, and the stops of the reading round."""
    who = _who(request)
    if not who["person"]:
        return JsonResponse(who)
    now = clock.now()
    walk = walk_of(request, now)[:MOST]
    keeping = json.dumps({name: str(words) for name, words in KEEPING.items()}, ensure_ascii=False)
    about = {"messages": (), "kept_at": now, "keeping": keeping}
    own = {"walk": walk, "head": HEAD, **about}
    of_round = begun.under_way(request.session, now)
    drawn = {_address(stop): render_to_string(*page, request) for stop, page in _entries(walk, of_round, now, about)}
    drawn[reverse("readings:kept")] = render_to_string("readings/kept.html", own, request)
    stops = [_stop(stop) for stop in walk]
    return JsonResponse({**who, "files": [static(name) for name in FILES], "stops": stops, "pages": drawn})


def _who(request: HttpRequest) -> dict[str, str]:
    if not isinstance(request.user, User):
        return {"person": ""}
    return {"person": str(request.user.public_id), "token": get_token(request), "now": clock.now().isoformat()}


def _entries(
    walk: Sequence[Stop], of_round: Collection[int], now: datetime, about: dict[str, Any]
) -> Iterator[tuple[Stop, tuple[str, Any]]]:
    """The entry page of each stop, as a template with its context; looked up for all of them at once."""
    known = around_now([source for stop in walk for source in stop.sources], now)
    for stop in walk:
        here = round_at(stop.source, [each for each in walk if each.source.home_id == stop.source.home_id], of_round)
        yield stop, entry.as_it_opens(stop, here, known, now, about)


def _address(stop: Stop) -> str:
    return reverse("readings:entry", args=[stop.source.public_id])


def _stop(stop: Stop) -> dict[str, Any]:
    home = stop.source.home
    names = {str(each.public_id): [each.name, each.unit] for each in stop.sources}
    return {
        "address": _address(stop),
        "home": str(home.public_id) if home else "",
        "open": stop.open,
        "registers": names,
    }
