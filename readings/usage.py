"""What sources used in the periods that a page shows: look-ups (readings.queries and day_sums) joined with
readings.consumption.

A run is a list of n + 1 boundaries of n periods, as consumption.periods takes it. Everything here answers for many
sources at once, with a number of queries that does not grow with them. What the clock says is handed in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import chain, pairwise

from readings import consumption, queries, sums
from readings.consumption import Change, Level, Period, Point, Step
from readings.day_sums import Bucket, Stretch, buckets
from readings.months import Runs
from readings.ranges import Range
from readings.sums import Made, Summand
from sources.models import DataSource

Wanted = Sequence[tuple[DataSource, Runs]]

LEAST_FOR_A_RATE = timedelta(hours=12)
READ = ("counter", "amount")


@dataclass(frozen=True)
class Used:
    """runs: the periods of each run that was asked about. falls: steps down that nothing explains, each counted as no
    use. changes: whatever bridges a step, recorded, rolled over or fallen, for the runs' readings. odd: spikes and
    dips, left out. points: the readings that the periods rest on. is_no_counter: it falls so often that nothing can be
    said; then every period is empty. made, parts: of a sum, what it consists of, and what is known of each of its parts
    in the same runs.
    """

    runs: list[list[Period]]
    falls: list[Step]
    changes: list[Change]
    odd: list[Point] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    is_no_counter: bool = False
    made: Made | None = None
    parts: list[tuple[Summand, "Used"]] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    """Use of a period, and of the same one a year earlier: of its same days, where the period is not over."""

    now: Period
    before: Period


@dataclass(frozen=True)
class Compared:
    """What `compared` found: the months, the periods of further runs, and what is known of the source and of those
    beside it, by key.
    """

    months: list[Month]
    more: list[list[Period]]
    used: Used
    beside: dict[int, Used]


@dataclass(frozen=True)
class Figure(Month):
    """Use of the month that holds the last reading, up to it. running: whether that is the month we are in."""

    running: bool

    @property
    def comparable(self) -> bool:
        """Whether readings cover both parts alike and near their ends, and nobody doubts what both rest on."""
        whole = self.now.since == self.now.start and self.before.until == self.before.end
        sure = not any(part.state == "spread" or part.doubtful or part.drops for part in (self.now, self.before))
        return whole and self.before.since == self.before.start and sure

    @property
    def delta(self) -> Decimal | None:
        """The difference to a year earlier, in percent of that; None where the two are not comparable."""
        if not self.comparable or not self.before.use or self.before.use < 0 or self.now.use is None:
            return None
        with localcontext(prec=50):
            return (self.now.use - self.before.use) / self.before.use * 100

    @property
    def per_day(self) -> Decimal | None:
        """Use per 24 hours of the days that readings cover; None where there is none."""
        return per_day(self.now)


def used(wanted: Wanted, made: Mapping[int, Made] | None = None) -> dict[int, Used]:
    """What each counter, each source of amounts and each sum used in its runs, by key; levels are left out. made: what
    the sums consist of, where that was looked up before.
    """
    added = [(source, runs) for source, runs in wanted if source.is_sum]
    if not added:
        return _read(wanted)
    made = sums.made([source for source, _ in added]) if made is None else made
    parts = [sums.asked(made[source.pk], runs) for source, runs in added]
    plain = [(source, runs) for source, runs in wanted if source.counting in READ]
    own, *of_parts = _each([plain, *parts])
    found = {source.pk: each for (source, _), each in zip(plain, own, strict=True)}
    return found | {
        source.pk: _put_together(made[source.pk], runs, each)
        for (source, runs), each in zip(added, of_parts, strict=True)
    }


def _each(groups: Sequence[Wanted]) -> list[list[Used]]:
    """What is known of each group of sources, looked up at once, though one may stand in several of them."""
    every: dict[int, tuple[DataSource, list[Sequence[datetime]]]] = {}
    places = []
    for group in groups:
        for source, runs in group:
            _source, all_runs = every.setdefault(source.pk, (source, []))
            places.append((source.pk, slice(len(all_runs), len(all_runs) + len(runs))))
            all_runs.extend(runs)
    known = _read(list(every.values()))
    cut = iter([replace(known[key], runs=known[key].runs[place]) for key, place in places])
    return [[next(cut) for _ in group] for group in groups]


def _put_together(made: Made, runs: Runs, parts: Sequence[Used]) -> Used:
    is_no_counter = any(part.is_no_counter for part in parts)
    unknown = bool(made.fault) or is_no_counter
    found = sums.nothing(runs) if unknown else sums.periods_of(made, runs, [part.runs for part in parts])
    known = list(zip(made.summands, parts, strict=False))
    return Used(found, [], [], is_no_counter=is_no_counter, made=made, parts=known)


def _read(wanted: Wanted) -> dict[int, Used]:
    """The same for sources that are read."""
    counters = [(source, runs) for source, runs in wanted if source.counting == "counter"]
    amounts = [(source, runs) for source, runs in wanted if source.counting == "amount"]
    return {**_counted(counters), **_summed(amounts)}


def levels(wanted: Wanted) -> dict[int, list[list[Level]]]:
    """The range and the mean of each source of levels in its runs, by key; others are left out."""
    asked = [(source, runs) for source, runs in wanted if source.counting == "level"]
    found = buckets(_stretched(asked))
    return {
        source.pk: [[_level(start, end, found[source.pk, start, end]) for start, end in pairwise(run)] for run in runs]
        for source, runs in asked
    }


def compared(
    source: DataSource,
    shown: Range,
    last_at: datetime,
    more: Runs = (),
    *,
    beside: Wanted = (),
    made: Mapping[int, Made] | None = None,
) -> Compared:
    """Each period of a range beside the one a year earlier: of the same days, where the last reading lies within it.

    With the periods of `more` runs, all else that is known of them, and what is known of the sources `beside` it.
    """
    running = next((pair for pair in shown.pairs if pair[0] and pair[0][0] < last_at < pair[0][1]), None)
    part = [running[1][0], shown.a_year_earlier(last_at)] if running and running[1] else []
    own = (source, [shown.boundaries, shown.before, part, *more])
    found, *others = _each([[own], *[[each] for each in beside]]) if made is None else [[used([own], made)[source.pk]]]
    now, before, same_days, *rest = found[0].runs
    if same_days and running and running[1]:
        before = [same_days[0] if period.start == running[1][0] else period for period in before]
    missing = [Period(each.start, each.start, None, "empty", None, None) for each in now[len(before) :]]
    months = [Month(*pair) for pair in zip(now, [*before, *missing], strict=False)]
    known = {each.pk: other[0] for (each, _), other in zip(beside, others, strict=True)}
    return Compared(months, rest, found[0], known)


def figure(runs: Sequence[Sequence[Period]], now: datetime) -> Figure:
    """The figure, from the periods of `figure_runs`."""
    (month,), (before,) = runs
    return Figure(month, before, month.start <= now < month.end)


def per_day(period: Period) -> Decimal | None:
    """Use per 24 hours of the part of a period that readings cover; None where it is empty, or so short that it says
    nothing of a day.
    """
    if period.use is None or period.since is None or period.until is None:
        return None
    span = period.until - period.since
    return consumption.per_day(period.use, span) if span >= LEAST_FOR_A_RATE else None


def _counted(wanted: Wanted) -> dict[int, Used]:
    points = queries.around_each({source.pk: list(chain(*runs)) for source, runs in wanted})
    recorded = queries.changes_of_each([source.pk for source, _ in wanted]) if wanted else {}
    stretches = {source.pk: _stretches(points[source.pk], runs) for source, runs in wanted}
    steps = queries.steps_each((key, *stretch) for key, found in stretches.items() for stretch in found)
    return {
        source.pk: _settled(
            source, runs, points[source.pk], recorded.get(source.pk, []), steps[source.pk], stretches[source.pk]
        )
        for source, runs in wanted
    }


def _settled(
    source: DataSource,
    runs: Runs,
    points: Sequence[Point],
    recorded: Sequence[Change],
    steps: Sequence[Step],
    stretches: Sequence[tuple[datetime, datetime]],
) -> Used:
    if len(steps) > queries.MOST_FALLS:
        nothing = [[Period(*ends, None, "empty", None, None) for ends in pairwise(run)] for run in runs]
        return Used(nothing, [], list(recorded), points=list(points), is_no_counter=True)
    found = consumption.settle(steps, recorded, source.digits)
    known = {*points, *chain.from_iterable(step.points for step in steps)} - set(found.odd)
    return Used(
        [consumption.periods(known, found.changes, run) for run in runs],
        [fall for fall in found.falls if any(first < fall.after.at <= last for first, last in stretches)],
        found.changes,
        [point for point in found.odd if any(first <= point.at <= last for first, last in stretches)],
        sorted(known),
    )


def _stretches(points: Sequence[Point], runs: Runs) -> list[tuple[datetime, datetime]]:
    """From the reading before each run to the one after it; those that overlap as one."""
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted((run[0], run[-1]) for run in runs if run):
        first = max((point.at for point in points if point.at <= start), default=start)
        last = min((point.at for point in points if point.at >= end), default=end)
        if merged and first <= merged[-1][1]:
            first, last = merged[-1][0], max(merged.pop()[1], last)
        merged.append((first, last))
    return merged


def _summed(wanted: Wanted) -> dict[int, Used]:
    found = buckets(_stretched(wanted))
    latest = queries.latest_each([source.pk for source, _ in wanted], 1)
    return {
        source.pk: Used(
            [
                [_sum(start, end, found[source.pk, start, end], latest[source.pk]) for start, end in pairwise(run)]
                for run in runs
            ],
            [],
            [],
        )
        for source, runs in wanted
    }


def _sum(start: datetime, end: datetime, bucket: Bucket, latest: Sequence[Point]) -> Period:
    """The same as consumption.amounts says, from what the database added up."""
    if not bucket.count:
        return Period(start, end, None, "empty", None, None)
    until = min(latest[-1].at, end) if latest and latest[-1].at >= start else end
    state: consumption.State = "estimated" if bucket.estimated else "measured"
    return Period(start, end, bucket.total, state, start, until, doubtful=bucket.doubtful)


def _level(start: datetime, end: datetime, bucket: Bucket) -> Level:
    """The same as consumption.levels says, from what the database added up."""
    if not bucket.count:
        return Level(start, end, None, None, None, 0)
    with localcontext(prec=50, rounding=ROUND_HALF_EVEN):
        mean = (bucket.total / bucket.count).quantize(consumption.MEAN_PLACES)
    return Level(start, end, bucket.low, mean, bucket.high, bucket.count)


def _stretched(wanted: Wanted) -> Iterable[Stretch]:
    """Each stretch once. Keys tell them apart, as a source is slow to compare."""
    found = ((source, ends) for source, runs in wanted for run in runs for ends in pairwise(run))
    return {(source.pk, *ends): (source, *ends) for source, ends in found}.values()
