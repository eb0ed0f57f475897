"""HomeLog's own files (readings/exports): the readings of a source as CSV or JSON, read again to the last letter.

Cells of other files lose the space around them, and their line ends become alike. Here they stay what they were, and
what else belongs to a reading comes along beside the table (Kept): quality, note, details, and its public id.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any
from uuid import UUID

from readings.importers.documents import plain
from readings.importers.errors import ImportRefused
from readings.importers.made import Kept, Made, table_from
from readings.importers.roles import Role
from sources.cells import unguarded

FORMAT = "HomeLog"
DOCUMENT = "homelog/source"
VERSION = 1
HEAD = (
    "recorded_at,recorded_at_utc,value,unit,quality,note,metadata,id,"
    "written_by,written_at,corrected_by,corrected_at,import_id"
)
QUALITIES = frozenset(("good", "questionable", "bad", "estimated"))
NAMES = ("recorded_at", "value", "unit", "quality", "note")
ROLES: tuple[Role, ...] = ("when", "dial", "unit", "quality", "note")
_WIDTH = HEAD.count(",") + 1

Found = tuple[int, Sequence[str], Kept]


def of_text(text: str) -> Made | None:
    """The CSV file, told by its whole first line. Raises ImportRefused: "no_readings", "open_quote", and as made."""
    text = text.removeprefix("\ufeff")
    if text[: len(HEAD)] != HEAD or text[len(HEAD) :][:1] not in ("", "\r", "\n"):
        return None
    return _made(_lines(text))


def of_document(document: object, text: str) -> Made | None:
    """The JSON document; `text` is read once more, as details keep their numbers and words apart.

    Raises ImportRefused: "no_readings", "not_json", and as made.
    """
    if not isinstance(document, Mapping) or document.get("format") != DOCUMENT:
        return None
    if document.get("version") != str(VERSION):
        raise ImportRefused("newer_homelog")
    try:
        exact = json.loads(text)
    except ValueError as error:
        # A whole number with more digits than Python reads.
        raise ImportRefused("not_json", line=1) from error
    source, readings = exact.get("source"), exact.get("readings")
    if not isinstance(readings, list) or not all(isinstance(each, dict) for each in readings):
        raise ImportRefused("no_readings")
    unit = plain(source.get("unit")) if isinstance(source, dict) else ""
    return _made(_of_reading(number, each, unit) for number, each in enumerate(readings, start=1))


def _made(found: Iterator[Found]) -> Made:
    rows: list[tuple[int, Sequence[str]]] = []
    kept: dict[int, Kept] = {}
    for line, cells, beside in found:
        rows.append((line, cells))
        kept[line] = beside
    return Made(table_from(NAMES, rows), FORMAT, ROLES, kept=kept)


def _lines(text: str) -> Iterator[Found]:
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if line > 1 and cells:
                yield _of_cells(line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise ImportRefused("open_quote", line=line) from error


def _of_cells(line: int, cells: list[str]) -> Found:
    at, _utc, value, unit, quality, note, details, key = (*cells, *[""] * _WIDTH)[:8]
    extra = cells[_WIDTH:]
    kept = Kept(_quality(quality), _whole(unguarded(note)), _details(details), _key(key))
    return line, (at.strip(), value.strip(), unguarded(unit), quality, plain(note), *extra), kept


def _of_reading(number: int, reading: dict[str, Any], unit: str) -> Found:
    at, value, quality = (plain(reading.get(name)) for name in ("recorded_at", "value", "quality"))
    note = reading.get("note")
    whole = _whole(note) if isinstance(note, str) else ""
    kept = Kept(_quality(quality), whole, reading.get("metadata"), _key(reading.get("id")))
    return number, (at, value, unit, quality, plain(whole)), kept


def _quality(said: str) -> str:
    return said if said in QUALITIES else ""


def _whole(note: str) -> str:
    """A note without what can be written in JSON but not be stored: half a character, and the character zero."""
    return note.encode("utf-8", "replace").decode().replace("\0", " ")


def _details(cell: str) -> object:
    """What a cell says of a reading's details; the cell itself where it cannot be read, which no door accepts."""
    try:
        return json.loads(cell) if cell else None
    except (ValueError, RecursionError):
        return cell


def _key(said: object) -> UUID | None:
    try:
        return UUID(said) if isinstance(said, str) else None
    except ValueError:
        return None
