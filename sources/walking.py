"""The walking order of a home: in which order its meters are read, and the registers of one. Who may change it is the
views' matter.
"""

from collections.abc import Iterable, Sequence

from sources.models import DataSource, Home


def walking_order(home: Home) -> list[DataSource]:
    """The meters of a home that are read, as they are walked to."""
    return list(DataSource.objects.in_home(home).filter(archived_at=None).exclude(counting="sum").in_walking_order())


def moved(order: Sequence[DataSource], which: DataSource, before: DataSource | None) -> list[DataSource]:
    """The order with `which` just before `before`, at the end for None."""
    rest = [source for source in order if source != which]
    place = rest.index(before) if before in rest else len(rest)
    return [*rest[:place], which, *rest[place:]]


def store(order: Sequence[DataSource]) -> None:
    """Give each its place, those that have it already aside; one statement.

    No save and no entry in the log: where somebody walks first says nothing about a meter.
    """
    changed = []
    for number, source in enumerate(order, 1):
        if source.position != number:
            source.position = number
            changed.append(source)
    DataSource.objects.bulk_update(changed, ["position"])


def meters(sources: Iterable[DataSource]) -> list[list[DataSource]]:
    """The sources by the meter they are registers of, in their order: those with one number and one home; in no home,
    with one owner. Registers whose order nobody chose come as they were made: the upper value before the lower.
    """
    found: dict[tuple[object, ...], list[DataSource]] = {}
    for source in sources:
        number = source.meter_number.strip()
        place = ("home", source.home_id) if source.home_id else ("owner", source.owner_id)
        found.setdefault((*place, number) if number else (source.pk,), []).append(source)
    return [sorted(each, key=_as_made) for each in found.values()]


def _as_made(source: DataSource) -> tuple[bool, int, int]:
    return source.position is None, source.position or 0, source.pk
