"""Bar charts of use in pages: words for the geometry of readings.charts, and the same rows as a table.

Each figure is a link to what made it (readings.explaining). Working them out is readings.usage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from readings import charts, ranges
from readings.consumption import Level, Period, Piece
from readings.localtime import month_starts
from readings.periods_told import EVERY, explained_at, label, short
from readings.ranges import Ends, Range
from readings.turns import told, turn_of
from readings.usage import Month
from sources import written
from sources.models import DataSource, MeterChange

register = template.Library()


@dataclass(frozen=True)
class Row:
    """A period as the chart's title and the table say it: labels, both uses as text, what is to be known of them, and
    where they are explained ("" where there is nothing to explain).
    """

    label: str
    short: str
    now: str
    now_note: str
    now_link: str
    before: str
    before_note: str
    before_link: str
    tip: str

    @property
    def link(self) -> str:
        """Where the bar leads."""
        return self.now_link or self.before_link


@register.inclusion_tag("readings/chart_use.html")
def use_bars(
    source: DataSource, shown: Range, months: Sequence[Month], now_label: str, before_label: str, links: bool = True
) -> dict[str, Any]:
    """Use per period beside the year before: bars, and the same as a table."""
    base = reverse("readings:use", args=[source.public_id]) if links else ""
    whole = shown.pairs
    rows = [_row(source, shown, number, month, whole[number], base) for number, month in enumerate(months)]
    states = [
        (state_of(month.before, shown.zone, before), state_of(month.now, shown.zone, now))
        for month, (now, before) in zip(months, whole, strict=True)
    ]
    drawing = charts.bars(
        [
            ((month.before.use, before), (month.now.use, now))
            for month, (before, now) in zip(months, states, strict=True)
        ]
    )
    return {
        "source": source,
        "by": shown.by,
        "axis": drawing.axis,
        "slots": list(zip(drawing.slots, rows, strict=True)),
        "rows": rows,
        "states": {state for pair in states for state in pair},
        "has_before": any(slot.before for slot in drawing.slots),
        "longest": max((row.tip for row in rows), key=len, default=""),
        "now_label": now_label,
        "before_label": before_label,
    }


@register.simple_tag
def known(period: Period, source: DataSource) -> str:
    """All that is to be known of a use: which days it stands for, and how sure it is."""
    return ", ".join([*_days(period, source.zone), *_doubt(period)])


@register.simple_tag
def use_link(source: DataSource, period: Any) -> str:
    """Where a use is explained."""
    return explained_at(reverse("readings:use", args=[source.public_id]), period.start, period.end, source.zone)


@register.simple_tag
def level_rows(source: DataSource, shown: Range, levels: Sequence[Level], links: bool) -> SafeString:
    """The rows of a table of levels; with `links` each mean leads to where it is explained."""
    base, zone, places = reverse("readings:use", args=[source.public_id]), shown.zone, source.places
    rows = []
    for each in levels:
        low, mean, high = (written.rounded(value, places) for value in (each.low, each.mean, each.high))
        at = explained_at(base, each.start, each.end, zone) if links and each.count else ""
        linked = f'<a href="{escape(at)}">{escape(mean)}</a>' if at else escape(mean)
        name, count = escape(label(shown.by, each.start, zone)), written.number(Decimal(each.count))
        numbers = "".join([f'<td class="n">{cell}</td>' for cell in (escape(low), linked, escape(high), escape(count))])
        rows.append(f'<tr><th scope="row">{name}</th>{numbers}</tr>')
    return SafeString("\n".join(rows))


@register.simple_tag
def named(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """A stretch of time in words: a year, a month, a day, or from when to when."""
    for by in ("year", "month", "day"):
        shown = Range(by, start.astimezone(zone).date().replace(**_FIRST[by]), 1, zone)
        if shown.boundaries == [start, end]:
            return written.long_month(start, zone) if by == "month" else label(by, start, zone)
    days = start, end
    if all(len(ranges.written(at, zone)) == len("2026-01-01") for at in days):
        return _("%(start)s to the beginning of %(end)s") % {
            "start": written.day(start, zone),
            "end": written.day(end, zone),
        }
    return _("%(start)s to %(end)s") % {"start": written.moment(start, zone), "end": written.moment(end, zone)}


@register.simple_tag
def period_label(shown: Range, start: datetime) -> str:
    """A period of a range in words."""
    return label(shown.by, start, shown.zone)


@register.simple_tag
def range_labels(shown: Range, long_ago: bool, year: int | None) -> tuple[str, str]:
    """What a range is called, and what stands beside it."""
    start, last = shown.boundaries[0], shown.boundaries[-2]
    if year:
        return str(year), str(year - 1)
    if shown.by == "day":
        return written.long_month(start, shown.zone), written.long_month(shown.before[0], shown.zone)
    if shown.by == "week":
        return _("%(count)s weeks from %(day)s") % {
            "count": shown.count,
            "day": written.day(start, shown.zone),
        }, _("52 weeks earlier")
    if shown.by == "year":
        return _("each year"), ""
    now = _("12 months to %(month)s") % {"month": written.long_month(last, shown.zone)}
    return now if long_ago else _("last 12 months"), _("the year before")


@register.simple_tag
def piece_words(piece: Piece, source: DataSource) -> str:
    """From which reading to which a piece goes, and what bridges the step between them."""
    ends = [
        _("%(at)s: %(value)s")
        % {
            "at": written.moment(point.at, source.zone),
            "value": written.number(point.value, source.decimals),
        }
        for point in (piece.first, piece.last)
    ]
    return " ".join([_("%(first)s → %(last)s.") % {"first": ends[0], "last": ends[1]}, *_bridged(piece, source)])


@register.simple_tag
def span_words(since: datetime, until: datetime) -> str:
    """How long it is, in words: in hours up to two days, from then on in days."""
    hours = Decimal((until - since) // _SECOND) / 3600
    if hours < 1:
        return _("less than an hour")
    if hours < 48:
        whole = int(hours.to_integral_value(ROUND_HALF_UP))
        return ngettext("%(count)s hour", "%(count)s hours", whole) % {"count": whole}
    days = (hours / 24).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return _("%(count)s days") % {"count": written.number(days, 0)}


register.filter("told", told)


@register.simple_tag
def change_words(change: MeterChange, source: DataSource) -> str:
    """What happened to the dial."""
    return told(turn_of(change), source)


@register.filter
def month_name(at: datetime, zone: ZoneInfo) -> str:
    """The month alone, as in Nov."""
    return date_format(at.astimezone(zone), pgettext("date format", "M"))


@register.simple_tag
def places_of(pieces: Sequence[Piece], together: Decimal, source: DataSource) -> int:
    """How many places the parts of a use are told with, so that the sum can be checked: up to two more than the dial
    has, where they need them.
    """
    return written.places([together, *(piece.use for piece in pieces)], source.places, source.places + 2)


_SECOND = timedelta(seconds=1)
_FIRST: dict[str, dict[str, Any]] = {"year": {"month": 1, "day": 1}, "month": {"day": 1}, "day": {}}


def _row(
    source: DataSource, shown: Range, number: int, month: Month, pair: tuple[Ends | None, Ends | None], base: str
) -> Row:
    zone, by = shown.zone, shown.by
    texts, links = {}, {}
    parts = [("now", month.now, pair[0]), *([("before", month.before, pair[1])] if pair[1] else [])]
    for name, period, ends in parts:
        use = _("no reading") if period.use is None else f"{written.rounded(period.use, source.places)} {source.unit}"
        note = note_of(period, zone, ends)
        texts[name] = f"{label(by, period.start, zone)}: {use}" + (f" ({note})" if note else "")
        texts[f"{name}_note"] = note
        links[name] = explained_at(base, period.start, period.end, zone) if base and period.use is not None else ""
    now, before = (written.rounded(period.use, source.places) for period in (month.now, month.before))
    tip = " · ".join(texts[name] for name, _period, _ends in parts)
    tick = short(by, month.now.start, zone) if number % EVERY[by] == 0 else ""
    return Row(
        label(by, month.now.start, zone),
        tick,
        now,
        texts["now_note"],
        links["now"],
        before,
        texts.get("before_note", ""),
        links.get("before", ""),
        tip,
    )


def _days(period: Period, zone: ZoneInfo, whole: Ends | None = None) -> list[str]:
    """Which part of the whole period (its month, where nothing is said) a use stands for."""
    if period.since is None or period.until is None:
        return []
    start, end = whole or month_starts(period.start.astimezone(zone).date(), 2, zone)
    word = written.short_day if _is_longer_than_a_day(start, end) else written.moment
    said = [_("from %(day)s") % {"day": word(period.since, zone)}] if period.since > start else []
    if period.until < end:
        said.append(_("until %(day)s") % {"day": word(period.until, zone)})
    return said


def _bridged(piece: Piece, source: DataSource) -> list[str]:
    words = {
        "replaced": _("The meter was replaced on %(at)s, which adds %(offset)s."),
        "reset": _("The dial was reset on %(at)s, which adds %(offset)s."),
        "rollover": _("The dial rolled over, which adds %(offset)s."),
        "drop": _("The dial fell and nothing explains it: that counts as no use."),
    }
    return [
        words[change.reason]
        % {"at": written.day(change.at, source.zone), "offset": written.number(change.offset, source.decimals)}
        for change in piece.changes
    ]


def _is_longer_than_a_day(start: datetime, end: datetime) -> bool:
    return (end - start).days > 1


def _doubt(period: Period) -> list[str]:
    words = {"estimated": _("estimated"), "spread": _("spread evenly between readings")}
    return [words[period.state]] if period.state in words else []


def note_of(period: Period, zone: ZoneInfo, whole: Ends | None) -> str:
    """All that is to be known of a use beside the whole period it stands in."""
    return ", ".join([*_days(period, zone, _matching(period, whole)), *_doubt(period)])


def state_of(period: Period, zone: ZoneInfo, whole: Ends | None) -> str:
    """How a bar is drawn: as what is known of its use, or as a part of its period."""
    return "part" if period.state == "measured" and _days(period, zone, _matching(period, whole)) else period.state


def _matching(period: Period, whole: Ends | None) -> Ends | None:
    """The ends of the whole period, unless something else than that stands beside another."""
    return whole if whole and whole[0] == period.start else None
