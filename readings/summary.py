"""What a reading round brought: the last reading of each meter, and what was used since the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from readings import queries, usage
from readings.consumption import Period
from readings.models import Quality, Reading
from sources.models import DataSource


@dataclass(frozen=True, slots=True)
class Line:
    """A reading (its source fetched) and the use since the one before; None for a level and for the first reading."""

    reading: Reading
    used: Period | None

    @property
    def source(self) -> DataSource:
        """What was read."""
        return self.reading.source

    @property
    def is_doubtful(self) -> bool:
        """Whether somebody is to look at it again."""
        return self.reading.quality_flag == Quality.QUESTIONABLE

    def was_written_by(self, user_id: int | None, since: datetime) -> bool:
        """Whether this person wrote it down after `since`, for whatever time."""
        return self.reading.created_by_id == user_id and self.reading.created_at > since

    def may_be_undone_by(self, user_id: int | None) -> bool:
        """Whether this person wrote it down, and nobody corrected it since."""
        return self.reading.created_by_id == user_id and self.reading.updated_at is None


def lines(sources: Sequence[DataSource]) -> list[Line]:
    """The last reading of each source that counts, in the order given; a number of queries that does not grow."""
    keys = [source.pk for source in sources]
    last, points = queries.last_of_each(keys) if keys else {}, queries.latest_each(keys, 2)
    counters = [source for source in sources if source.counting == "counter" and len(points[source.pk]) > 1]
    used = usage.used([(source, [[point.at for point in points[source.pk]]]) for source in counters])
    found = []
    for source in sources:
        if reading := last.get(source.pk):
            reading.source = source
            found.append(Line(reading, used[source.pk].runs[0][0] if source.pk in used else None))
    return found
