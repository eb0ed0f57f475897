"""What each column of a table holds, and how it is written: proven by all of its cells together, never by one."""

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
    shapes = [_shapes(table, index) for index in range(table.width)]
    kinds = [_kind(cells, compact=index == table.dates) for index, cells in enumerate(shapes)]
    evidence = {index: proofs(shapes[index]) for index, kind in enumerate(kinds) if kind == "number"}
    file = Proofs(sum((found.proven for found in evidence.values()), Counter()))
    columns = []
    for index, (kind, cells) in enumerate(zip(kinds, shapes, strict=True)):
        name = " ".join(cell_at(table.header, index).split())
        dates = date_style(cell_at(row.cells, index) for row in table.rows) if kind in ("date", "datetime") else None
        numbers = _number_style(name, cells, evidence[index], file, table) if kind == "number" else None
        columns.append(Column(index, name, kind, cells.total(), dates, numbers))
    return columns


def cell_at(cells: Sequence[str], index: int) -> str:
    """Return a cell, or "" where the line is too short to have it."""
    return cells[index] if index < len(cells) else ""


def _shapes(table: Table, index: int) -> Counter[str]:
    """Count the filled cells of a column by their shapes: a long column has few, and each is looked at once.

    A zero stays, for it tells whether digits are a group of thousands. Dates stay whole, for digits without marks
    between them are a date only if there is such a day, and so do cells with letters, for the 3 of "m3" is no digit.
    """
    cells = (cell for row in table.rows if (cell := cell_at(row.cells, index)))
    if index == table.dates:
        return Counter(cells)
    return Counter(cell.translate(_NINES) if cell.lower() == cell.upper() else cell for cell in cells)


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
