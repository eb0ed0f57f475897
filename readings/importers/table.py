"""From records to a table: the header, the rows, and every line that is neither, with the reason.

Which lines are rows is told by the column that holds the dates. What the other columns mean is read in columns.py.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from readings.importers.errors import ImportRefused, SkipReason
from readings.importers.moments import moment_kind
from readings.importers.records import MAX_ROWS, Row, Separator, is_meaningful, read_records, split_line

_SAMPLE = 2_000


class Skipped(NamedTuple):
    """A line that is no row: its number in the file, its text, and why (a key of SKIPPED)."""

    line: int
    text: str
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows and columns. A `separator` of two spaces stands for two or more; `header` is empty and
    `header_line` 0 where there is none; `width` is the number of columns; `dates` is the index of the column whose
    dates told which lines are rows.
    """

    separator: Separator
    header: list[str]
    header_line: int
    width: int
    dates: int
    rows: list[Row]
    skipped: list[Skipped]


def read_table(text: str) -> Table:
    """Find the table in a text.

    Raises ImportRefused: "too_many_rows", "too_many_columns", "line_too_long", "open_quote", "no_dates".
    """
    separator, records = read_records(text)
    dates = _dates_column(records)
    dated = [index for index, record in enumerate(records) if _is_dated(record, dates, compact=True)]
    header = _header(records[: dated[0]])
    width = _width([records[index] for index in dated], header, separator)
    rows, skipped = [], []
    for index, record in enumerate(records):
        _refuse_swallowed_rows(record, separator, width)
        if record is header:
            continue
        if reason := _skip_reason(record, header, dates, before=index < dated[0], after=index > dated[-1]):
            skipped.append(Skipped(record.line, separator.join(record.cells).strip(separator), reason))
        else:
            rows.append(record)
    if len(rows) > MAX_ROWS:
        raise ImportRefused("too_many_rows", most=MAX_ROWS)
    return Table(separator, header.cells, header.line, width, dates, rows, skipped)


def _dates_column(records: Sequence[Row]) -> int:
    """Find the column with the most dates; digits that only could be a date count where no column has others.

    At least half of the lines with a number must have one, or it is a title's date that was found.
    """
    sample = [record for record in records if any(record.cells)][:_SAMPLE]
    lines = sum(any(map(is_meaningful, record.cells)) for record in sample)
    for compact in (False, True):
        counts = Counter(
            index
            for record in sample
            for index in range(len(record.cells))
            if _is_dated(record, index, compact=compact)
        )
        column, dated = min(counts.items(), key=lambda item: (-item[1], item[0]), default=(0, 0))
        if dated and 2 * dated >= lines:
            return column
    raise ImportRefused("no_dates")


def _is_dated(record: Row, column: int, *, compact: bool) -> bool:
    return column < len(record.cells) and moment_kind(record.cells[column], compact=compact) in ("date", "datetime")


def _header(above: Sequence[Row]) -> Row:
    """Choose, among the lines above the first reading, the one with the most names; the lowest of several."""
    named = [(sum(map(bool, record.cells)), record) for record in above if not any(map(is_meaningful, record.cells))]
    names, header = max(named, key=lambda pair: (pair[0], pair[1].line), default=(0, Row(0, [])))
    return header if names and 2 * names >= len(header.cells) else Row(0, [])


def _width(dated: Sequence[Row], header: Row, separator: Separator) -> int:
    """Count the columns: as many as most rows have, and the header.

    Between commas the header alone decides, for a decimal comma makes two cells of one number.
    """
    if header.cells and separator == ",":
        return len(header.cells)
    most = Counter(len(record.cells) for record in dated).most_common(1)[0][0]
    return max(most, len(header.cells))


def _skip_reason(record: Row, header: Row, dates: int, *, before: bool, after: bool) -> SkipReason | None:
    """Say why a line is no row. Between the first and the last dated line everything else is one, its date or number
    perhaps mistyped; before and after them only what has a number, unless a word stands where the date should be.
    """
    if not any(record.cells):
        return "blank"
    if not before and not after:
        return "repeated_header" if record.cells == header.cells else None
    date = record.cells[dates] if dates < len(record.cells) else ""
    is_word = bool(date) and not any(map(str.isdigit, date))
    below_header = after or 0 < header.line < record.line
    if below_header and not is_word and any(map(is_meaningful, record.cells)):
        return None
    return "title" if before else "footer"


def _refuse_swallowed_rows(record: Row, separator: Separator, width: int) -> None:
    """A cell may run over several lines, but not over lines that are rows themselves: then a quotation mark that was
    meant as a sign (inches, seconds) has opened a cell, and the rows in it would be lost unseen.
    """
    for cell in record.cells:
        for line in cell.split("\n")[1:] if "\n" in cell else ():
            cells = split_line(line, separator)
            if len(cells) >= width and sum(map(is_meaningful, cells)) > 1:
                raise ImportRefused("open_quote", line=record.line)
