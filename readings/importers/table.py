"""From records to a table: the header, the rows, and every line that is neither, with the reason.

Which lines are rows is told by the column that holds the dates. What the other columns mean is read in columns.py.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from readings.importers.errors import ImportRefused, SkipReason
from readings.importers.moments import moment_kind
from readings.importers.records import MAX_ROWS, Records, Row, Separator, is_meaningful, read_records, split_line

_SAMPLE = 1_000
_SAMPLE_CELLS = 200
_MOST_SECTIONS = 500
_MARKS = frozenset("-/.")
_NINES = str.maketrans("012345678", "999999999")


class Skipped(NamedTuple):
    """A line that is no row: its number in the file, its text, and why (a key of SKIPPED)."""

    line: int
    text: str
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows and columns. A `separator` of two spaces stands for two or more; `header` is empty and
    `header_line` 0 where there is none; `width` is the number of columns; `dates` is the index of the column whose
    dates told which lines are rows. `sections`: the index of a column of our own that names the part of the file in
    which a row stands, where several tables stand one below the other; else None.
    """

    separator: Separator
    header: list[str]
    header_line: int
    width: int
    dates: int
    rows: list[Row]
    skipped: list[Skipped]
    sections: int | None = None


def read_table(text: str, separator: Separator | None = None) -> Table:
    """Find the table in a text.

    Raises ImportRefused: "too_many_rows", "too_many_columns", "line_too_long", "open_quote", "no_dates".
    """
    return table_of(read_records(text, separator))


def table_of(records: Records) -> Table:
    """Find the table among records. Raises ImportRefused: "too_many_rows", "open_quote", "no_dates"."""
    separator, lines = records
    dates = _dates_column(lines)
    is_dated = _Dated(dates)
    marks = [is_dated(record.cells) for record in lines]
    first = marks.index(True)
    last = len(marks) - 1 - marks[::-1].index(True)
    header = _header(lines[:first])
    width = _width([record for record, dated in zip(lines, marks, strict=True) if dated], header, separator)
    _refuse_swallowed_rows(lines, separator, width)
    rows, skipped = [], []
    for index, record in enumerate(lines):
        if marks[index]:
            rows.append(record)
        elif record is not header:
            reason = _skip_reason(record, header, dates, before=index < first, after=index > last)
            if reason:
                skipped.append(Skipped(record.line, separator.join(record.cells).strip(separator), reason))
            else:
                rows.append(record)
    if len(rows) > MAX_ROWS:
        raise ImportRefused("too_many_rows", most=MAX_ROWS)
    titles = [record for record, dated in zip(lines, marks, strict=True) if not dated and _is_title(record)]
    return in_sections(Table(separator, header.cells, header.line, width, dates, rows, skipped), titles)


def in_sections(table: Table, lines: Sequence[Row]) -> Table:
    """Give the rows of several tables that stand one below the other a last cell with the title of theirs.

    A title is a line with one word or two and no reading; what stands above the first header is one as well.
    """
    if not table.rows or len(lines) > _MOST_SECTIONS:
        return table
    named = {row.line: _title(row) for row in lines if table.rows[0].line < row.line < table.rows[-1].line}
    if not named:
        return table
    above = [skipped for skipped in table.skipped if skipped.reason == "title" and skipped.text]
    name = above[-1].text.replace(table.separator, " ").strip() if above else ""
    rows, skipped = [], list(table.skipped)
    for row in table.rows:
        if row.line in named:
            name = named[row.line]
            skipped.append(Skipped(row.line, name, "title"))
        else:
            cells = [*row.cells[: table.width], *[""] * (table.width - len(row.cells)), name]
            rows.append(Row(row.line, [*cells, *row.cells[table.width :]]))
    header = [*table.header, *[""] * (table.width - len(table.header)), ""] if table.header else []
    skipped.sort(key=lambda each: each.line)
    return Table(table.separator, header, table.header_line, table.width + 1, table.dates, rows, skipped, table.width)


def _is_title(row: Row) -> bool:
    filled = [cell for cell in row.cells if cell]
    if not 1 <= len(filled) <= 2 or not row.cells[0] or any(map(is_meaningful, filled)):
        return False
    return any(map(str.isalpha, filled[0])) and not any(mark in filled[0] for mark in "?=")


def _title(row: Row) -> str:
    return " ".join(cell for cell in row.cells if cell).strip("# :")


class _Dated:
    """Says whether a line has a date in its column; cells of one shape are looked at once."""

    def __init__(self, column: int) -> None:
        self._column = column
        self._known: dict[str, bool] = {"": False}

    def __call__(self, cells: Sequence[str]) -> bool:
        cell = cells[self._column] if self._column < len(cells) else ""
        shape = cell.translate(_NINES) if cell[4:5] in _MARKS or cell[2:3] in _MARKS else cell
        known = self._known.get(shape)
        if known is None:
            known = self._known[shape] = moment_kind(cell, compact=True) in ("date", "datetime")
        return known


def _dates_column(records: Sequence[Row]) -> int:
    """Find the column with the most dates; digits that only could be a date count where no column has others.

    At least half of the lines with a number must have one, or it is a title's date that was found.
    """
    sample = [record for record in records if any(record.cells)][:_SAMPLE]
    lines = sum(any(map(is_meaningful, record.cells[:_SAMPLE_CELLS])) for record in sample)
    for compact in (False, True):
        counts = Counter(
            index
            for record in sample
            for index, cell in enumerate(record.cells[:_SAMPLE_CELLS])
            if cell and moment_kind(cell, compact=compact) in ("date", "datetime")
        )
        column, dated = min(counts.items(), key=lambda item: (-item[1], item[0]), default=(0, 0))
        if dated and 2 * dated >= lines:
            return column
    raise ImportRefused("no_dates")


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


def _refuse_swallowed_rows(records: Sequence[Row], separator: Separator, width: int) -> None:
    """A cell may run over several lines, but not over lines that are rows themselves: then a quotation mark that was
    meant as a sign (inches, seconds) has opened a cell, and the rows in it would be lost unseen.
    """
    for record, following in pairwise([*records, Row(0, [])]):
        if following.line == record.line + 1:
            continue
        for cell in record.cells:
            for line in cell.split("\n")[1:] if "\n" in cell else ():
                cells = split_line(line, separator)
                if len(cells) >= width and sum(map(is_meaningful, cells)) > 1:
                    raise ImportRefused("open_quote", line=record.line)
