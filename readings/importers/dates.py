"""How a whole column writes its dates: in what format, and whether the day or the month comes first.

One cell alone is read in moments.py; here many cells prove what one cannot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from readings.importers.moments import Order, Parts, calendar_day, moment_parts
from readings.importers.sequence import steps

_MONTHS = 12


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
    dates = [(len(cell), parts) for cell in cells if (parts := moment_parts(cell))]
    shortest = min(dates, key=lambda date: date[0])[1]
    if not (ordered := [parts for _, parts in dates if parts.get("first")]):
        return DateStyle(_format(shortest, None))
    order, known = _order(ordered)
    return DateStyle(_format(shortest, order), order, known)


def _order(dates: Sequence[Parts]) -> tuple[Order, bool]:
    """Say which comes first, and whether the file proves it: by a number over 12, or by the dots between."""
    pairs = [(int(parts["first"] or 0), int(parts["second"] or 0)) for parts in dates]
    day_first = sum(first > _MONTHS for first, _ in pairs)
    month_first = sum(second > _MONTHS for _, second in pairs)
    if day_first or month_first:
        return ("mdy" if month_first > day_first else "dmy"), not (day_first and month_first)
    # Nobody who writes dates with dots puts the month first, and 5/5 is the same day either way.
    if all(parts["sign"] == "." for parts in dates) or all(first == second for first, second in pairs):
        return "dmy", True
    return _likelier(dates), False


def _likelier(dates: Sequence[Parts]) -> Order:
    """Prefer the order in which fewer dates turn back in time, else the day first, as most countries write."""
    orders: tuple[Order, Order] = ("dmy", "mdy")
    return min(orders, key=lambda order: min(steps([calendar_day(parts, order) for parts in dates])))


def _format(parts: Parts, order: Order | None) -> str:
    if parts["year"]:
        names, mark = (("YYYY", "year"), ("MM", "month"), ("DD", "day")), parts.get("mark") or ""
    else:
        day_and_month = (("MM", "first"), ("DD", "second")) if order == "mdy" else (("DD", "first"), ("MM", "second"))
        names, mark = (*day_and_month, ("YYYY", "last")), parts["sign"] or ""
    day = mark.join(letters[: len(parts[name] or "")] for letters, name in names)
    return day + _clock_format(parts) if parts["clock"] else day


def _clock_format(parts: Parts) -> str:
    colon = ":" if parts.get("mark") or parts.get("sign") else ""
    clock = (parts["join"] or "") + colon.join(
        ("HH"[: len(parts["hour"] or "")], "MM", *["SS"] * bool(parts["seconds"]))
    )
    half = " AM" if parts.get("half") else ""
    zone = ("±HH:MM" if parts["east"] else "Z") if parts["zone"] else ""
    return clock + half + zone
