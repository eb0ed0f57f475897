"""energietracker: its backup (JSON, whole), the readings of one meter (JSON), and its readings as CSV."""

from collections.abc import Iterator, Mapping, Sequence

from readings.importers.documents import plain
from readings.importers.errors import ImportRefused
from readings.importers.made import Made, pick, places, table_from
from readings.importers.qualities import YES
from readings.importers.roles import Role
from readings.importers.table import Skipped, Table

FORMAT = "energietracker"
NAMES = ("date", "reading", "meter", "unit", "quality", "note")
ROLES: tuple[Role, ...] = ("when", "dial", "name", "unit", "quality", "note")
# What it calls its utilities, and the unit that each counts in.
UNITS = {
    "strom": "kWh",
    "pv_einspeisung": "kWh",
    "pv_erzeugung": "kWh",
    "fernwaerme": "kWh",
    "waerme": "kWh",
    "gas": "m³",
    "wasser": "m³",
    "heizoel": "L",
    "pellets": "kg",
}
KINDS = {
    "strom": "electricity",
    "pv_einspeisung": "feed_in",
    "pv_erzeugung": "solar",
    "fernwaerme": "heat",
    "waerme": "heat",
    "gas": "gas",
    "wasser": "water",
    "heizoel": "oil",
    "pellets": "pellets",
}
_COLUMNS = {
    "date": ("datum", "date", "fecha", "data"),
    "reading": ("zaehlerstand", "zählerstand", "reading", "counter", "releve", "relevé", "lectura", "lettura"),
    "meter": ("zaehler", "zähler", "meter", "compteur", "contador", "contatore"),
    "note": ("notiz", "note", "nota"),
    "estimated": ("geschaetzt", "geschätzt", "estimated", "estime", "estimé", "estimado", "stimato"),
    "future": ("zukunft", "future", "futur", "futuro"),
}


def of_document(document: object) -> Made | None:
    """A backup, as it is or wrapped, or the list of one meter's readings."""
    if isinstance(document, Mapping) and "utilities" not in document and isinstance(document.get("data"), Mapping):
        document = document["data"]
    if isinstance(document, Mapping) and isinstance(document.get("utilities"), Mapping):
        return _made(_of_backup(document["utilities"]))
    if isinstance(document, list) and document and all(map(_is_reading, document)):
        return _made([_row(each, plain(each.get("meter_id")), _unit(plain(each.get("meter_id")))) for each in document])
    return None


def of_table(table: Table) -> Made | None:
    """Its CSV of readings; the price column is left out."""
    at = places(table.header)
    place = {what: next((at[name] for name in names if name in at), None) for what, names in _COLUMNS.items()}
    if "zaehler-id" not in at and (place["estimated"] is None or place["reading"] is None):
        return None
    rows = []
    for line, cells in table.rows:
        said = _quality(pick(cells, place["estimated"]), pick(cells, place["future"]))
        meter, note = pick(cells, place["meter"]), pick(cells, place["note"])
        # An apostrophe guards a cell against being taken for a formula by a spreadsheet.
        note = note[1:] if note[:1] == "'" and note[1:2] in ("=", "+", "-", "@") else note
        unit = _unit(pick(cells, at.get("zaehler-id")))
        rows.append((line, (pick(cells, place["date"]), pick(cells, place["reading"]), meter, unit, said, note)))
    return Made(table_from(NAMES, rows, table.skipped), FORMAT, ROLES, _kind(table, at.get("zaehler-id")))


def _kind(table: Table, place: int | None) -> str:
    """What all meters of a table are, where their ids agree on one utility."""
    found = {kind for row in table.rows for key, kind in KINDS.items() if key in pick(row.cells, place)}
    return found.pop() if len(found) == 1 else ""


def _made(rows: Sequence[Sequence[str]]) -> Made:
    if not rows:
        raise ImportRefused("no_readings")
    future: list[Skipped] = []
    return Made(table_from(NAMES, enumerate(rows, start=1), future), FORMAT, ROLES)


def _of_backup(utilities: Mapping) -> list[Sequence[str]]:
    return [row for key, pot in utilities.items() if isinstance(pot, Mapping) for row in _of_utility(plain(key), pot)]


def _of_utility(key: str, pot: Mapping) -> Iterator[Sequence[str]]:
    meters = [each for each in pot.get("meters") or () if isinstance(each, Mapping)]
    names = {plain(each.get("id")): plain(each.get("name")) or plain(each.get("label")) for each in meters}
    readings = pot.get("readings")
    for each in readings if isinstance(readings, list) else ():
        if _is_reading(each):
            meter = plain(each.get("meter_id"))
            yield _row(each, " ".join(filter(None, (key, names.get(meter) or meter))), UNITS.get(key, ""))


def _row(reading: Mapping, meter: str, unit: str) -> Sequence[str]:
    said = _quality(plain(reading.get("is_estimated")), plain(reading.get("is_future")))
    return plain(reading.get("date")), plain(reading.get("counter")), meter, unit, said, plain(reading.get("note"))


def _is_reading(each: object) -> bool:
    return isinstance(each, Mapping) and "counter" in each and "date" in each


def _unit(meter: str) -> str:
    """The unit of a meter whose id names its utility: "m_strom_default"."""
    return next((unit for key, unit in UNITS.items() if key in meter), "")


def _quality(estimated: str, future: str) -> str:
    return "estimated" if estimated.casefold() in YES or future.casefold() in YES else ""
