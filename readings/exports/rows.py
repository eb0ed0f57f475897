"""What is exported of a reading, and fetching the readings of a source part by part, the oldest first."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf

from accounts.current import Actor, acting
from readings.models import Reading
from readings.querysets import ReadingQuerySet
from sources.models import DataSource

PART = 5000
"""How many readings are fetched at a time: memory holds no more of them, however many there are."""


class ExportBroken(RuntimeError):
    """The person may not export this source any more; the file that was begun is broken off."""


class Exported(NamedTuple):
    """A reading as it is exported: instants aware, people by the names that others see, "" where there is none."""

    public_id: UUID
    recorded_at: datetime
    value: Decimal
    quality: str
    notes: str
    metadata: dict[str, Any]
    photo: str
    created_at: datetime
    created_by: str
    updated_at: datetime | None
    updated_by: str
    import_id: UUID | None


def parts(source: DataSource, who: Actor) -> Iterator[list[Exported]]:
    """The readings of `source`, oldest first, at most PART at a time, each fetched as `who`. Raises ExportBroken."""
    after: datetime | None = None
    while True:
        with acting(who):
            if not DataSource.objects.filter(pk=source.pk).exists():
                raise ExportBroken(f"source {source.public_id} cannot be seen any more")
            readings = Reading.objects.of(source)
            found = _fetched(readings if after is None else readings.filter(recorded_at__gt=after))
        if found:
            yield found
        if len(found) < PART:
            return
        after = found[-1].recorded_at


def _fetched(readings: ReadingQuerySet) -> list[Exported]:
    rows = readings.order_by("recorded_at").values_list(
        *("public_id", "recorded_at", "value", "quality_flag", "notes", "metadata", "photo", "created_at"),
        _name("created_by"),
        "updated_at",
        _name("updated_by"),
        F("import_batch__public_id"),
    )
    return [Exported(*row) for row in rows[:PART]]


def _name(key: str) -> Coalesce:
    """The name of a person as others see it (User.get_short_name)."""
    return Coalesce(NullIf(f"{key}__display_name", Value("")), f"{key}__username", Value(""))
