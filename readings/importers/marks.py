"""Numbers that can be read in two ways: each has one mark before three digits, and nothing in the file tells which."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple, cast

from readings.importers.columns import cell_at
from readings.importers.figures import Mark

if TYPE_CHECKING:
    from readings.importers.read import Understanding

_OPEN = re.compile(r"\D*?([1-9]\d{0,2}([.,])\d{3})(?:[^\d.,].*)?", re.DOTALL)
_WRITTEN = ("CSV", "text")


class OpenMark(NamedTuple):
    """The `mark` that stands for decimals or for thousands, in the `first` and the `last` number of the file."""

    mark: Mark
    first: str
    last: str

    @property
    def other(self) -> Mark:
        """The decimal mark, if this one groups thousands."""
        return "," if self.mark == "." else "."


def open_mark(found: "Understanding", columns: Collection[int]) -> OpenMark | None:
    """The mark in these columns of values that may mean two things; None where it cannot.

    A format that is known by name, a workbook and JSON tell numbers from their looks. Between commas a point begins
    the decimals, for nobody who groups thousands with it writes so; unless the dates have points as well.
    """
    if found.content.sort not in _WRITTEN or found.format:
        return None
    for column in sorted(columns):
        style = found.columns[column].numbers
        if style is None or style.mark_known:
            continue
        cells = (cell_at(row.cells, column) for row in found.table.rows)
        marked = [match for cell in cells if (match := _OPEN.fullmatch(cell))]
        if marked and not (marked[0][2] == "." and _between_commas(found)):
            return OpenMark(cast(Mark, marked[0][2]), marked[0][1], marked[-1][1])
    return None


def _between_commas(found: "Understanding") -> bool:
    dates = found.columns[found.moment.date].dates
    return found.table.separator == "," and not (dates and dates.format.startswith("DD."))
