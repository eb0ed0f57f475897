"""Tests of readings/consumption/odd.py, with numbers that were worked out by hand, and what must hold for any."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readings.consumption import Change, Point, Settled, Step, left_out, odd_one, periods, rates, settle, steps_down
from readings.tests.dials import day, dial, uses
from readings.tests.test_consumption_laws import some_changes, some_points


def four(*values: str, days: tuple[float, ...] = (0, 1, 2, 3)) -> Step:
    """A step down of four readings."""
    a, b, c, d = dial(*zip(days, values, strict=True))
    return Step(b, c, a, d)


@pytest.mark.parametrize(
    ("values", "odd"),
    [
        (("100", "900", "110", "120"), "900"),
        (("100", "900", "110", "1000"), "110"),
        (("100", "110", "20", "130"), "20"),
        (("100", "110", "20", "30"), None),
        (("100", "110", "105", "109"), "110"),
        (("100", "110", "105", "115"), "105"),
        (("100", "110", "100", "110"), "100"),
    ],
)
def test_a_spike_lies_above_the_readings_around_it_and_a_dip_below(values: tuple[str, ...], odd: str | None) -> None:
    found = odd_one(four(*values))
    assert (found and f"{found.value}") == odd


def test_where_it_could_be_either_the_rates_decide() -> None:
    # Without 12: 5 and 10 a day, without 10: 12 and 4. Without 10: 4 and 12, without 8: 10 and 5.
    assert odd_one(four("0", "12", "10", "20")) == Point(day(1), Decimal(12))
    assert odd_one(four("0", "10", "8", "20")) == Point(day(2), Decimal(8))


def test_without_a_reading_on_the_one_side_only_the_other_counts() -> None:
    b, c, d = dial((1, "110"), (2, "20"), (3, "130"))
    assert odd_one(Step(b, c, None, d)) == c
    assert odd_one(Step(b, c, None, None)) is None
    a, b, c = dial((0, "10"), (1, "90"), (2, "20"))
    assert odd_one(Step(b, c, a, None)) == b


def test_a_recorded_change_among_the_readings_explains_them() -> None:
    dip = four("100", "110", "0", "130")
    assert odd_one(dip, [Change(day(1.5), Decimal(110), "replaced")]) is None
    assert odd_one(dip, [Change(day(2.5), Decimal(20), "replaced")]) is None
    assert odd_one(dip, [Change(day(0.5), Decimal(20), "replaced")]) == dip.after


def test_a_spike_on_the_way_to_a_rollover_is_left_out_and_the_rollover_counts() -> None:
    readings = dial((0, "99900"), (1, "99990"), (2, "99950"), (3, "20"))
    assert settle(steps_down(readings), [], 5) == Settled(
        [Change(day(3), Decimal(100000), "rollover")], [], [readings[1]]
    )


def test_a_fall_that_stays_when_the_odd_ones_are_gone_counts_as_no_use() -> None:
    readings = dial((0, "0"), (1, "50"), (2, "40"), (3, "60"), (4, "45"), (5, "70"))
    found = settle(steps_down(readings), [], None)
    assert [point.value for point in found.odd] == [50, 45]
    readings = dial((0, "100"), (1, "110"), (2, "20"), (3, "120"), (4, "30"), (5, "31"))
    found = settle(steps_down(readings), [], None)
    assert [point.value for point in found.odd] == [20, 120]
    assert found.falls == [Step(*dial((1, "110"), (4, "30")))]
    kept = [point for point in readings if point not in found.odd]
    assert uses(periods(kept, found.changes, [day(0), day(2), day(5)])) == [Decimal(10), Decimal(1)]


def test_odd_readings_have_no_part_in_what_is_usual() -> None:
    plain = dial((0, "0"), (10, "80"), (20, "160"), (30, "240"))
    assert rates([*plain, Point(day(15), Decimal(900))], []) == rates(plain, [])


@given(some_points, some_changes)
def test_what_is_odd_depends_on_nothing_but_its_neighbours(points: list[Point], changes: list[Change]) -> None:
    whole = set(left_out(points, changes))
    for at in range(len(points)):
        window = points[max(at - 3, 0) : at + 4]
        assert (points[at] in left_out(window, changes)) == (points[at] in whole)


@given(some_points, st.integers(1, 6) | st.none())
def test_the_steps_alone_settle_as_much_as_all_readings(points: list[Point], digits: int | None) -> None:
    found = settle(steps_down(points), [], digits)
    kept = [point for point in points if point not in found.odd]
    ends = [points[0].at, points[-1].at]
    near = {point for step in steps_down(points) for point in step.points} | {points[0], points[-1]}
    thinned = sorted(near - set(found.odd))
    assert uses(periods(thinned, found.changes, ends)) == uses(periods(kept, found.changes, ends))
