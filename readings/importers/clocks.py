"""Moments of a whole column, read quickly: a day and a time of day are each looked at once, however often they stand
in a file. What a single cell means is said in moments.py alone.
"""

from datetime import UTC, datetime, timedelta

from readings.importers.errors import CellError
from readings.importers.moments import Order, read_moment

_MOST_KEPT = 200_000
_NOTHING = timedelta(0)


class ColumnClock:
    """Reads the cells of one column: as moments.read_moment does, and with its CellErrors, at a tenth of the time."""

    def __init__(self, order: Order | None, *, utc: bool = False) -> None:
        self._order, self._utc = order, utc
        self._days: dict[str, datetime] = {}
        self._times: dict[str, tuple[timedelta, bool]] = {"": (_NOTHING, utc)}

    def read(self, cell: str) -> datetime:
        """The moment of a cell: naive where it is local, else aware, in UTC."""
        day, _, time = cell.partition("T" if cell[10:11] == "T" else " ")
        known, after = self._days.get(day), self._times.get(time)
        if known is None or after is None:
            return self._learn(cell, day, time)
        moment = known + after[0]
        return moment.replace(tzinfo=UTC) if after[1] else moment

    def _learn(self, cell: str, day: str, time: str) -> datetime:
        moment = read_moment(cell, self._order, utc=self._utc)
        if len(self._times) > _MOST_KEPT:
            self._times = {"": self._times[""]}
        try:
            midnight = read_moment(day.rstrip(","), self._order)
        except CellError:
            return moment
        if midnight.tzinfo is None:
            self._days[day] = midnight
            self._times[time] = moment.replace(tzinfo=None) - midnight, moment.tzinfo is not None
        return moment
