"""Which meters are to be read now, and the reading round through them. When a reading is due, plausibility.py says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from readings.consumption import INTERVALS, Point
from readings.plausibility import is_due
from readings.queries import latest_each
from sources.models import DataSource

NAMED_STEPS = 8


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
        """Whether the meter was read today, by its own calendar."""
        return self.days is not None and self.days <= 0


@dataclass(frozen=True, slots=True)
class Round:
    """A walk through the meters of a home, seen from one of them.

    steps: those that are due or were read today, in walking order; empty unless this one is among several.
    ahead: the next due meter after this one. following: the same, or else the first due one that was passed over.
    """

    steps: Sequence[Due]
    position: int
    ahead: DataSource | None
    following: DataSource | None

    @property
    def is_long(self) -> bool:
        """Whether it has too many steps to name each of them."""
        return len(self.steps) > NAMED_STEPS


def due_sources(sources: Iterable[DataSource], now: datetime) -> list[Due]:
    """What is due at `now`, in the order of `sources` (their home and owner fetched); one query, however many."""
    sources = list(sources)
    latest = latest_each([source.pk for source in sources], INTERVALS + 1)
    return [_due(source, latest[source.pk], now) for source in sources]


def round_at(source: DataSource, dues: Sequence[Due]) -> Round:
    """The reading round as it is at `source`, which `dues` may also lack."""
    place = next((number for number, due in enumerate(dues) if due.source == source), len(dues))
    ahead = [due.source for due in dues[place + 1 :] if due.due]
    passed = [due.source for due in dues[:place] if due.due]
    steps = [due for due in dues if due.due or due.read_today]
    here = next((number for number, due in enumerate(steps, 1) if due.source == source), 0)
    return Round(
        steps if here and len(steps) > 1 else [], here, next(iter(ahead), None), next(iter(ahead + passed), None)
    )


def _due(source: DataSource, latest: Sequence[Point], now: datetime) -> Due:
    due = is_due(latest[-1].at if latest else None, (point.at for point in latest), now)
    if not latest:
        return Due(source, None, None, None, due)
    last = latest[-1]
    return Due(source, last.at, last.value, days_since(last.at, now, source), due)


def days_since(at: datetime, now: datetime, source: DataSource) -> int:
    """How many midnights of the source's zone lie between: 0 is today, 1 is yesterday."""
    return (now.astimezone(source.zone).date() - at.astimezone(source.zone).date()).days
