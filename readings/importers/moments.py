"""Dates and times as files write them, one cell at a time.

A moment stays local (naive) unless the file itself gives its offset from UTC. Which zone the home is in, and hours that
a clock change repeats or skips, are not known here.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from readings.importers.errors import CellError

Order = Literal["dmy", "mdy"]
MomentKind = Literal["date", "time", "datetime"]
Parts = dict[str, str | None]

FIRST_YEAR, LAST_YEAR = 1900, 2200
CENTURY_BREAK = 70
BUDDHIST = 543
MAX_LENGTH = 40
_SHORTEST_CLOCK, _SHORTEST_DATE = len("1:00"), len("1/1/22")
_MAX_OFFSET = timedelta(hours=14)
_START = datetime(1970, 1, 1, tzinfo=UTC)

_DAY = (
    r"(?:(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"
    r"|(?P<first>[0-9]{1,2})(?P<sign>[-/.])(?P<second>[0-9]{1,2})(?P=sign)(?P<last>[0-9]{4}|[0-9]{2}))"
)
_ZONE = r"(?P<zone>[Zz]|UTC|GMT|(?P<east>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})?)?"
_CLOCK = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<seconds>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    rf"(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?\s?{_ZONE}"
)
_WRITTEN = re.compile(rf"{_DAY}(?P<clock>(?P<join>T|,?\s{{1,3}}){_CLOCK})?")
_CLOCK_ALONE = re.compile(_CLOCK)
_COMPACT = re.compile(
    r"(?P<year>19[0-9]{2}|20[0-9]{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12][0-9]|3[01])"
    r"(?P<clock>(?P<join>T|\s?)(?P<hour>[01][0-9]|2[0-4])(?P<colon>:?)(?P<minute>[0-5][0-9])"
    rf"(?:(?P=colon)(?P<seconds>[0-5][0-9]))?{_ZONE})?"
)


_UNIX = re.compile(r"(?P<seconds>[1-3][0-9]{9})(?:\.(?P<fraction>[0-9]{1,6}))?|(?P<milliseconds>[1-3][0-9]{12})")
# Three letters of a month tell it apart in English and its neighbours; longer ones settle what three leave open.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen janv januar january janvier januari enero gennaio janeiro ม.ค. มกราคม",
            "feb fév févr februar february février februari febrero febbraio fev fevereiro ก.พ. กุมภาพันธ์",
            "mar mär mrz mars märz march maart mrt marzo março มี.ค. มีนาคม",
            "apr avr avril april abr abril aprile เม.ย. เมษายน",
            "may mai mei maj mayo mag maggio maio พ.ค. พฤษภาคม",
            "jun juin juni june junio giu giugno junho มิ.ย. มิถุนายน",
            "jul juil juillet juli july julio lug luglio julho ก.ค. กรกฎาคม",
            "aug août aou aout august augustus ago agosto ส.ค. สิงหาคม",
            "sep sept september septembre septiembre set settembre setembro ก.ย. กันยายน",
            "oct okt oktober october octobre octubre ott ottobre out outubro ต.ค. ตุลาคม",
            "nov november novembre noviembre novembro พ.ย. พฤศจิกายน",
            "dec dez déc dezember december décembre dic diciembre dicembre dezembro ธ.ค. ธันวาคม",
        ),
        start=1,
    )
    for name in names.split()
}
_NAMED = re.compile(
    r"(?:(?P<day>[0-9]{1,2})(?:\.|st|nd|rd|th)?[ \-]{1,2}(?P<name>[^\W\d_][^\d ,\-]{2,12}),?[ \-]{1,2}"
    r"|(?P<first>[^\W\d_][^\d ,\-]{2,12})[ \-]{1,2}(?P<after>[0-9]{1,2})(?:st|nd|rd|th)?,?[ \-]{1,2})"
    r"(?P<year>[0-9]{4}|[0-9]{2})(?P<rest>(?:,|\sat)?\s.+)?"
)


def plain_date(cell: str) -> str:
    """Write a month's name as its number: "29 Oct 2022, 11:39" becomes "2022-10-29 11:39". Other cells stay."""
    # Without a letter there is no name; Thai has no capitals, so only of ASCII can that be told so quickly.
    if len(cell) > MAX_LENGTH or (cell.isascii() and cell.lower() == cell.upper()):
        return cell
    if (match := _NAMED.fullmatch(cell)) is None:
        return cell
    name = (match["name"] or match["first"]).casefold()
    month = _MONTHS.get(name) or _MONTHS.get(name.rstrip("."))
    if month is None:
        return cell
    year = int(match["year"])
    if len(match["year"]) == 2:
        year += 1900 if year >= CENTURY_BREAK else 2000
    rest = (match["rest"] or "").removeprefix(",").removeprefix(" at").strip()
    return f"{year}-{month:02}-{int(match['day'] or match['after']):02} {rest}".strip()


