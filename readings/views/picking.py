"""Which range of a chart an address asks for, and the links to the others: `?by=day&from=2026-11-01`, `?year=2025`."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from readings import months, ranges
from readings.localtime import FIRST_YEAR, LAST_YEAR
from readings.ranges import WAYS, By, Range
from sources.models import DataSource

YEARS = 7


def asked(request: HttpRequest, zone: ZoneInfo) -> tuple[By, date | None]:
    """The length of the periods, and the day from which on; None for the latest. Raises Http404 for what is neither."""
    by, year = request.GET.get("by") or "month", request.GET.get("year", "")
    if year:
        return "month", date(year_of(year), 1, 1)
    if by not in WAYS:
        raise Http404(_("There is no such period here. Choose one from the page of the source."))
    text = request.GET.get("from", "")
    return by, _day(text, zone) if text else None


def picked(
    source: DataSource, by: By, start: date | None, first_at: datetime, last_at: datetime, now: datetime
) -> dict[str, Any]:
    """The range that is shown, and the links to others, between the first reading and the last."""
    first, last = first_at.astimezone(source.zone).date(), months.last_day(source, last_at)
    shown, long_ago = _range(source, by, start, first, last, last_at, now)
    year = shown.first.year if by == "month" and start and (shown.first.month, shown.first.day) == (1, 1) else None
    earlier, later = shown.earlier, shown.later
    return {
        "shown": shown,
        "long_ago": long_ago,
        "year": year,
        "years": offered(first.year, last.year, year),
        "earlier": _link(by, earlier) if by != "month" and _is_there(shown, first, -1) else "",
        "later": _link(by, later) if by != "month" and _is_there(shown, last, 1) else "",
    }


def offered(first: int, last: int, shown: int | None) -> list[int]:
    """The years from the first reading to the last and the one shown; of many the YEARS nearest to it and both ends."""
    first, near = max(first, FIRST_YEAR + 1), shown or last
    every = sorted({*range(first, last + 1), near} - {FIRST_YEAR})
    nearest = sorted(every, key=lambda year: abs(year - near))[:YEARS]
    return [year for year in every if year in {first, last, *nearest}]


def _range(
    source: DataSource, by: By, start: date | None, first: date, last: date, last_at: datetime, now: datetime
) -> tuple[Range, bool]:
    zone = source.zone
    weekday = ranges.first_weekday(get_language() or "en")
    # Never before our second year: the year before is looked up as well.
    last = max(last, date(FIRST_YEAR + 1, 12, 31))
    if by == "day":
        return ranges.days_of(start or last, zone), False
    if by == "week":
        return (ranges.weeks_from(start, zone, weekday) if start else ranges.weeks_to(last, zone, weekday)), False
    if by == "year":
        return (ranges.years_from(start, zone) if start else ranges.years_to(last, zone, first.year)), False
    if start:
        return ranges.months_from(start, zone), False
    begin, long_ago = months.last_months(source, last_at, now)
    return ranges.months_from(begin, zone), long_ago


def _is_there(shown: Range, day: date, way: int) -> bool:
    """Whether a reading lies before, or after, what is shown."""
    if way < 0:
        return day < shown.first and shown.earlier.year > FIRST_YEAR
    return shown.later <= day and shown.later.year < LAST_YEAR


def _link(by: By, start: date) -> str:
    return f"?{urlencode({'by': by, 'from': start})}"


def year_of(text: str) -> int:
    """A year that we handle. Raises Http404 for anything else."""
    if not (len(text) == 4 and text.isascii() and text.isdigit() and FIRST_YEAR < int(text) < LAST_YEAR):
        raise Http404(_("There is no such year here. Choose one from the page of the source."))
    return int(text)


def _day(text: str, zone: ZoneInfo) -> date:
    try:
        return ranges.read(text, zone).astimezone(zone).date()
    except ValueError as error:
        raise Http404(_("There is no such period here. Choose one from the page of the source.")) from error
