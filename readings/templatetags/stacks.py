"""Stacked bar charts in pages: words for the geometry of readings.charts, and the same rows as a table."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from readings import charts
from readings.consumption import Period
from readings.periods_told import EVERY, explained_at, label, short
from readings.ranges import Ends, Range
from readings.stacking import Group
from readings.templatetags.bars import note_of, state_of
from sources import written
from sources.models import DataSource

register = template.Library()


@dataclass(frozen=True)
class Cell:
    """The use of a source in a period as text, what is to be known of it, and where it is explained ("" where there is
    nothing to explain).
    """

    text: str
    note: str
    link: str


@dataclass(frozen=True)
class Row:
    """A period: its label, each source's use, and their sum; tip says it all."""

    label: str
    short: str
    cells: list[Cell]
    total: str
    tip: str


@register.inclusion_tag("readings/chart_stack.html")
def stack_bars(group: Group, shown: Range) -> dict[str, Any]:
    """Use per period, one source over the other, and the same as a table."""
    whole = [now for now, _before in shown.pairs if now]
    rows = [_row(group, shown, number, ends) for number, ends in enumerate(whole)]
    columns = [
        [(run[number].use, state_of(run[number], shown.zone, ends)) for run in group.periods]
        for number, ends in enumerate(whole)
    ]
    drawing = charts.stacks(columns)
    return {
        "group": group,
        "by": shown.by,
        "axis": drawing.axis,
        "slots": list(zip(drawing.stacks, rows, strict=True)),
        "rows": rows,
        "states": {state for column in columns for _, state in column},
        "longest": max((row.tip for row in rows), key=len, default=""),
        "hue": group.sources[0].kind.hue,
    }


def _row(group: Group, shown: Range, number: int, whole: Ends) -> Row:
    periods = [run[number] for run in group.periods]
    cells = [
        _cell(source, period, shown, whole, is_common=group.is_common)
        for source, period in zip(group.sources, periods, strict=True)
    ]
    known = [period.use for period in periods if period.use is not None]
    total = written.rounded(sum(known, Decimal(0)) if known else None, group.places)
    parts = [
        f"{source.name} {cell.text}" + (f" ({cell.note})" if cell.note else "")
        for source, cell in zip(group.sources, cells, strict=True)
    ]
    name = label(shown.by, whole[0], shown.zone)
    if len(known) < len(periods):
        total = _("%(total)s, without those of which nothing is known") % {"total": total} if known else total
    tip = f"{name}: {total} {group.unit} · {' · '.join(parts)}"
    tick = short(shown.by, whole[0], shown.zone) if number % EVERY[shown.by] == 0 else ""
    return Row(name, tick, cells, total, tip)


def _cell(source: DataSource, period: Period, shown: Range, whole: Ends, *, is_common: bool) -> Cell:
    text = written.rounded(period.use, source.places)
    if period.use is None:
        return Cell(text, "", "")
    start, end = period.start, period.end
    if is_common and period.since and period.until:
        start, end = period.since, period.until
    base = reverse("readings:use", args=[source.public_id])
    return Cell(text, note_of(period, shown.zone, whole), explained_at(base, start, end, shown.zone))
