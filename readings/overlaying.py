"""Levels of several sources over each other: the temperatures of rooms, two pressures. One unit shares a scale."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from readings import usage
from readings.consumption import Level, Point
from readings.ranges import Range
from readings.series import days_each
from sources.models import DataSource

MOST = 6
BANDS = 120


@dataclass(frozen=True)
class Overlay:
    """Sources of one unit. levels: the range and the mean of each in each period; lines: the points of each line, which
    are means of some days where there are many readings.
    """

    title: str
    sources: list[DataSource]
    levels: list[list[Level]]
    lines: list[list[Point]]

    @property
    def unit(self) -> str:
        """The unit that they share."""
        return str(self.sources[0].unit)

    @property
    def places(self) -> int:
        """As many as the most exact of them has."""
        return max(source.places for source in self.sources)


def overlays(sources: Iterable[DataSource], shown: Range) -> list[Overlay]:
    """The levels of a unit together, where several were read in the range, MOST of them at a time; two queries."""
    every = [source for source in sources if source.counting == "level"]
    if len(every) < 2:
        return []
    levels = {key: runs[0] for key, runs in usage.levels([(source, [shown.boundaries]) for source in every]).items()}
    lines = days_each(every, shown.boundaries[0], shown.boundaries[-1], BANDS)
    groups: defaultdict[str, list[DataSource]] = defaultdict(list)
    for source in every:
        if any(level.count for level in levels[source.pk]):
            groups[source.unit].append(source)
    parts = [found[at : at + MOST] for found in groups.values() if len(found) > 1 for at in range(0, len(found), MOST)]
    return [
        Overlay(
            _title(found),
            found,
            [levels[source.pk] for source in found],
            [lines.get(source.pk) or _means(levels[source.pk]) for source in found],
        )
        for found in parts
    ]


def _title(sources: Sequence[DataSource]) -> str:
    return " · ".join(dict.fromkeys(source.kind_name for source in sources))


def _means(levels: Sequence[Level]) -> list[Point]:
    """The means of periods in their middles: for a source of which the database keeps no days."""
    return [Point(each.start + (each.end - each.start) / 2, each.mean) for each in levels if each.mean is not None]
