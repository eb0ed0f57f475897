"""HomeLog's own workbook (readings/exports/workbooks.py), read again to the last letter: its sheets are told by their
names and heads, whatever program saved it meanwhile.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from readings.importers.errors import ImportRefused
from readings.importers.homelog import Found, Meter, details_of, found_of, key_of, made_of
from readings.importers.made import Kept, Made
from readings.importers.origins import origin_of
from readings.importers.records import MAX_ROWS
from sources.numbers import MAX_DECIMALS

READINGS, METERS, CHANGES, RULES = "Readings", "Meters", "Meter changes", "Rules"
NEEDED = frozenset(("meter", "meter_id", "value", "recorded_at", "decimals", "quality", "note", "metadata", "id"))
_GREAT = 1e15
"""From here on a spreadsheet rounds."""

Line = dict[str, Any]


def of_book(book: Any) -> Made | None:
    """The readings of a workbook that was opened (workbook.py); None where it is not one of ours.

    Raises ImportRefused: "no_readings", "too_many_rows", and as made.
    """
    if READINGS not in book.sheet_names or METERS not in book.sheet_names:
        return None
    if not set(_head(book, READINGS)) >= NEEDED:
        return None
    sheets = [name for name in book.sheet_names if name == READINGS or name.startswith(f"{READINGS} ")]
    readings: dict[str, list[Found]] = {}
    names: dict[str, Any] = {}
    line = 0
    for name in sheets:
        for number, told in _lines(book, name):
            key = _text(told.get("meter_id")) or _text(told.get("meter"))
            names.setdefault(key, told)
            # A further sheet goes on counting.
            readings.setdefault(key, []).append(_found(line + number, told))
        line += MAX_ROWS
    return made_of(_meters(book, readings, names))


def _meters(book: Any, readings: Mapping[str, Sequence[Found]], names: Mapping[str, Line]) -> Iterator[Meter]:
    facts = {_text(told.get("id")): told for _number, told in _lines(book, METERS)}
    changes, rules = (_by_meter(book, name) for name in (CHANGES, RULES))
    for key in [*facts, *(key for key in readings if key not in facts)]:
        told = names.get(key, {})
        known = facts.get(key) or {"id": key, "name": told.get("meter"), "unit": told.get("unit")}
        plain = {name: _text(value) for name, value in known.items()}
        plain["parts"] = details_of(plain.get("parts", ""))
        yield origin_of(plain, changes.get(key), rules.get(key)), readings.get(key, ())


def _by_meter(book: Any, name: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for _number, told in _lines(book, name) if name in book.sheet_names else ():
        plain = {column: _text(value) for column, value in told.items()}
        found.setdefault(plain.get("meter_id", ""), []).append(plain)
    return found


def _head(book: Any, name: str) -> list[str]:
    return [str(cell) for cell in next(iter(book.get_sheet_by_name(name).iter_rows()), ())]


def _lines(book: Any, name: str) -> Iterator[tuple[int, Line]]:
    """The rows by the names of their columns, each with its number in the sheet."""
    rows = iter(book.get_sheet_by_name(name).iter_rows())
    head = [str(cell) for cell in next(rows, ())]
    filled = 0
    for number, cells in enumerate(rows, start=2):
        if not any(cell not in ("", None) for cell in cells):
            continue
        filled += 1
        if filled > MAX_ROWS:
            raise ImportRefused("too_many_rows", most=MAX_ROWS)
        yield number, dict(zip(head, cells, strict=False))


def _found(line: int, told: Line) -> Found:
    at, unit, quality = (_text(told.get(name)).strip() for name in ("recorded_at", "unit", "quality"))
    details, key = _text(told.get("metadata")), _text(told.get("id"))
    kept = Kept("", _text(told.get("note")), details_of(details), key_of(key))
    return found_of(line, (at, _value(told.get("value"), told.get("decimals")), unit, quality, ""), kept)


def _value(cell: object, decimals: object) -> str:
    """A number with as many decimals as it was written down with, and no fewer than it has."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return _text(cell).strip()
    if not abs(cell) < _GREAT:
        return str(cell)
    number = Decimal(repr(cell)).normalize()
    wanted = int(decimals) if isinstance(decimals, int | float) and 0 <= decimals <= MAX_DECIMALS else 0
    own = number.as_tuple().exponent
    return f"{number:.{max(wanted, -own if isinstance(own, int) else 0)}f}"


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
