"""Numbers and times in pages: the filters that write them as sources.written does."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

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
def timed(at: datetime, zone: ZoneInfo) -> SafeString:
    """The day and the time as an element that programs can read, too."""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), written.moment(at, zone))


@register.filter
def dial(value: Decimal | None, source: DataSource) -> str:
    """A reading as it was written down, with at least the dial's decimals, never rounded; a dash for None."""
    return written.NOTHING if value is None else written.number(value, source.decimals)
