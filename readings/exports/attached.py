"""Which photos the readings of a source have, and what they are kept as."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from accounts.current import Actor, acting
from readings.models import Reading
from sources.models import DataSource

PART = 500


def photos(source: DataSource, who: Actor) -> Iterator[tuple[UUID, str]]:
    """The public id of each reading with a photo, oldest first, and the photo's name in the storage, as `who`."""
    after: datetime | None = None
    while True:
        with acting(who):
            readings = Reading.objects.of(source).exclude(photo="").order_by("recorded_at")
            readings = readings if after is None else readings.filter(recorded_at__gt=after)
            found = list(readings.values_list("public_id", "photo", "recorded_at")[:PART])
        yield from ((public_id, name) for public_id, name, _at in found)
        if len(found) < PART:
            return
        after = found[-1][2]
