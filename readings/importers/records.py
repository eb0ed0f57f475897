"""From text to records: lines, the separator between cells, and quotation marks. Whether a record is a title or a
reading is for table.py.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from readings.importers.errors import ImportRefused
from readings.importers.figures import is_number
from readings.importers.moments import moment_kind

Separator = Literal["\t", ";", ",", "  "]

# In this order where two explain a file equally well: commas and spaces are found inside of cells as well.
SEPARATORS: tuple[Separator, ...] = ("\t", ";", ",", "  ")
SEVERAL_SPACES: Separator = "  "
MAX_ROWS = 500_000
MAX_LINE = 1_000_000
MAX_COLUMNS = 1_000

_SAMPLE = 300
_SAMPLE_LINE = 10_000
_SAMPLE_CELLS = 64
_SPACES_OUTSIDE_QUOTES = re.compile(r'("(?:[^"]|"")*")|[ \t]{2,}')


class Row(NamedTuple):
    """The number of a record's first line in the file, from 1, and its cells without the space around them."""

    line: int
    cells: list[str]


class Records(NamedTuple):
    """All records of a file, blank ones too. `separator` of two spaces stands for two or more."""

    separator: Separator
    rows: list[Row]


def read_records(text: str, separator: Separator | None = None) -> Records:
    """Split a text into records, at `separator` or else at the one that explains it best.

    Raises ImportRefused: "too_many_rows", "too_many_columns", "line_too_long", "open_quote".
    """
    lines = _checked(text)
    if separator is None:
        separator = _separator([line for line in lines[:_SAMPLE] if len(line) <= _SAMPLE_LINE])
    return Records(separator, list(_rows(lines, separator)))


def is_meaningful(cell: str) -> bool:
    """Say whether a cell is what a meter's file is made of: a number, a date or a time."""
    return is_number(cell) or moment_kind(cell, compact=True) is not None


def split_line(line: str, separator: Separator) -> list[str]:
    """Split one line by itself, quotation marks heeded."""
    return next(([cell.strip() for cell in cells] for cells in _reader([line], separator)), [])


def _checked(text: str) -> list[str]:
    """The lines of a text, none of them too long to be read."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[-1]:
        lines.pop()
    if len(lines) > 2 * MAX_ROWS:
        raise ImportRefused("too_many_rows", most=MAX_ROWS)
    if lines and len(max(lines, key=len)) > MAX_LINE:
        number = next(number for number, line in enumerate(lines, start=1) if len(line) > MAX_LINE)
        raise ImportRefused("line_too_long", line=number)
    return lines


def _separator(lines: list[str]) -> Separator:
    """Choose the separator that sets free the most dates, and then the most cells with any meaning: a comma within
    numbers makes several of one, but never a date.
    """

    def meaning(separator: Separator) -> tuple[int, int]:
        cells = [
            cell for line in lines if len(split := split_line(line, separator)) > 1 for cell in split[:_SAMPLE_CELLS]
        ]
        dates = sum(moment_kind(cell, compact=True) in ("date", "datetime") for cell in cells)
        return dates, sum(map(is_meaningful, cells))

    return max(SEPARATORS, key=meaning)


def _reader(lines: Iterable[str], separator: Separator) -> Any:
    if separator == SEVERAL_SPACES:
        tabbed = (_SPACES_OUTSIDE_QUOTES.sub(lambda match: match[1] or "\t", line.strip()) + "\n" for line in lines)
        return csv.reader(tabbed, delimiter="\t")
    return csv.reader(lines, delimiter=separator, skipinitialspace=True)


def _rows(lines: list[str], separator: Separator) -> Iterator[Row]:
    ended = []

    def counted() -> Iterator[str]:
        yield from (f"{line}\n" for line in lines)
        ended.append(True)

    reader = _reader(counted(), separator)
    start = 1
    try:
        for cells in reader:
            # The reader asks beyond the last line before it gives a record only where a quotation mark is still open.
            if ended:
                raise ImportRefused("open_quote", line=start)
            if len(cells) > MAX_COLUMNS:
                raise ImportRefused("too_many_columns", line=start, most=MAX_COLUMNS)
            yield Row(start, list(map(str.strip, cells)))
            start = reader.line_num + 1
    except csv.Error as error:
        # The reader's only complaint left: a cell over its limit of 131,072 characters.
        raise ImportRefused("line_too_long" if reader.line_num == start else "open_quote", line=start) from error
