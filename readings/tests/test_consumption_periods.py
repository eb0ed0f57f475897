"""Tests of readings/consumption.py: use and range in periods of the calendar, worked out by hand."""

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from readings.consumption import Change, Level, Period, Point, amounts, between, drops, levels, periods
from readings.localtime import day_starts, month_starts, year_starts
from readings.tests.dials import day, dial, uses, utc

D = Decimal
BERLIN = ZoneInfo("Europe/Berlin")


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


def test_a_period_is_spread_where_an_interval_across_its_edge_is_longer_than_one_and_a_half_of_it() -> None:
    for later, state in ((20, "measured"), (20.1, "spread")):
        found = periods(dial((0, "0"), (5, "5"), (later, "20"), (22, "24")), [], [day(0), day(10), day(20)])
        assert [period.state for period in found] == [state, state]


def test_a_period_without_a_reading_is_spread_however_near_the_readings_around_it_are() -> None:
    points = dial((0, "0"), (9, "9"), (21, "33"), (30, "42"))
    found = periods(points, [], [day(0), day(10), day(20), day(30)])
    assert [period.state for period in found] == ["measured", "spread", "measured"]
    assert uses(found) == [D(11), D(20), D(11)]


def test_a_year_that_is_read_once_a_month_is_measured_throughout() -> None:
    starts = month_starts(date(2026, 1, 1), 13, BERLIN)
    points = [Point(start + timedelta(days=13), D(number)) for number, start in enumerate([utc("2025-12-01"), *starts])]
    assert {period.state for period in periods(points, [], starts)} == {"measured"}


def test_a_gap_of_two_months_makes_every_month_that_it_touches_spread() -> None:
    starts = month_starts(date(2026, 1, 1), 7, BERLIN)
    points = [Point(starts[month] + timedelta(days=13), D(month)) for month in (0, 1, 3, 4, 5)]
    assert [period.state for period in periods(points, [], starts)] == [
        "measured",
        "spread",
        "spread",
        "spread",
        "measured",
        "measured",
    ]


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


@pytest.mark.parametrize("estimated", [9, 11, 19, 21])
def test_either_end_of_an_interval_across_an_edge_may_be_the_estimated_one(estimated: int) -> None:
    points = [Point(day(n), D(n), "estimated" if n == estimated else "good") for n in (9, 11, 15, 19, 21)]
    assert [period.state for period in periods(points, [], [day(10), day(20)])] == ["estimated"]


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


def test_a_period_is_doubtful_where_an_end_of_it_rests_on_a_questionable_reading() -> None:
    points = [*dial((0, "0"), (10, "10"), (20, "20")), Point(day(30), D(99), "questionable")]
    boundaries = [day(0), day(10), day(20), day(30)]
    assert [period.doubtful for period in periods(points, [], boundaries)] == [False, False, True]
    assert [period.doubtful for period in amounts(points, [*boundaries, day(40)])] == [False, False, False, True]
