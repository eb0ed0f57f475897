"""Charts in pages: each tag puts words to the geometry of readings.charts.

The table under a chart is filled from the very rows that the chart was drawn from. Working them out is readings.usage.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from readings import charts
from readings.consumption import Point
from readings.localtime import month_starts
from readings.series import Band
from readings.tiles import Tile
from readings.turns import Turn, told, with_ends
from sources import written
from sources.models import DataSource

register = template.Library()

MARKS = 6
EVERY = (1, 2, 3, 6, 12, 24, 60, 120, 600)
EDGE = Decimal(6)
_SPARK = (
    '<svg class="spark" role="img" aria-label="{}" width="100%" height="44" viewBox="0 -6 1000 212"'
    ' preserveAspectRatio="none">{}{}</svg>'
)
_LINE = '<polyline class="l" points="{}" vector-effect="non-scaling-stroke"/>'


@register.inclusion_tag("readings/chart_line.html")
def dial_line(
    source: DataSource, points: Sequence[Point], turns: Sequence[Turn] = (), bands: Sequence[Band] = ()
) -> dict[str, Any]:
    """The line of what the dial showed, or of a level, with round dates under it; broken where another dial went on,
    which is said in words as well. Where bands are given, the line is their mean, and their range is shaded.
    """
    first, last = points[0], points[-1]
    marks, labels = _marks(first.at, last.at, source.zone)
    shown = [turn for turn in turns if first.at < turn.at <= last.at]
    edges = [(band.at, band.low, band.high) for band in bands]
    drawing = charts.line(with_ends(points, shown), first.at, last.at, marks, [turn.at for turn in shown], edges)
    return {
        "source": source,
        "axis": drawing.axis,
        "pieces": drawing.pieces,
        "area": drawing.area,
        "breaks": list(zip(drawing.breaks, (_title(turn, source) for turn in shown), strict=True)),
        "turns": [told(turn, source) for turn in shown],
        "marks": [(x, _anchor(Decimal(x)), label) for x, label in zip(drawing.marks, labels, strict=True)],
        "first": first,
        "last": last,
    }


@register.simple_tag
def sparkline(tile: Tile) -> SafeString:
    """The last twelve full months of a source as a small line; nothing where too little is known."""
    level = tile.source.counting == "level"
    months = [value for value in tile.year if value is not None]
    # Single deliveries with months between them make no line.
    broken = tile.source.counting == "amount" and len(months) < len(tile.year)
    drawing = None if broken else charts.spark(tile.year, zero=not level)
    if drawing is None:
        return SafeString()
    low, high = (written.rounded(value, tile.source.places) for value in (min(months), max(months)))
    words = _("The last twelve full months: from %(low)s to %(high)s %(unit)s a month")
    label = words % {"low": low, "high": high, "unit": tile.source.unit}
    areas = format_html_join("", '<polygon class="a" points="{}"/>', ((area,) for area in drawing.areas))
    lines = format_html_join("", _LINE, ((line,) for line in drawing.lines))
    return format_html(_SPARK, label, areas, lines)


def _title(turn: Turn, source: DataSource) -> str:
    words = {"replaced": _("meter replaced"), "rollover": _("dial rolled over"), "reset": _("dial reset")}
    return f"{words[turn.reason]}, {written.day(turn.at, source.zone)}"


def _marks(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[list[datetime], list[str]]:
    """Round dates to write under a line: the first of some months, or its two ends where it is short."""
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    count = (last.year - first.year) * 12 + last.month - first.month
    every = next(each for each in EVERY if count <= each * MARKS)
    months = [at for at in month_starts(first, count + 1, zone) if start <= at <= end]
    round_ones = [at for at in months if _number(at, zone) % every == 0]
    if len(round_ones) < 2:
        return [start, end], [written.short_day(start, zone), written.short_day(end, zone) if first != last else ""]
    names = [pgettext("date format", "Y"), pgettext("date format", "M")]
    return round_ones, [date_format(at.astimezone(zone), names[at.astimezone(zone).month > 1]) for at in round_ones]


def _number(at: datetime, zone: ZoneInfo) -> int:
    local = at.astimezone(zone)
    return local.year * 12 + local.month - 1


def _anchor(x: Decimal) -> str:
    return "start" if x < EDGE else "end" if x > 100 - EDGE else "middle"
