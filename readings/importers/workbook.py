"""From a workbook (XLSX) to records: the first sheet with readings in it. The package is measured before anything in
it is opened: what it would unpack to is counted, not believed.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from readings.importers.errors import ImportRefused
from readings.importers.moments import moment_kind
from readings.importers.records import MAX_COLUMNS, Row, is_meaningful

MEGABYTE = 1_000_000
MAX_UNPACKED = 150 * MEGABYTE
MAX_PARTS = 2_000
MAX_SHEETS = 50
MAX_ROWS = 100_000
_PIECE = 1 << 16
_LOOKED_AT = 300
# As a spreadsheet shows it: what is left of a number beyond fifteen digits is the dust of counting in twos.
_SHOWN_DIGITS = ".15g"
_BROKEN = (
    zlib.error,
    struct.error,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    OSError,
    EOFError,
    SyntaxError,
    NotImplementedError,
    RuntimeError,
    zipfile.BadZipFile,
    OverflowError,
)


def read_workbook(data: bytes) -> list[Row]:
    """The records of the sheet that holds the most readings.

    Raises ImportRefused: "an_archive", "not_a_workbook", "workbook_too_large", "too_many_rows".
    """
    _check_package(data)
    # Only here: it takes a while to load, and most files are text.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheets = [list(_records(sheet)) for sheet in book.worksheets[:MAX_SHEETS]]
    except (InvalidFileException, *_BROKEN) as error:
        if isinstance(error, ImportRefused):
            raise
        raise ImportRefused("not_a_workbook") from error
    return max(sheets, key=_readings, default=[])


def _check_package(data: bytes) -> None:
    """Unpack every part piece by piece, keep nothing, and count: a small package may hold terabytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if "[Content_Types].xml" not in package.namelist():
                raise ImportRefused("an_archive")
            left = MAX_UNPACKED
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > left:
                raise ImportRefused("workbook_too_large", most=MAX_UNPACKED // MEGABYTE)
            for part in parts:
                with package.open(part) as file:
                    while piece := file.read(_PIECE):
                        left -= len(piece)
                        if left < 0:
                            raise ImportRefused("workbook_too_large", most=MAX_UNPACKED // MEGABYTE)
    except _BROKEN as error:
        if isinstance(error, ImportRefused):
            raise
        raise ImportRefused("not_a_workbook") from error


def _records(sheet: Any) -> Iterator[Row]:
    filled = 0
    for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), start=1):
        written = [_written(cell) for cell in cells]
        while written and not written[-1]:
            written.pop()
        if number > 2 * MAX_ROWS:
            return
        if written:
            filled += 1
            if filled > MAX_ROWS:
                raise ImportRefused("too_many_rows", most=MAX_ROWS)
            yield Row(number, written)


def _written(cell: object) -> str:
    """A cell as it would stand in a text file."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        cell = cell if cell.microsecond < 500_000 else cell + timedelta(seconds=1)
        return f"{cell:%Y-%m-%d %H:%M:%S}" if cell.time() != time.min else f"{cell:%Y-%m-%d}"
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, time):
        return f"{cell:%H:%M:%S}"
    if isinstance(cell, float):
        return f"{Decimal(format(cell, _SHOWN_DIGITS)):f}" if abs(cell) < 1e300 else str(cell)
    return str(cell).strip()


def _readings(rows: list[Row]) -> int:
    return sum(
        any(moment_kind(cell) in ("date", "datetime") for cell in row.cells[:50])
        and sum(map(is_meaningful, row.cells[:50])) > 1
        for row in rows[:_LOOKED_AT]
    )
