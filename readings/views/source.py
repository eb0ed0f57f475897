"""What a source used: its page, and what everybody sees of a public one. Nothing is changed here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from readings import queries, sums, usage
from readings.consumption import INTERVALS, Period, Point, Step
from readings.models import Reading
from readings.plausibility import Counting, usual
from readings.ranges import By, Range
from readings.series import Series, series
from readings.signals import source_viewed
from readings.stacking import Group, registers, split, stacked
from readings.turns import turns
from readings.views.picking import asked, picked
from sources.access import source_for_read, source_for_visitor
from sources.models import DataSource, Grant, HomeMember, SourceAccess
from sources.panels import panels_for

ROWS = 10
SHOWN_FALLS = 3


@require_safe
def source(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Use per month beside the year before, the dial's line, the last readings, who can see it."""
    source = source_for_read(request.user, public_id)
    if request.method == "GET":
        source_viewed.send(sender=None, source=source)
    page = _page(request, source)
    if not source.is_sum:
        page["registers"] = _registers(request, source, page["shown"]) if "shown" in page else []
    page["people"] = _people(source) if source.may("share") else []
    page["panels"] = panels_for(request, source)
    return render(request, "readings/source.html", page)


@login_not_required
@require_safe
def public(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The charts and the last readings of a public source, for anybody: no people, no notes, no meter's number."""
    source = source_for_visitor(public_id)
    page = _page(request, source)
    page["turns"] = [replace(turn, number="") for turn in page.get("turns", [])]
    return render(request, "readings/public.html", page)


def _page(request: HttpRequest, source: DataSource) -> dict[str, Any]:
    """What the page of a source tells of its readings, in the range that is asked for."""
    now = clock.now()
    by, start = asked(request, source.zone)
    page: dict[str, Any] = {"source": source, "now": now, "by": by, "section": "meters"}
    if source.is_sum:
        return page | _sum(source, by, start, now)
    first_at = queries.first_at(source)
    if first_at is not None:
        latest = queries.latest_each([source.pk], INTERVALS + 1)[source.pk]
        page |= picked(source, by, start, first_at, latest[-1].at, now)
        page |= _shown(source, page["shown"], latest, now)
    page["rows"] = _rows(source, page.get("recent", {}))
    return page


def _shown(source: DataSource, shown: Range, latest: Sequence[Point], now: datetime) -> dict[str, Any]:
    """What is shown of a source with readings in a range."""
    told = _levels(source, shown, latest) if source.counting == "level" else _use(source, shown, latest, now)
    drawn = Series([], [])
    if source.counting != "amount":
        also = [turn.just_before for turn in told["turns"]]
        drawn = series(source, shown.boundaries[0], max(shown.boundaries[0], min(shown.boundaries[-1], now)), also=also)
    points = drawn.points or [Point(band.at, band.mean) for band in drawn.bands]
    return {"latest": latest[-1], "points": points if len(points) > 1 else [], "bands": drawn.bands, **told}


def _sum(source: DataSource, by: By, start: date | None, now: datetime) -> dict[str, Any]:
    """What is shown of a source that is worked out from others; of one that cannot be, what it consists of."""
    made = sums.made([source])[source.pk]
    if made.fault or made.since is None or made.until is None:
        return {"made": made}
    page = picked(source, by, start, made.since, made.until, now)
    known = {source.pk: made}
    runs = usage.figure_runs(made.until, source.zone)
    months, (this, before), used = usage.compared(source, page["shown"], made.until, runs, known)
    return {
        **page,
        "made": made,
        "figure": usage.figure([this, before], now),
        "months": months,
        "below_zero": any(period.use and period.use < 0 for month in months for period in (month.now, month.before)),
        "uncertain": [summand.source for summand, part in used.parts if part.falls or part.odd],
        "no_counters": [summand.source for summand, part in used.parts if part.is_no_counter],
        "groups": split(used),
    }


def _levels(source: DataSource, shown: Range, latest: Sequence[Point]) -> dict[str, Any]:
    month = usage.figure_runs(latest[-1].at, source.zone)
    levels, (this,), (before,) = usage.levels([(source, [shown.boundaries, *month])])[source.pk]
    return {
        "levels": levels,
        "level": this,
        "level_before": before,
        "usual": usual(latest, cast(Counting, source.counting)),
        "turns": [],
    }


def _use(source: DataSource, shown: Range, latest: Sequence[Point], now: datetime) -> dict[str, Any]:
    is_counter, start, last_at = source.counting == "counter", shown.boundaries[0], latest[-1].at
    recent = [point.at for point in latest] if is_counter else []
    months, (this, before, intervals), used = usage.compared(
        source, shown, last_at, [*usage.figure_runs(last_at, source.zone), recent]
    )
    return {
        "figure": usage.figure([this, before], now),
        "months": months,
        "usual": usual(latest, cast(Counting, source.counting), used.changes),
        "falls": _falls(source, used.falls[-SHOWN_FALLS:]),
        "odd": _readings_at(source, [point.at for point in used.odd[-SHOWN_FALLS:]]),
        "is_no_counter": used.is_no_counter,
        "turns": turns(source, used.changes, start, min(shown.boundaries[-1], now)) if is_counter else [],
        "recent": {period.end: period for period in intervals},
    }


def _registers(request: HttpRequest, source: DataSource, shown: Range) -> list[Group]:
    """The registers of the source's meter one over the other, where it has several."""
    if not source.meter_number:
        return []
    alike = DataSource.objects.visible_to(request.user).filter(meter_number=source.meter_number)
    found = registers(source, alike.select_related("home", "owner"))
    title = _("All registers of %(number)s") % {"number": source.meter_number}
    return stacked([(title, found)], shown) if found else []


def _rows(source: DataSource, recent: dict[datetime, Period]) -> list[tuple[Reading, Period | None]]:
    """The last readings, newest first, each with the interval that it ends."""
    readings = list(Reading.objects.of(source).select_related("created_by").order_by("-recorded_at")[:ROWS])
    for reading in readings:
        reading.source = source
    return [(reading, recent.get(reading.recorded_at)) for reading in readings]


def _falls(source: DataSource, falls: Sequence[Step]) -> list[tuple[Step, Reading]]:
    """Each unexplained step down with the reading after it, to be looked at."""
    after = {reading.recorded_at: reading for reading in _readings_at(source, [step.after.at for step in falls])}
    return [(step, after[step.after.at]) for step in falls]


def _readings_at(source: DataSource, instants: Sequence[datetime]) -> list[Reading]:
    """The readings of these very instants, oldest first."""
    if not instants:
        return []
    readings = list(Reading.objects.of(source).filter(recorded_at__in=instants).order_by("recorded_at"))
    for reading in readings:
        reading.source = source
    return readings


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
