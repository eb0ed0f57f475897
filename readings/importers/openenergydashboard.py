"""Open Energy Dashboard: `value,start,end`, with or without a heading, or its raw export, whose heading names the meter
and the unit. Its own input has to be said to be a dial (cumulative) or use; here, too, the person says, and it is
proposed: a dial where the numbers only grow.
"""

from datetime import timedelta
from itertools import pairwise

from readings.importers.errors import CellError
from readings.importers.made import Made
from readings.importers.moments import moment_kind, read_moment
from readings.importers.records import Row
from readings.importers.roles import Role
from readings.importers.table import Table

FORMAT = "Open Energy Dashboard"
_WIDTH = 3
_VALUES = {"reading", "readings", "value"}


def of_table(table: Table) -> Made | None:
    """Three columns: a number, where its interval starts, and where it ends."""
    header = [name.strip().casefold() for name in table.header]
    if header and (header[0] not in _VALUES or not any("end" in name for name in header[2:3])):
        return None
    if table.width < _WIDTH or (not header and table.width != _WIDTH) or not all(map(_is_interval, table.rows[:20])):
        return None
    roles: list[Role] = ["none"] * table.width
    roles[:_WIDTH] = ["dial" if _grows(table.rows) else "use", "when", "end"]
    if len(header) >= 7 and header[3] == "meter name":
        table.header[0] = f"{table.header[4]} ({table.header[6]})"
    return Made(table, FORMAT, tuple(roles))


def _is_interval(row: Row) -> bool:
    cells = row.cells
    if len(cells) < _WIDTH or any(moment_kind(cell) not in ("date", "datetime") for cell in cells[1:3]):
        return False
    try:
        start, end = (read_moment(cell, None) for cell in cells[1:3])
    except CellError:
        return False
    return start.tzinfo is not None or end.tzinfo is not None or end - start > timedelta(0)


def _grows(rows: list[Row]) -> bool:
    values = [float(row.cells[0]) for row in rows if row.cells[0].replace(".", "", 1).isdigit()]
    up = sum(a < b for a, b in pairwise(values))
    down = sum(b < a for a, b in pairwise(values))
    return up == 0 or down == 0 or min(up, down) * 4 <= max(up, down)
