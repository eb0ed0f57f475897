"""What was used: the page of a home, of a source, and what everybody sees of a public one. Nothing is changed here."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from readings import queries, usage
from readings.consumption import INTERVALS, Period, Point
from readings.due import due_sources
from readings.falls import unexplained
from readings.localtime import FIRST_YEAR, LAST_YEAR
from readings.models import Reading
from readings.plausibility import Counting, usual
from readings.signals import source_viewed
from readings.turns import turns
from sources.access import Person, home_for_read, source_for_read, source_for_visitor
from sources.models import DataSource, Grant, Home, HomeMember, SourceAccess
from sources.panels import panels_for

SEEN = "home"
LATELY = 6
DOUBTFUL = 5
ROWS = 10
YEARS = 7
SHOWN_FALLS = 3


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """To the home seen last, else the one read last; who has none is shown what is shared, and how to begin."""
    homes = list(Home.objects.visible_to(request.user))
    if homes:
        seen = request.session.get(SEEN)
        known = next((home for home in homes if str(home.public_id) == seen), None)
        return redirect(known or queries.read_last(homes))
    page = _sources_page(request.user, DataSource.objects.visible_to(request.user).shown(), clock.now())
    return render(request, "readings/first_run.html", {**page, "section": "home"})


@require_safe
def home(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Each source of a home: use this month against the same days last year, what is due, what is doubtful."""
    home = home_for_read(request.user, public_id)
    if request.session.get(SEEN) != str(home.public_id):
        request.session[SEEN] = str(home.public_id)
    now = clock.now()
    homes = list(Home.objects.visible_to(request.user))
    elsewhere = [each for each in homes if each.pk != home.pk]
    sources = DataSource.objects.visible_to(request.user).shown().exclude(home__in=elsewhere)
    page = _sources_page(request.user, sources, now, home)
    return render(request, "readings/home.html", {**page, "home": home, "homes": homes, "now": now, "section": "home"})


