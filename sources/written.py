"""How numbers, times and differences are written for people, in their language: one voice for every page and sentence.

Thousands are grouped for the eye. What a person typed, or is to type, stays plain: `sources.numbers.format_number`.
No arithmetic of use lives here.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from sources.numbers import format_number

MINUS = "\u2212"
NOTHING = "\u2013"
THREES = (3, (3, 0))
"""How languages say that digits are grouped by threes; those that group otherwise are left to Django."""


def number(value: Decimal, decimals: int | None = None) -> str:
    """A number with every digit it has and at least `decimals` places, thousands grouped, with a real minus sign.

    Raises ValueError for NaN and infinities.
    """
    whole, _point, places = format_number(value, decimals).partition(".")
    marks = _marks(get_language())
    if marks is None:
        plain = Decimal(f"{whole}.{places}" if places else whole)
        shown = formats.number_format(plain, decimal_pos=len(places), use_l10n=True, force_grouping=True)
        return str(shown).replace("-", MINUS)
    sign, digits = (MINUS, whole[1:]) if whole.startswith("-") else ("", whole)
    thousands, point = marks
    grouped = f"{int(digits):,}".replace(",", thousands) if len(digits) > 3 else digits
    return f"{sign}{grouped}{point}{places}" if places else sign + grouped


@lru_cache
def _marks(language: str | None) -> tuple[str, str] | None:
    """What stands between thousands and before the decimals; None where digits are not grouped by threes."""
    grouping, thousands, point = (
        formats.get_format(name, lang=language)
        for name in ("NUMBER_GROUPING", "THOUSAND_SEPARATOR", "DECIMAL_SEPARATOR")
    )
    return (thousands, point) if grouping in THREES else None


def measured(value: Decimal, unit: str, decimals: int | None = None) -> str:
    """A number as `number` writes it, with its unit where there is one."""
    return f"{number(value, decimals)} {unit}".rstrip()


def rounded(value: Decimal | None, decimals: int) -> str:
    """A worked-out number, rounded half up to `decimals` places; a dash where there is none."""
    return NOTHING if value is None else number(value.quantize(_last_place(decimals), rounding=ROUND_HALF_UP))


@lru_cache
def _last_place(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def places(values: Iterable[Decimal], least: int, most: int) -> int:
    """How many places worked-out numbers need that stand below one another, so that they can be added up: from `least`
    to `most`.
    """
    shown = (value.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_UP).normalize() for value in values)
    return max([least, *(-int(each.as_tuple().exponent) for each in shown)])


def percent(value: Decimal, decimals: int = 0) -> str:
    """A difference in percent, with its sign; none before a zero."""
    text = rounded(value, decimals)
    sign = "+" if value > 0 and any(digit in text for digit in "123456789") else ""
    return _("%(number)s%%") % {"number": sign + text}


def marks() -> dict[str, str]:
    """What stands between thousands and before the decimals, for a script that writes numbers in the same way."""
    return {"thousands": formats.get_format("THOUSAND_SEPARATOR"), "point": formats.get_format("DECIMAL_SEPARATOR")}


@lru_cache(maxsize=8_192)
def _shown(at: datetime, zone: ZoneInfo, pattern: str, language: str | None) -> str:
    """A page tells of the same instants each time it is opened. `language`: the one that is active."""
    return formats.date_format(at.astimezone(zone), pattern)


def long_day(at: datetime, zone: ZoneInfo) -> str:
    """The day, as in Sunday 22 November 2026."""
    return _shown(at.astimezone(UTC), zone, pgettext("date format", "l j F Y"), get_language())


def day(at: datetime, zone: ZoneInfo) -> str:
    """The day, as in 22 Nov 2026."""
    return _shown(at.astimezone(UTC), zone, pgettext("date format", "j M Y"), get_language())


def short_day(at: datetime, zone: ZoneInfo) -> str:
    """The day of a year that the page names elsewhere, as in 22 Nov."""
    return _shown(at.astimezone(UTC), zone, pgettext("date format", "j M"), get_language())


def moment(at: datetime, zone: ZoneInfo) -> str:
    """The day and the time, as in 22 Nov 2026, 18:02."""
    return _shown(at.astimezone(UTC), zone, pgettext("date format", "j M Y, H:i"), get_language())


def month(at: datetime, zone: ZoneInfo) -> str:
    """The month, as in Nov 2026."""
    return _shown(at.astimezone(UTC), zone, pgettext("date format", "M Y"), get_language())


def long_month(at: datetime, zone: ZoneInfo) -> str:
    """The month, as in November 2026."""
    return _shown(at.astimezone(UTC), zone, pgettext("date format", "F Y"), get_language())


def days_ago(days: int) -> str:
    """How many days ago, in words."""
    return _ago(days, get_language())


@lru_cache(maxsize=1_024)
def _ago(days: int, language: str | None) -> str:
    """Which plural a language takes is slow to find out. `language`: the one that is active."""
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}
