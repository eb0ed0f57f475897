"""NEM13, Australia: what accumulation meters showed, two readings to a line (record 250), with their quality.

Its times are Eastern Standard Time, ten hours before UTC, all the year. Quality: A actual, E estimated, F final
substitute, S substitute. The digits with their leading zeros are those of the dial.
"""

from collections.abc import Iterator, Sequence

from readings.importers.made import Made, pick, table_from
from readings.importers.records import Records, Row
from readings.importers.roles import Role
from readings.importers.table import Skipped

FORMAT = "NEM13"
ZONE = "+10:00"
NAMES = ("read at", "register read", "meter", "unit", "quality", "note")
ROLES: tuple[Role, ...] = ("when", "dial", "name", "unit", "quality", "note")
QUALITY = {"A": "actual", "E": "estimated", "F": "estimated", "S": "estimated", "N": "missing"}
_PREVIOUS, _CURRENT, _QUANTITY, _UNIT = 8, 13, 18, 19


def of_records(records: Records) -> Made | None:
    """Every reading once: what one line ends with, the next begins with."""
    if not records.rows or records.rows[0].cells[:2] != ["100", "NEM13"]:
        return None
    seen: set[Sequence[str]] = set()
    rows = []
    for line, cells in _readings(records.rows):
        if cells[:3] not in seen:
            seen.add(cells[:3])
            rows.append((line, cells))
    skipped = [Skipped(row.line, ",".join(row.cells), "title") for row in records.rows if row.cells[:1] != ["250"]]
    roles: tuple[Role, ...] = (ROLES[0], "level", *ROLES[2:]) if _runs_backwards(records.rows) else ROLES
    return Made(table_from(NAMES, rows, skipped[:50]), FORMAT, roles, "electricity")


def _runs_backwards(rows: Sequence[Row]) -> bool:
    """Whether most lines say that less was shown than before: no dial that only grows."""
    quantities = [pick(row.cells, _QUANTITY) for row in rows if row.cells[:1] == ["250"]]
    return sum(quantity.startswith("-") for quantity in quantities) * 2 > len(quantities)


def _readings(rows: Sequence[Row]) -> Iterator[tuple[int, tuple[str, ...]]]:
    for line, cells in rows:
        if cells[:1] != ["250"]:
            continue
        # A meter of the line, its register, and which way the energy goes.
        meter = " ".join(filter(None, (pick(cells, 6), pick(cells, 4) or pick(cells, 3))))
        for place in (_PREVIOUS, _CURRENT):
            at, quality = pick(cells, place + 1), pick(cells, place + 2)
            reason = pick(cells, place + 4)
            unit = {"KWH": "kWh", "WH": "Wh", "MWH": "MWh"}.get(pick(cells, _UNIT).upper(), pick(cells, _UNIT))
            if at:
                yield line, (stamp(at), pick(cells, place), meter, unit, QUALITY.get(quality[:1], ""), reason)


def stamp(text: str) -> str:
    """YYYYMMDD[HHMMSS] as a date and time with its offset."""
    text = text.ljust(14, "0")
    day = f"{text[:4]}-{text[4:6]}-{text[6:8]}"
    return f"{day}T{text[8:10]}:{text[10:12]}:{text[12:14]}{ZONE}"
