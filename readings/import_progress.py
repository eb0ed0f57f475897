"""How far a long import is: counted here while rows are read, judged and written, told to whoever wants to know."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TypeVar

Step = Literal["reading", "judging", "storing", "finishing"]
Tell = Callable[[Step, int, int], None]
Row = TypeVar("Row")

PIECE = 5_000


class Progress:
    """Tells the step and how many rows of how many are done: at its beginning, and after every few thousand rows."""

    def __init__(self, tell: Tell | None = None) -> None:
        self._tell = tell or (lambda step, done, of: None)
        self._step: Step = "reading"
        self._done = self._of = 0

    def begin(self, step: Step, of: int = 0) -> None:
        """Another step, of so many rows; 0 where they are not counted."""
        self._step, self._done, self._of = step, 0, of
        self._tell(step, 0, of)

    def add(self, count: int) -> None:
        """So many more rows are done."""
        self._done += count
        self._tell(self._step, self._done, self._of)

    def watch(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows as they are, counted as they are taken."""
        count = 0
        for count, row in enumerate(rows, start=1):
            yield row
            if not count % PIECE:
                self.add(PIECE)
        self.add(count % PIECE)


SILENT = Progress()
"""For whoever does not want to know."""
