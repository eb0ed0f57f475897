"""How a register is drawn: a value as the drums of its meter, and a new one on a gauge of what is usual."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template

from readings.plausibility import Usual
from sources.models import DataSource
from sources.numbers import format_number
from sources.written import MINUS, number

register = template.Library()


@dataclass(frozen=True, slots=True)
class Gauge:
    """A scale on which the usual range lies: its ends in the source's unit, and the range in percent of its length."""

    start: Decimal
    end: Decimal
    left: str
    width: str


@register.inclusion_tag("partials/drums.html")
def drums(value: Decimal, source: DataSource) -> dict[str, Any]:
    """A value as the meter shows it: as many drums as its dial has, more where the value needs them."""
    plain = format_number(abs(value), source.decimals)
    whole, _point, decimals = plain.partition(".")
    sign = MINUS if value < 0 else ""
    return {
        "whole": sign + whole.rjust(source.digits or 1, "0"),
        "decimals": decimals,
        "spoken": f"{number(value, source.decimals)} {source.unit}",
        "unit": source.unit,
    }


def gauge(usual: Usual | None, source: DataSource) -> Gauge | None:
    """The scale for what is usual: from nothing for use, around the range for levels; None where it has no length."""
    if usual is None or usual.few or usual.high <= usual.low:
        return None
    around = (usual.high - usual.low) * 6 / 5
    start, end = (
        (usual.low - around, usual.high + around) if source.counting == "level" else (Decimal(0), usual.high * 17 / 10)
    )
    if usual.low < start:
        return None
    return Gauge(start, end, _share(usual.low - start, end - start), _share(usual.high - usual.low, end - start))


def _share(part: Decimal, whole: Decimal) -> str:
    """A part of a whole in percent, to one place."""
    return f"{part * 100 / whole:.1f}%"
