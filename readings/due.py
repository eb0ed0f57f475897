"""Which meters are to be read now. When a reading is due, plausibility.py says; the walk through them is walk.py's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from readings.consumption import INTERVALS, Point
from readings.plausibility import is_due, is_silent
from readings.queries import latest_each
from sources.models import DataSource


@dataclass(frozen=True, slots=True)
class Due:
    """A source, its last reading that counts (None where there is none), and whether the next one is due.

    days: calendar days of the source's zone since the last reading; 0 is today. silent: it was not read for so long
    that it is not asked for any more, but whether to put it away.
    """

    source: DataSource
    last_at: datetime | None
    last_value: Decimal | None
    days: int | None
    due: bool
    silent: bool = False

    @property
    def read_today(self) -> bool:
        """Whether the meter was read today, by its own calendar."""
        return self.days is not None and self.days <= 0


def due_sources(sources: Iterable[DataSource], now: datetime) -> list[Due]:
    """What is due at `now`, in the order of `sources` (their home and owner fetched); one query, however many.

    A sum is never due: it is worked out.
    """
    sources = list(sources)
    latest = latest_each([source.pk for source in sources if not source.is_sum], INTERVALS + 1)
    return [_due(source, latest[source.pk], now) for source in sources]


def _due(source: DataSource, latest: Sequence[Point], now: datetime) -> Due:
    if source.is_sum:
        return Due(source, None, None, None, False)
    instants = [point.at for point in latest]
    due = is_due(instants[-1] if latest else None, instants, now, source.zone, source.rhythm)
    if not latest:
        return Due(source, None, None, None, due)
    last = latest[-1]
    silent = due and is_silent(last.at, instants, now, source.rhythm)
    return Due(source, last.at, last.value, days_since(last.at, now, source), due and not silent, silent)


def days_since(at: datetime, now: datetime, source: DataSource) -> int:
    """How many midnights of the source's zone lie between: 0 is today, 1 is yesterday."""
    return (now.astimezone(source.zone).date() - at.astimezone(source.zone).date()).days
