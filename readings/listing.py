"""A page of the readings table, by keyset, and what the dial moved by since the reading before each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import OuterRef, Subquery

from readings.consumption import Point
from readings.models import Quality, Reading
from readings.querysets import ReadingQuerySet
from readings.validators import Place
from sources.models import DataSource

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A reading and its change since the one before it that counts.

    change: in the source's unit; None for the first, for a bad one, for an amount, and where the meter was changed in
    between (`meter_changed`). A dial that rolled over moved on, not back.
    """

    reading: Reading
    change: Decimal | None
    meter_changed: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Readings, newest first, and whether there are more on either side."""

    readings: list[Reading]
    has_newer: bool
    has_older: bool


def page_of(shown: ReadingQuerySet, before: datetime | None = None, after: datetime | None = None) -> Page:
    """The newest readings of `shown`, or those next to an instant: no two readings of a source have the same."""
    if after is not None:
        found = list(shown.filter(recorded_at__gt=after).order_by("recorded_at")[: PAGE + 1])
        return Page(found[:PAGE][::-1], len(found) > PAGE, True)
    found = list(
        (shown if before is None else shown.filter(recorded_at__lt=before)).order_by("-recorded_at")[: PAGE + 1]
    )
    return Page(found[:PAGE], before is not None, len(found) > PAGE)


def with_previous(readings: ReadingQuerySet, source: DataSource) -> ReadingQuerySet:
    """The same readings, each with the time and value of the one before it that counts, which the index finds."""
    earlier = Reading.objects.of(source).counted().filter(recorded_at__lt=OuterRef("recorded_at"))
    last = earlier.order_by("-recorded_at")
    return readings.annotate(
        previous_at=Subquery(last.values("recorded_at")[:1]), previous_value=Subquery(last.values("value")[:1])
    )


def rows(source: DataSource, readings: Iterable[Reading]) -> list[Row]:
    """Rows for readings that went through with_previous, in the same order."""
    changes = list(source.meter_changes.values_list("changed_at", flat=True))
    return [_row(source, reading, changes) for reading in readings]


def _row(source: DataSource, reading: Reading, changes: list[datetime]) -> Row:
    before: datetime | None = reading.previous_at  # type: ignore[attr-defined]
    if before is None or reading.quality_flag == Quality.BAD or source.counting == "amount":
        return Row(reading, None, False)
    previous = Point(before, reading.previous_value)  # type: ignore[attr-defined]
    point = Point(reading.recorded_at, reading.value)
    step = Place(previous, None, source.digits if source.counting == "counter" else None, changes).step(previous, point)
    return Row(reading, step, step is None)
