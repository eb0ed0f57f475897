"""The geometry of charts: bars, the dial's line and sparklines. Decimal in, places as text out; templates draw them.

Pure: no Django, no clock, no I/O, and no words: labels and titles come ready from readings.templatetags.drawings, which
fills the table under a chart from the same numbers. Boxes are placed in percent of the plot, so that they are handsome
at every width; a line has a box of its own, WIDE by HIGH, which the browser stretches.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property
from itertools import groupby, pairwise
from operator import attrgetter

from readings.consumption import Point

WIDE, HIGH = Decimal(1000), Decimal(200)
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
INTERVALS = 5
GAP = Decimal("0.12")
BAR = Decimal("0.36")
PLACES = Decimal("0.01")
SPOT = "%.4g,%.4g"


@dataclass(frozen=True)
class Tick:
    """A line of the grid at `value`; y: its place from the top, in percent."""

    value: Decimal
    y: str


@dataclass(frozen=True)
class Axis:
    """A scale from `low` to `high` with round ticks; decimals: as many as tell the ticks apart."""

    low: Decimal
    high: Decimal
    step: Decimal

    @cached_property
    def ticks(self) -> list[Tick]:
        """The ticks from the lowest on."""
        count = int((self.high - self.low) / self.step) + 1
        return [
            Tick(value, plain(self.down(value))) for value in (self.low + self.step * each for each in range(count))
        ]

    @property
    def decimals(self) -> int:
        """The places after the point that the ticks need."""
        return max(0, -int(self.step.normalize().as_tuple().exponent))

    def down(self, value: Decimal) -> Decimal:
        """How far from the top `value` lies, in percent of the height."""
        return (self.high - value) * 100 / (self.high - self.low)


@dataclass(frozen=True)
class Bar:
    """A box in percent of the plot. state: what is known of the use, as in readings.consumption, or "part"."""

    x: str
    y: str
    width: str
    height: str
    state: str


@dataclass(frozen=True)
class Slot:
    """The place of one period: x and width of the whole, the middle for its label, and the two bars."""

    x: str
    width: str
    middle: str
    before: Bar | None
    now: Bar | None


@dataclass(frozen=True)
class Bars:
    """A bar chart: pairs of bars side by side."""

    axis: Axis
    slots: list[Slot]


@dataclass(frozen=True)
class Stack:
    """The place of one period: x and width of the whole, the middle for its label, and the boxes one over the other."""

    x: str
    width: str
    middle: str
    boxes: list[Bar | None]


@dataclass(frozen=True)
class Stacks:
    """A bar chart: parts one over the other."""

    axis: Axis
    stacks: list[Stack]


@dataclass(frozen=True)
class Line:
    """A line through readings. pieces: the points of polylines in the box WIDE by HIGH; a single point stands twice, so
    that a dot is drawn. marks: places of the labels under it. breaks: places where it is broken. area: the outline of
    the range around it, or "".
    """

    axis: Axis
    pieces: list[str]
    marks: list[str]
    breaks: list[str]
    area: str = ""


@dataclass(frozen=True)
class Lines:
    """Several lines on one scale: the places of the periods, and the points of each line in the box WIDE by HIGH."""

    axis: Axis
    slots: list[Slot]
    lines: list[str]


@dataclass(frozen=True)
class _Plane:
    """The box of a line: from `start` to `end` across, by its scale from the top down."""

    start: datetime
    end: datetime
    scale: Axis

    def across(self, at: datetime) -> Decimal:
        """How far from the left an instant lies, in percent."""
        return Decimal((at - self.start).total_seconds()) / Decimal((self.end - self.start).total_seconds()) * 100

    def spots(self, places: Iterable[tuple[datetime, Decimal]]) -> list[str]:
        """Places in the box; there are many of them, so they are as exact as they are drawn, and no more."""
        start, high = self.start, self.scale.high
        across, down = (self.end - start) / float(WIDE), float(high - self.scale.low) / float(HIGH)
        return [SPOT % ((at - start) / across, float(high - value) / down) for at, value in places]

    def piece(self, points: Sequence[Point]) -> str:
        """A line through points, one at least; a single one stands twice."""
        spots = self.spots((point.at, point.value) for point in points)
        return " ".join(spots if len(spots) > 1 else spots * 2)


@dataclass(frozen=True)
class Spark:
    """A small line without a scale, in the box WIDE by HIGH. areas: filled below, where it starts from zero."""

    lines: list[str]
    areas: list[str]


Known = tuple[Decimal | None, str]
Edge = tuple[datetime, Decimal, Decimal]


def axis(values: Iterable[Decimal], *, zero: bool) -> Axis:
    """A scale that holds all values, and 0 if `zero`, in few steps of 1, 2, 2.5 or 5 times a power of ten."""
    values = [*values, Decimal(0)] if zero else list(values)
    low, high = min(values, default=Decimal(0)), max(values, default=Decimal(0))
    if low == high:
        low, high = (low, low + 1) if zero else (low - 1, low + 1)
    rough = (high - low) / INTERVALS
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(each * power for each in STEPS if each * power >= rough)
    return Axis(_whole(low / step, ROUND_FLOOR) * step, _whole(high / step, ROUND_CEILING) * step, step)


def bars(pairs: Sequence[tuple[Known, Known]]) -> Bars:
    """A slot for each pair of what was before and what is now: its value, None for nothing to draw, and its state."""
    scale = axis([value for pair in pairs for value, _ in pair if value is not None], zero=True)
    width = Decimal(100) / max(len(pairs), 1)
    slots = []
    for number, (before, now) in enumerate(pairs):
        left = width * number
        boxes = _bar(before, left + width * GAP, width, scale), _bar(now, left + width * (1 - GAP - BAR), width, scale)
        slots.append(Slot(plain(left), plain(width), plain(left + width / 2), *boxes))
    return Bars(scale, slots)


def stacks(columns: Sequence[Sequence[Known]]) -> Stacks:
    """A column for each list of values with their states, the first at the bottom; None for nothing to draw. What is
    below zero hangs.
    """
    above = [sum((value for value, _ in column if value and value > 0), Decimal(0)) for column in columns]
    below = [sum((value for value, _ in column if value and value < 0), Decimal(0)) for column in columns]
    scale = axis([*above, *below], zero=True)
    width = Decimal(100) / max(len(columns), 1)
    return Stacks(scale, [_stack(column, width * number, width, scale) for number, column in enumerate(columns)])


def line(
    points: Sequence[Point],
    start: datetime,
    end: datetime,
    marks: Iterable[datetime],
    breaks: Sequence[datetime] = (),
    edges: Sequence[Edge] = (),
) -> Line:
    """The line through `points` (in time order) between two instants, with the places of `marks` in percent.

    It is broken at each of `breaks`: a point at that very instant begins the next piece. `edges`: the range around it,
    as instants with the lowest and the highest value.
    """
    ends = [value for _, low, high in edges for value in (low, high)]
    plane = _Plane(start, end, axis([*(point.value for point in points), *ends], zero=False))
    cuts = [0, *(bisect_left(points, at, key=attrgetter("at")) for at in breaks), len(points)]
    pieces = [plane.piece(points[first:last]) for first, last in pairwise(cuts) if first < last]
    outline = [*((at, high) for at, _, high in edges), *((at, low) for at, low, _ in reversed(edges))]
    places = [plain(plane.across(at)) for at in marks]
    return Line(plane.scale, pieces, places, [plain(plane.across(at)) for at in breaks], " ".join(plane.spots(outline)))


def lines(runs: Sequence[Sequence[Point]], boundaries: Sequence[datetime]) -> Lines:
    """A line through each of several runs of points on one scale, with the place of each period between boundaries."""
    scale = axis([point.value for run in runs for point in run], zero=False)
    plane = _Plane(boundaries[0], boundaries[-1], scale)
    edges = [plane.across(at) for at in boundaries]
    slots = [
        Slot(plain(left), plain(right - left), plain((left + right) / 2), None, None) for left, right in pairwise(edges)
    ]
    return Lines(scale, slots, [plane.piece(run) if run else "" for run in runs])


def spark(values: Sequence[Decimal | None], *, zero: bool) -> Spark | None:
    """A small line through the values, broken where one is missing; None where no two stand side by side."""
    known = [value for value in values if value is not None]
    low, high = min([*known, Decimal(0)] if zero else known, default=Decimal(0)), max(known, default=Decimal(0))
    span, step, tall = float((high - low) or 1), float(WIDE) / max(len(values) - 1, 1), float(HIGH)
    numbered = groupby(enumerate(values), key=lambda pair: pair[1] is None)
    runs = [
        [(_drawn(step * at), _drawn(float(high - value) / span * tall)) for at, value in run if value is not None]
        for missing, run in numbered
        if not missing
    ]
    drawn = [run for run in runs if len(run) > 1]
    if not drawn:
        return None
    lines = [" ".join(f"{x},{y}" for x, y in run) for run in drawn]
    areas = [f"{run[0][0]},{HIGH} {text} {run[-1][0]},{HIGH}" for run, text in zip(drawn, lines, strict=True)]
    return Spark(lines, areas if zero else [])


def _drawn(place: float) -> str:
    """A place in the box of a line, as exact as it is drawn."""
    return f"{place:.4g}"


def plain(value: Decimal) -> str:
    """A place as text: at most two decimals, no zeros at the end, no exponent."""
    return f"{value.quantize(PLACES).normalize() + 0:f}"


def _stack(column: Sequence[Known], left: Decimal, width: Decimal, scale: Axis) -> Stack:
    boxes: list[Bar | None] = []
    top = bottom = Decimal(0)
    for value, state in column:
        if value is None:
            boxes.append(None)
            continue
        low, high = (top, top + value) if value >= 0 else (bottom + value, bottom)
        top, bottom = max(top, high), min(bottom, low)
        place = scale.down(high)
        size = plain(scale.down(low) - place)
        boxes.append(Bar(plain(left + width * GAP), plain(place), plain(width * (1 - 2 * GAP)), size, state))
    return Stack(plain(left), plain(width), plain(left + width / 2), boxes)


def _bar(known: Known, x: Decimal, width: Decimal, scale: Axis) -> Bar | None:
    value, state = known
    if value is None:
        return None
    top = scale.down(max(value, Decimal(0)))
    height = scale.down(min(value, Decimal(0))) - top
    return Bar(plain(x), plain(top), plain(width * BAR), plain(height), state)


def _whole(value: Decimal, rounding: str) -> Decimal:
    return value.to_integral_value(rounding=rounding)
