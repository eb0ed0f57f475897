"""What was used in a home: each source as a tile, what is due, what is doubtful. Nothing is changed here."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.db.models import BigIntegerField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone as clock
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.prepared import Prepared, somebody
from accounts.replica import from_replica
from readings import queries, skips
from readings.due import due_sources, with_last_readings
from readings.falls import unexplained
from readings.stacking import go_together
from readings.tiles import tiles
from readings.walk import stops
from sources.access import Person, homes_of, no_home
from sources.models import DataSource, Home, HomeMember
from sources.walking import meters
from sources.words import taken_by

SEEN = "home"
LATELY = 6
DOUBTFUL = 5
ROWS = 10
YEARS = 7
SHOWN_FALLS = 3


_of_page = Prepared(
    lambda user, home: with_last_readings(
        DataSource.objects.visible_to(somebody(user))
        .shown()
        .exclude(home__in=HomeMember.objects.filter(user=user).exclude(home=home).values("home"))
    ),
    user=BigIntegerField(),
    home=BigIntegerField(),
)
"""Those of a home, and those that are in no home of this person."""


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """To the home seen last, else the one read last; who has none is shown what is shared, and how to begin."""
    for word in taken_by(cast(User, request.user)) if request.method == "GET" else []:
        messages.info(request, word)
    homes = homes_of(request.user)
    if homes:
        seen = request.session.get(SEEN)
        known = next((home for home in homes if str(home.public_id) == seen), None)
        return redirect(known or queries.read_last(homes))
    page = _sources_page(
        request.user, with_last_readings(DataSource.objects.visible_to(request.user).shown()), clock.now()
    )
    return render(request, "readings/first_run.html", {**page, "section": "home"})


@require_safe
@from_replica
def home(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Each source of a home: use this month against the same days last year, what is due, what is doubtful."""
    homes = homes_of(request.user)
    home = next((each for each in homes if each.public_id == public_id), None)
    if home is None:
        raise no_home()
    if request.session.get(SEEN) != str(home.public_id):
        request.session[SEEN] = str(home.public_id)
    now = clock.now()
    page = _sources_page(request.user, _of_page(user=request.user.pk, home=home.pk), now, home)
    skipped = skips.skipped(request.session, [stop.source for stop in page["due"]], now)
    page["due"] = [stop for stop in page["due"] if stop.source.pk not in skipped]
    return render(request, "readings/home.html", {**page, "home": home, "homes": homes, "now": now, "section": "home"})


def _sources_page(
    user: Person, sources: Iterable[DataSource], now: datetime, home: Home | None = None
) -> dict[str, Any]:
    """Tiles of the home's sources and of those outside any home of the person, and news of all of them."""
    known = {source.pk: source for meter in meters(sources) for source in meter}
    place = {key: number for number, key in enumerate(known)}
    shown = tiles(due_sources(known.values(), now), now)
    here = [tile for tile in shown if home and tile.source.home_id == home.pk]
    outside = [tile for tile in shown if tile not in here]
    lately, doubtful = queries.newest(list(known), LATELY), queries.doubtful(list(known), DOUBTFUL)
    lately.sort(key=lambda reading: (-reading.recorded_at.timestamp(), place[reading.source_id]))
    for reading in [*lately, *doubtful]:
        reading.source = known[reading.source_id]
    return {
        "tiles": here,
        "together": go_together(tile.source for tile in here),
        "own": [tile for tile in outside if tile.source.owner_id == user.pk],
        "shared": [tile for tile in outside if tile.source.owner_id != user.pk],
        "writable": any(tile.source.may("add_reading") for tile in here),
        "may_import": any(tile.source.may("import") for tile in here) or (home is not None and home.may("edit_source")),
        "due": stops(tile.last for tile in here if tile.last.due and tile.source.may("add_reading")),
        "silent": [tile.last for tile in here if tile.last.silent and tile.source.may("edit_source")],
        "lately": lately,
        "doubtful": doubtful,
        "fallen": unexplained(doubtful),
    }
