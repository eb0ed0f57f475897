"""The readings of a source in another unit: all in one statement, as part of what sources.conversion brings along.

Whoever has one of them open for correction is told that it changed (`Reading.version`); what the database keeps of
readings (falls, days) follows by itself. One entry of the log tells of all.
"""

from typing import Any

from django.db import connection
from django.utils import timezone as clock

from accounts.current import actor
from sources.conversion import shift, shifted
from sources.models import DataSource

CONVERT = f"""
UPDATE reading SET value = {shifted("value")}, updated_at = %(now)s, updated_by_id = %(person)s
WHERE source_id = %(source)s
"""  # noqa: S608 - our own text only


def convert_readings(sender: type[DataSource], source: DataSource, power: int, **kwargs: Any) -> int:
    """Multiply every reading of `source`, which is locked, by ten to the `power`; how many there are."""
    with connection.cursor() as cursor:
        about = {"now": clock.now(), "person": actor().user_id, "source": source.pk}
        cursor.execute(CONVERT, {**shift(power), **about})
        return int(cursor.rowcount)
