"""Stacked bar charts in pages: words for the geometry of readings.charts, and the same rows as a table."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from readings import charts
from readings.ranges import Range
from readings.stacking import Group
from readings.templatetags.bars import EVERY, explained_at, label, short
from sources import written

register = template.Library()


@dataclass(frozen=True)
class Row:
    """A period: its label, each source's use with where it is explained, and their sum; tip says it all."""

    label: str
    short: str
    cells: list[tuple[str, str]]
    total: str
    tip: str


@register.inclusion_tag("readings/chart_stack.html")
def stack_bars(group: Group, shown: Range) -> dict[str, Any]:
    """Use per period, one source over the other, and the same as a table."""
    rows = [_row(group, shown, number) for number in range(shown.count)]
    columns = [[periods[number].use for periods in group.periods] for number in range(shown.count)]
    drawing = charts.stacks(columns)
    return {
        "group": group,
        "by": shown.by,
        "axis": drawing.axis,
        "slots": list(zip(drawing.stacks, rows, strict=True)),
        "rows": rows,
        "longest": max((row.tip for row in rows), key=len, default=""),
        "hue": group.sources[0].kind.hue,
    }


def _row(group: Group, shown: Range, number: int) -> Row:
    start = group.periods[0][number].start
    uses = [periods[number].use for periods in group.periods]
    cells = [
        (
            written.rounded(periods[number].use, source.decimals),
            ""
            if periods[number].use is None
            else explained_at(
                reverse("readings:use", args=[source.public_id]),
                periods[number].start,
                periods[number].end,
                shown.zone,
            ),
        )
        for source, periods in zip(group.sources, group.periods, strict=True)
    ]
    known = [use for use in uses if use is not None]
    total = written.rounded(sum(known, Decimal(0)) if known else None, group.decimals)
    parts = [f"{source.name} {text}" for source, (text, _link) in zip(group.sources, cells, strict=True)]
    name = label(shown.by, start, shown.zone)
    if len(known) < len(uses):
        total = _("%(total)s, without those of which nothing is known") % {"total": total} if known else total
    tip = f"{name}: {total} {group.unit} · {' · '.join(parts)}"
    tick = short(shown.by, start, shown.zone) if number % EVERY[shown.by] == 0 else ""
    return Row(name, tick, cells, total, tip)
