"""The readings of a source as a CSV file: one line each, numbers with a point, times with their offset and in UTC."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from accounts.current import Actor
from readings.exports.rows import Exported, parts
from sources.cells import guarded
from sources.models import DataSource
from sources.numbers import format_number

BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheets that the file is UTF-8."""
COLUMNS = (
    *("recorded_at", "recorded_at_utc", "value", "unit", "quality", "note", "metadata", "id"),
    *("written_by", "written_at", "corrected_by", "corrected_at", "import_id"),
)
"""The head of the file: the same in every language, so that it can be read again."""


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_parts(source: DataSource, who: Actor) -> Iterator[str]:
    """The file, part by part, for `who`. Text that a spreadsheet might take for a formula is guarded."""
    writer = csv.writer(_Echo())
    zone, unit = source.zone, guarded(source.unit)
    yield BYTE_ORDER_MARK + writer.writerow(COLUMNS)
    for part in parts(source, who):
        yield "".join(writer.writerow(_cells(reading, unit, zone)) for reading in part)


def _cells(reading: Exported, unit: str, zone: ZoneInfo) -> list[str]:
    return [
        instant(reading.recorded_at, zone),
        instant(reading.recorded_at),
        format_number(reading.value),
        unit,
        reading.quality,
        guarded(reading.notes),
        as_json(reading.metadata) if reading.metadata else "",
        str(reading.public_id),
        guarded(reading.created_by),
        instant(reading.created_at),
        guarded(reading.updated_by),
        instant(reading.updated_at) if reading.updated_at else "",
        str(reading.import_id or ""),
    ]


def instant(at: datetime, zone: ZoneInfo | None = None) -> str:
    """An instant in ISO 8601, to the last digit that is stored: in UTC with a Z, else with the offset of `zone`."""
    if zone is None:
        return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return at.astimezone(zone).isoformat()


def as_json(value: object) -> str:
    """Plain data as JSON without spaces, readable in any script."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
