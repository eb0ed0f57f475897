"""Metermaid: `Date,Reading` of one meter, or `Date` and a column for each meter of the whole system."""

from readings.importers.made import Made
from readings.importers.table import Table

FORMAT = "Metermaid"


def of_table(table: Table) -> Made | None:
    """The export of one meter; that of the whole system is a table like any other, and read as one."""
    if [name.casefold() for name in table.header] != ["date", "reading"] or table.width != 2:
        return None
    return Made(table, FORMAT, ("when", "dial"))
