"""Readings that stand out against their neighbours in time, and what is to be made of each step down of a counter.

Of four readings a, b, c, d one after the other with b > c, b is a spike if a <= c, and c is a dip if d >= b: such a
reading is left out of every sum, and said to be. Where it could be either, the one is left out whose absence leaves the
use per day before and after it more alike. What a step down is says its own four readings alone, so that it need not
be known what else is stored. Part of readings.consumption, which says what holds for all of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from readings.consumption.line import (
    DROP,
    MICROSECOND,
    Change,
    Point,
    drops,
    kept,
    rolled_over,
    rollover_step,
)


@dataclass(frozen=True)
class Step:
    """Two readings one after the other: where a dial fell, or over which a meter was changed; and, where it fell, the
    reading before the two and the one after them, where there is one.
    """

    before: Point
    after: Point
    earlier: Point | None = None
    later: Point | None = None

    @property
    def points(self) -> set[Point]:
        """All of them that are there."""
        return {point for point in (self.earlier, self.before, self.after, self.later) if point}


@dataclass(frozen=True)
class Settled:
    """What the steps of a stretch come to. changes: whatever bridges a step, recorded, rolled over or fallen. falls:
    the steps down that nothing explains, each counted as no use. odd: the readings that are left out.
    """

    changes: list[Change]
    falls: list[Step]
    odd: list[Point]


def steps_down(points: Iterable[Point]) -> list[Step]:
    """Where the dial fell among readings, of which none in between may be missing."""
    known: list[Point | None] = [None, *kept(points), None]
    fours = zip(known, known[1:], known[2:], known[3:], strict=False)
    return [Step(b, c, a, d) for a, b, c, d in fours if b and c and c.value < b.value]


def odd_one(step: Step, changes: Iterable[Change] = ()) -> Point | None:
    """The spike or the dip of a step down; None where it is neither. A recorded change among the readings that are to
    be compared explains them, and then none is odd.
    """
    a, b, c, d = step.earlier, step.before, step.after, step.later
    instants = [change.at for change in changes if change.reason != DROP]
    if c.value >= b.value or _any_in(instants, b, c):
        return None
    spike = a is not None and a.value <= c.value and not _any_in(instants, a, b)
    dip = d is not None and d.value >= b.value and not _any_in(instants, c, d)
    if a and d and spike and dip:
        return b if _is_more_alike(_crossed(a, c, d), _crossed(a, b, d)) else c
    return b if spike else c if dip else None


def left_out(points: Iterable[Point], changes: Iterable[Change]) -> list[Point]:
    """The odd readings among all of a stretch, in time order."""
    recorded = list(changes)
    return sorted({odd for step in steps_down(points) if (odd := odd_one(step, recorded))})


def settle(steps: Iterable[Step], changes: Iterable[Change], digits: int | None) -> Settled:
    """What the steps come to, together with the recorded `changes`.

    A step down that no recorded change bridges, and of which neither reading is odd, is taken as a rollover where
    `rollover_step` allows it with `digits`.
    """
    steps, known = list(steps), list(changes)
    odd = {point for step in steps if (point := odd_one(step, known))}
    pairs = [pair for group in _groups(steps) for pair in pairwise(sorted(group - odd))]
    recorded = [change.at for change in known]
    for before, after in pairs:
        rolled = digits and rollover_step(before.value, after.value, digits) is not None
        if digits and rolled and not _any_in(recorded, before, after):
            known.append(rolled_over(after.at, digits))
    fallen = [(Step(*pair), drop) for pair in pairs for drop in drops(pair, known)]
    return Settled([*known, *(drop for _, drop in fallen)], [step for step, _ in fallen], sorted(odd))


def _groups(steps: Sequence[Step]) -> list[set[Point]]:
    """The readings of steps that share some: within a group none in between is missing."""
    groups: list[set[Point]] = []
    for step in sorted(steps, key=lambda step: step.after):
        if groups and not groups[-1].isdisjoint(step.points):
            groups[-1] |= step.points
        else:
            groups.append(set(step.points))
    return groups


def _any_in(instants: Sequence[object], before: Point, after: Point) -> bool:
    return any(before.at < at <= after.at for at in instants)  # type: ignore[operator]


def _is_more_alike(rates: tuple[Decimal, Decimal], others: tuple[Decimal, Decimal]) -> bool:
    """Whether two rates are closer in ratio than two others."""
    return max(rates) * min(others) < max(others) * min(rates)


def _crossed(a: Point, middle: Point, d: Point) -> tuple[Decimal, Decimal]:
    """Two numbers in the ratio of the rates before and after `middle`, without dividing."""
    return (middle.value - a.value) * _length(middle, d), (d.value - middle.value) * _length(a, middle)


def _length(before: Point, after: Point) -> int:
    return (after.at - before.at) // MICROSECOND
