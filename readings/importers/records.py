"""From text to records: lines, the separator between cells, and quotation marks. Whether a record is a title or a
reading is for table.py.
"""

import csv
import re
from collections.abc import Iterator
from itertools import islice
from typing import Literal, NamedTuple

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

_SAMPLE = 500
_SAMPLE_LINE = 10_000
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SPACES_OUTSIDE_QUOTES = re.compile(r'("(?:[^"]|"")*")|[ \t]{2,}')


class Row(NamedTuple):
    """The number of a record's first line in the file, from 1, and its cells without the space around them."""

    line: int
    cells: list[str]


class Records(NamedTuple):
    """All records of a file, blank ones too. `separator` of two spaces stands for two or more."""

    separator: Separator
    rows: list[Row]


def read_records(text: str) -> Records:
    """Split a text into records. Raises ImportRefused: "too_many_rows", "too_many_columns", "line_too_long",
    "open_quote".
    """
    text = _checked(text)
    separator = _separator([line for line in islice(_lines(text), _SAMPLE) if len(line) <= _SAMPLE_LINE])
    return Records(separator, list(_rows(_lines(text), separator)))


def is_meaningful(cell: str) -> bool:
    """Say whether a cell is what a meter's file is made of: a number, a date or a time."""
    return is_number(cell) or moment_kind(cell, compact=True) is not None


def split_line(line: str, separator: Separator) -> list[str]:
    """Split one line by itself, quotation marks heeded."""
    return next(([cell.strip() for cell in cells] for cells in _reader(iter([line]), separator)), [])


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > 2 * MAX_ROWS:
        raise ImportRefused("too_many_rows", most=MAX_ROWS)
    for number, line in enumerate(_lines(text), start=1):
        if len(line) > MAX_LINE:
            raise ImportRefused("line_too_long", line=number)
    return text


def _lines(text: str) -> Iterator[str]:
    """Give the lines one by one: a list of them all would double the memory a large file takes."""
    return (match[0] for match in _LINE.finditer(text))


def _separator(lines: list[str]) -> Separator:
    """Choose the separator that sets free the most dates, and then the most cells with any meaning: a comma within
    numbers makes several of one, but never a date.
    """

    def meaning(separator: Separator) -> tuple[int, int]:
        cells = [cell for line in lines if len(split := split_line(line, separator)) > 1 for cell in split]
        dates = sum(moment_kind(cell, compact=True) in ("date", "datetime") for cell in cells)
        return dates, sum(map(is_meaningful, cells))

    return max(SEPARATORS, key=meaning)


class _Lines(Iterator[str]):
    """Counted lines for the csv reader, which asks beyond the last one only when a quotation mark is still open."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.count = 0
        self.ended = False

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.ended = True
            raise StopIteration
        self.count += 1
        return line


def _reader(lines: Iterator[str], separator: Separator) -> Iterator[list[str]]:
    if separator == SEVERAL_SPACES:
        tabbed = (_SPACES_OUTSIDE_QUOTES.sub(lambda match: match[1] or "\t", line.strip()) + "\n" for line in lines)
        return csv.reader(tabbed, delimiter="\t")
    return csv.reader(lines, delimiter=separator, skipinitialspace=True)


def _rows(lines: Iterator[str], separator: Separator) -> Iterator[Row]:
    source = _Lines(lines)
    start = 1
    try:
        for cells in _reader(source, separator):
            if source.ended:
                raise ImportRefused("open_quote", line=start)
            if len(cells) > MAX_COLUMNS:
                raise ImportRefused("too_many_columns", line=start, most=MAX_COLUMNS)
            yield Row(start, [cell.strip() for cell in cells])
            start = source.count + 1
    except csv.Error as error:
        # The reader's only complaint left: a cell over its limit of 131,072 characters.
        raise ImportRefused("line_too_long" if source.count == start else "open_quote", line=start) from error
