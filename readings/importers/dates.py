"""How a whole column writes its dates: in what format, and whether the day or the month comes first.

One cell alone is read in moments.py; here many cells prove what one cannot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from readings.importers.moments import Order, Parts, calendar_day, moment_kind, moment_parts
from readings.importers.sequence import steps

UNIX = "1970"

_MONTHS = 12

Day = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class DateStyle:
    """`format` is for people ("DD.MM.YY HH:MM"). `order` is None where the year stands first; where it is not
    `order_known` the file proves neither order, `order` is only the likelier one, and the person has to say.
    """

    format: str
    order: Order | None = None
    order_known: bool = True


def date_style(cells: Iterable[str]) -> DateStyle:
    """Find how a column writes its dates. Cells that are no dates are passed over; at least one must be."""
    shortest: tuple[int, Parts] | None = None
    days: list[Day] = []
    signs = set()
    seen: set[str] = set()
    is_unix = False
    for cell in cells:
        # A day is looked at once, however many times of it there are; the first times tell how they are written.
        day = cell.partition("T" if cell[10:11] == "T" else " ")[0]
        if day in seen and shortest is not None and len(cell) >= shortest[0]:
            continue
        seen.add(day)
        if (parts := moment_parts(cell)) is None:
            is_unix = is_unix or moment_kind(cell, compact=True) == "datetime"
            continue
        if shortest is None or len(cell) < shortest[0]:
            shortest = len(cell), parts
        if not parts["year"]:
            days.append(calendar_day(parts, "dmy"))
            signs.add(parts["sign"])
    if shortest is None and is_unix:
        return DateStyle(UNIX)
    if shortest is None:
        raise ValueError("A column of dates needs a date.")
    order, known = _order(days, dotted=signs == {"."}) if days else (None, True)
    return DateStyle(_format(shortest[1], order), order, known)


def _order(days: Sequence[Day], *, dotted: bool) -> tuple[Order, bool]:
    """Say which comes first, and whether the file proves it: by a number over 12, or by the dots between. The days are
    given as year, month and day as if the day came first.
    """
    day_first = sum(day > _MONTHS for _, _, day in days)
    month_first = sum(month > _MONTHS for _, month, _ in days)
    if day_first or month_first:
        return ("mdy" if month_first > day_first else "dmy"), not (day_first and month_first)
    # Nobody who writes dates with dots puts the month first, and 5/5 is the same day either way.
    if dotted or all(month == day for _, month, day in days):
        return "dmy", True
    return _likelier(days), False


def _likelier(days: Sequence[Day]) -> Order:
    """Prefer the order in which fewer dates turn back in time, else the day first, as most countries write."""
    turned = [(year, day, month) for year, month, day in days]
    return "mdy" if min(steps(turned)) < min(steps(days)) else "dmy"


def _format(parts: Parts, order: Order | None) -> str:
    if parts["year"]:
        names, mark = (("YYYY", "year"), ("MM", "month"), ("DD", "day")), parts.get("mark") or ""
    else:
        day_and_month = (("MM", "first"), ("DD", "second")) if order == "mdy" else (("DD", "first"), ("MM", "second"))
        names, mark = (*day_and_month, ("YYYY", "last")), parts["sign"] or ""
    day = mark.join(letters[: len(parts[name] or "")] for letters, name in names)
    return day + _clock_format(parts) if parts["clock"] else day


def _clock_format(parts: Parts) -> str:
    clock = (parts.get("colon", ":") or "").join(
        ("HH"[: len(parts["hour"] or "")], "MM", *["SS"] * bool(parts["seconds"]))
    )
    half = " AM" if parts.get("half") else ""
    zone = ("±HH:MM" if parts["east"] else "Z") if parts["zone"] else ""
    return (parts["join"] or "") + clock + half + zone
