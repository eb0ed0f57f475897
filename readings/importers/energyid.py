"""EnergyID: a first column with the date, and a column for each meter, whose name is its heading."""

import re

from readings.importers.made import Made
from readings.importers.roles import Role
from readings.importers.table import Table

FORMAT = "EnergyID"
_DAY = re.compile(r"\d{2}/\d{2}/\d{4}(?: \d{2}:\d{2})?")


def of_table(table: Table) -> Made | None:
    """Its table: semicolons, the day first, and nothing but meters beside the date."""
    if table.separator != ";" or table.dates != 0 or not table.header or table.sections is not None:
        return None
    if table.header[0].casefold() not in ("energyid", "date", "datum") or not all(table.header[1:]):
        return None
    if table.header[0].casefold() != "energyid" or not _DAY.fullmatch(table.rows[0].cells[0]):
        return None
    roles: list[Role] = ["dial"] * table.width
    roles[0] = "when"
    return Made(table, FORMAT, tuple(roles))
