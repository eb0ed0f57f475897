"""What floors above add to a JSON file, as plain data: the history. The file asks here, so that it needs to know nobody
above it.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sources.models import DataSource, Home

Entries = Callable[[DataSource | Home], Iterator[dict[str, Any]]]
"""The entries of a place that was fetched by sources.access, for who acts now, in the active language."""

_histories: list[Entries] = []


def add_history(entries: Entries) -> None:
    """Say where the history of a place comes from; called once, from an app's ready()."""
    if entries not in _histories:
        _histories.append(entries)


def history_of(place: DataSource | Home) -> Iterator[dict[str, Any]]:
    """The history of a place, newest first; nothing for whom it is not."""
    for entries in _histories:
        yield from entries(place)
