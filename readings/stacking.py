"""Several sources one over the other: the registers of a meter, and all of one kind in a home."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from readings import usage
from readings.consumption import Period
from readings.ranges import Range
from sources.models import DataSource

MOST = 6


@dataclass(frozen=True)
class Group:
    """Sources of one unit with the use of each in each period of a range."""

    title: str
    sources: list[DataSource]
    periods: list[list[Period]]

    @property
    def unit(self) -> str:
        """The unit that they share."""
        return self.sources[0].unit

    @property
    def decimals(self) -> int:
        """As many as the most exact of them has."""
        return max(source.decimals for source in self.sources)


def registers(source: DataSource, visible: Iterable[DataSource]) -> list[DataSource]:
    """The registers of one meter: those of the visible sources with its number, in its home, that add up with it."""
    if not source.meter_number or not adds_up(source):
        return []
    found = [
        each
        for each in visible
        if each.meter_number == source.meter_number
        and (each.home_id, each.unit, each.source_type) == (source.home_id, source.unit, source.source_type)
        and adds_up(each)
    ]
    return found[:MOST] if len(found) > 1 else []


def by_kind(sources: Sequence[DataSource]) -> list[tuple[str, list[DataSource]]]:
    """The sources of each kind and unit, where there are several that add up, under the kind's name."""
    groups: dict[tuple[str, str], list[DataSource]] = {}
    for source in sources:
        if adds_up(source):
            groups.setdefault((source.source_type, source.unit), []).append(source)
    return [(found[0].get_source_type_display(), found[:MOST]) for found in groups.values() if len(found) > 1]


def adds_up(source: DataSource) -> bool:
    """Whether use is worked out for it from readings of its own."""
    return source.counting in {"counter", "amount"}


def stacked(groups: Sequence[tuple[str, list[DataSource]]], shown: Range) -> list[Group]:
    """Each group with the use of its sources in a range; as many queries however many there are."""
    every = {source.pk: source for _title, found in groups for source in found}
    used = usage.used([(source, [shown.boundaries]) for source in every.values()]) if every else {}
    return [Group(title, found, [used[source.pk].runs[0] for source in found]) for title, found in groups]