@require_safe
def source(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Use per month beside the year before, the dial's line, the last readings, who can see it."""
    source = source_for_read(request.user, public_id)
    if request.method == "GET":
        source_viewed.send(sender=None, source=source)
    page = _source_page(request, source)
    page["people"] = _people(source) if source.may("share") else []
    page["panels"] = panels_for(request, source)
    return render(request, "readings/source.html", page)


@login_not_required
@require_safe
def public(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The charts and the last readings of a public source, for anybody: no people, no notes, no meter's number."""
    source = source_for_visitor(public_id)
    page = _source_page(request, source)
    page["turns"] = [replace(turn, number="") for turn in page.get("turns", [])]
    return render(request, "readings/public.html", page)


def _source_page(request: HttpRequest, source: DataSource) -> dict[str, Any]:
    """What the page of a source tells of its readings, in the year that is asked for."""
    now = clock.now()
    year = _year(request)
    first_at = queries.first_at(source)
    page: dict[str, Any] = {"source": source, "now": now, "year": year, "section": "meters"}
    if first_at is not None:
        latest = queries.latest_each([source.pk], INTERVALS + 1)[source.pk]
        first, page["long_ago"] = usage.last_months(source, latest[-1].at, now)
        page |= _shown(source, date(year, 1, 1) if year else first, latest, now)
        start, end = first_at.astimezone(source.zone).year, usage.last_day(source, latest[-1].at).year
        page["years"] = _years(start, end, year)
    page["rows"] = _rows(source, page.get("recent", {}))
    return page


def _sources_page(
    user: Person, sources: Iterable[DataSource], now: datetime, home: Home | None = None
) -> dict[str, Any]:
    """Tiles of the home's sources and of those outside any home of the person, and news of all of them."""
    known = {source.pk: source for source in sources}
    tiles = usage.tiles(due_sources(known.values(), now), now)
    here = [tile for tile in tiles if home and tile.source.home_id == home.pk]
    outside = [tile for tile in tiles if tile not in here]
    lately, doubtful = queries.newest(list(known), LATELY), queries.doubtful(list(known), DOUBTFUL)
    for reading in [*lately, *doubtful]:
        reading.source = known[reading.source_id]
    return {
        "tiles": here,
        "own": [tile for tile in outside if tile.source.owner_id == user.pk],
        "shared": [tile for tile in outside if tile.source.owner_id != user.pk],
        "writable": any(tile.source.may("add_reading") for tile in here),
        "may_import": any(tile.source.may("import") for tile in here) or (home is not None and home.may("edit_source")),
        "due": [tile.last for tile in here if tile.last.due and tile.source.may("add_reading")],
        "lately": lately,
        "doubtful": doubtful,
        "fallen": unexplained(doubtful),
    }


def _shown(source: DataSource, first: date, latest: Sequence[Point], now: datetime) -> dict[str, Any]:
    """What is shown of a source with readings, for the twelve months from `first` on."""
    run = usage.two_years(first, source.zone)
    shown = _levels(source, run, latest) if source.counting == "level" else _use(source, run, latest, now)
    drawn: list[Point] = []
    if source.counting != "amount":
        also = [turn.just_before for turn in shown["turns"]]
        drawn = queries.series(source, run[usage.MONTHS], min(run[-1], now), also=also)
    return {"latest": latest[-1], "points": drawn if len(drawn) > 1 else [], **shown}


def _levels(source: DataSource, run: Sequence[datetime], latest: Sequence[Point]) -> dict[str, Any]:
    month = usage.figure_runs(latest[-1].at, source.zone)
    years, (this,), (before,) = usage.levels([(source, [run, *month])])[source.pk]
    return {
        "levels": years[usage.MONTHS :],
        "level": this,
        "level_before": before,
        "usual": usual(latest, cast(Counting, source.counting)),
        "turns": [],
    }


def _use(source: DataSource, run: Sequence[datetime], latest: Sequence[Point], now: datetime) -> dict[str, Any]:
    month = usage.figure_runs(latest[-1].at, source.zone)
    recent = [point.at for point in latest] if source.counting == "counter" else []
    used = usage.used([(source, [run, *month, recent])])[source.pk]
    years, this, before, intervals = used.runs
    figure = usage.figure([this, before], now)
    return {
        "figure": figure,
        "months": usage.months(years, figure),
        "usual": usual(latest, cast(Counting, source.counting), used.changes),
        "falls": _falls(source, used.falls[-SHOWN_FALLS:]),
        "turns": turns(source, used.changes, run[usage.MONTHS], min(run[-1], now))
        if source.counting == "counter"
        else [],
        "recent": {period.end: period for period in intervals},
    }


def _rows(source: DataSource, recent: dict[datetime, Period]) -> list[tuple[Reading, Period | None]]:
    """The last readings, newest first, each with the interval that it ends."""
    readings = list(Reading.objects.of(source).select_related("created_by").order_by("-recorded_at")[:ROWS])
    for reading in readings:
        reading.source = source
    return [(reading, recent.get(reading.recorded_at)) for reading in readings]


def _falls(source: DataSource, falls: Sequence[queries.Step]) -> list[tuple[queries.Step, Reading]]:
    """Each unexplained step down with the reading after it, to be looked at."""
    if not falls:
        return []
    readings = Reading.objects.of(source).filter(recorded_at__in=[step.after.at for step in falls])
    after = {reading.recorded_at: reading for reading in readings}
    for reading in after.values():
        reading.source = source
    return [(step, after[step.after.at]) for step in falls]


def _people(source: DataSource) -> list[tuple[User, str]]:
    """Who can see a source, beside its owner: the highest level of each in words, the highest first."""
    shares = list(source.shares.select_related("user").order_by("granted_at"))
    members = list(source.home.members.select_related("user").order_by("granted_at")) if source.home else []
    grants: list[HomeMember | SourceAccess] = [*members, *shares]
    best: dict[User, str] = {}
    for grant in sorted(grants, key=lambda grant: Grant.values.index(grant.level), reverse=True):
        if grant.user_id != source.owner_id:
            best.setdefault(grant.user, grant.get_level_display())
    return list(best.items())


def _year(request: HttpRequest) -> int | None:
    """The calendar year that is asked for; None for the last twelve months. Raises Http404 for what is no year."""
    text = request.GET.get("year", "")
    if not text:
        return None
    if not (len(text) == 4 and text.isascii() and text.isdigit() and FIRST_YEAR < int(text) < LAST_YEAR):
        raise Http404(_("There is no such year here. Choose one from the page of the source."))
    return int(text)


def _years(first: int, last: int, shown: int | None) -> list[int]:
    """The years from the first reading to the last and the one shown; of many the YEARS nearest to it and both ends."""
    first, near = max(first, FIRST_YEAR + 1), shown or last
    every = sorted({*range(first, last + 1), near} - {FIRST_YEAR})
    nearest = sorted(every, key=lambda year: abs(year - near))[:YEARS]
    return [year for year in every if year in {first, last, *nearest}]
