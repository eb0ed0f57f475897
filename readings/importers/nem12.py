"""NEM12, Australia: what was used in every interval of 5, 15 or 30 minutes (records 200, 300 and 400).

Its times are Eastern Standard Time, ten hours before UTC, all the year; an amount is kept where its interval begins.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from readings.importers.errors import ImportRefused
from readings.importers.made import Made, pick, table_from
from readings.importers.nem13 import QUALITY, ZONE
from readings.importers.records import MAX_ROWS, Records, Row
from readings.importers.roles import Role
from readings.importers.table import Skipped

FORMAT = "NEM12"
NAMES = ("from", "used", "meter", "unit", "quality")
ROLES: tuple[Role, ...] = ("when", "use", "name", "unit", "quality")
_DAY = 1440
_FIRST = 2


def of_records(records: Records) -> Made | None:
    """Every interval as a row."""
    if not records.rows or records.rows[0].cells[:2] != ["100", "NEM12"]:
        return None
    rows = []
    for row in _intervals(records.rows):
        rows.append(row)
        if len(rows) > MAX_ROWS:
            raise ImportRefused("too_many_rows", most=MAX_ROWS)
    kept = ("200", "300", "400")
    skipped = [
        Skipped(row.line, ",".join(row.cells), "title") for row in records.rows if pick(row.cells, 0) not in kept
    ]
    return Made(table_from(NAMES, rows, skipped[:50]), FORMAT, ROLES, "electricity")


def _intervals(rows: Sequence[Row]) -> Iterator[tuple[int, list[str]]]:
    meter, unit, minutes = "", "", 30
    day: list[tuple[int, list[str]]] = []
    for line, cells in rows:
        match pick(cells, 0):
            case "200":
                yield from day
                day = []
                meter = " ".join(filter(None, (pick(cells, 6) or pick(cells, 1), pick(cells, 4))))
                unit = {"KWH": "kWh", "WH": "Wh", "MWH": "MWh"}.get(pick(cells, 7).upper(), pick(cells, 7))
                length = pick(cells, 8)
                minutes = int(length) if length.isdigit() and 0 < int(length) <= _DAY else 30
            case "300":
                yield from day
                day = list(_day(line, cells, meter, unit, minutes))
            case "400":
                _mark(day, cells)
    yield from day


def _day(line: int, cells: Sequence[str], meter: str, unit: str, minutes: int) -> Iterator[tuple[int, list[str]]]:
    count = _DAY // minutes
    quality = QUALITY.get(pick(cells, _FIRST + count)[:1], "")
    text = pick(cells, 1)
    try:
        start = datetime.strptime(text, "%Y%m%d")  # noqa: DTZ007 (its offset is written behind it)
    except ValueError:
        yield line, [text, "", meter, unit, quality]
        return
    for number in range(count):
        at = start + timedelta(minutes=minutes * number)
        yield line, [f"{at:%Y-%m-%dT%H:%M:%S}{ZONE}", pick(cells, _FIRST + number), meter, unit, quality]


def _mark(day: list[tuple[int, list[str]]], cells: Sequence[str]) -> None:
    """Record 400: the quality of some intervals of the day before it."""
    first, last = pick(cells, 1), pick(cells, 2)
    if first.isdigit() and last.isdigit():
        for _, row in day[int(first) - 1 : int(last)]:
            row[-1] = QUALITY.get(pick(cells, 3)[:1], "")
