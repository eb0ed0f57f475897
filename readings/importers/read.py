"""What a file says: understood as a whole first, then read row by row for one column of values.

The pages show an Understanding and ask what it could not know; the import takes the rows. Storing, zones and whether
a reading is plausible are not known here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from readings.importers.columns import Column, read_columns
from readings.importers.contents import Content, open_file
from readings.importers.errors import CellError, ImportRefused
from readings.importers.figures import Mark, NumberStyle, read_number
from readings.importers.moments import Order
from readings.importers.records import Row, Separator
from readings.importers.roles import VALUES, Role, propose
from readings.importers.rows import ImportRow, MomentColumns, moment_text, read_moments, read_values, with_kept
from readings.importers.sequence import Trend, climb, sequence
from readings.importers.table import Table

_SAYS_UTC = re.compile(r"\b(?:utc|gmt)\b(?!\s?[+-]\d)", re.IGNORECASE)
_SAMPLE = 10_000


class OrderOf(NamedTuple):
    """The order of day and month in a column: `likely`, and whether the person has to be `asked`."""

    likely: Order | None
    asked: bool


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
    """All that a file says about itself. `format`: by which name people know it, "" for a table of any kind. `title`:
    what stands above it; `kind`: what all its meters are, "" where not known; `shift`: from its times to its readings.
    """

    content: Content
    columns: list[Column]
    moment: MomentColumns
    candidates: list[Candidate]
    newest_first: bool
    roles: tuple[Role, ...]

    @property
    def encoding(self) -> str:
        """How its letters were stored."""
        return self.content.encoding

    @property
    def table(self) -> Table:
        """Its rows and columns."""
        return self.content.table

    @property
    def format(self) -> str:
        """The name of its format."""
        return self.content.format

    @property
    def kind(self) -> str:
        """What all of its meters are, "" where it does not say."""
        return self.content.kind

    @property
    def shift(self) -> timedelta:
        """From the time in a row to the moment of its reading."""
        return self.content.shift

    @property
    def title(self) -> str:
        """The words above the table."""
        return " ".join(line.text for line in self.table.skipped if line.reason == "title")[:200]

    @property
    def order(self) -> Order | None:
        """Whether the day or the month comes first; None where the year does."""
        return self.order_in(self.roles).likely

    @property
    def order_known(self) -> bool:
        """Whether the file proves `order`; if not, rows() has to be told."""
        return not self.order_in(self.roles).asked

    @property
    def suggested(self) -> int:
        """The column that looks most like a dial; before others those that stand behind the date, as a row's number
        does not.
        """
        taken = [found for found in self.candidates if self.roles[found.column] in VALUES]
        trends: tuple[Trend, ...] = ("rising", "dips", "constant", "varies")
        return min(
            taken or self.candidates,
            key=lambda found: (trends.index(found.trend), found.column < self.moment.date),
        ).column

    def order_in(self, roles: Sequence[Role]) -> OrderOf:
        """The order of day and month in the columns that have these roles."""
        for index, role in enumerate(roles):
            style = self.columns[index].dates if role in ("when", "end") else None
            if style and style.order:
                return OrderOf(style.order, not style.order_known)
        return OrderOf(None, False)

    def moment_in(self, roles: Sequence[Role]) -> MomentColumns:
        """Where the moments stand if the columns have these roles, of which one is "when"."""
        date = roles.index("when")
        utc = _SAYS_UTC.search(self.columns[date].name) is not None
        return MomentColumns(date, roles.index("clock") if "clock" in roles else None, utc)

    def style_of(self, column: int, mark: Mark | None = None) -> NumberStyle:
        """How a column writes its numbers, with `mark` where the file does not prove one.

        Raises ImportRefused: "no_such_column".
        """
        style = self.columns[column].numbers if column in range(len(self.columns)) else None
        if style is None:
            raise ImportRefused("no_such_column")
        return NumberStyle(mark, True, style.thousands, style.unit) if mark and not style.mark_known else style


def understand(data: bytes, separator: Separator | None = None) -> Understanding:
    """Say what a file holds. Raises ImportRefused with a sentence where it is no table of readings."""
    content = open_file(data, separator)
    table = content.table
    columns = read_columns(table)
    if content.kept:
        columns = [_with_point(column) for column in columns]
    moment = _moment_columns(table, columns, content.roles)
    style = columns[moment.date].dates
    sample = table.rows[:_SAMPLE]
    moments = read_moments(sample, moment, style.order if style else None)
    known = [None if isinstance(each, CellError) else each for each in moments]
    in_time, newest_first = sequence(known)
    ordered = [sample[index] for index in in_time if known[index]]
    candidates = [_candidate(column, ordered, column.numbers) for column in columns if column.numbers]
    if not candidates:
        raise ImportRefused("no_numbers")
    roles = content.roles or _with_sections(
        propose(
            columns,
            table.rows,
            moment.date,
            moment.time,
            {each.column: each.trend for each in candidates},
            newest_first=newest_first,
        ),
        table,
    )
    return Understanding(content, columns, moment, candidates, newest_first, tuple(roles))


def rows(
    understanding: Understanding, value_column: int, order: Order | None = None, mark: Mark | None = None
) -> list[ImportRow]:
    """Read every row of a file, oldest first, its value from one of the candidates' columns.

    `order` says whether the day or the month comes first where the file does not (`order_known`), `mark` which decimal
    mark it has (`mark_known`); what the file proves stands.

    Raises ImportRefused: "no_such_column", "order_unknown", "many_meters".
    """
    if len(understanding.content.origins) > 1:
        raise ImportRefused("many_meters")
    style = understanding.style_of(value_column, mark)
    if not understanding.order_known and order is None:
        raise ImportRefused("order_unknown")
    order = understanding.order if understanding.order_known else order
    table = understanding.table
    moments = read_moments(table.rows, understanding.moment, order, understanding.shift)
    read = read_values(table.rows, moments, value_column, style, table.width)
    if understanding.content.kept:
        read = with_kept(read, understanding.content.kept, understanding.roles)
    known = [None if isinstance(each, CellError) else each for each in moments]
    return [read[index] for index in sequence(known).oldest_first]


def _moment_columns(table: Table, columns: Sequence[Column], roles: Sequence[Role]) -> MomentColumns:
    """Choose the dates that tell the rows apart best, the first of several: an export's own date is on every line. Of
    two that do so alike, the one that says that it is in UTC leaves nothing open.
    """

    def distinct(found: MomentColumns) -> tuple[int, bool]:
        return len({moment_text(row, found) for row in table.rows[:_SAMPLE]}), found.utc

    times = [column.index for column in columns if column.kind == "time"]
    if "when" in roles:
        when = columns[roles.index("when")]
        return MomentColumns(when.index, roles.index("clock") if "clock" in roles else None, False)
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


def _with_point(column: Column) -> Column:
    """A column of HomeLog's own file: its numbers have a decimal point, and no marks between their digits."""
    return replace(column, numbers=NumberStyle(".", True, "", column.numbers.unit)) if column.numbers else column


def _with_sections(roles: list[Role], table: Table) -> list[Role]:
    """Where several tables stand one below the other, the titles name the meters."""
    if table.sections is not None:
        roles = ["none" if role == "name" else role for role in roles]
        roles[table.sections] = "name"
    return roles


def _candidate(column: Column, ordered: Sequence[Row], style: NumberStyle) -> Candidate:
    values = []
    for row in ordered:
        try:
            values.append(read_number(row.cells[column.index] if column.index < len(row.cells) else "", style))
        except CellError:
            continue
    trend, drops = climb(values)
    return Candidate(column.index, column.name, style.unit, trend, drops)
