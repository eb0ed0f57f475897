"""What was used, in pages: filters for periods and rates. How a number is written is the matter of sources.written."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from readings import turns, usage
from readings.consumption import Change, Period
from readings.due import Due
from sources.models import DataSource
from sources.written import days_ago, number, rounded

register = template.Library()


@register.filter
def per_day(value: Decimal | None, source: DataSource) -> str:
    """A use per day, with the dial's decimals, but at least one."""
    return rounded(value, max(source.places, 1))


@register.filter
def use(period: Period | None, source: DataSource) -> str:
    """The use of a period, with the dial's decimals; a dash where there is none."""
    return rounded(period.use if period else None, source.places)


@register.filter
def rate(period: Period | None, source: DataSource) -> str:
    """The use per day of a period; a dash where there is none."""
    return per_day(usage.per_day(period) if period else None, source)


@register.filter
def has_rate(period: Period | None) -> bool:
    """Whether a use per day can be told of a period."""
    return period is not None and usage.per_day(period) is not None


@register.filter
def read_words(last: Due) -> str:
    """When a source with a reading was read last, and what it showed."""
    value = number(last.last_value or Decimal(0), last.source.decimals)
    return _("Read %(ago)s: %(value)s") % {"ago": days_ago(last.days or 0), "value": value}


@register.filter
def awaited(change: Change, source: DataSource) -> str:
    """That nobody has read the dial since a change."""
    return turns.awaited(change, source)


@register.filter
def good_for(figure: usage.Figure, source: DataSource) -> bool:
    """Whether a difference to a year earlier is good news: less, or more of what is produced. Of a sum that is below
    zero nobody can tell.
    """
    delta, use = figure.delta, figure.now.use
    if delta is None or use is None or use < 0:
        return False
    return delta > 0 if source.kind.more_is_good else delta < 0
