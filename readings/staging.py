"""How rows that were judged get into the table: COPY into a table of the transaction's own, then one INSERT from it,
as row-level security refuses COPY into the table itself. For readings/imports.py alone, which holds lock and rules.
"""

import json
from collections.abc import Sequence

from django.db import connection

from accounts.ids import uuid7
from readings.import_progress import PIECE, Progress
from readings.models import ImportBatch
from readings.placing import Judged

STAGE = """
CREATE TEMPORARY TABLE import_stage
    (public_id uuid, value numeric, recorded_at timestamptz, quality_flag text, notes text, metadata jsonb)
    ON COMMIT DROP
"""
COPY = "COPY import_stage (public_id, value, recorded_at, quality_flag, notes, metadata) FROM STDIN"
INSERT = """
INSERT INTO reading (public_id, source_id, value, recorded_at, quality_flag, notes, metadata, photo, created_at,
    created_by_id, import_batch_id)
SELECT public_id, %s, value, recorded_at, quality_flag, notes, metadata, '', %s, %s, %s
FROM import_stage ORDER BY recorded_at
ON CONFLICT DO NOTHING
"""
TAKEN = "SELECT public_id FROM reading WHERE source_id = %s AND public_id = ANY(%s)"
UNSTAGE = "DROP TABLE import_stage"
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": " "})


def write(batch: ImportBatch, rows: Sequence[Judged], progress: Progress, *, with_ids: bool) -> int:
    """Write the rows; the number of readings that were not there before.

    with_ids: a row keeps the id it brings. An id carries the history of a reading that had it before, so that is for
    who may put back any reading; for all others each row gets a new one.
    """
    if any(row.public_id for row in rows):
        rows = _with_free_ids(batch.source_id, rows) if with_ids else [row._replace(public_id=None) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.copy(COPY) as copy:
            for start in range(0, len(rows), PIECE):
                piece = rows[start : start + PIECE]
                copy.write("".join(map(as_line, piece)))
                progress.add(len(piece))
        cursor.execute(INSERT, [batch.source_id, batch.created_at, batch.created_by_id, batch.pk])
        stored: int = cursor.rowcount
        cursor.execute(UNSTAGE)
    return stored


def as_line(row: Judged) -> str:
    """A row as COPY takes it."""
    note = row.note.translate(_ESCAPED) if row.note else ""
    details = json.dumps(row.metadata, ensure_ascii=False).translate(_ESCAPED) if row.metadata else "{}"
    return f"{row.public_id or uuid7()}\t{row.value:f}\t{row.at}\t{row.quality}\t{note}\t{details}\n"


def _with_free_ids(source_id: int, rows: Sequence[Judged]) -> Sequence[Judged]:
    """The rows with the ids they bring, without those that another reading of this source, or an earlier row, has: such
    a row gets a new one. Readings of other sources are not looked at: an id tells readings of one source apart.
    """
    wanted = [row.public_id for row in rows if row.public_id]
    if not wanted:
        return rows
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, [source_id, wanted])
        taken = {public_id for (public_id,) in cursor.fetchall()}
    free = []
    for row in rows:
        free.append(row._replace(public_id=None) if row.public_id in taken else row)
        taken.add(row.public_id)
    return free
