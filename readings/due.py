"""Which meters are to be read now: the look-up for many sources at once. When a reading is due, plausibility.py says."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from readings.plausibility import INTERVALS, is_due
from sources.models import DataSource

# One index look-up per source, in one statement. Bad readings take no part, so a meter with only those is due.
LATEST = """
SELECT wanted.id, latest.recorded_at, latest.value
FROM unnest(%s::bigint[]) AS wanted (id)
CROSS JOIN LATERAL (
    SELECT recorded_at, value FROM reading
    WHERE source_id = wanted.id AND quality_flag <> 'bad'
    ORDER BY recorded_at DESC LIMIT %s
) AS latest
ORDER BY wanted.id, latest.recorded_at DESC
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A source, its last reading that counts (None where there is none), and whether the next one is due.

    days: calendar days of the source's zone since the last reading; 0 is today.
    """

    source: DataSource
    last_at: datetime | None
    last_value: Decimal | None
    days: int | None
    due: bool

    @property
    def read_today(self) -> bool:
        """Whether the meter was read today, by its own clock."""
        return self.days is not None and self.days <= 0


def due_sources(sources: Iterable[DataSource], now: datetime) -> list[Due]:
    """What is due at `now`, in the order of `sources` (their home and owner fetched); one query, however many."""
    sources = list(sources)
    latest = _latest([source.pk for source in sources])
    return [_due(source, latest[source.pk], now) for source in sources]


def _latest(ids: list[int]) -> dict[int, list[tuple[datetime, Decimal]]]:
    """The newest readings of each source, as many as its usual interval is worked out from; newest first."""
    found: dict[int, list[tuple[datetime, Decimal]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(LATEST, [ids, INTERVALS + 1])
        for source, at, value in cursor.fetchall():
            found[source].append((at, value))
    return found


def _due(source: DataSource, latest: list[tuple[datetime, Decimal]], now: datetime) -> Due:
    last_at, last_value = latest[0] if latest else (None, None)
    days = (_day(now, source) - _day(last_at, source)).days if last_at else None
    return Due(source, last_at, last_value, days, is_due(last_at, (at for at, _ in latest), now))


def _day(at: datetime, source: DataSource) -> datetime:
    return at.astimezone(source.zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
