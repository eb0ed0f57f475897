"""Readings as they leave HomeLog: exact, complete, and written while they are being fetched.

    wanted.py      what somebody wants of an export
    rows.py        what is exported of a reading, fetched part by part
    belongings.py  what belongs to a source beside its readings
    tables.py      a CSV file of one source or of several
    workbooks.py   a workbook (XLSX); sheets.py writes it down
    documents.py   a source, or a home with all its sources, as a JSON document
    sections.py    what floors above add to a document: the history
    attached.py    what the photos of a source are kept as

An answer is sent after the request's transaction has ended, so a file is fetched in one of its own, in which that
person looks at one state of everything (accounts.current.looking): a reading whose time is corrected meanwhile is
neither missed nor told twice. Rights are those of its beginning. A file that cannot be whole is broken off
(ExportBroken): half a file that looks like a whole one would be worse than none. Whose right it is to export is the
views' matter.
"""

from readings.exports.attached import photos
from readings.exports.documents import home_json_parts, json_parts
from readings.exports.rows import ExportBroken, Exported, parts
from readings.exports.tables import COLUMNS, csv_parts, meters_csv_parts
from readings.exports.wanted import EVERYTHING, READINGS, Wanted
from readings.exports.workbooks import xlsx_parts

__all__ = [
    "COLUMNS",
    "EVERYTHING",
    "READINGS",
    "ExportBroken",
    "Exported",
    "Wanted",
    "csv_parts",
    "home_json_parts",
    "json_parts",
    "meters_csv_parts",
    "parts",
    "photos",
    "xlsx_parts",
]
