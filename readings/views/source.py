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

from accounts.replica import from_replica
from readings import months, queries, sums, usage
from readings.consumption import INTERVALS, Point, Step, unread
from readings.models import Reading
from readings.overlaying import overlays
from readings.plausibility import Counting, usual
from readings.ranges import By, Ends, Range
from readings.series import grid, series
from readings.signals import source_viewed
from readings.stacking import grouped, registers, split
from readings.turns import turns
from readings.views.picking import asked, picked
from sources.access import source_for_read, source_for_visitor
from sources.models import DataSource
from sources.panels import panels_for
from sources.pressure import upper_and_lower
from sources.sharing import others_of

ROWS = 10
SHOWN_FALLS = 3


@require_safe
@from_replica
def source(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Use per month beside the year before, the dial's line, the last readings, who can see it."""
    source = source_for_read(request.user, public_id)
    if request.method == "GET":
        source_viewed.send(sender=None, source=source)
    page = _page(request, source, _alike(request, source))
    page["people"] = others_of(source) if source.may("share") else []
    page["panels"] = panels_for(request, source)
    return render(request, "readings/source.html", page)


@login_not_required
@require_safe
@from_replica
def public(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The charts and the last readings of a public source, for anybody: no people, no notes, no meter's number."""
    source = source_for_visitor(public_id)
    page = _page(request, source, [])
    page["turns"] = [replace(turn, number="") for turn in page.get("turns", [])]
    return render(request, "readings/public.html", page)


def _page(request: HttpRequest, source: DataSource, alike: list[DataSource]) -> dict[str, Any]:
    """What the page of a source tells of its readings, in the range that is asked for; alike: those told beside it."""
    now = clock.now()
    by, start = asked(request, source.zone)
    page: dict[str, Any] = {"source": source, "now": now, "by": by, "section": "meters"}
    if source.is_sum:
        return page | _sum(source, by, start, now)
    newest, first_at = queries.last_readings(source, INTERVALS + 1)
    if first_at is not None:
        latest = queries.latest_among(source, newest, INTERVALS + 1)
        page |= picked(source, by, start, first_at, latest[-1].at, now)
        page |= {"latest": latest[-1], **_shown(source, page["shown"], latest, alike, now)}
    recent = page.get("recent", {})
    page["rows"] = [(reading, recent.get(reading.recorded_at)) for reading in newest[:ROWS]]
    return page


def _shown(
    source: DataSource, shown: Range, latest: Sequence[Point], alike: list[DataSource], now: datetime
) -> dict[str, Any]:
    """What is shown of a source with readings in a range."""
    start, end = shown.boundaries[0], max(shown.boundaries[0], min(shown.boundaries[-1], now))
    if source.counting == "level":
        drawn = [group for group in overlays(alike, shown) if any(len(line) > 1 for line in group.lines)]
        return _levels(source, shown, latest, (start, end)) | {"together": drawn}
    return _use(source, shown, latest, alike, (start, end), now)


def _sum(source: DataSource, by: By, start: date | None, now: datetime) -> dict[str, Any]:
    """What is shown of a source that is worked out from others; of one that cannot be, what it consists of."""
    made = sums.made([source])[source.pk]
    if made.fault or made.since is None or made.until is None:
        return {"made": made}
    page = picked(source, by, start, made.since, made.until, now)
    known = {source.pk: made}
    runs = months.figure_runs(made.until, source.zone)
    found = usage.compared(source, page["shown"], made.until, runs, made=known)
    below = [period.use < 0 for month in found.months for period in (month.now, month.before) if period.use]
    return {
        **page,
        "made": made,
        "figure": usage.figure(found.more, now),
        "months": found.months,
        "below_zero": any(below),
        "uncertain": [summand.source for summand, part in found.used.parts if part.falls or part.odd],
        "no_counters": [summand.source for summand, part in found.used.parts if part.is_no_counter],
        "groups": split(found.used),
    }


def _levels(source: DataSource, shown: Range, latest: Sequence[Point], ends: Ends) -> dict[str, Any]:
    month = months.figure_runs(latest[-1].at, source.zone)
    levels, (this,), (before,) = usage.levels([(source, [shown.boundaries, *month])])[source.pk]
    drawn = series(source, *ends, count=sum(level.count for level in levels))
    points = drawn.points or [Point(band.at, band.mean) for band in drawn.bands]
    return {
        "points": points if len(points) > 1 else [],
        "only": points[0] if len(points) == 1 else None,
        "bands": drawn.bands,
        "levels": levels,
        "level": this,
        "level_before": before,
        "usual": usual(latest, cast(Counting, source.counting)),
    }


def _use(
    source: DataSource,
    shown: Range,
    latest: Sequence[Point],
    alike: list[DataSource],
    ends: Ends,
    now: datetime,
) -> dict[str, Any]:
    is_counter, last_at = source.counting == "counter", latest[-1].at
    line = [[point.at for point in latest], grid(*ends)] if is_counter else [[], []]
    beside = [(each, [shown.boundaries]) for each in alike]
    runs = months.figure_runs(last_at, source.zone)
    found = usage.compared(source, shown, last_at, [*runs, *line], beside=beside)
    this, before, intervals, _grid = found.more
    used = found.used
    points = [point for point in sorted({*used.points, *used.odd}) if ends[0] <= point.at <= ends[1]]
    title = _("All registers of %(number)s") % {"number": source.meter_number}
    return {
        "points": points if len(points) > 1 else [],
        "figure": usage.figure([this, before], now),
        "months": [] if is_counter and len(latest) == 1 and not used.changes else found.months,
        "usual": usual(latest, cast(Counting, source.counting), used.changes),
        "falls": _falls(source, used.falls[-SHOWN_FALLS:]),
        "odd": _readings_at(source, [point.at for point in used.odd[-SHOWN_FALLS:]]),
        "is_no_counter": used.is_no_counter,
        "turns": turns(source, used.changes, ends[0], ends[1]) if is_counter else [],
        "unread": unread(used.changes, last_at, now),
        "recent": {period.end: period for period in intervals},
        "registers": [grouped(title, alike, found.beside)] if alike else [],
    }


def _alike(request: HttpRequest, source: DataSource) -> list[DataSource]:
    """What is told beside a source: the registers of its meter, where it has several; both values of a blood pressure
    beside either of them.
    """
    if not source.meter_number:
        return []
    alike = DataSource.objects.visible_to(request.user).filter(meter_number=source.meter_number, home=source.home)
    alike = alike.select_related("home", "owner")
    if source.counting != "level":
        return registers(source, alike)
    pair = upper_and_lower(each for each in alike if each.owner_id == source.owner_id) or ()
    return [*pair] if source in pair else []


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
