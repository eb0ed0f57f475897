"""Tests of readings/consumption.py: figures worked out by hand, and what must hold for any readings."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from readings.consumption import (
    Change,
    Level,
    Period,
    Point,
    Total,
    amounts,
    between,
    drops,
    levels,
    per_day,
    periods,
    rates,
    replaced,
    rolled_over,
    rollover_step,
    total_at,
    usual_rate,
)
from readings.localtime import day_starts, month_starts, year_starts

D = Decimal
BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 1, 1, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def dial(*readings: tuple[float, str]) -> list[Point]:
    return [Point(day(at), D(value)) for at, value in readings]


def uses(found: list[Period]) -> list[Decimal | None]:
    return [period.use for period in found]


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


# Periods


def test_a_period_between_readings_says_what_was_used_and_that_it_was_measured() -> None:
    points = dial((0, "100"), (1, "110"), (9, "130"), (10, "131"), (11, "132"))
    assert periods(points, [], [day(0.5), day(10.5)]) == [
        Period(day(0.5), day(10.5), D("26.5"), "measured", day(0.5), day(10.5), 0)
    ]


def test_months_of_the_home_are_cut_at_its_own_midnights() -> None:
    # One unit an hour, in Berlin: 31 days, then March with 743 hours because its clock skips one.
    start = utc("2026-02-28 23:00")
    points = [Point(start + timedelta(hours=hours), D(hours)) for hours in (0, 700, 780, 1500)]
    assert uses(periods(points, [], month_starts(date(2026, 3, 1), 3, BERLIN))) == [D(743), D(720)]


def test_a_day_of_a_clock_change_has_23_or_25_hours_of_use() -> None:
    for first, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        boundaries = day_starts(first, 2, BERLIN)
        points = [Point(boundaries[0] - timedelta(hours=1), D(0)), Point(boundaries[0] + timedelta(hours=29), D(30))]
        assert uses(periods(points, [], boundaries)) == [D(hours)]


def test_a_leap_year_has_366_days_of_use() -> None:
    boundaries = year_starts(date(2023, 1, 1), 4, BERLIN)
    points = [Point(boundaries[0], D(0)), Point(boundaries[-1], D(1096))]
    assert uses(periods(points, [], boundaries)) == [D(365), D(366), D(365)]


def test_a_day_that_never_was_is_empty_and_takes_nothing_from_its_neighbours() -> None:
    boundaries = day_starts(date(2011, 12, 29), 4, ZoneInfo("Pacific/Apia"))
    points = [Point(boundaries[0], D(0)), Point(boundaries[-1], D(2))]
    assert uses(periods(points, [], boundaries)) == [D(1), None, D(1)]


def test_the_first_and_the_running_period_reach_as_far_as_readings_do() -> None:
    points = dial((4, "100"), (8, "108"), (12, "116"), (15, "119"))
    assert periods(points, [], [day(0), day(10), day(20)]) == [
        Period(day(0), day(10), D(12), "measured", day(4), day(10), 0),
        Period(day(10), day(20), D(7), "measured", day(10), day(15), 0),
    ]


def test_a_period_that_no_reading_reaches_is_empty_and_never_zero() -> None:
    empty = [Period(day(n), day(n + 10), None, "empty", None, None, 0) for n in (0, 10, 20, 30)]
    boundaries = [day(n) for n in (0, 10, 20, 30, 40)]
    assert periods(dial((50, "1"), (60, "2")), [], boundaries) == empty
    assert periods(dial((-9, "1"), (-2, "2")), [], boundaries) == empty
    assert periods(dial((10, "1")), [], boundaries) == empty
    assert periods([], [], boundaries) == empty


def test_a_period_in_which_nothing_was_used_is_zero_and_not_empty() -> None:
    assert periods(dial((0, "7"), (10, "7.0")), [], [day(0), day(10)]) == [
        Period(day(0), day(10), D(0), "measured", day(0), day(10), 0)
    ]


def test_a_period_is_spread_where_an_interval_across_its_edge_is_longer_than_half_of_it() -> None:
    boundaries = [day(0), day(10), day(20), day(30)]
    points = dial((0, "0"), (7, "7"), (12, "12"), (18, "18"), (24, "30"), (30, "36"))
    assert [period.state for period in periods(points, [], boundaries)] == ["measured", "spread", "spread"]
    assert uses(periods(points, [], boundaries)) == [D(10), D(12), D(14)]


def test_a_long_interval_inside_a_period_makes_it_no_less_measured() -> None:
    assert periods(dial((0, "0"), (1, "1"), (29, "29"), (30, "30")), [], [day(0), day(30)]) == [
        Period(day(0), day(30), D(30), "measured", day(0), day(30), 0)
    ]


def test_a_period_is_estimated_where_it_needs_an_estimated_reading() -> None:
    points = [
        *dial((0, "0"), (9, "9"), (18, "18"), (21, "21"), (29, "29"), (31, "31")),
        Point(day(11), D(11), "estimated"),
        Point(day(25), D(25), "estimated"),
    ]
    found = periods(points, [], [day(0), day(10), day(20), day(30)])
    assert [period.state for period in found] == ["estimated", "estimated", "measured"]


def test_questionable_readings_count() -> None:
    points = [*dial((0, "0"), (10, "10")), Point(day(5), D(9), "questionable")]
    assert uses(periods(points, [], [day(0), day(5), day(10)])) == [D(9), D(1)]


def test_the_readings_around_the_boundaries_are_enough() -> None:
    points = dial((0, "10"), (2, "13"), (9, "20"), (11, "26"), (14, "2"), (17, "6"), (19, "8"), (21, "9"), (40, "12"))
    found = drops(points, [])
    assert found == [Change(day(14), D(24), "drop")]
    boundaries = [day(0), day(10), day(20), day(30)]
    around = [point for point in points if point.at not in (day(2), day(14), day(17))]
    assert periods(around, found, boundaries) == periods(points, [], boundaries)
    assert uses(periods(around, found, boundaries)) == [D(13), D("9.5"), D("1.921052632")]


def test_one_boundary_bounds_nothing() -> None:
    assert periods(dial((0, "0"), (10, "10")), [], [day(0)]) == []
    assert periods(dial((0, "0"), (10, "10")), [], []) == []


def test_boundaries_that_go_back_are_refused() -> None:
    back = [day(2), day(1)]
    for refuse in (
        lambda: periods([], [], back),
        lambda: amounts([], back),
        lambda: levels([], back),
        lambda: between([], [], day(2), day(1)),
    ):
        with pytest.raises(ValueError, match=r"^The boundaries of periods must be in time order\.$"):
            refuse()


def test_use_between_instants_that_readings_do_not_cover_is_not_known() -> None:
    points = dial((0, "0"), (10, "10"))
    assert [between(points, [], day(a), day(b)) for a, b in ((0, 10), (3, 3), (-1, 5), (5, 11))] == [
        D(10),
        D(0),
        None,
        None,
    ]


# Amounts and levels


def test_amounts_add_up_in_the_period_that_holds_them() -> None:
    points = [*dial((0, "40.5"), (9.9, "38"), (10, "41.25"), (35, "20")), Point(day(12), D(99), "bad")]
    assert amounts(points, [day(0), day(10), day(20), day(30), day(40)]) == [
        Period(day(0), day(10), D("78.5"), "measured", day(0), day(10), 0),
        Period(day(10), day(20), D("41.25"), "measured", day(10), day(20), 0),
        Period(day(20), day(30), None, "empty", None, None, 0),
        Period(day(30), day(40), D(20), "measured", day(30), day(35), 0),
    ]


def test_an_estimated_amount_makes_its_period_estimated() -> None:
    points = [Point(day(1), D(5), "estimated"), Point(day(11), D(6))]
    assert [period.state for period in amounts(points, [day(0), day(10), day(20)])] == ["estimated", "measured"]


def test_without_an_entry_every_period_of_amounts_is_empty() -> None:
    assert amounts([], [day(0), day(1)]) == [Period(day(0), day(1), None, "empty", None, None, 0)]


def test_levels_have_a_lowest_a_mean_and_a_highest() -> None:
    points = [*dial((0, "120"), (1, "131"), (2, "118"), (10, "125.5")), Point(day(3), D(999), "bad")]
    assert levels(points, [day(0), day(10), day(20), day(30)]) == [
        Level(day(0), day(10), D(118), D(123), D(131), 3),
        Level(day(10), day(20), D("125.5"), D("125.5"), D("125.5"), 1),
        Level(day(20), day(30), None, None, None, 0),
    ]


def test_the_mean_of_levels_is_rounded_half_even_to_six_decimals() -> None:
    (thirds,) = levels(dial((0, "1"), (1, "1"), (2, "0")), [day(0), day(3)])
    (halves,) = levels(dial((0, "0.000001"), (1, "0.000002")), [day(0), day(3)])
    assert (thirds.mean, halves.mean) == (D("0.666667"), D("0.000002"))


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


def test_without_an_interval_nothing_is_usual() -> None:
    assert usual_rate(dial((0, "5")), []) is None
    assert usual_rate([], []) is None


def test_use_per_day_is_rounded_to_nine_decimals() -> None:
    assert per_day(D(1), timedelta(days=3)) == D("0.333333333")
    assert per_day(D("0.1"), timedelta(minutes=5)) == D("28.8")


# What must hold for any readings

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
