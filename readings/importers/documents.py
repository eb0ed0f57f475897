"""JSON: read without floats, not too deep, and the list in it that holds the readings."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from readings.importers.errors import ImportRefused
from readings.importers.records import MAX_COLUMNS, MAX_ROWS, Records, Row

MAX_DEPTH = 20
_LISTS_LOOKED_AT = 10_000


def read_json(text: str) -> Any:
    """A JSON text with every number as the text that it is written in.

    Raises ImportRefused: "not_json" (also for NaN and infinities), "too_deep".
    """
    if _depth(text) > MAX_DEPTH:
        raise ImportRefused("too_deep")
    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise ImportRefused("not_json", line=error.lineno) from error
    except RecursionError as error:
        raise ImportRefused("too_deep") from error


def plain(value: object) -> str:
    """A value of JSON as it would stand in a table; what holds others is none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return ""
    # Half a character and the character zero can be written in JSON, but stand for nothing.
    return " ".join(value.encode("utf-8", "replace").decode().replace("\0", " ").split())


def records_of(document: object) -> Records:
    """The longest list of rows in a document as records: of objects their values by name, of lists their items.

    Raises ImportRefused: "no_readings", "too_many_rows", "too_many_columns".
    """
    rows = max(_lists(document), key=len, default=[])
    if not rows:
        raise ImportRefused("no_readings")
    if len(rows) > MAX_ROWS:
        raise ImportRefused("too_many_rows", most=MAX_ROWS)
    if not isinstance(rows[0], Mapping):
        return Records(";", [Row(index, [plain(cell) for cell in row]) for index, row in enumerate(rows, start=1)])
    names = list(dict.fromkeys(name for row in rows if isinstance(row, Mapping) for name in row))
    if len(names) > MAX_COLUMNS:
        raise ImportRefused("too_many_columns", line=1, most=MAX_COLUMNS)
    header = Row(0, [plain(name) for name in names])
    cells = ([plain(row.get(name)) for name in names] if isinstance(row, Mapping) else [] for row in rows)
    return Records(";", [header, *(Row(index, found) for index, found in enumerate(cells, start=1))])


def _lists(document: object) -> Iterator[list]:
    """Every list of objects, or of lists, level by level."""
    level, looked_at = [document], 0
    while level and looked_at < _LISTS_LOOKED_AT:
        following: list[object] = []
        for each in level:
            looked_at += 1
            if isinstance(each, list):
                if each and isinstance(each[0], Mapping | list):
                    if all(isinstance(item, type(each[0])) for item in each):
                        yield each
                    following.extend(each[:_LISTS_LOOKED_AT])
            elif isinstance(each, Mapping):
                following.extend(each.values())
        level = following


def _depth(text: str) -> int:
    """How deeply brackets are packed; those within words count as well, which only makes it stricter."""
    depth = deepest = 0
    for mark in text:
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest


def _no_number(_text: str) -> Any:
    raise ImportRefused("not_json", line=1)
