"""What is due, for tests that hold sources which were not fetched for it."""

from collections.abc import Sequence
from datetime import datetime

from readings.due import Due, due_sources, with_last_readings
from sources.models import DataSource


def dues_of(sources: Sequence[DataSource], now: datetime) -> list[Due]:
    """What due_sources says of these, as they are here, and of their readings as they are in the database."""
    stored = {
        each.pk: each for each in with_last_readings(DataSource.objects.filter(pk__in=[each.pk for each in sources]))
    }
    for each in sources:
        each.__dict__.update({name: vars(stored[each.pk])[name] for name in ("last_instants", "last_value")})
    return due_sources(sources, now)
