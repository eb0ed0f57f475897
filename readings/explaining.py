"""What a figure rests on: the readings, the days and the sums that made it, for any stretch of any source."""

from dataclasses import dataclass, field
from datetime import datetime

from readings import usage
from readings.consumption import Level, Period, Piece, Point, pieces
from readings.models import Reading
from readings.sums import Made, Summand
from sources.models import DataSource

MOST = 60


@dataclass(frozen=True)
class Explained:
    """A figure and what made it. period: the use, of a counter or of amounts; level: the range, of levels.

    pieces: of a counter, between one reading and the next. readings: the entries, of anything else, newest last.
    too_many: there are more than MOST, so that they are not listed one by one. made, parts: of a sum, what it consists
    of, and what each of them used in that time.
    """

    start: datetime
    end: datetime
    period: Period | None = None
    level: Level | None = None
    pieces: list[Piece] = field(default_factory=list)
    readings: list[Point] = field(default_factory=list)
    odd: list[Point] = field(default_factory=list)
    too_many: bool = False
    made: Made | None = None
    parts: list[tuple[Summand, Period]] = field(default_factory=list)


def explained(source: DataSource, start: datetime, end: datetime) -> Explained:
    """The use or the range of `source` from `start` to `end`, and what made it."""
    if source.is_sum:
        return _sum(source, start, end)
    rows = Reading.objects.of(source).counted().between(start, end).order_by("recorded_at")
    inside = [Point(*row) for row in rows.values_list("recorded_at", "value", "quality_flag")[: MOST + 1]]
    too_many = len(inside) > MOST
    if source.counting == "level":
        ((level,),) = usage.levels([(source, [[start, end]])])[source.pk]
        return Explained(start, end, level=level, readings=[] if too_many else inside, too_many=too_many)
    used = usage.used([(source, [[start, end], _ends(source, start, end) if too_many else []])])[source.pk]
    period = used.runs[0][0]
    if source.counting == "amount":
        return Explained(start, end, period, readings=[] if too_many else inside, too_many=too_many)
    known = {*used.points, *([] if too_many else inside)} - set(used.odd)
    made = [] if used.is_no_counter else pieces(known, used.changes, start, end)
    return Explained(start, end, period, pieces=made, odd=used.odd, too_many=too_many)


def _sum(source: DataSource, start: datetime, end: datetime) -> Explained:
    """What a sum was worked out from."""
    found = usage.used([(source, [[start, end]])])[source.pk]
    parts = [(summand, part.runs[0][0]) for summand, part in found.parts]
    return Explained(start, end, found.runs[0][0], made=found.made, parts=parts)


def _ends(source: DataSource, start: datetime, end: datetime) -> list[datetime]:
    """The first and the last reading of the stretch, of which the pieces in between can be left out."""
    rows = Reading.objects.of(source).counted().between(start, end).values_list("recorded_at", flat=True)
    return [at for at in (rows.order_by("recorded_at").first(), rows.order_by("-recorded_at").first()) if at]
