"""Tests of readings/consumption.py: totals, meter changes, steps down and rates, worked out by hand."""

from datetime import timedelta
from decimal import Decimal

import pytest

from readings.consumption import (
    Change,
    Point,
    Total,
    between,
    drops,
    per_day,
    periods,
    rates,
    replaced,
    rolled_over,
    rollover_step,
    total_at,
    usual_rate,
)
from readings.tests.dials import day, dial, uses

D = Decimal


# Totals


def test_the_total_between_two_readings_lies_on_the_line_through_them() -> None:
    first, last = points = dial((0, "100"), (10, "150"))
    assert total_at(points, [], day(4)) == Total(day(4), D(120), first, last)


def test_the_total_at_a_reading_is_the_reading_itself() -> None:
    points = dial((0, "100.5"), (3, "101.123456"), (10, "150"))
    found = total_at(points, [], day(3))
    assert found == Total(day(3), D("101.123456"), points[1], points[1])
    assert str(found.value) == "101.123456"


def test_a_total_that_never_ends_is_rounded_to_nine_decimals_half_even() -> None:
    points = dial((0, "0"), (3, "1"))
    assert [total.value if total else None for total in (total_at(points, [], day(n)) for n in (1, 2))] == [
        D("0.333333333"),
        D("0.666666667"),
    ]


@pytest.mark.parametrize("at", [-1, 10.5])
def test_there_is_no_total_where_readings_do_not_reach(at: float) -> None:
    assert total_at(dial((0, "100"), (10, "150")), [], day(at)) is None
    assert total_at([], [], day(at)) is None


def test_bad_readings_take_no_part() -> None:
    points = [*dial((0, "100"), (10, "150")), Point(day(5), D(0), "bad")]
    assert total_at(points, [], day(5)) == Total(day(5), D(125), points[0], points[1])
    assert drops(points, []) == []


# Meter changes


def test_a_new_meter_counts_the_rest_of_the_old_and_the_start_of_the_new() -> None:
    points = dial((0, "9000"), (10, "9100"), (20, "60"), (30, "160"))
    changes = [replaced(day(14), old_final=D("9142.5"), new_initial=D("2.5"))]
    assert changes == [Change(day(14), D(9140), "replaced")]
    # 9142.5 - 9100 on the old meter and 60 - 2.5 on the new one: 42.5 + 57.5
    assert between(points, changes, day(10), day(20)) == D(100)
    assert uses(periods(points, changes, [day(0), day(10), day(20), day(30)])) == [D(100), D(100), D(100)]


def test_a_dial_that_was_set_back_is_a_change_with_its_own_reason() -> None:
    assert replaced(day(1), D(7), D(0), "reset") == Change(day(1), D(7), "reset")


def test_a_rolled_over_dial_goes_on_from_ten_to_the_power_of_its_digits() -> None:
    points = dial((0, "99950"), (10, "30.5"))
    changes = [rolled_over(day(5), digits=5)]
    assert changes == [Change(day(5), D(100000), "rollover")]
    assert between(points, changes, day(0), day(10)) == D("80.5")


@pytest.mark.parametrize(
    ("previous", "new", "digits", "step"),
    [
        ("99950", "30.5", 5, "80.5"),
        ("99999.999", "0.000", 5, "0.001"),
        ("90000", "0", 5, "10000"),
        ("89999.999", "0", 5, None),
        ("99950", "9951", 5, None),
        ("100", "150", 5, None),
        ("150", "150", 5, None),
        ("12431", "12341", 5, None),
        ("100020", "5", 5, None),
        ("99950", "-3", 5, None),
        ("9", "0", 1, "1"),
    ],
)
def test_a_rollover_goes_at_most_a_tenth_of_the_dial(previous: str, new: str, digits: int, step: str | None) -> None:
    assert rollover_step(D(previous), D(new), digits) == (D(step) if step else None)


