"""The order of rows in time, and whether a run of values climbs as a dial does. How a moment or a value is written is
not known here.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal, NamedTuple, TypeVar

Trend = Literal["rising", "dips", "constant", "varies"]
Sortable = TypeVar("Sortable", datetime, Decimal, tuple[int, int, int])

_CLOCK_CHANGE = timedelta(hours=1)
# A dial that was replaced or misread falls now and then; what was used each day falls at every other step.
_CHANGES_PER_DROP = 20


class Sequenced(NamedTuple):
    """The indexes of many moments from the oldest on, and whether the file has them the other way round."""

    oldest_first: list[int]
    newest_first: bool


class Climb(NamedTuple):
    """How a run of values goes and how often it falls. "rising": never falls. "dips": at most one change in twenty is
    a fall. "constant": never changes. "varies": no dial, or a very restless one.
    """

    trend: Trend
    drops: int


def steps(values: Sequence[Sortable]) -> tuple[int, int]:
    """Count the steps up and the steps down between neighbours."""
    up = down = 0
    for earlier, later in pairwise(values):
        up += earlier < later
        down += later < earlier
    return up, down


def climb(values: Sequence[Decimal]) -> Climb:
    """Judge values that stand in order of time, oldest first."""
    rises, drops = steps(values)
    if not rises and not drops:
        return Climb("constant", 0)
    if not drops:
        return Climb("rising", 0)
    return Climb("dips" if drops * _CHANGES_PER_DROP <= rises + drops else "varies", drops)


def sequence(moments: Sequence[datetime | None]) -> Sequenced:
    """Put moments in order of time, oldest first; what has no moment stays beside its neighbour.

    A step back of up to an hour keeps its place, for where clocks were set back it is the true order, and only who
    knows the home's zone can tell.
    """
    indexes = list(range(len(moments)))
    known = [_comparable(moment) for moment in moments if moment]
    forward, backward = steps(known)
    if newest_first := backward > forward:
        indexes.reverse()
        known.reverse()
    if any(later < earlier - _CLOCK_CHANGE for earlier, later in pairwise(known)):
        keys = _keys([moments[index] for index in indexes], known[0])
        indexes = [index for _, index in sorted(zip(keys, indexes, strict=True), key=lambda pair: pair[0])]
    return Sequenced(indexes, newest_first)


def _keys(moments: Sequence[datetime | None], last: datetime) -> list[datetime]:
    """Give each row a moment to be sorted by: its own, or that of the row before it."""
    keys = []
    for moment in moments:
        last = _comparable(moment) if moment else last
        keys.append(last)
    return keys


def _comparable(moment: datetime) -> datetime:
    """A file may mix moments with and without an offset: only for putting them in order, both count as UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