def moment_kind(cell: str, *, compact: bool = False) -> MomentKind | None:
    """Say by its shape alone whether a cell is a date, a time of day or both. `compact` also takes YYYYMMDD[HHMM[SS]]
    and seconds or milliseconds since 1970, which any number could be by chance.
    """
    if not _SHORTEST_CLOCK <= len(cell) <= MAX_LENGTH:
        return None
    cell = plain_date(cell)
    if not cell[0].isdigit():
        return None
    if compact and _UNIX.fullmatch(cell):
        return "datetime"
    if len(cell) >= _SHORTEST_DATE and (match := _WRITTEN.fullmatch(cell) or (compact and _COMPACT.fullmatch(cell))):
        return "datetime" if match["clock"] else "date"
    return "time" if _CLOCK_ALONE.fullmatch(cell) else None


def moment_parts(cell: str) -> Parts | None:
    """Take a date, with or without a time, apart: `year`, `month` and `day`, or `first`, `second` and `last` where the
    year is not in front; `clock` is the whole time, whose parts have names of their own. None where it is no date.
    """
    cell = plain_date(cell)
    match = (_WRITTEN.fullmatch(cell) or _COMPACT.fullmatch(cell)) if len(cell) <= MAX_LENGTH else None
    return match.groupdict() if match else None


def read_moment(cell: str, order: Order | None, *, utc: bool = False) -> datetime:
    """Read a date with or without a time; a date alone is its midnight, 24:00 the next one.

    Naive (local) unless the cell gives an offset or its column is said to be in `utc`: then aware, in UTC. Years of two
    digits are 1970 to 2069; years of the Buddhist era are 543 more.

    Raises CellError: "no_date", "not_a_date", "no_such_day", "odd_year".
    """
    if not cell:
        raise CellError("no_date")
    if unix := _UNIX.fullmatch(cell):
        return _since_1970(unix)
    if (parts := moment_parts(cell)) is None:
        raise CellError("not_a_date", cell)
    year, month, day = calendar_day(parts, order)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellError("odd_year", cell)
    try:
        moment = datetime(year, month, day) + _time_of_day(parts)  # noqa: DTZ001 (local, as the file has it)
        zone = UTC if utc and not parts["zone"] else _offset(parts)
    except ValueError as error:
        raise CellError("no_such_day", cell) from error
    return moment.replace(tzinfo=zone).astimezone(UTC) if zone else moment


def calendar_day(parts: Parts, order: Order | None) -> tuple[int, int, int]:
    """Return year, month and day as written; they need not exist."""
    if parts["year"]:
        return _gregorian(_number(parts, "year")), _number(parts, "month"), _number(parts, "day")
    first, second, year = (_number(parts, name) for name in ("first", "second", "last"))
    year = _gregorian(year)
    if len(parts["last"] or "") == 2:
        year += 1900 if year >= CENTURY_BREAK else 2000
    return (year, first, second) if order == "mdy" else (year, second, first)


def _gregorian(year: int) -> int:
    return year - BUDDHIST if FIRST_YEAR + BUDDHIST <= year <= LAST_YEAR + BUDDHIST else year


def _since_1970(match: re.Match[str]) -> datetime:
    if match["milliseconds"]:
        return _START + timedelta(milliseconds=int(match["milliseconds"]))
    micro = int((match["fraction"] or "").ljust(6, "0"))
    return _START + timedelta(seconds=int(match["seconds"]), microseconds=micro)


def _time_of_day(parts: Parts) -> timedelta:
    hour, minute, seconds = (_number(parts, name) for name in ("hour", "minute", "seconds"))
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            raise ValueError("The twelve-hour clock goes from 1 to 12.")
        hour = hour % 12 + (12 if half in "Pp" else 0)
    fraction = (parts.get("fraction") or "").ljust(6, "0")[:6]
    time = timedelta(hours=hour, minutes=minute, seconds=seconds, microseconds=int(fraction))
    if minute > 59 or seconds > 59 or time > timedelta(days=1):
        raise ValueError("A day has 24 hours of 60 minutes of 60 seconds.")
    return time


def _offset(parts: Parts) -> timezone | None:
    if not parts["zone"]:
        return None
    offset = timedelta(hours=_number(parts, "hours"), minutes=_number(parts, "minutes"))
    if offset > _MAX_OFFSET:
        raise ValueError("No zone is more than 14 hours from UTC.")
    return timezone(-offset if parts["east"] == "-" else offset)


def _number(parts: Parts, name: str) -> int:
    return int(parts[name] or 0)
