"""Lines of several levels over each other in pages: words for the geometry of readings.charts, and a table."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from readings import charts
from readings.consumption import Level
from readings.overlaying import Overlay
from readings.periods_told import EVERY, explained_at, label, short
from readings.ranges import Ends, Range
from sources import written
from sources.models import DataSource

register = template.Library()

STYLES = (
    ("teal", ""),
    ("coral", "7 4"),
    ("blue", "2 4"),
    ("amber", "12 4 2 4"),
    ("violet", "5 2"),
    ("green", "1 6"),
)
"""How each line is told from the others: its colour, and how it is dashed."""


@dataclass(frozen=True)
class Cell:
    """The mean of a source in a period, its range, and where it is explained; a dash where none is known."""

    mean: str
    span: str
    link: str


@dataclass(frozen=True)
class Row:
    """A period: its label, what each source showed, and all of it in a sentence."""

    label: str
    short: str
    cells: list[Cell]
    tip: str


@register.inclusion_tag("readings/chart_levels.html")
def level_lines(group: Overlay, shown: Range) -> dict[str, Any]:
    """The line of each source on one scale, and the same as a table of means, lowest and highest."""
    rows = [_row(group, shown, number, ends) for number, (ends, _before) in enumerate(shown.pairs) if ends]
    drawing = charts.lines(group.lines, shown.boundaries)
    styles = [(source, *style) for source, style in zip(group.sources, STYLES, strict=False)]
    return {
        "group": group,
        "by": shown.by,
        "axis": drawing.axis,
        "lines": list(zip(styles, drawing.lines, strict=True)),
        "slots": list(zip(drawing.slots, rows, strict=True)),
        "rows": rows,
        "longest": max((row.tip for row in rows), key=len, default=""),
    }


def _row(group: Overlay, shown: Range, number: int, ends: Ends) -> Row:
    cells = [_cell(source, levels[number], shown) for source, levels in zip(group.sources, group.levels, strict=True)]
    name = label(shown.by, ends[0], shown.zone)
    said = [f"{source.name} {cell.mean}" for source, cell in zip(group.sources, cells, strict=True)]
    tip = _("%(period)s, mean in %(unit)s") % {"period": name, "unit": group.unit}
    tick = short(shown.by, ends[0], shown.zone) if number % EVERY[shown.by] == 0 else ""
    return Row(name, tick, cells, f"{tip}: {' · '.join(said)}")


def _cell(source: DataSource, level: Level, shown: Range) -> Cell:
    mean, low, high = (written.rounded(value, source.places) for value in (level.mean, level.low, level.high))
    if not level.count:
        return Cell(mean, "", "")
    link = explained_at(reverse("readings:use", args=[source.public_id]), level.start, level.end, shown.zone)
    return Cell(mean, _("%(low)s to %(high)s") % {"low": low, "high": high}, link)
