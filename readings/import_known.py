"""What is stored already where the rows of a file would go: at their very times, and around them.

It costs what the file has rows, not what is stored: few readings are fetched as they lie, few rows among very many
readings are looked up one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from readings.consumption import Point
from readings.queries import around, rows_of
from sources.models import DataSource

BETWEEN = """
SELECT recorded_at, value, quality_flag FROM reading
WHERE source_id = %s AND recorded_at BETWEEN %s AND %s ORDER BY recorded_at LIMIT %s
"""
AT = """
SELECT recorded_at, value FROM unnest(%s::timestamptz[]) AS wanted (instant)
JOIN reading ON source_id = %s AND recorded_at = wanted.instant
"""
FEW = 1_000
"""So many readings are always fetched as they lie; more, where the file has half as many rows."""


@dataclass(frozen=True, slots=True)
class Known:
    """The values at the instants of a file's rows, and, oldest first, the readings next to each of them that count and
    that nobody doubts.
    """

    values: dict[datetime, Decimal] = field(default_factory=dict)
    points: Sequence[Point] = ()


def known_of(source: DataSource, instants: Sequence[datetime]) -> Known:
    """What is stored of `source`, which may be one that is not stored yet, at and around these instants."""
    if source.pk is None or not instants:
        return Known()
    first, last = min(instants), max(instants)
    most = max(2 * len(instants), FEW)
    found = rows_of(BETWEEN, source.pk, first, last, most + 1)
    if len(found) > most:
        wanted = "{" + ",".join(map(str, instants)) + "}"
        return Known(dict(rows_of(AT, wanted, source.pk)), around(source, instants, sure=True))
    inside = [Point(*row) for row in found if row[2] not in ("bad", "questionable")]
    edges = [point for point in around(source, [first, last], sure=True) if not first <= point.at <= last]
    points = [
        *(point for point in edges if point.at < first),
        *inside,
        *(point for point in edges if point.at > last),
    ]
    return Known({at: value for at, value, _ in found}, points)
