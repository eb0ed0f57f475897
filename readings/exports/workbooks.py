"""Readings as a workbook (XLSX): a sheet of readings, and one each of the meters, their changes and their rules.

`value` and `local_time` are a number and a moment, to calculate with. So that nothing is lost, `decimals` says how many
digits stood after the point, and `recorded_at` is the exact time with its offset.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone as clock

from accounts.current import Actor
from readings.exports.belongings import PLAIN, changes_of, facts_of, rules_of
from readings.exports.rows import Exported, looking_at, parts
from readings.exports.sheets import Cell, Number, Sheet, package
from readings.exports.wanted import READINGS, Wanted
from readings.exports.words import as_json
from sources.archives import zipped
from sources.models import DataSource

READING_COLUMNS = (
    *(("meter", 24), ("local_time", 20), ("value", 14), ("unit", 8), ("quality", 13), ("note", 32), ("metadata", 20)),
    *(("recorded_at", 34), ("decimals", 9), ("meter_id", 38), ("id", 38), ("written_by", 16), ("written_at", 30)),
    *(("corrected_by", 16), ("corrected_at", 30), ("import_id", 38)),
)
METER_COLUMNS = (
    *(("name", 24), ("source_type", 14), ("unit", 8), ("counting", 10), ("digits", 8), ("decimals", 9)),
    *(("description", 32), ("place_name", 20), ("address", 24), ("meter_number", 18), ("rhythm", 10)),
    *(("archived_at", 30), ("parts", 20), ("id", 38)),
)
CHANGE_COLUMNS = (
    *(("meter", 24), ("changed_at", 30), ("old_final", 14), ("new_initial", 14), ("old_number", 18)),
    *(("new_number", 18), ("reason", 12), ("meter_id", 38)),
)
RULE_COLUMNS = (
    *(("meter", 24), ("min_value", 14), ("max_value", 14), ("max_per_day", 14), ("non_decreasing", 16)),
    *(("on_violation", 14), ("meter_id", 38)),
)
READINGS_SHEET, METERS_SHEET, CHANGES_SHEET, RULES_SHEET = "Readings", "Meters", "Meter changes", "Rules"


def xlsx_parts(sources: Sequence[DataSource], who: Actor, wanted: Wanted = READINGS) -> Iterator[bytes]:
    """The workbook of these sources, piece by piece, for `who`."""
    with looking_at(who, sources):
        yield from zipped(package(_sheets(sources, wanted)), clock.now(), large=False)


def _sheets(sources: Sequence[DataSource], wanted: Wanted) -> Iterator[Sheet]:
    rows = (part for source in sources for part in _readings(source, wanted))
    yield Sheet(READINGS_SHEET, READING_COLUMNS, rows)
    meters = [
        _told(facts_of(source), (*PLAIN, "meter_number", "rhythm", "archived_at", "parts", "id")) for source in sources
    ]
    yield Sheet(METERS_SHEET, METER_COLUMNS, [meters])
    yield Sheet(CHANGES_SHEET, CHANGE_COLUMNS, [_of_each(sources, changes_of, CHANGE_COLUMNS)])
    yield Sheet(RULES_SHEET, RULE_COLUMNS, [_of_each(sources, rules_of, RULE_COLUMNS)])


def _of_each(sources: Sequence[DataSource], told: Any, columns: Sequence[tuple[str, int]]) -> Iterator[list[Cell]]:
    names = [name for name, _width in columns[1:-1]]
    for source in sources:
        for facts in told(source):
            yield [source.name, *_told(facts, names), str(source.public_id)]


def _told(facts: dict[str, Any], names: Sequence[str]) -> list[Cell]:
    """Facts as text, which no spreadsheet rounds."""
    return [_word(facts.get(name)) for name in names]


def _word(fact: object) -> str:
    if fact is None or isinstance(fact, bool):
        return {None: "", True: "yes", False: "no"}[fact]
    return as_json(fact) if isinstance(fact, list) else str(fact)


def _readings(source: DataSource, wanted: Wanted) -> Iterator[list[list[Cell]]]:
    zone, name, key, unit = source.zone, source.name, str(source.public_id), source.unit
    for part in parts(source, wanted):
        yield [_cells(reading, zone, name, key, unit) for reading in part]


def _cells(reading: Exported, zone: ZoneInfo, name: str, key: str, unit: str) -> list[Cell]:
    local = reading.recorded_at.astimezone(zone)
    return [
        name,
        local.replace(tzinfo=UTC),
        Number(reading.value),
        unit,
        reading.quality,
        reading.notes,
        reading.details,
        local.isoformat(),
        Number(len(reading.value.partition(".")[2])),
        key,
        reading.public_id,
        reading.created_by,
        reading.created_at,
        reading.updated_by,
        reading.updated_at,
        reading.import_id,
    ]
