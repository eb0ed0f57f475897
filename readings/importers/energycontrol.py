"""EnergyControl, an app for iPhones: a title with what is metered and the day of the export, then date, time, dial."""

from readings.importers.kinds import guess_kind
from readings.importers.made import Made, places
from readings.importers.roles import Role
from readings.importers.table import Table

FORMAT = "EnergyControl"


def of_table(table: Table) -> Made | None:
    """Its one table, with or without the lines around it."""
    at = places(table.header)
    if not {"datum", "zeit", "zählerstand"} <= at.keys() or len(table.header) > 4:
        return None
    roles: list[Role] = ["none"] * table.width
    roles[at["datum"]], roles[at["zeit"]], roles[at["zählerstand"]] = "when", "clock", "dial"
    title = next((line.text for line in table.skipped if line.reason == "title" and line.text), "")
    return Made(table, FORMAT, tuple(roles), guess_kind(title, None) if title else "")
