"""Rows of one column of values, read quickly: the moments of a file once, then its values as often as it has columns.

Nothing is decided here: what each column is taken for is told, and what cannot be read becomes a row with its error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from readings.importers.clocks import ColumnClock
from readings.importers.columns import cell_at
from readings.importers.errors import CellError
from readings.importers.figures import PLAIN, NumberStyle, read_number
from readings.importers.made import Kept
from readings.importers.moments import Order
from readings.importers.records import Row
from readings.importers.roles import Role

MOST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class MomentColumns:
    """Where the moment of a row stands: a column of dates, perhaps one of times with it. `utc` where the name of the
    column says that its times are not local.
    """

    date: int
    time: int | None
    utc: bool


class ImportRow(NamedTuple):
    """One row of a file: its `local` (naive) moment or, where the file gives an offset, its `instant` (aware, UTC), and
    its `value`. What could not be read is None; `error` is then a key of CELL_ERRORS, `cell` what stands there, and
    `message` the sentence. `quality` and `note` are what the file says of the value;
    `metadata`, not judged yet, and `public_id` come from HomeLog's own files alone.
    """

    line: int
    local: datetime | None
    instant: datetime | None
    value: Decimal | None
    error: str | None = None
    cell: str = ""
    message: str = ""
    quality: str = "good"
    note: str = ""
    metadata: object = None
    public_id: UUID | None = None


Moment = datetime | CellError


def read_moments(
    rows: Sequence[Row], columns: MomentColumns, order: Order | None, shift: timedelta = timedelta(0)
) -> list[Moment]:
    """The moment of every row, or what is wrong with it."""
    read = ColumnClock(order, utc=columns.utc).read
    found: list[Moment] = []
    for row in rows:
        try:
            moment = read(moment_text(row, columns))
        except CellError as error:
            found.append(error)
        else:
            found.append(moment + shift if shift else moment)
    return found


def moment_text(row: Row, columns: MomentColumns) -> str:
    """What a row says of its moment, date and time together."""
    date = cell_at(row.cells, columns.date)
    if columns.time is None:
        return date
    time = cell_at(row.cells, columns.time)
    return f"{date} {time}" if date and time else date


def read_values(
    rows: Sequence[Row], moments: Sequence[Moment], column: int, style: NumberStyle, width: int
) -> list[ImportRow]:
    """The rows with their values, in the order of the file."""
    plain, comma = PLAIN[style.mark].fullmatch, style.mark == ","
    read = []
    for (line, cells), moment in zip(rows, moments, strict=True):
        cell = cells[column] if column < len(cells) else ""
        if len(cells) > width and any(cells[width:]):
            read.append(_wrong(line, moment, None, CellError("extra_cells")))
        elif plain(cell):
            value = Decimal(cell.replace(",", ".") if comma else cell)
            read.append(_right(line, moment, value))
        else:
            try:
                read.append(_right(line, moment, read_number(cell, style)))
            except CellError as error:
                read.append(_wrong(line, moment, None, error))
    return read


def _right(line: int, moment: Moment, value: Decimal) -> ImportRow:
    if isinstance(moment, CellError):
        return _wrong(line, moment, value, moment)
    if moment.tzinfo is None:
        return ImportRow(line, moment, None, value)
    return ImportRow(line, None, moment, value)


def _wrong(line: int, moment: Moment, value: Decimal | None, error: CellError) -> ImportRow:
    """A row with an error; what is wrong with its moment is said before anything else, but for cells too many."""
    if isinstance(moment, CellError):
        if error.code != "extra_cells":
            error = moment
        return ImportRow(line, None, None, value, error.code, error.cell, str(error))
    local, instant = (None, moment) if moment.tzinfo else (moment, None)
    return ImportRow(line, local, instant, value, error.code, error.cell, str(error))


def with_kept(read: list[ImportRow], kept: Mapping[int, Kept], roles: Sequence[Role]) -> list[ImportRow]:
    """Add what HomeLog's own file says; quality and note only where the person leaves them their role."""
    marked = []
    for row in read:
        beside = kept[row.line]
        quality = beside.quality if "quality" in roles and beside.quality else "good"
        note = beside.note[:MOST_NOTE] if "note" in roles else ""
        marked.append(row._replace(quality=quality, note=note, metadata=beside.metadata, public_id=beside.public_id))
    return marked
