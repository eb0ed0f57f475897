"""Fuelio: a CSV in parts, each with a heading (`## Log`); the log of fill-ups has the odometer and the fuel."""

from readings.importers.made import Made, pick, places, table_from
from readings.importers.records import Records, Row
from readings.importers.roles import Role
from readings.importers.table import Skipped
from readings.importers.units import known_unit, unit_in_name

FORMAT = "Fuelio"


def of_records(records: Records) -> Made | None:
    """The odometer at every fill-up, and what was filled in."""
    headings = {row.cells[0].strip("# ").casefold(): index for index, row in enumerate(records.rows) if _heading(row)}
    if not {"vehicle", "log"} <= headings.keys():
        return None
    start = headings["log"] + 1
    ends = (index for index in headings.values() if index > start)
    part = records.rows[start : min(ends, default=len(records.rows))]
    at = places(part[0].cells) if part else {}
    odometer = next((name for name in at if name.startswith("odo")), None)
    fuel = next((name for name in at if name.startswith("fuel")), None)
    day = next((name for name in at if name.startswith(("data", "date"))), None)
    if odometer is None or day is None:
        return None
    wanted = [at[day], at[odometer], *([at[fuel]] if fuel else []), *([at["notes"]] if "notes" in at else [])]
    names = ("date", f"Odometer ({_unit(odometer, 'km')})", *([f"Fuel ({_unit(fuel, 'L')})"] if fuel else []))
    roles: list[Role] = ["when", "dial"]
    roles += ["use"] if fuel else []
    roles += ["note"] if "notes" in at else []
    rows = ((row.line, [pick(row.cells, place) for place in wanted]) for row in part[1:] if any(row.cells))
    skipped = [Skipped(row.line, " ".join(row.cells), "title") for row in records.rows[: start - 1] if any(row.cells)]
    return Made(table_from((*names, *(["notes"] if "notes" in at else [])), rows, skipped[:50]), FORMAT, tuple(roles))


def _heading(row: Row) -> bool:
    return bool(row.cells) and row.cells[0].startswith("##")


def _unit(name: str, usual: str) -> str:
    return unit_in_name(name) or known_unit(name.rpartition("(")[2].strip(")")) or usual
