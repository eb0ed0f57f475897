"""What a file says: understood as a whole first, then read row by row for one column of values.

The pages show an Understanding and ask what it could not know; the import takes the rows. Storing, zones and whether
a reading is plausible are not known here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from readings.importers.columns import Column, cell_at, read_columns
from readings.importers.errors import CellError, ImportRefused
from readings.importers.figures import Mark, NumberStyle, read_number
from readings.importers.moments import Order, read_moment
from readings.importers.records import Row
from readings.importers.sequence import Trend, climb, sequence
from readings.importers.table import Table, read_table
from readings.importers.text import Encoding, decode

_SAYS_UTC = re.compile(r"\b(?:utc|gmt)\b(?!\s?[+-]\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MomentColumns:
    """Where the moment of a row stands: a column of dates, perhaps one of times with it. `utc` where the name of the
    column says that its times are not local.
    """

    date: int
    time: int | None
    utc: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column of numbers that may be what the meter showed. A dial is "rising", or "dips" where it was replaced or
    misread; "constant" may be one that stood still; "varies" is more likely a use that was printed beside it.
    """

    column: int
    name: str
    unit: str | None
    trend: Trend
    drops: int


@dataclass(frozen=True, slots=True)
class Understanding:
    """All that a file says about itself."""

    encoding: Encoding
    table: Table
    columns: list[Column]
    moment: MomentColumns
    candidates: list[Candidate]
    newest_first: bool

    @property
    def order(self) -> Order | None:
        """Whether the day or the month comes first; None where the year does."""
        style = self.columns[self.moment.date].dates
        return style.order if style else None

    @property
    def order_known(self) -> bool:
        """Whether the file proves `order`; if not, rows() has to be told."""
        style = self.columns[self.moment.date].dates
        return style is None or style.order_known

    @property
    def suggested(self) -> int:
        """The column that looks most like a dial; before others those that stand behind the date, as a row's number
        does not.
        """
        trends: tuple[Trend, ...] = ("rising", "dips", "constant", "varies")
        return min(
            self.candidates, key=lambda found: (trends.index(found.trend), found.column < self.moment.date)
        ).column


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row of a file: its `local` (naive) moment or, where the file gives an offset, its `instant` (aware, UTC), and
    its `value`. What could not be read is None; `error` is then a key of CELL_ERRORS, `cell` what stands there, and
    `message` the sentence.
    """

    line: int
    local: datetime | None
    instant: datetime | None
    value: Decimal | None
    error: str | None = None
    cell: str = ""
    message: str = ""


def understand(data: bytes) -> Understanding:
    """Say what a file holds. Raises ImportRefused with a sentence where it is no table of readings."""
    text, encoding = decode(data)
    table = read_table(text)
    columns = read_columns(table)
    moment = _moment_columns(table, columns)
    style = columns[moment.date].dates
    moments = [_moment_or_none(row, moment, style.order if style else None) for row in table.rows]
    in_time, newest_first = sequence(moments)
    ordered = [table.rows[index] for index in in_time if moments[index]]
    candidates = [_candidate(column, ordered, column.numbers) for column in columns if column.numbers]
    if not candidates:
        raise ImportRefused("no_numbers")
    return Understanding(encoding, table, columns, moment, candidates, newest_first)


def rows(
    understanding: Understanding, value_column: int, order: Order | None = None, mark: Mark | None = None
) -> list[ImportRow]:
    """Read every row of a file, oldest first, its value from one of the candidates' columns.

    `order` says whether the day or the month comes first where the file does not (`order_known`), `mark` which decimal
    mark it has (`mark_known`); what the file proves stands. Raises ImportRefused: "no_such_column", "order_unknown".
    """
    style = understanding.columns[value_column].numbers if value_column in range(len(understanding.columns)) else None
    if style is None:
        raise ImportRefused("no_such_column")
    if not understanding.order_known and order is None:
        raise ImportRefused("order_unknown")
    if mark and not style.mark_known:
        style = NumberStyle(mark, True, style.thousands, style.unit)
    order = understanding.order if understanding.order_known else order
    read = [_read_row(row, understanding, value_column, style, order) for row in understanding.table.rows]
    return [read[index] for index in sequence([row.instant or row.local for row in read]).oldest_first]


def _moment_columns(table: Table, columns: Sequence[Column]) -> MomentColumns:
    """Choose the dates that tell the rows apart best, the first of several: an export's own date is on every line."""

    def distinct(found: MomentColumns) -> int:
        return len({_moment_text(row, found) for row in table.rows})

    times = [column.index for column in columns if column.kind == "time"]
    choices = [
        MomentColumns(
            column.index,
            min(times, key=lambda index: (index < column.index, index), default=None)
            if column.kind == "date"
            else None,
            _SAYS_UTC.search(column.name) is not None,
        )
        for column in columns
        if column.dates
    ]
    if not choices:
        raise ImportRefused("no_dates")
    return max(choices, key=distinct)


def _candidate(column: Column, ordered: Sequence[Row], style: NumberStyle) -> Candidate:
    read = (_value_or_none(row, column.index, style) for row in ordered)
    trend, drops = climb([value for value in read if value is not None])
    return Candidate(column.index, column.name, style.unit, trend, drops)


def _read_row(row: Row, found: Understanding, column: int, style: NumberStyle, order: Order | None) -> ImportRow:
    moment, value, error = None, None, None
    try:
        moment = _moment(row, found.moment, order)
    except CellError as wrong:
        error = wrong
    try:
        value = read_number(cell_at(row.cells, column), style)
    except CellError as wrong:
        error = error or wrong
    if any(row.cells[found.table.width :]):
        value, error = None, CellError("extra_cells")
    local, instant = (None, moment) if moment and moment.tzinfo else (moment, None)
    if error is None:
        return ImportRow(row.line, local, instant, value)
    return ImportRow(row.line, local, instant, value, error.code, error.cell, str(error))


def _moment_text(row: Row, columns: MomentColumns) -> str:
    date = cell_at(row.cells, columns.date)
    time = cell_at(row.cells, columns.time) if columns.time is not None else ""
    return f"{date} {time}" if date and time else date


def _moment(row: Row, columns: MomentColumns, order: Order | None) -> datetime:
    return read_moment(_moment_text(row, columns), order, utc=columns.utc)


def _moment_or_none(row: Row, columns: MomentColumns, order: Order | None) -> datetime | None:
    try:
        return _moment(row, columns, order)
    except CellError:
        return None


def _value_or_none(row: Row, column: int, style: NumberStyle) -> Decimal | None:
    try:
        return read_number(cell_at(row.cells, column), style)
    except CellError:
        return None
