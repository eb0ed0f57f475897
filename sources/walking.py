"""The walking order of a home: in which order its meters are read. Who may change it is the views' matter."""

from collections.abc import Sequence

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
