"""Tests of readings/consumption.py: what must hold for any readings."""

import random
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from readings.consumption import Change, Point, amounts, drops, levels, periods, rates, replaced
from readings.tests.dials import START, uses

D = Decimal


values = st.decimals(0, 999_999, places=3)
hours = st.integers(0, 24 * 400)
some_points = st.dictionaries(hours, values, min_size=1, max_size=12).map(
    lambda found: [Point(START + timedelta(hours=hour), value) for hour, value in sorted(found.items())]
)
some_boundaries = st.lists(hours, min_size=2, max_size=8).map(
    lambda found: [START + timedelta(hours=hour, minutes=7) for hour in sorted(found)]
)
some_changes = st.lists(
    st.builds(
        lambda hour, old, new: replaced(START + timedelta(hours=hour, minutes=30), old, new), hours, values, values
    ),
    max_size=3,
)


@given(some_points, some_changes, some_boundaries)
def test_the_periods_add_up_to_the_whole_to_the_last_digit(
    points: list[Point], changes: list[Change], inner: list[datetime]
) -> None:
    first, last = points[0].at, points[-1].at
    boundaries = [first, *(boundary for boundary in inner if first < boundary < last), last]
    parts = sum((use for use in uses(periods(points, changes, boundaries)) if use is not None), D(0))
    bridged = [change.offset for change in (*changes, *drops(points, changes)) if first < change.at <= last]
    assert parts == points[-1].value + sum(bridged) - points[0].value


@given(some_points, some_changes, some_boundaries)
def test_no_use_is_ever_negative(points: list[Point], changes: list[Change], boundaries: list[datetime]) -> None:
    assert [use for use in uses(periods(points, changes, boundaries)) if use is not None and use < 0] == []


@given(some_points, some_changes, some_boundaries, st.randoms(use_true_random=False))
def test_the_order_of_entry_changes_nothing(
    points: list[Point], changes: list[Change], boundaries: list[datetime], shuffler: random.Random
) -> None:
    mixed, mixed_changes = [*points, points[0]], list(changes)
    shuffler.shuffle(mixed)
    shuffler.shuffle(mixed_changes)
    assert periods(mixed, mixed_changes, boundaries) == periods(points, changes, boundaries)
    assert amounts(mixed, boundaries) == amounts(points, boundaries)
    assert levels(mixed, boundaries) == levels(points, boundaries)
    assert rates(mixed, mixed_changes) == rates(points, changes)


@given(some_points, some_boundaries, st.data())
def test_a_reading_on_the_line_between_two_changes_no_use(
    points: list[Point], boundaries: list[datetime], data: st.DataObject
) -> None:
    gaps = [(a, b) for a, b in pairwise(points) if a.value <= b.value]
    assume(gaps)
    before, after = data.draw(st.sampled_from(gaps))
    # An eighth of the way is exact: three more decimals.
    eighths = data.draw(st.integers(1, 7))
    inserted = Point(
        before.at + (after.at - before.at) / 8 * eighths, before.value + (after.value - before.value) / 8 * eighths
    )
    assert uses(periods([*points, inserted], [], boundaries)) == uses(periods(points, [], boundaries))


@given(some_points, some_boundaries, values, values, st.data())
def test_the_moment_of_a_change_between_two_readings_changes_no_use(
    points: list[Point], boundaries: list[datetime], old: Decimal, new: Decimal, data: st.DataObject
) -> None:
    spans = list(pairwise(points))
    assume(spans)
    before, after = data.draw(st.sampled_from(spans))
    minutes = (after.at - before.at) // timedelta(minutes=1)
    one, other = (
        replaced(before.at + timedelta(minutes=data.draw(st.integers(1, minutes))), old, new) for _ in range(2)
    )
    assert periods(points, [one], boundaries) == periods(points, [other], boundaries)


@given(some_points, some_changes, some_boundaries)
def test_any_readings_beyond_those_around_the_boundaries_change_nothing(
    points: list[Point], changes: list[Change], boundaries: list[datetime]
) -> None:
    needed = {points[0].at, points[-1].at}
    for boundary in boundaries:
        needed |= {max((point.at for point in points if point.at <= boundary), default=points[0].at)}
        needed |= {min((point.at for point in points if point.at >= boundary), default=points[-1].at)}
    thinned = [point for point in points if point.at in needed]
    known = [*changes, *drops(points, changes)]
    assert periods(thinned, known, boundaries) == periods(points, changes, boundaries)
