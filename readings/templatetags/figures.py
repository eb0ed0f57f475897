"""How figures, times and differences are written in pages: filters, in the person's language. No arithmetic of use."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from django import template
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from readings import usage
from readings.consumption import Period
from sources.models import DataSource
from sources.numbers import format_number

register = template.Library()

MINUS = "\u2212"
NOTHING = "\u2013"
PRODUCED = frozenset({"solar", "feed_in"})
"""The kinds of source of which more is better; of all others less is."""


@register.filter
def figure(value: Decimal | None, decimals: int) -> str:
    """A worked-out number, rounded half up to `decimals` places, thousands grouped; a dash where there is none."""
    if value is None:
        return NOTHING
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return grouped(f"{rounded if rounded else rounded.copy_abs():f}")


@register.filter
def dial(value: Decimal | None, source: DataSource) -> str:
    """A reading as it was written down, with at least the dial's decimals, never rounded, thousands grouped."""
    return NOTHING if value is None else grouped(format_number(value, source.decimals))


@register.filter
def per_day(value: Decimal | None, source: DataSource) -> str:
    """A use per day, with the dial's decimals, but at least one."""
    return figure(value, max(source.decimals, 1))


@register.filter
def use(period: Period | None, source: DataSource) -> str:
    """The use of a period, with the dial's decimals; a dash where there is none."""
    return figure(period.use if period else None, source.decimals)


@register.filter
def rate(period: Period | None, source: DataSource) -> str:
    """The use per day of a period; a dash where there is none."""
    return per_day(usage.per_day(period) if period else None, source)


@register.filter
def percent(value: Decimal, decimals: int = 0) -> str:
    """A difference in percent, with its sign; none before a zero."""
    text = figure(value, decimals)
    sign = "+" if value > 0 and any(digit in text for digit in "123456789") else ""
    return _("%(number)s%%") % {"number": sign + text}


@register.filter
def good_for(value: Decimal | None, source: DataSource) -> bool:
    """Whether a difference to a year earlier is good news: less, or more of what is produced."""
    return value is not None and (value > 0 if source.source_type in PRODUCED else value < 0)


@register.filter
def long_day(at: datetime, zone: ZoneInfo) -> str:
    """The day, as in Sunday 22 November 2026."""
    return date_format(at.astimezone(zone), pgettext("date format", "l j F Y"))


@register.filter
def day(at: datetime, zone: ZoneInfo) -> str:
    """The day, as in 22 Nov 2026."""
    return date_format(at.astimezone(zone), pgettext("date format", "j M Y"))


@register.filter
def short_day(at: datetime, zone: ZoneInfo) -> str:
    """The day of a year that the page names elsewhere, as in 22 Nov."""
    return date_format(at.astimezone(zone), pgettext("date format", "j M"))


@register.filter
def moment(at: datetime, zone: ZoneInfo) -> str:
    """The day and the time, as in 22 Nov 2026, 18:02."""
    return date_format(at.astimezone(zone), pgettext("date format", "j M Y, H:i"))


@register.filter
def month(at: datetime, zone: ZoneInfo) -> str:
    """The month, as in Nov 2026."""
    return date_format(at.astimezone(zone), pgettext("date format", "M Y"))


@register.filter
def long_month(at: datetime, zone: ZoneInfo) -> str:
    """The month, as in November 2026."""
    return date_format(at.astimezone(zone), pgettext("date format", "F Y"))


@register.filter
def days_ago(days: int) -> str:
    """How many days ago, in words."""
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}


def grouped(text: str) -> str:
    """A plain number in the way of the active language, with a real minus sign."""
    number = Decimal(text)
    _whole, _point, places = text.partition(".")
    written: str = number_format(number, decimal_pos=len(places), use_l10n=True, force_grouping=True)
    return written.replace("-", MINUS)
