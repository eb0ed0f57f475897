"""The reading round: a walk from meter to meter. Registers of one meter are one stop, because one stands there once.

Nothing is looked up here: readings.due brings what is due, in walking order, the views what was skipped.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from readings.due import Due
from sources.models import DataSource
from sources.walking import meters

NAMED_STEPS = 8
BETWEEN = " ,;:·-–/("


@dataclass(frozen=True, slots=True)
class Stop:
    """A meter with its registers, one at least, in walking order. skipped: somebody passed it over today."""

    dues: Sequence[Due]
    skipped: bool = False

    @property
    def source(self) -> DataSource:
        """The register by which its page is reached."""
        return self.dues[0].source

    @property
    def sources(self) -> list[DataSource]:
        """All its registers."""
        return [due.source for due in self.dues]

    @property
    def name(self) -> str:
        """What it is called: by the words that its registers' names begin with, else by all of them."""
        return common_name(self.sources)

    @property
    def due(self) -> bool:
        """Whether one of its registers is due."""
        return any(due.due for due in self.dues)

    @property
    def open(self) -> bool:
        """Whether it is still to be read: due, and not skipped."""
        return self.due and not self.skipped

    @property
    def was_read(self) -> bool:
        """Whether it was read before and nothing of it is due any more."""
        return not self.due and self.days is not None

    @property
    def days(self) -> int | None:
        """Days since it was last read; None where it never was."""
        return min((due.days for due in self.dues if due.days is not None), default=None)


@dataclass(frozen=True, slots=True)
class Round:
    """A walk through the meters of a home, seen from one of them.

    steps: those that were open when the round began, or are now, in walking order; empty unless this one is among
    several, or where nobody goes round. others: the open stops but this one, those after it first, then those that
    were passed by.
    is_walked: whether somebody goes round, and does not come from the meter's own page.
    """

    steps: Sequence[Stop]
    position: int
    others: Sequence[Stop]
    is_walked: bool = True

    @property
    def following(self) -> Stop | None:
        """Where whoever goes round goes on; None at the end, and for all others."""
        return self.others[0] if self.is_walked and self.others else None

    @property
    def is_long(self) -> bool:
        """Whether it has too many steps to name each of them."""
        return len(self.steps) > NAMED_STEPS

    @property
    def done(self) -> int:
        """How many steps are behind: read, or skipped."""
        return sum(not step.open for step in self.steps)


def stops(dues: Iterable[Due], skipped: Collection[int] = ()) -> list[Stop]:
    """The stops of a walk, each where its first register stands; `skipped`: keys of sources passed over today."""
    known = {due.source.pk: due for due in dues}
    return [
        Stop([known[source.pk] for source in meter], any(source.pk in skipped for source in meter))
        for meter in meters(due.source for due in known.values())
    ]


def round_at(source: DataSource, walk: Sequence[Stop], begun: Collection[int] = (), *, is_walked: bool = True) -> Round:
    """The reading round as it is at `source`, which `walk` may also lack; `begun`: keys of the sources that were still
    to be read when it began.
    """
    place = next((number for number, stop in enumerate(walk) if source in stop.sources), len(walk))
    others = [stop for stop in (*walk[place + 1 :], *walk[:place]) if stop.open]
    steps = steps_of(walk, begun)
    here = next((number for number, step in enumerate(steps, 1) if source in step.sources), 0)
    return Round(steps if is_walked and here and len(steps) > 1 else [], here, others, is_walked)


def steps_of(walk: Iterable[Stop], begun: Collection[int] = ()) -> list[Stop]:
    """The stops of a round: those that are open, and those that were when it began."""
    return [stop for stop in walk if stop.open or any(source.pk in begun for source in stop.sources)]


def common_name(sources: Sequence[DataSource]) -> str:
    """The whole words that the names of some sources begin with; all the names where there are none."""
    names = [source.name for source in sources]
    if len(names) == 1:
        return names[0]
    words = [name.split() for name in names]
    bare = [[word.strip(BETWEEN) for word in each] for each in words]
    alike = sum(1 for _ in takewhile(lambda same: len({*same}) == 1, zip(*bare, strict=False)))
    return " ".join(words[0][:alike]).strip(BETWEEN) or " · ".join(names)
