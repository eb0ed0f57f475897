"""Sources that are worked out from others: what they consist of for who acts now, and the periods of their parts.

`made` says what is known of some sums, `asked` what to look up of their parts, `periods_of` puts the answers together
(readings.usage does all three in `used`, which every page and file asks). The figures are worked out under the rights
of who acts now: of a part that they may not see nothing is told, and without it there is no figure at all.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from accounts.current import actor
from accounts.models import User
from readings import queries
from readings.consumption import Period, Point, summed
from sources.models import DataSource, SourcePart
from sources.models.parts import COUNTS
from sources.units import tens

ALWAYS = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)

Fault = Literal["", "hidden", "gone", "empty", "unfit", "unread", "apart"]


@dataclass(frozen=True)
class Summand:
    """A part of a sum that who acts now may see. factor: what its use is multiplied with, 1 or -1 where the units are
    the same; None where its use cannot be brought into the sum's unit any more.
    """

    source: DataSource
    sign: int
    factor: Decimal | None

    @property
    def is_added(self) -> bool:
        """Whether its use is added, not taken away."""
        return self.sign > 0


@dataclass(frozen=True)
class Made:
    """What a sum consists of. hidden: how many parts are not shared with who acts now; gone: how many were deleted.

    since, until: the time that the readings of every part cover; None where there is none. culprits: the parts that
    stand in the way.
    """

    source: DataSource
    summands: list[Summand]
    hidden: int = 0
    gone: int = 0
    since: datetime | None = None
    until: datetime | None = None
    unread: list[DataSource] = field(default_factory=list)

    @property
    def fault(self) -> Fault:
        """Why nothing can be worked out; "" where it can."""
        if self.hidden or self.gone or not self.summands:
            return "hidden" if self.hidden else "gone" if self.gone else "empty"
        if any(each.factor is None for each in self.summands):
            return "unfit"
        return "unread" if self.unread else "" if self.until else "apart"

    @property
    def culprits(self) -> list[DataSource]:
        """The parts that stand in the way, where they may be named."""
        unfit = [each.source for each in self.summands if each.factor is None]
        return {"unfit": unfit, "unread": self.unread}.get(self.fault, [])


def made(sums: Sequence[DataSource]) -> dict[int, Made]:
    """What is known of some sums, by key; three queries, however many, and none where there are none."""
    rows: defaultdict[int, list[SourcePart]] = defaultdict(list)
    if not sums:
        return {}
    for row in SourcePart.objects.filter(source__in=sums):
        rows[row.source_id].append(row)
    keys = {row.part_id for found in rows.values() for row in found}
    mine = DataSource.objects.visible_to(User(pk=actor().user_id)).filter(pk__in=keys - {None})
    visible = {part.pk: part for part in mine.select_related("home", "owner")}
    ends = queries.ends_each((key, *ALWAYS) for key in visible)
    return {source.pk: _made(source, rows[source.pk], visible, ends) for source in sums}


def asked(known: Made, runs: Sequence[Sequence[datetime]]) -> list[tuple[DataSource, list[list[datetime]]]]:
    """What to look up of each part: the runs, as far as the readings of all of them reach; nothing where that is known
    to be of no use.
    """
    parts = [] if known.fault else known.summands
    return [(each.source, [_clipped(known, each.source, run) for run in runs]) for each in parts]


def periods_of(
    known: Made, runs: Sequence[Sequence[datetime]], parts: Sequence[Sequence[Sequence[Period]]]
) -> list[list[Period]]:
    """The periods of a sum in some runs, from those of its parts in the runs that `asked` named."""
    factors = [each.factor or Decimal(0) for each in known.summands]
    return [
        [
            summed([(factor, part[place][number]) for factor, part in zip(factors, parts, strict=True)], start, end)
            for number, (start, end) in enumerate(pairwise(run))
        ]
        for place, run in enumerate(runs)
    ]


def nothing(runs: Iterable[Sequence[datetime]]) -> list[list[Period]]:
    """The periods of some runs where nothing is known."""
    return [[Period(start, end, None, "empty", None, None) for start, end in pairwise(run)] for run in runs]


def _made(
    source: DataSource,
    rows: Sequence[SourcePart],
    visible: dict[int, DataSource],
    ends: dict[int, list[Point]],
) -> Made:
    summands = [_summand(source, row, visible[row.part_id]) for row in rows if row.part_id in visible]
    gone = sum(row.part_id is None for row in rows)
    hidden = len(rows) - len(summands) - gone
    unread = [each.source for each in summands if not ends[each.source.pk]]
    if hidden or gone or unread or not summands:
        return Made(source, summands, hidden, gone, unread=unread)
    first = [ends[each.source.pk][0].at for each in summands if each.source.counting == "counter"]
    since = max(first or [min(ends[each.source.pk][0].at for each in summands)])
    until = min(ends[each.source.pk][-1].at for each in summands)
    return Made(source, summands, since=since, until=until) if since <= until else Made(source, summands)


def _summand(source: DataSource, row: SourcePart, part: DataSource) -> Summand:
    power = tens(part.unit, source.unit) if part.counting in COUNTS else None
    return Summand(part, row.sign, None if power is None else row.sign * Decimal(1).scaleb(power))


def _clipped(known: Made, part: DataSource, run: Sequence[datetime]) -> list[datetime]:
    """A run within the time that all parts cover. A counter is read off at its ends; an entry of an amount tells of the
    time before it, so that one at the very end counts, and one where the counters begin does not.
    """
    if known.since is None or known.until is None:
        return [run[0]] * len(run) if run else []
    first, last = known.since, known.until
    if part.counting == "amount":
        among_counters = any(each.source.counting == "counter" for each in known.summands)
        first, last = first + MOMENT if among_counters else first, last + MOMENT
    return [at if known.since <= at <= known.until else min(max(at, first), last) for at in run]
