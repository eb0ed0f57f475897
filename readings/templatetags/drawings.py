"""Charts in pages: each tag puts words to the geometry of readings.charts.

The table under a chart is filled from the very rows that the chart was drawn from. Working them out is readings.usage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from readings import charts
from readings.consumption import Period, Point
from readings.localtime import month_starts
from readings.turns import Turn, told, with_ends
from readings.usage import Month, Tile
from sources import written
from sources.models import DataSource

register = template.Library()

MARKS = 6
EVERY = (1, 2, 3, 6, 12, 24, 60, 120, 600)
EDGE = Decimal(6)


@dataclass(frozen=True)
class Row:
    """A month as the chart's title and the table say it: labels, both uses as text, and what is to be known of them."""

    label: str
    short: str
    now: str
    now_note: str
    before: str
    before_note: str
    tip: str


@register.inclusion_tag("readings/chart_months.html")
def month_bars(source: DataSource, months: Sequence[Month], now_label: str, before_label: str) -> dict[str, Any]:
    """Use per month beside the year before: bars, and the same as a table."""
    rows = [_row(source, month) for month in months]
    drawing = charts.bars(
        [
            ((month.before.use, _state(month.before, source)), (month.now.use, _state(month.now, source)))
            for month in months
        ]
    )
    states = {_state(period, source) for month in months for period in (month.now, month.before)}
    return {
        "source": source,
        "axis": drawing.axis,
        "slots": list(zip(drawing.slots, rows, strict=True)),
        "rows": rows,
        "states": states,
        "has_before": any(slot.before for slot in drawing.slots),
        "longest": max((row.tip for row in rows), key=len, default=""),
        "now_label": now_label,
        "before_label": before_label,
    }


@register.inclusion_tag("readings/chart_line.html")
def dial_line(source: DataSource, points: Sequence[Point], turns: Sequence[Turn] = ()) -> dict[str, Any]:
    """The line of what the dial showed, or of a level, with round dates under it; broken where another dial went on,
    which is said in words as well.
    """
    first, last = points[0], points[-1]
    marks, labels = _marks(first.at, last.at, source.zone)
    shown = [turn for turn in turns if first.at < turn.at <= last.at]
    drawing = charts.line(with_ends(points, shown), first.at, last.at, marks, [turn.at for turn in shown])
    return {
        "source": source,
        "axis": drawing.axis,
        "pieces": drawing.pieces,
        "breaks": list(zip(drawing.breaks, (_title(turn, source) for turn in shown), strict=True)),
        "turns": [told(turn, source) for turn in shown],
        "marks": [(x, _anchor(Decimal(x)), label) for x, label in zip(drawing.marks, labels, strict=True)],
        "first": first,
        "last": last,
    }


@register.inclusion_tag("readings/spark.html")
def sparkline(tile: Tile) -> dict[str, Any]:
    """The last twelve full months of a source as a small line; nothing where too little is known."""
    level = tile.source.counting == "level"
    months = [value for value in tile.year if value is not None]
    # Single deliveries with months between them make no line.
    broken = tile.source.counting == "amount" and len(months) < len(tile.year)
    return {
        "source": tile.source,
        "drawing": None if broken else charts.spark(tile.year, zero=not level),
        "low": min(months, default=None),
        "high": max(months, default=None),
    }


@register.simple_tag
def covered(period: Period, source: DataSource) -> str:
    """Which days of its month a period stands for, where it is not the whole of it: "until 22 Nov"."""
    return ", ".join(_days(period, source.zone))


@register.simple_tag
def known(period: Period, source: DataSource) -> str:
    """All that is to be known of a use: which days it stands for, and how sure it is."""
    return ", ".join([*_days(period, source.zone), *_doubt(period)])


def _row(source: DataSource, month: Month) -> Row:
    label = written.month(month.now.start, source.zone)
    texts = {}
    for name, period in (("now", month.now), ("before", month.before)):
        use = _("no reading") if period.use is None else f"{written.rounded(period.use, source.decimals)} {source.unit}"
        note = known(period, source)
        texts[name] = f"{written.month(period.start, source.zone)}: {use}" + (f" ({note})" if note else "")
        texts[f"{name}_note"] = note
    now, before = (written.rounded(period.use, source.decimals) for period in (month.now, month.before))
    tip = f"{texts['now']} · {texts['before']}"
    short = date_format(month.now.start.astimezone(source.zone), pgettext("date format", "M"))
    return Row(label, short, now, texts["now_note"], before, texts["before_note"], tip)


def _title(turn: Turn, source: DataSource) -> str:
    words = {"replaced": _("meter replaced"), "rollover": _("dial rolled over"), "reset": _("dial reset")}
    return f"{words[turn.reason]}, {written.day(turn.at, source.zone)}"


def _days(period: Period, zone: ZoneInfo) -> list[str]:
    if period.since is None or period.until is None:
        return []
    start, end = month_starts(period.start.astimezone(zone).date(), 2, zone)
    said = [_("from %(day)s") % {"day": written.short_day(period.since, zone)}] if period.since > start else []
    if period.until < end:
        said.append(_("until %(day)s") % {"day": written.short_day(period.until, zone)})
    return said


def _doubt(period: Period) -> list[str]:
    words = {"estimated": _("estimated"), "spread": _("spread evenly between readings")}
    return [words[period.state]] if period.state in words else []


def _state(period: Period, source: DataSource) -> str:
    return "part" if period.state == "measured" and _days(period, source.zone) else period.state


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
