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
    cells = [[cell for row in table.rows if (cell := cell_at(row.cells, index))] for index in range(table.width)]
    kinds = [_kind(column, compact=index == table.dates) for index, column in enumerate(cells)]
    evidence = {index: proofs(cells[index]) for index, kind in enumerate(kinds) if kind == "number"}
    file = Proofs(sum((found.proven for found in evidence.values()), Counter()))
    columns = []
    for index, kind in enumerate(kinds):
        name = " ".join(cell_at(table.header, index).split())
        dates = date_style(cells[index]) if kind in ("date", "datetime") else None
        numbers = _number_style(name, cells[index], evidence[index], file, table) if kind == "number" else None
        columns.append(Column(index, name, kind, len(cells[index]), dates, numbers))
    return columns


def cell_at(cells: Sequence[str], index: int) -> str:
    """Return a cell, or "" where the line is too short to have it."""
    return cells[index] if index < len(cells) else ""


def _kind(cells: Sequence[str], *, compact: bool) -> Kind:
    if not cells:
        return "empty"
    kinds: Counter[Kind] = Counter(_kind_of(cell, compact=compact) for cell in cells)
    dated = kinds["date"] + kinds["datetime"]
    if 2 * dated >= len(cells):
        return "datetime" if kinds["datetime"] >= kinds["date"] else "date"
    kind, count = kinds.most_common(1)[0]
    return kind if 2 * count >= len(cells) else "text"


def _kind_of(cell: str, *, compact: bool) -> Kind:
    return moment_kind(cell, compact=compact) or ("number" if is_number(cell) else "text")


def _number_style(name: str, cells: Sequence[str], column: Proofs, file: Proofs, table: Table) -> NumberStyle:
    mark, known = choose_mark(column, file, table.separator)
    thousands = set().union(*(thousands_in(cell, mark) for cell in cells))
    carried = Counter(unit for cell in cells if (unit := unit_of(cell)))
    unit = unit_in_name(name) or (carried.most_common(1)[0][0] if carried else None)
    return NumberStyle(mark, known, "".join(sorted(thousands)), unit)
