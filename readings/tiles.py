"""What home says of each source: its last reading, the month that holds it, and the last twelve months as bars."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from readings import months, sums, usage
from readings.consumption import Change, Level, unread
from readings.due import Due, days_since
from readings.localtime import month_starts
from readings.sums import Made
from sources.models import DataSource


@dataclass(frozen=True)
class Tile:
    """A source on the home page. year: use, or the mean, of the last twelve full months, None where it is not known.
    made: of a sum, what it consists of. unread: the dial that counts since the last reading, where it is another one.
    """

    last: Due
    figure: usage.Figure | None
    year: list[Decimal | None]
    made: Made | None = None
    unread: Change | None = None

    @property
    def source(self) -> DataSource:
        """The source that it is about."""
        return self.last.source


def tiles(dues: Iterable[Due], now: datetime) -> list[Tile]:
    """A tile for each source, in the order given."""
    dues = list(dues)
    made = sums.made([due.source for due in dues if due.source.is_sum])
    dues = [_reached(due, made[due.source.pk], now) if due.source.is_sum else due for due in dues]
    wanted = [(due.source, [_full_months(now, due.source.zone), *_figure_runs(due)]) for due in dues]
    known, ranges = usage.used(wanted, made), usage.levels(wanted)
    return [_tile(due, known.get(due.source.pk), ranges.get(due.source.pk), now) for due in dues]


def _full_months(now: datetime, zone: ZoneInfo) -> list[datetime]:
    day = now.astimezone(zone).date()
    return month_starts(date(day.year - 1, day.month, 1), months.MONTHS + 1, zone)


def _figure_runs(due: Due) -> months.Runs:
    return months.figure_runs(due.last_at, due.source.zone) if due.last_at else []


def _reached(due: Due, made: Made, now: datetime) -> Due:
    """What is said of a sum in place of its last reading: up to when it is worked out."""
    if made.fault or made.until is None:
        return due
    return replace(due, last_at=made.until, days=days_since(made.until, now, due.source))


def _tile(due: Due, known: usage.Used | None, ranges: list[list[Level]] | None, now: datetime) -> Tile:
    if known is None:
        return Tile(due, None, [level.mean for level in (ranges or [[]])[0]])
    year, *rest = known.runs
    figure = usage.figure(rest, now) if rest else None
    return Tile(due, figure, [period.use for period in year], known.made, unread(known.changes, due.last_at, now))
