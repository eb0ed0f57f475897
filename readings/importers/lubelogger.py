"""LubeLogger: the odometer of a car, `Date,InitialOdometer,Odometer,Notes,Tags`, with fields of one's own behind."""

from readings.importers.made import Made, places
from readings.importers.roles import Role
from readings.importers.table import Table

FORMAT = "LubeLogger"


def of_table(table: Table) -> Made | None:
    """The odometer; where the trip began is left out, for it is where the one before ended."""
    at = places(table.header)
    if not {"date", "initialodometer", "odometer"} <= at.keys():
        return None
    roles: list[Role] = ["none"] * table.width
    roles[at["date"]], roles[at["odometer"]] = "when", "dial"
    if "notes" in at:
        roles[at["notes"]] = "note"
    return Made(table, FORMAT, tuple(roles), "odometer")
