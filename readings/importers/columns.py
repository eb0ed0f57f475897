"""What each column of a table holds, and how it is written: proven by all of its cells together, never by one."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from readings.importers.dates import DateStyle, date_style
from readings.importers.figures import NumberStyle, Proofs, choose_mark, is_number, proofs, thousands_in, unit_of
from readings.importers.moments import moment_kind
from readings.importers.table import Table
from readings.importers.units import unit_in_name

Kind = Literal["date", "time", "datetime", "number", "text", "empty"]

_NINES = str.maketrans("12345678", "99999999")
# Dates in the ISO way have a letter, and there is a new one in every row.
_MARKED_DAY = re.compile(r"\d{1,4}[-/.]")
_DAY_T = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place, from 0, its name ("" where the file has none), what it holds, and how many cells are not
    blank. `dates` is there for the kinds date and datetime, `numbers` for the kind number.
    """

    index: int
    name: str
    kind: Kind
    filled: int
    dates: DateStyle | None = None
    numbers: NumberStyle | None = None


def read_columns(table: Table) -> list[Column]:
    """Find what every column of a table holds. A kind is what at least half of the filled cells have."""
    cells = [[cell_at(row.cells, index) for row in table.rows] for index in range(table.width)]
    shapes = [_shapes(column, whole=index == table.dates) for index, column in enumerate(cells)]
    kinds = [_kind(found, compact=index == table.dates) for index, found in enumerate(shapes)]
    evidence = {index: proofs(shapes[index]) for index, kind in enumerate(kinds) if kind == "number"}
    file = Proofs(sum((found.proven for found in evidence.values()), Counter()))
    columns = []
    for index, (kind, found) in enumerate(zip(kinds, shapes, strict=True)):
        name = " ".join(cell_at(table.header, index).split())
        dates = date_style(filter(None, cells[index])) if kind in ("date", "datetime") else None
        numbers = _number_style(name, found, evidence[index], file, table) if kind == "number" else None
        columns.append(Column(index, name, kind, found.total(), dates, numbers))
    return columns


def cell_at(cells: Sequence[str], index: int) -> str:
    """Return a cell, or "" where the line is too short to have it."""
    return cells[index] if index < len(cells) else ""


def _shapes(cells: Sequence[str], *, whole: bool) -> Counter[str]:
    """Count the filled cells of a column by their shapes: a long column has few, and each is looked at once.

    A zero stays, for it tells whether digits are a group of thousands. Cells with letters stay `whole`, for the 3 of
    "m3" is no digit, and in the column of dates digits without any mark, for not every eight of them are a day.
    """
    text = "\n".join(filter(None, cells))
    if not text:
        return Counter()
    if whole or text.lower() != text.upper():
        return Counter(_shape(cell, whole=whole) for cell in text.split("\n"))
    return Counter(text.translate(_NINES).split("\n"))


def _shape(cell: str, *, whole: bool) -> str:
    if whole and not _MARKED_DAY.match(cell):
        return cell
    if cell.lower() != cell.upper():
        return _DAY_T.sub(lambda match: match[0].translate(_NINES), cell)
    return cell.translate(_NINES)


def _kind(cells: Counter[str], *, compact: bool) -> Kind:
    if not cells:
        return "empty"
    kinds: Counter[Kind] = Counter()
    for cell, times in cells.items():
        kinds[_kind_of(cell, compact=compact)] += times
    if 2 * (kinds["date"] + kinds["datetime"]) >= cells.total():
        return "datetime" if kinds["datetime"] >= kinds["date"] else "date"
    kind, count = kinds.most_common(1)[0]
    return kind if 2 * count >= cells.total() else "text"


def _kind_of(cell: str, *, compact: bool) -> Kind:
    return moment_kind(cell, compact=compact) or ("number" if is_number(cell) else "text")


def _number_style(name: str, cells: Counter[str], column: Proofs, file: Proofs, table: Table) -> NumberStyle:
    mark, known = choose_mark(column, file, table.separator)
    thousands = set().union(*(thousands_in(cell, mark) for cell in cells))
    carried: Counter[str] = Counter()
    for cell, times in cells.items():
        if unit := unit_of(cell):
            carried[unit] += times
    unit = unit_in_name(name) or max(carried, key=carried.__getitem__, default=None)
    return NumberStyle(mark, known, "".join(sorted(thousands)), unit)
