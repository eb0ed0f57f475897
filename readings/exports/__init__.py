"""Readings as they leave HomeLog: exact, complete, and written while they are being fetched.

    rows.py        what is exported of a reading, fetched part by part as the person who asked
    tables.py      a source's readings as the lines of a CSV file
    documents.py   a source with everything that belongs to it as a JSON document
    attached.py    what the photos of a source are kept as

An answer is sent after the request's transaction has ended, so each part is fetched in a transaction of its own, in
which that person acts. A right that ends meanwhile breaks the download off (ExportBroken): half a file that looks like
a whole one would be worse than none. Whose right it is to export is the views' matter.
"""

from readings.exports.attached import photos
from readings.exports.documents import json_parts
from readings.exports.rows import ExportBroken, Exported, parts
from readings.exports.tables import COLUMNS, csv_parts

__all__ = ["COLUMNS", "ExportBroken", "Exported", "csv_parts", "json_parts", "parts", "photos"]
