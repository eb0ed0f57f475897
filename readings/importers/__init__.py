"""Reading files of meter readings: bytes in, data or a refusal in a plain sentence out.

    text.py      bytes to text              records.py   text to lines and cells
    table.py     header, rows, the rest     columns.py   what each column holds
    moments.py   one date or time           dates.py     how a column writes them
    figures.py   one number and its mark    units.py     spellings of units
    sequence.py  order in time, trends      read.py      the whole: understand(), rows()

Pure: no Django, no clock, no I/O, no database, no zone. A further format gets a room of its own that makes a Table.
What becomes of the rows is decided in readings/imports.py.
"""

from readings.importers.columns import Column, Kind
from readings.importers.dates import DateStyle
from readings.importers.errors import CELL_ERRORS, REFUSALS, SKIPPED, CellError, ImportRefused, SkipReason
from readings.importers.figures import MARKS, Mark, NumberStyle
from readings.importers.marks import OpenMark, open_mark
from readings.importers.moments import Order
from readings.importers.read import Candidate, Understanding, rows, understand
from readings.importers.records import MAX_COLUMNS, MAX_LINE, MAX_ROWS, Row
from readings.importers.roles import ROLES, VALUES, Role
from readings.importers.rows import ImportRow, MomentColumns
from readings.importers.sequence import Trend
from readings.importers.series import Choices, Series, series
from readings.importers.table import Skipped, Table, read_table
from readings.importers.text import MAX_BYTES, Text, decode
from readings.importers.units import conversion

__all__ = [
    "CELL_ERRORS",
    "MARKS",
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MAX_LINE",
    "MAX_ROWS",
    "REFUSALS",
    "ROLES",
    "SKIPPED",
    "VALUES",
    "Candidate",
    "CellError",
    "Choices",
    "Column",
    "DateStyle",
    "ImportRefused",
    "ImportRow",
    "Kind",
    "Mark",
    "MomentColumns",
    "NumberStyle",
    "OpenMark",
    "Order",
    "Role",
    "Row",
    "Series",
    "SkipReason",
    "Skipped",
    "Table",
    "Text",
    "Trend",
    "Understanding",
    "conversion",
    "decode",
    "open_mark",
    "read_table",
    "rows",
    "series",
    "understand",
]
