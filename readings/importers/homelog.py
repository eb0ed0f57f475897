"""HomeLog's own files (readings/exports): CSV and JSON of a source or a home, read again to the last letter. A workbook
is read in homelog_book.py.

Cells of other files lose the space around them, and their line ends become alike. Here they stay what they were, and
what else belongs to a reading comes along beside the table (Kept): quality, note, details, and its public id. What
belongs to its meter comes along as well (origins.py).
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any
from uuid import UUID

from readings.importers.documents import plain
from readings.importers.errors import ImportRefused
from readings.importers.made import Kept, Made, table_from
from readings.importers.origins import Origin, labelled, origin_of
from readings.importers.roles import Role
from sources.cells import unguarded

FORMAT = "HomeLog"
DOCUMENT, HOME_DOCUMENT = "homelog/source", "homelog/home"
VERSION = 1
HEAD = (
    "recorded_at,recorded_at_utc,value,unit,quality,note,metadata,id,"
    "written_by,written_at,corrected_by,corrected_at,import_id"
)
METER_HEAD = f"meter,meter_id,record,{HEAD}"
QUALITIES = frozenset(("good", "questionable", "bad", "estimated"))
NAMES = ("recorded_at", "value", "unit", "quality", "note")
ROLES: tuple[Role, ...] = ("when", "dial", "unit", "quality", "note")
_WIDTH = HEAD.count(",") + 1
_BEFORE = 3
"""How many cells of a line tell of its meter."""

Found = tuple[int, Sequence[str], Kept]
Meter = tuple[Origin, Sequence[Found]]


def of_text(text: str) -> Made | None:
    """The CSV file, told by its whole first line. Raises ImportRefused: "no_readings", "open_quote", and as made."""
    text = text.removeprefix("\ufeff")
    if _begins(text, METER_HEAD):
        return made_of(_meters(_lines(text)))
    if _begins(text, HEAD):
        return _made(NAMES, ROLES, (_of_cells(line, cells) for line, cells in _lines(text)))
    return None


def of_document(document: object, text: str) -> Made | None:
    """The JSON document; `text` is read once more, as details keep their numbers and words apart.

    Raises ImportRefused: "no_readings", "not_json", "newer_homelog", and as made.
    """
    if not isinstance(document, Mapping) or document.get("format") not in (DOCUMENT, HOME_DOCUMENT):
        return None
    if document.get("version") != str(VERSION):
        raise ImportRefused("newer_homelog")
    try:
        exact = json.loads(text)
    except ValueError as error:
        # A whole number with more digits than Python reads.
        raise ImportRefused("not_json", line=1) from error
    sources = exact.get("sources") if document["format"] == HOME_DOCUMENT else [exact]
    if not isinstance(sources, list) or not all(isinstance(each, dict) for each in sources):
        raise ImportRefused("no_readings")
    return made_of(_of_sources(sources))


def made_of(meters: Iterable[Meter]) -> Made:
    """A table of all readings, each with the name of its meter. Raises ImportRefused: "no_readings", and as made."""
    known = list(meters)
    origins = labelled(origin for origin, _found in known)
    rows = (
        (line, (*cells, label), kept)
        for label, (_origin, found) in zip(origins, known, strict=True)
        for line, cells, kept in found
    )
    return _made((*NAMES, "meter"), (*ROLES, "name"), rows, origins)


def key_of(said: object) -> UUID | None:
    """The public id of a reading."""
    try:
        return UUID(said) if isinstance(said, str) else None
    except ValueError:
        return None


def details_of(cell: str) -> Any:
    """What a cell says of a reading's details; the cell itself where it cannot be read, which no door accepts."""
    try:
        return json.loads(cell) if cell else None
    except (ValueError, RecursionError):
        return cell


def found_of(line: int, cells: Sequence[str], kept: Kept) -> Found:
    """A row of moment, value, unit, quality and note, and what is kept beside it, as it can be stored."""
    at, value, unit, quality, _note = cells
    note = _whole(kept.note)
    known = quality if quality in QUALITIES else ""
    return line, (at, value, unit, quality, plain(note)), kept._replace(quality=known, note=note)


def _made(
    names: Sequence[str], roles: tuple[Role, ...], found: Iterable[Found], origins: Mapping[str, Origin] | None = None
) -> Made:
    rows: list[tuple[int, Sequence[str]]] = []
    kept: dict[int, Kept] = {}
    for line, cells, beside in found:
        rows.append((line, cells))
        kept[line] = beside
    return Made(table_from(names, rows), FORMAT, roles, kept=kept, origins=origins or {})


def _begins(text: str, head: str) -> bool:
    return text[: len(head)] == head and text[len(head) :][:1] in ("", "\r", "\n")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if line > 1 and cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise ImportRefused("open_quote", line=line) from error


def _meters(lines: Iterable[tuple[int, list[str]]]) -> Iterator[Meter]:
    """The meters of a file that names them, in the order in which they begin."""
    meters: dict[str, tuple[dict[str, list[Any]], list[Found]]] = {}
    names: dict[str, str] = {}
    for line, cells in lines:
        name, key, record, *rest = (*cells, "", "", "")[: max(len(cells), _BEFORE)]
        told, found = meters.setdefault(key or name, ({}, []))
        names.setdefault(key or name, unguarded(name))
        if record in ("meter", "rule", "meter_change"):
            told.setdefault(record, []).append(details_of((*rest, *[""] * _WIDTH)[6]))
        else:
            found.append(_of_cells(line, rest))
    for key, (told, found) in meters.items():
        facts = next(iter(told.get("meter", [])), None)
        if not isinstance(facts, Mapping):
            facts = {"id": key, "name": names[key], "unit": found[0][1][2] if found else ""}
        yield origin_of(facts, told.get("meter_change"), told.get("rule")), found


def _of_sources(sources: Iterable[dict[str, Any]]) -> Iterator[Meter]:
    line = 0
    for source in sources:
        readings = source.get("readings")
        if not isinstance(readings, list) or not all(isinstance(each, dict) for each in readings):
            raise ImportRefused("no_readings")
        origin = origin_of(source.get("source"), source.get("meter_changes"), source.get("rules"))
        yield origin, [_of_reading(line + number, each, origin.unit) for number, each in enumerate(readings, start=1)]
        line += len(readings)


def _of_cells(line: int, cells: Sequence[str]) -> Found:
    at, _utc, value, unit, quality, note, details, key = (*cells, *[""] * _WIDTH)[:8]
    kept = Kept("", unguarded(note), details_of(details), key_of(key))
    number, told, beside = found_of(line, (at.strip(), value.strip(), unguarded(unit), quality, ""), kept)
    return number, (*told, *cells[_WIDTH:]) if len(cells) > _WIDTH else told, beside


def _of_reading(number: int, reading: dict[str, Any], unit: str) -> Found:
    at, value, quality = (plain(reading.get(name)) for name in ("recorded_at", "value", "quality"))
    note = reading.get("note")
    kept = Kept("", note if isinstance(note, str) else "", reading.get("metadata"), key_of(reading.get("id")))
    return found_of(number, (at, value, unit, quality, ""), kept)


def _whole(note: str) -> str:
    """A note without what can be written in JSON but not be stored: half a character, and the character zero."""
    return note.encode("utf-8", "replace").decode().replace("\0", " ")
