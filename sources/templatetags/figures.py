"""Numbers and times in pages: the filters that write them as sources.written does."""

from decimal import Decimal

from django import template

from sources import written
from sources.models import DataSource

register = template.Library()

register.filter("figure", written.rounded)
for write in (
    written.percent,
    written.long_day,
    written.day,
    written.short_day,
    written.moment,
    written.month,
    written.long_month,
    written.days_ago,
):
    register.filter(write.__name__, write)


@register.filter
def dial(value: Decimal | None, source: DataSource) -> str:
    """A reading as it was written down, with at least the dial's decimals, never rounded; a dash for None."""
    return written.NOTHING if value is None else written.number(value, source.decimals)
