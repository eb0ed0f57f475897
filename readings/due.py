"""Which meters are to be read now. When a reading is due, plausibility.py says; the walk through them is walk.py's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery

from readings.consumption import INTERVALS
from readings.models import Reading
from readings.plausibility import is_due, is_silent
from sources.models import DataSource
from sources.querysets import SourceQuerySet

MANY = INTERVALS + 1


@dataclass(frozen=True, slots=True)
class Due:
    """A source, its last reading that counts (None where there is none), and whether the next one is due.

    days: calendar days of the source's zone since the last reading; 0 is today. silent: it was not read for so long
    that it is not asked for any more, but whether to put it away. times: how often it was read today; of more
    than MANY, MANY.
    """

    source: DataSource
    last_at: datetime | None
    last_value: Decimal | None
    days: int | None
    due: bool
    silent: bool = False
    times: int = 0


def with_last_readings(sources: SourceQuerySet) -> SourceQuerySet:
    """The same sources with what `due_sources` asks of each, in the same statement: when its last readings that count
    were taken, and what the last one says.
    """
    latest = Reading.objects.filter(source=OuterRef("pk")).counted().order_by("-recorded_at")
    return sources.annotate(
        last_instants=ArraySubquery(latest.values("recorded_at")[:MANY]),
        last_value=Subquery(latest.values("value")[:1]),
    )


def due_sources(sources: Iterable[DataSource], now: datetime) -> list[Due]:
    """What is due at `now`, in the order of `sources`, which are of `with_last_readings`; no query.

    A sum is never due: it is worked out.
    """
    return [_due(source, now) for source in sources]


def _due(source: Any, now: datetime) -> Due:
    if source.is_sum:
        return Due(source, None, None, None, False)
    instants: list[datetime] = sorted(source.last_instants)
    last_at = instants[-1] if instants else None
    due = is_due(last_at, instants, now, source.zone, source.rhythm)
    if last_at is None:
        return Due(source, None, None, None, due)
    silent = due and is_silent(last_at, instants, now, source.rhythm)
    days = days_since(last_at, now, source)
    times = sum(days_since(at, now, source) <= 0 for at in instants) if days <= 0 else 0
    return Due(source, last_at, source.last_value, days, due and not silent, silent, times)


def days_since(at: datetime, now: datetime, source: DataSource) -> int:
    """How many midnights of the source's zone lie between: 0 is today, 1 is yesterday."""
    return (now.astimezone(source.zone).date() - at.astimezone(source.zone).date()).days
