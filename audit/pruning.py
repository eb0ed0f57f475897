"""Removes old entries about looks from the log, and tells it there. What was changed never goes. Needs the owner.

A stretch loses its looks all at once, once the newest of them is old enough, it is sealed, and every place that the log
is shipped to has it. The database refuses anything but old looks that are as they were sealed (migration 0011).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone as clock

from audit.log import write

LEAST_DAYS = 90
STEP = 50
DUE = """
SELECT id FROM audit_seal
WHERE id > %(after)s AND views > 0 AND views_until < %(before)s
  AND id <= coalesce((SELECT min(seal_id) FROM audit_cursor), id)
  AND NOT EXISTS (SELECT FROM audit_pruned WHERE seal_id = audit_seal.id)
ORDER BY id LIMIT %(step)s
"""
DONE = "INSERT INTO audit_pruned SELECT unnest(%s::bigint[])"
PRUNE = "SELECT sum(audit_prune_stretch(id, %s)) FROM unnest(%s::bigint[]) AS id"


def prune(days: int) -> int:
    """Remove what is older than `days` in steps that nobody waits for; returns how many went. Raises ValueError for
    less than LEAST_DAYS, and DatabaseError where a stretch is not what was sealed: what was done before it stays done.
    """
    if days < LEAST_DAYS:
        raise ValueError(f"Entries about looks are kept for {LEAST_DAYS} days at least.")
    before, total = clock.now() - timedelta(days=days), 0
    for due in _due(before):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PRUNE, [before, due])
            gone = int(cursor.fetchone()[0])
            cursor.execute(DONE, [due])
            if gone:
                write("prune_views", {"before": before.isoformat(), "count": gone})
        total += gone
    return total


def _due(before: datetime) -> Iterator[list[int]]:
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(DUE, {"after": after, "before": before, "step": STEP})
            found = [key for (key,) in cursor.fetchall()]
        if not found:
            return
        yield found
        after = found[-1]