def test_a_step_down_that_nothing_explains_counts_as_no_use() -> None:
    points = dial((0, "500"), (10, "600"), (20, "40"), (30, "90"))
    assert drops(points, []) == [Change(day(20), D(560), "drop")]
    found = periods(points, [], [day(0), day(10), day(20), day(30)])
    assert [(period.use, period.drops) for period in found] == [(D(100), 0), (D(0), 1), (D(50), 0)]
    assert between(points, [], day(12), day(18)) == D(0)


def test_every_step_down_is_found_with_its_own_height() -> None:
    points = dial((0, "50"), (1, "20"), (2, "30"), (3, "29.5"), (4, "29.5"), (5, "0"))
    assert drops(points, []) == [
        Change(day(1), D(30), "drop"),
        Change(day(3), D("0.5"), "drop"),
        Change(day(5), D("29.5"), "drop"),
    ]


def test_a_step_down_that_a_change_explains_is_no_drop() -> None:
    points = dial((0, "500"), (10, "600"), (20, "40"))
    assert drops(points, [replaced(day(20), D(610), D(0))]) == []
    assert drops(points, [replaced(day(10.1), D(610), D(0))]) == []


def test_a_change_at_the_earlier_reading_does_not_explain_the_step_after_it() -> None:
    points = dial((0, "500"), (10, "600"), (20, "40"))
    assert drops(points, [Change(day(10), D(570), "replaced")]) == [Change(day(20), D(560), "drop")]


def test_a_change_that_explains_only_a_part_leaves_the_rest_as_a_drop() -> None:
    points = dial((10, "600"), (20, "40"))
    assert drops(points, [replaced(day(15), D(550), D(0))]) == [Change(day(20), D(10), "drop")]


# Rates


def test_the_usual_rate_is_the_median_use_per_day() -> None:
    points = dial((0, "0"), (1, "8"), (3, "20"), (4, "29"), (14, "629"))
    assert rates(points, []) == [D(8), D(6), D(9), D(60)]
    assert usual_rate(points, []) == D("8.5")
    assert usual_rate(points, [], most=3) == D(9)


def test_only_the_last_ten_intervals_are_usual() -> None:
    points = dial((0, "0"), *((n + 1, str(1000 + n)) for n in range(11)))
    assert rates(points, []) == [D(1)] * 10


def test_an_interval_with_a_new_meter_has_its_rate_and_one_with_a_drop_has_none() -> None:
    points = dial((0, "100"), (10, "180"), (20, "30"), (30, "110"), (40, "5"), (50, "75"))
    assert rates(points, [replaced(day(15), D(220), D(0))]) == [D(8), D(7), D(8), D(7)]


def test_intervals_shorter_than_a_day_are_merged_into_longer_ones() -> None:
    points = dial((0, "100"), (0.25, "104"), (0.5, "108"), (2, "116"), (2.5, "9000"), (4, "9010"), (4.001, "9011"))
    assert rates(points, []) == [D(8), D(4447)]


def test_a_questionable_reading_has_no_part_in_the_rates_nor_has_the_fall_after_it() -> None:
    points = [*dial((0, "100"), (10, "180"), (20, "260")), Point(day(10.5), D(99000), "questionable")]
    assert rates(points, []) == [D(8), D(8)]
    assert rates(points, drops(points, [])) == [D(8), D(8)]


def test_a_fall_within_a_day_takes_the_interval_that_it_ends_and_no_other() -> None:
    points = dial((0, "100"), (10, "180"), (10.5, "5"), (20.5, "85"))
    assert rates(points, []) == [D(8), D(8)]


def test_without_an_interval_nothing_is_usual() -> None:
    assert usual_rate(dial((0, "5")), []) is None
    assert usual_rate([], []) is None


def test_use_per_day_is_rounded_to_nine_decimals() -> None:
    assert per_day(D(1), timedelta(days=3)) == D("0.333333333")
    assert per_day(D("0.1"), timedelta(minutes=5)) == D("28.8")
