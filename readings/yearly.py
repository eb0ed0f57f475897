"""A year of a home on a sheet: what each source used, what its dial showed at the ends, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from readings import queries, usage
from readings.consumption import Level, Period, Point, total_at
from readings.localtime import month_starts
from readings.sums import Made
from readings.turns import Turn, merged
from readings.usage import Used
from sources.models import DataSource, MeterChange


@dataclass(frozen=True)
class End:
    """What a dial showed at an end of the year; is_read: a reading lies on it, else it lies between two readings."""

    at: datetime
    value: Decimal
    is_read: bool


@dataclass(frozen=True)
class Sheet:
    """A source in a year. months: use of a counter or of amounts; levels: the range of anything else. year: all of it.

    first, last: the first and the last reading within the year. start, end: the dial at its boundaries; None where no
    reading reaches them. turns: where another dial went on, noted or told by the readings. falls, odd: of the whole
    year, see readings.usage.Used. made: of a sum, what it consists of.
    """

    source: DataSource
    first: Point | None
    last: Point | None
    start: End | None
    end: End | None
    months: list[Period]
    year: Period | None
    levels: list[Level]
    level: Level | None
    turns: list[Turn]
    falls: int = 0
    odd: int = 0
    made: Made | None = None

    @property
    def spread(self) -> list[Period]:
        """The months whose use is spread evenly between readings that are far apart."""
        return [month for month in self.months if month.state == "spread"]

    @property
    def estimated(self) -> list[Period]:
        """The months that rest on an estimated reading."""
        return [month for month in self.months if month.state == "estimated"]

    @property
    def doubtful(self) -> list[Period]:
        """The months that rest on a questionable reading."""
        return [month for month in self.months if month.doubtful]

    @property
    def says_something(self) -> bool:
        """Whether anything is known of the year, or why nothing can be."""
        used = self.year is not None and self.year.use is not None
        return used or self.first is not None or (self.made is not None and bool(self.made.fault))

    @property
    def below_zero(self) -> bool:
        """Whether a sum came to less than nothing in a month."""
        return self.made is not None and any(month.use is not None and month.use < 0 for month in self.months)

    @property
    def is_worked_out(self) -> bool:
        """Whether the dial was not read at the very beginning or the very end of the year."""
        return any(end is not None and not end.is_read for end in (self.start, self.end))

    @property
    def is_whole(self) -> bool:
        """Whether readings cover the year from end to end."""
        return self.year is not None and (self.year.since, self.year.until) == (self.year.start, self.year.end)


def sheets(sources: Sequence[DataSource], year: int) -> list[Sheet]:
    """A sheet for each source, in the order given; as many queries however many sources."""
    runs = {source.pk: month_starts(date(year, 1, 1), 13, source.zone) for source in sources}
    wanted = [(source, [runs[source.pk], [runs[source.pk][0], runs[source.pk][-1]]]) for source in sources]
    used, levels = usage.used(wanted), usage.levels(wanted)
    ends = queries.ends_each((source.pk, runs[source.pk][0], runs[source.pk][-1]) for source in sources)
    changes: dict[int, list[MeterChange]] = {source.pk: [] for source in sources}
    for change in MeterChange.objects.filter(source__in=sources).order_by("changed_at"):
        changes[change.source_id].append(change)
    return [
        _sheet(source, runs[source.pk], used.get(source.pk), levels.get(source.pk), ends[source.pk], changes[source.pk])
        for source in sources
    ]


def years(sources: Sequence[DataSource]) -> list[int]:
    """The years from the first reading of any of the sources to the last."""
    always = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
    ends = queries.ends_each((source.pk, *always) for source in sources)
    found = [point.at.astimezone(source.zone).year for source in sources for point in ends[source.pk]]
    return list(range(min(found), max(found) + 1)) if found else []


def _sheet(
    source: DataSource,
    run: Sequence[datetime],
    used: Used | None,
    levels: list[list[Level]] | None,
    ends: Sequence[Point],
    changes: Sequence[MeterChange],
) -> Sheet:
    first, last = (ends[0], ends[-1]) if ends else (None, None)
    if used is None:
        months, (level,) = levels or ([], [None])
        return Sheet(source, first, last, None, None, [], None, list(months), level, [])
    found = [turn for turn in merged(used.changes, changes) if run[0] <= turn.at < run[-1]]
    start, end = (_dial(used, at) if source.counting == "counter" else None for at in (run[0], run[-1]))
    (year,) = used.runs[1]
    falls, odd = len(used.falls), len(used.odd)
    return Sheet(source, first, last, start, end, used.runs[0], year, [], None, found, falls, odd, used.made)


def _dial(used: Used, at: datetime) -> End | None:
    """What the dial showed at an instant: the running total without what bridges the steps up to then."""
    total = total_at(used.points, used.changes, at)
    if total is None:
        return None
    offset = sum((change.offset for change in used.changes if change.at <= at), Decimal(0))
    return End(at, total.value - offset, total.before.at == at)
