"""What is exported of a reading, and fetching the readings of a source part by part, the oldest first."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from accounts.current import Actor, looking
from readings.exports.wanted import READINGS, Wanted
from sources.models import DataSource

PART = 5000
"""How many readings are fetched at a time: memory holds no more of them, however many there are."""
LONGEST = 60 * 60
"""For how many seconds at most a file may be fetched: while it is, the database keeps for it what others deleted."""

STORED = "SELECT id, unit, digits, decimals FROM data_source WHERE id = ANY(%s)"
SEEN = "SELECT 1 FROM data_source WHERE id = %s"
ROWS = """
SELECT r.public_id::text, r.recorded_at, {recorded_at}, r.value::text, r.quality_flag, r.notes,
    CASE WHEN r.metadata = '{{}}' THEN '' ELSE r.metadata::text END, r.photo,
    {created_at}, coalesce(nullif(c.display_name, ''), c.username, ''),
    coalesce({updated_at}, ''), coalesce(nullif(u.display_name, ''), u.username, ''), coalesce(b.public_id::text, '')
FROM reading r LEFT JOIN "user" c ON c.id = r.created_by_id LEFT JOIN "user" u ON u.id = r.updated_by_id
    LEFT JOIN import_batch b ON b.id = r.import_batch_id
WHERE r.source_id = %s AND r.recorded_at > %s AND r.recorded_at < %s ORDER BY r.recorded_at LIMIT %s
""".format(
    **{
        name: f"replace(to_char(r.{name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), '.000000Z', 'Z')"
        for name in ("recorded_at", "created_at", "updated_at")
    }
)
FIRST, LAST = "-infinity", "infinity"
MICROSECOND = timedelta(microseconds=1)


class ExportBroken(RuntimeError):
    """The person may not export this source any more, or it takes too long; the file that was begun is broken off."""


class Exported(NamedTuple):
    """A reading as it is exported: text as the database writes it down, instants in UTC as words.instant has them,
    details as JSON, people by the names that others see (User.get_short_name), and "" where there is nothing.
    """

    public_id: str
    recorded_at: datetime
    recorded_at_utc: str
    value: str
    quality: str
    notes: str
    details: str
    photo: str
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str
    import_id: str


@contextmanager
def looking_at(who: Actor, sources: Sequence[DataSource]) -> Iterator[None]:
    """As accounts.current.looking, with these sources in the unit that their readings have there: a file may begin long
    after they were fetched, and somebody may have changed it.
    """
    with looking(who):
        known = {source.pk: source for source in sources}
        with connection.cursor() as cursor:
            cursor.execute(STORED, [list(known)])
            for key, *dial in cursor.fetchall():
                known[key].unit, known[key].digits, known[key].decimals = dial
        yield


def parts(source: DataSource, wanted: Wanted = READINGS) -> Iterator[list[Exported]]:
    """The readings of `source`, oldest first, at most PART at a time, inside of `looking_at`: whoever
    looks there sees them as they were when that began. Raises ExportBroken.
    """
    begun = time.monotonic()
    # The last instant before it that can be stored.
    after = (wanted.since - MICROSECOND).isoformat() if wanted.since else FIRST
    with connection.cursor() as cursor:
        cursor.execute(SEEN, [source.pk])
        if cursor.fetchone() is None:
            raise ExportBroken(f"source {source.public_id} cannot be seen any more")
    while True:
        with connection.cursor() as cursor:
            cursor.execute(ROWS, [source.pk, after, wanted.until or LAST, PART])
            found = list(map(Exported._make, cursor.fetchall()))
        if found:
            yield found
        if len(found) < PART:
            return
        if time.monotonic() - begun > LONGEST:
            raise ExportBroken(f"source {source.public_id} is fetched too slowly")
        after = found[-1].recorded_at.isoformat()
