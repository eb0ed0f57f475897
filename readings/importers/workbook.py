"""From a workbook (XLSX) to records: the first sheet with readings in it."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from readings.importers.errors import ImportRefused
from readings.importers.homelog_book import of_book
from readings.importers.made import Made
from readings.importers.moments import moment_kind
from readings.importers.package import plain_package
from readings.importers.records import MAX_COLUMNS, MAX_ROWS, Row, is_meaningful

MAX_SHEETS = 50
_LOOKED_AT = 300
# As a spreadsheet shows it: what is left of a number beyond fifteen digits is the dust of counting in twos.
_SHOWN_DIGITS = ".15g"
_SHOWN_SECONDS = timedelta(seconds=1)
_STOPS = (KeyboardInterrupt, SystemExit, MemoryError)


def read_workbook(data: bytes) -> list[Row] | Made:
    """The records of the sheet that holds the most readings, or what HomeLog's own workbook says.

    Raises ImportRefused: "an_archive", "not_a_workbook", "workbook_too_large", "too_many_rows".
    """
    package = plain_package(data)
    try:
        return _read(package)
    except BaseException as error:
        # The reader is no Python: where it gives up, it raises what is no Exception.
        if isinstance(error, (ImportRefused, *_STOPS)):
            raise
        raise ImportRefused("not_a_workbook") from error


def _read(package: bytes) -> list[Row] | Made:
    # Only here: it takes a while to load, and most files are text.
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(package))
    if made := of_book(book):
        return made
    sheets = range(min(len(book.sheet_names), MAX_SHEETS))
    if not sheets:
        return []
    best = max(sheets, key=lambda index: _readings(islice(_records(book.get_sheet_by_index(index)), _LOOKED_AT)))
    return list(_records(book.get_sheet_by_index(best)))


def _records(sheet: Any) -> Iterator[Row]:
    filled = 0
    # The reader counts rows from the top of the sheet, but leaves out columns that are empty to the left.
    _above, left = sheet.start or (0, 0)
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        written = [*([""] * left), *map(_written, cells)][:MAX_COLUMNS]
        while written and not written[-1]:
            written.pop()
        if written:
            filled += 1
            # Of those that are no titles, table.py counts the rest.
            if filled > MAX_ROWS + _LOOKED_AT:
                raise ImportRefused("too_many_rows", most=MAX_ROWS)
            yield Row(number, written)


def _written(cell: object) -> str:
    """A cell as it would stand in a text file."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float):
        return f"{Decimal(format(cell, _SHOWN_DIGITS)):f}" if abs(cell) < 1e300 else str(cell)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        cell = cell if cell.microsecond < 500_000 else cell + _SHOWN_SECONDS
        return f"{cell:%Y-%m-%d %H:%M:%S}" if cell.time() != time.min else f"{cell:%Y-%m-%d}"
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, time):
        return f"{cell:%H:%M:%S}"
    return "" if cell is None else str(cell)


def _readings(rows: Iterator[Row]) -> int:
    return sum(
        any(moment_kind(cell) in ("date", "datetime") for cell in row.cells[:50])
        and sum(map(is_meaningful, row.cells[:50])) > 1
        for row in rows
    )
