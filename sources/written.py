"""How numbers, times and differences are written for people, in their language: one voice for every page and sentence.

Thousands are grouped for the eye. What a person typed, or is to type, stays plain: `sources.numbers.format_number`.
No arithmetic of use lives here.
"""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from sources.numbers import format_number

MINUS = "\u2212"
NOTHING = "\u2013"


def number(value: Decimal, decimals: int | None = None) -> str:
    """A number with every digit it has and at least `decimals` places, thousands grouped, with a real minus sign.

    Raises ValueError for NaN and infinities.
    """
    plain = format_number(value, decimals)
    places = len(plain.partition(".")[2])
    grouped: str = formats.number_format(Decimal(plain), decimal_pos=places, use_l10n=True, force_grouping=True)
    return grouped.replace("-", MINUS)


def measured(value: Decimal, unit: str) -> str:
    """A number as `number` writes it, with its unit where there is one."""
    return f"{number(value)} {unit}".rstrip()


def rounded(value: Decimal | None, decimals: int) -> str:
    """A worked-out number, rounded half up to `decimals` places; a dash where there is none."""
    return NOTHING if value is None else number(value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))


def percent(value: Decimal, decimals: int = 0) -> str:
    """A difference in percent, with its sign; none before a zero."""
    text = rounded(value, decimals)
    sign = "+" if value > 0 and any(digit in text for digit in "123456789") else ""
    return _("%(number)s%%") % {"number": sign + text}


def marks() -> dict[str, str]:
    """What stands between thousands and before the decimals, for a script that writes numbers in the same way."""
    return {"thousands": formats.get_format("THOUSAND_SEPARATOR"), "point": formats.get_format("DECIMAL_SEPARATOR")}


def long_day(at: datetime, zone: ZoneInfo) -> str:
    """The day, as in Sunday 22 November 2026."""
    return formats.date_format(at.astimezone(zone), pgettext("date format", "l j F Y"))


def day(at: datetime, zone: ZoneInfo) -> str:
    """The day, as in 22 Nov 2026."""
    return formats.date_format(at.astimezone(zone), pgettext("date format", "j M Y"))


def short_day(at: datetime, zone: ZoneInfo) -> str:
    """The day of a year that the page names elsewhere, as in 22 Nov."""
    return formats.date_format(at.astimezone(zone), pgettext("date format", "j M"))


def moment(at: datetime, zone: ZoneInfo) -> str:
    """The day and the time, as in 22 Nov 2026, 18:02."""
    return formats.date_format(at.astimezone(zone), pgettext("date format", "j M Y, H:i"))


def month(at: datetime, zone: ZoneInfo) -> str:
    """The month, as in Nov 2026."""
    return formats.date_format(at.astimezone(zone), pgettext("date format", "M Y"))


def long_month(at: datetime, zone: ZoneInfo) -> str:
    """The month, as in November 2026."""
    return formats.date_format(at.astimezone(zone), pgettext("date format", "F Y"))


def days_ago(days: int) -> str:
    """How many days ago, in words."""
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}
