"""Periods as charts and tables tell them: what each is called, and where what was used in it is explained."""

from datetime import datetime
from functools import lru_cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from readings.ranges import written as instant
from sources import written

EVERY = {"day": 4, "week": 4, "month": 1, "year": 1}
"""Under every which bar its name stands."""


def explained_at(base: str, start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """The address that explains what was used from `start` to `end`."""
    return f"{base}?from={_quoted(start, zone)}&to={_quoted(end, zone)}"


@lru_cache(maxsize=16_384)
def _quoted(at: datetime, zone: ZoneInfo) -> str:
    """Every table asks for the same boundaries over and over."""
    return quote(instant(at, zone), safe="")


def label(by: str, start: datetime, zone: ZoneInfo) -> str:
    """A period in words."""
    if by == "day":
        return date_format(start.astimezone(zone), pgettext("date format", "D j M Y"))
    if by == "week":
        return _("week of %(day)s") % {"day": written.day(start, zone)}
    return written.month(start, zone) if by == "month" else str(start.astimezone(zone).year)


def short(by: str, start: datetime, zone: ZoneInfo) -> str:
    """The same under a bar."""
    names = {"day": "j", "week": "j M", "month": "M", "year": "Y"}
    return date_format(start.astimezone(zone), pgettext("date format", names[by]))
