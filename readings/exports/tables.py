"""Readings as a CSV file: one line each, numbers with a point, times with their offset and in UTC.

The file of one source holds its readings alone. That of a home, or of a source with what belongs to it, begins each
line with its meter and with what the line is (`record`): the meter itself, one of its rules, a meter change, a reading.
What the first three say stands as JSON where the details of a reading stand.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from accounts.current import Actor
from readings.exports.belongings import changes_of, facts_of, rules_of
from readings.exports.rows import Exported, looking_at, parts
from readings.exports.wanted import READINGS, Wanted
from readings.exports.words import as_json, instant
from sources.cells import guarded
from sources.models import DataSource

BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheets that the file is UTF-8."""
COLUMNS = (
    *("recorded_at", "recorded_at_utc", "value", "unit", "quality", "note", "metadata", "id"),
    *("written_by", "written_at", "corrected_by", "corrected_at", "import_id"),
)
"""The head of the file: the same in every language, so that it can be read again."""
METER_COLUMNS = ("meter", "meter_id", "record", *COLUMNS)
"""The head of a file that names its meters."""

Line = Sequence[str]


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_parts(source: DataSource, who: Actor, wanted: Wanted = READINGS) -> Iterator[str]:
    """The file of one source, part by part, for `who`. Text that a spreadsheet might take for a formula is guarded."""
    if wanted.belongings:
        yield from meters_csv_parts([source], who, wanted)
        return
    writer = csv.writer(_Echo())
    yield _mark(wanted) + writer.writerow(COLUMNS)
    with looking_at(who, [source]):
        for part in _cells_of(source, wanted):
            yield "".join(map(writer.writerow, part))


def meters_csv_parts(sources: Sequence[DataSource], who: Actor, wanted: Wanted = READINGS) -> Iterator[str]:
    """The file of several sources, one after the other, each with what belongs to it."""
    writer = csv.writer(_Echo())
    yield _mark(wanted) + writer.writerow(METER_COLUMNS)
    with looking_at(who, sources):
        for source in sources:
            meter = (guarded(source.name), str(source.public_id))
            yield "".join(writer.writerow((*meter, *line)) for line in _belonging(source))
            for part in _cells_of(source, wanted):
                yield "".join(writer.writerow((*meter, "reading", *line)) for line in part)


def _mark(wanted: Wanted) -> str:
    return BYTE_ORDER_MARK if wanted.bom else ""


def _belonging(source: DataSource) -> Iterator[Line]:
    """The lines that tell of a meter itself."""
    zone, rest = source.zone, [""] * len(COLUMNS[7:])
    unit = guarded(source.unit)
    yield ["meter", "", "", "", unit, "", "", as_json(facts_of(source)), *rest]
    for rule in rules_of(source):
        yield ["rule", "", "", "", unit, "", "", as_json(rule), *rest]
    for row, change in zip(source.meter_changes.all(), changes_of(source), strict=True):
        at = row.changed_at
        yield ["meter_change", instant(at, zone), instant(at), "", unit, "", "", as_json(change), *rest]


def _cells_of(source: DataSource, wanted: Wanted) -> Iterator[Iterable[Line]]:
    zone, unit = source.zone, guarded(source.unit)
    for part in parts(source, wanted):
        yield [_cells(reading, unit, zone) for reading in part]


def _cells(reading: Exported, unit: str, zone: ZoneInfo) -> Line:
    return [
        instant(reading.recorded_at, zone),
        reading.recorded_at_utc,
        reading.value,
        unit,
        reading.quality,
        guarded(reading.notes),
        reading.details,
        reading.public_id,
        guarded(reading.created_by),
        reading.created_at,
        guarded(reading.updated_by),
        reading.updated_at,
        reading.import_id,
    ]
