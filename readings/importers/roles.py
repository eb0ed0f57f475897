"""What each column of a table is taken for: proposed here from what the columns hold, corrected by the person.

dial: what the meter showed. use: what was used since the last row, or in the interval. level: a value as it is.
when, clock: the moment of a row, in one column or two. end: where the interval ends. name: which meter the row is of.
unit, note: of the row. quality: whether it was measured, estimated or is missing. none: not used.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, get_args

from readings.importers.columns import Column, cell_at
from readings.importers.qualities import says_quality
from readings.importers.records import Row
from readings.importers.units import CURRENCIES, known_unit

Role = Literal["dial", "use", "level", "when", "clock", "end", "name", "unit", "note", "quality", "none"]
ROLES: tuple[Role, ...] = get_args(Role)
VALUES: frozenset[Role] = frozenset(("dial", "use", "level"))

MOST_NAMES = 200
_SAMPLE = 5_000
_SAME = 0.8
_LEVELS = {"°C", "°F", "%", "mmHg", "bpm", "W", "kW", "hPa", "mg/dL"}
_LEVEL_NAMES = re.compile(
    r"systol|diastol|pulse|puls\b|temperat|weight|gewicht|humid|feucht|peso|poids|\bmean\b|pressure", re.IGNORECASE
)
_DIAL_NAMES = re.compile(
    r"z(?:ä|ae)hlerst(?:a|ä|ae)nd|(?:meter|kilometer|tacho)stand|meter.?reading|odometer", re.IGNORECASE
)
_NOTE_NAMES = re.compile(
    r"^(?:notes?|notizen?|comments?|bemerkung(?:en)?|kommentar|remarks?|commentaires?|memo)$", re.I
)
_ROW_NUMBERS = re.compile(r"^(?:#|id|nr\.?|no\.?|row|index|zeile|line)$", re.IGNORECASE)
_NO_READINGS = re.compile(
    r"^serial|^ean|meter.?(?:no|num)|z(?:ä|ae)hler-?(?:nr|id|nummer)|_id$|\bid$|kosten|cost|price|preis|prix|betrag"
    r"|\bminus\b|coefficient|conversion|brennwert|zustandszahl|factor\b|latitude|longitude",
    re.IGNORECASE,
)
_START = re.compile(r"d[ée]but|start|begin|anfang", re.IGNORECASE)


def propose(
    columns: Sequence[Column],
    rows: Sequence[Row],
    date: int,
    time: int | None,
    trends: dict[int, str],
    *,
    newest_first: bool = False,
) -> list[Role]:
    """What each column is most likely to be. Where some columns are dials, those that go up and down beside them are
    the use that was printed with them, and stay out; where none is, they are what was used.
    """
    roles: list[Role] = ["none"] * len(columns)
    sample = rows[:_SAMPLE]
    for column in columns:
        roles[column.index] = _without_numbers(column, sample)
    roles[date] = "when"
    if time is not None:
        roles[time] = "clock"
    numbers = [column for column in columns if _may_be_reading(column, columns, trends)]
    for column in numbers:
        roles[column.index] = _of_numbers(column, trends[column.index])
    in_time = sample[::-1] if newest_first else sample
    shifted = _shifted([column for column in numbers if roles[column.index] == "dial"], in_time)
    for index in shifted:
        roles[index] = "none"
    dials = any(roles[column.index] == "dial" and trends[column.index] != "constant" for column in numbers)
    for column in numbers:
        if roles[column.index] == "use" and dials:
            roles[column.index] = "none"
        elif roles[column.index] == "dial" and trends[column.index] == "constant" and not dials:
            roles[column.index] = "use" if any(roles[other.index] == "use" for other in numbers) else "dial"
    return roles


def _may_be_reading(column: Column, columns: Sequence[Column], trends: dict[int, str]) -> bool:
    if column.numbers is None or column.index not in trends or column.numbers.unit in CURRENCIES:
        return False
    if _NO_READINGS.search(column.name):
        return False
    return not (_ROW_NUMBERS.match(column.name) and sum(each.numbers is not None for each in columns) > 1)


def _of_numbers(column: Column, trend: str) -> Role:
    unit = column.numbers.unit if column.numbers else None
    if unit in _LEVELS or _LEVEL_NAMES.search(column.name):
        return "level"
    if trend == "varies" and not _DIAL_NAMES.search(column.name):
        return "use"
    return "dial"


def _without_numbers(column: Column, rows: Sequence[Row]) -> Role:
    if column.kind != "text":
        return "none"
    if _NOTE_NAMES.match(column.name):
        return "note"
    values = [cell for row in rows if (cell := cell_at(row.cells, column.index))]
    distinct = set(values)
    if all(map(known_unit, distinct)):
        return "unit"
    if says_quality(distinct):
        return "quality"
    if 2 <= len(distinct) <= min(MOST_NAMES, max(len(values) // 2, 1)):
        return "name"
    return "none"


def _shifted(columns: Sequence[Column], rows: Sequence[Row]) -> set[int]:
    """The columns that only say once more, a row later or earlier, what another one says: "previous reading"."""
    again = set()
    for column in columns:
        for other in columns:
            if column.index == other.index or other.index in again or column.index in again:
                continue
            if _is_last_rows(column, other, rows):
                # Where the day's own start stands beside its end, the start is what was shown at the date of the row.
                again.add(other.index if _START.search(column.name) else column.index)
    return again


def _is_last_rows(column: Column, other: Column, rows: Sequence[Row]) -> bool:
    """Whether `column` gives what `other` gave in the row before; the rows come oldest first."""
    pairs = [(cell_at(row.cells, column.index), cell_at(row.cells, other.index)) for row in rows]
    filled = [pair for pair in pairs if all(pair)]
    if len(filled) < 3 or len({now for now, _ in filled}) < 3:
        return False
    again = sum(later[0] == earlier[1] for earlier, later in pairwise(filled))
    plain = sum(now == then for now, then in filled)
    return again >= _SAME * (len(filled) - 1) and plain < again
