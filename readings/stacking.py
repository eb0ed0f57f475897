"""Several sources one over the other: the registers of a meter, and all of one kind in a home."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from readings import usage
from readings.consumption import Period
from readings.ranges import Range
from readings.sums import Made
from sources.models import DataSource

MOST = 6


@dataclass(frozen=True)
class Group:
    """Sources of one unit with the use of each in each period of a range. is_common: it is that of the very same time
    for each of them, though one of them was read further. left: those that there was no room for.
    """

    title: str
    sources: list[DataSource]
    periods: list[list[Period]]
    is_common: bool = False
    left: list[DataSource] = field(default_factory=list)

    @property
    def unit(self) -> str:
        """The unit that they share."""
        return str(self.sources[0].unit)

    @property
    def places(self) -> int:
        """As many as the most exact of them has."""
        return max(source.places for source in self.sources)


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


def by_kind(sources: Sequence[DataSource], made: Mapping[int, Made]) -> list[tuple[str, list[DataSource]]]:
    """The sources of each kind and unit, where there are several that add up, under the kind's name; made: what the
    sums among them consist of. Nothing is in a group twice: see `_split_up`.
    """
    groups: dict[tuple[str, str], list[DataSource]] = {}
    for source in sources:
        if adds_up(source):
            groups.setdefault((source.source_type, source.unit), []).append(source)
    for found in groups.values():
        _split_up(found, made.values())
    return [(found[0].kind_name, found) for found in groups.values() if len(found) > 1]


def go_together(sources: Iterable[DataSource]) -> bool:
    """Whether some of them can be shown one over the other: several of one kind and unit that add up, or several levels
    of one unit.
    """
    alike = Counter(
        (each.source_type if adds_up(each) else "", each.unit)
        for each in sources
        if adds_up(each) or each.counting == "level"
    )
    return max(alike.values(), default=0) > 1


def split(found: usage.Used) -> list[Group]:
    """What a sum consists of, in the first of its runs: the parts that it adds; or of the one that it takes others away
    from, those others and what is left. None where that is no whole, or in several units.
    """
    made = found.made
    if made is None or any(summand.source.unit != made.source.unit for summand, _ in found.parts):
        return []
    added = [(summand.source, part.runs[0]) for summand, part in found.parts if summand.is_added]
    taken = [(summand.source, part.runs[0]) for summand, part in found.parts if not summand.is_added]
    shown = [(made.source, found.runs[0]), *taken] if taken else added
    if (taken and len(added) != 1) or not 1 < len(shown) <= MOST:
        return []
    whole = [(period.start, period.end) for period in found.runs[0]]
    periods = [
        [replace(period, start=start, end=end) for period, (start, end) in zip(run, whole, strict=True)]
        for _, run in shown
    ]
    title = (added[0][0] if taken else made.source).name
    return [Group(title, [source for source, _ in shown], periods, is_common=True)]


def _split_up(found: list[DataSource], made: Iterable[Made]) -> None:
    """Where a sum says that some of a group lie behind another of it, put what is left of that one in its place: else
    they would be counted twice.
    """
    for each in made:
        added = [part.source for part in each.summands if part.is_added]
        taken = [part.source for part in each.summands if not part.is_added]
        same = (each.source.source_type, each.source.unit) == (found[0].source_type, found[0].unit)
        inside = all(part in found for part in (*added, *taken))
        if not each.fault and len(added) == 1 and taken and same and inside:
            found[found.index(added[0])] = each.source


def adds_up(source: DataSource) -> bool:
    """Whether use is worked out for it from readings of its own."""
    return source.counting in {"counter", "amount"}


def stacked(
    groups: Sequence[tuple[str, list[DataSource]]], shown: Range, made: Mapping[int, Made] | None = None
) -> list[Group]:
    """Each group with the use of its first MOST sources in a range; as many queries however many there are."""
    every = {source.pk: source for _title, found in groups for source in found[:MOST]}
    used = usage.used([(source, [shown.boundaries]) for source in every.values()], made) if every else {}
    return [replace(grouped(title, found[:MOST], used), left=found[MOST:]) for title, found in groups]


def grouped(title: str, sources: list[DataSource], used: Mapping[int, usage.Used]) -> Group:
    """Sources with their use in the first run that was asked about."""
    return Group(title, sources, [used[source.pk].runs[0] for source in sources])
