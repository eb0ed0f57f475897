"""From the bytes of a file, of whatever sort, to a table: text, workbook, JSON or XML, and the formats known by name.

A format known by name makes a table of its own and says what its columns are; every other file is a table of any kind.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from readings.importers import documents, greenbutton, homelog, named, workbook
from readings.importers.errors import ImportRefused
from readings.importers.made import Kept, Made
from readings.importers.origins import Origin
from readings.importers.records import Records, Separator, read_records
from readings.importers.roles import Role
from readings.importers.table import Table, table_of
from readings.importers.text import MAX_BYTES, MEGABYTE, decode

_PACKED = {
    b"\x1f\x8b": "an_archive",
    b"7z\xbc\xaf": "an_archive",
    b"Rar!": "an_archive",
    b"\xd0\xcf\x11\xe0": "old_workbook",
}


class Content(NamedTuple):
    """A file as a table: what sort of file it was ("CSV", "text", "XLSX", "JSON", "XML"), how its letters were stored,
    the name of its format or "", and what that format says beyond the table.
    """

    sort: str
    encoding: str
    table: Table
    format: str = ""
    roles: tuple[Role, ...] = ()
    kind: str = ""
    shift: timedelta = timedelta(0)
    kept: Mapping[int, Kept] = {}
    origins: Mapping[str, Origin] = {}


def open_file(data: bytes, separator: Separator | None = None) -> Content:
    """Find the table in a file. Raises ImportRefused with a sentence where there is none."""
    if len(data) > MAX_BYTES:
        raise ImportRefused("too_large", most=MAX_BYTES // MEGABYTE)
    for packed, code in _PACKED.items():
        if data.startswith(packed):
            raise ImportRefused(code)
    if data.startswith(b"PK\x03\x04"):
        book = workbook.read_workbook(data)
        return _of_made("XLSX", "", book) if isinstance(book, Made) else _of_records("XLSX", "", Records(";", book))
    text, encoding = decode(data)
    start = text.lstrip()[:1]
    if start in ("{", "["):
        document = documents.read_json(text)
        return _of_made("JSON", encoding, homelog.of_document(document, text) or named.of_document(document))
    if start == "<":
        return _of_made("XML", encoding, greenbutton.read_green_button(text))
    if made := homelog.of_text(text):
        return _of_made("CSV", encoding, made)
    records = read_records(text, separator)
    return _of_records("CSV" if records.separator in ";," else "text", encoding, records)


def _of_records(sort: str, encoding: str, records: Records) -> Content:
    if found := named.of_records(records):
        return _of_made(sort, encoding, found)
    table = table_of(records)
    if found := named.of_table(table):
        return _of_made(sort, encoding, found)
    return Content(sort, encoding, table)


def _of_made(sort: str, encoding: str, made: Made) -> Content:
    return Content(sort, encoding, made.table, made.format, made.roles, made.kind, made.shift, made.kept, made.origins)
