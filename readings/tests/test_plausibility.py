"""Tests of readings/plausibility.py: what is taken, what is asked about, and when a reading is due."""

from datetime import timedelta
from decimal import Decimal
from typing import get_args

import pytest

from readings.consumption import Point, replaced
from readings.plausibility import State, Usual, Verdict, due_at, is_doubtful, is_due, judge, usual, usual_interval
from readings.tests.dials import START, day, dial

D = Decimal

# Ten days each: 8, 7, 9, 8 and 10 a day. Median 8, quartiles 8 and 9.
DIAL = dial((0, "1000"), (10, "1080"), (20, "1150"), (30, "1240"), (40, "1320"), (50, "1420"))
LAST = DIAL[-1]
# Median 120, deviations 4, 2, 0, 1, 5: median 2, which counts as a twentieth of 120.
PRESSURE = dial((0, "116"), (1, "122"), (2, "120"), (3, "119"), (4, "125"))


def of_dial(value: str, at: float = 60) -> Verdict:
    return judge(D(value), day(at), LAST, DIAL, "counter", 5)


# Counters


def test_the_first_reading_has_nothing_to_be_compared_with() -> None:
    assert judge(D("12431.7"), day(0), None, [], "counter", 6) == Verdict("first", None, D(0), None, None, None)


def test_the_second_reading_has_a_use_but_nothing_usual_yet() -> None:
    first = Point(day(0), D("100"))
    assert judge(D("187.4"), day(10), first, [first], "counter", 6) == Verdict(
        "first", D("87.4"), D(10), D("8.74"), None, None
    )


@pytest.mark.parametrize(
    ("value", "state", "use", "a_day"),
    [
        ("1420", "same", "0", "0"),
        ("1420.001", "little_less", "0.001", "0.0001"),
        ("1491.999", "little_less", "71.999", "7.1999"),
        ("1492", "usual", "72", "7.2"),
        ("1510", "usual", "90", "9"),
        ("1510.001", "little_more", "90.001", "9.0001"),
        ("1660", "little_more", "240", "24"),
        ("1660.001", "high", "240.001", "24.0001"),
        ("14200", "high", "12780", "1278"),
    ],
)
def test_use_per_day_is_compared_with_the_usual(value: str, state: State, use: str, a_day: str) -> None:
    assert of_dial(value) == Verdict(state, D(use), D(10), D(a_day), D("7.2"), D(9))


def test_a_lower_value_is_doubtful() -> None:
    assert of_dial("1419.9") == Verdict("low", D("-0.1"), D(10), None, D("7.2"), D(9))


def test_a_dial_that_went_over_its_last_digit_has_rolled_over() -> None:
    recent = dial((0, "99760"), (10, "99840"), (20, "99920"))
    assert judge(D(10), day(30), recent[-1], recent, "counter", 5) == Verdict(
        "rollover", D(90), D(10), D(9), D(6), D(10)
    )


def test_a_dial_of_unknown_digits_does_not_roll_over() -> None:
    recent = dial((0, "99760"), (10, "99840"), (20, "99920"))
    assert judge(D(10), day(30), recent[-1], recent, "counter", None) == Verdict(
        "low", D(-99910), D(10), None, D(6), D(10)
    )


def test_a_rollover_far_above_the_usual_is_asked_about_as_a_lower_value() -> None:
    recent = dial((0, "95000"), (10, "95080"), (20, "95160"), (30, "95240"))
    assert judge(D(9532), day(40), recent[-1], recent, "counter", 5).state == "low"
    assert judge(D(532), day(40), recent[-1], recent, "counter", 5) == Verdict(
        "low", D(-94708), D(10), None, D(6), D(10)
    )


def test_a_recorded_new_meter_is_no_decrease() -> None:
    change = replaced(day(55), old_final=D(1460), new_initial=D(0))
    assert judge(D(40), day(60), LAST, DIAL, "counter", 5, [change]) == Verdict(
        "usual", D(80), D(10), D(8), D("7.2"), D(9)
    )


def test_a_value_below_the_start_of_a_new_meter_is_low_and_no_rollover() -> None:
    recent = dial((0, "99760"), (10, "99840"), (20, "99920"))
    change = replaced(day(25), old_final=D(99925), new_initial=D(99990))
    assert judge(D(10), day(30), recent[-1], recent, "counter", 5, [change]) == Verdict(
        "low", D(-99975), D(10), None, D(6), D(10)
    )


def test_a_change_before_the_last_reading_is_done_with() -> None:
    change = replaced(day(50), old_final=D(1400), new_initial=D(0))
    assert judge(D(1400), day(60), LAST, [], "counter", 5, [change]).state == "low"


def test_far_too_much_is_doubtful_only_when_three_intervals_are_known() -> None:
    two, three = DIAL[:3], DIAL[:4]
    assert judge(D(9000), day(60), two[-1], two, "counter", 5).state == "little_more"
    assert judge(D(9000), day(60), three[-1], three, "counter", 5).state == "high"


def test_only_the_last_ten_intervals_count() -> None:
    recent = dial((0, "0"), (1, "500"), *((n + 2, str(501 + n)) for n in range(10)))
    assert judge(D(515), day(12), recent[-1], recent, "counter", 5) == Verdict(
        "high", D(5), D(1), D(5), D("0.9"), D("1.1")
    )


def test_use_within_a_day_is_judged_as_that_of_a_day() -> None:
    five_minutes = 50 + 5 / 1440
    assert of_dial("1420.1", five_minutes) == Verdict("usual", D("0.1"), D("0.003472222"), D("28.8"), D("7.2"), D(9))
    assert of_dial("1444", five_minutes).state == "usual"
    assert of_dial("1444.1", five_minutes).state == "high"


def test_use_of_a_whole_day_is_compared_as_that_of_many() -> None:
    assert [of_dial(value, 51).state for value in ("1421", "1428", "1430")] == ["little_less", "usual", "little_more"]


def test_two_readings_at_one_instant_have_no_rate() -> None:
    assert of_dial("1425", 50) == Verdict("usual", D(5), D(0), None, D("7.2"), D("8.8"))
    assert of_dial("1420", 50) == Verdict("same", D(0), D(0), None, D("7.2"), D("8.8"))
    assert of_dial("1400", 50) == Verdict("low", D(-20), D(0), None, D("7.2"), D("8.8"))


def test_a_back_dated_reading_is_judged_against_the_neighbour_before_it() -> None:
    assert judge(D(1280), day(35), DIAL[3], DIAL, "counter", 5) == Verdict("usual", D(40), D(5), D(8), D("7.2"), D(9))
    assert judge(D(1200), day(35), DIAL[3], DIAL, "counter", 5).state == "low"


def test_a_later_reading_is_no_neighbour_before() -> None:
    with pytest.raises(ValueError, match=r"^Judge a reading against the one before it, not against a later one\.$"):
        judge(D(1280), day(35), DIAL[4], DIAL, "counter", 5)


def test_a_reading_that_is_corrected_does_not_judge_itself() -> None:
    wrong = [*DIAL, Point(day(60), D(15000))]
    assert judge(D(1500), day(60), LAST, wrong, "counter", 5) == Verdict("usual", D(80), D(10), D(8), D("7.2"), D(9))


# Levels and amounts


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("95.999", "low"),
        ("96", "little_less"),
        ("107.999", "little_less"),
        ("108", "usual"),
        ("125", "same"),
        ("132", "usual"),
        ("132.001", "little_more"),
        ("144", "little_more"),
        ("144.001", "high"),
        ("1200", "high"),
    ],
)
def test_a_level_is_compared_with_the_levels_before(value: str, state: State) -> None:
    assert judge(D(value), day(5), PRESSURE[-1], PRESSURE, "level", None) == Verdict(
        state, None, D(1), None, D(108), D(132)
    )


def test_levels_that_vary_much_make_little_doubtful() -> None:
    tank = dial((0, "3000"), (30, "2400"), (60, "1900"), (90, "1100"), (120, "500"))
    assert usual(tank, "level") == Usual(D(1100), D(2400), D(-1300), D(5100))


def test_levels_that_were_always_zero_make_nothing_doubtful_but_a_change() -> None:
    zeros = dial((0, "0"), (1, "0"), (2, "0"))
    assert judge(D(1), day(3), zeros[-1], zeros, "level", None).state == "high"


def test_temperatures_below_zero_are_compared_the_right_way_round() -> None:
    frost = dial((0, "-10"), (1, "-10"), (2, "-10"), (3, "-10"))
    assert usual(frost, "level") == Usual(D(-11), D(-9), D(-12), D(-8))


def test_the_first_level_has_nothing_to_be_compared_with() -> None:
    assert judge(D(70), day(0), None, [], "level", None) == Verdict("first", None, D(0), None, None, None)


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("-1", "low"),
        ("29", "little_less"),
        ("40", "usual"),
        ("51", "little_more"),
        ("120", "little_more"),
        ("121", "high"),
    ],
)
def test_an_amount_is_compared_as_it_is_however_long_it_lasted(value: str, state: State) -> None:
    fills = dial((0, "40"), (9, "38"), (30, "44"))
    assert judge(D(value), day(40), fills[-1], fills, "amount", None) == Verdict(
        state, D(value), D(10), None if value == "-1" else D(value) / 10, D(30), D(50)
    )


def test_the_first_amount_is_used_but_compared_with_nothing() -> None:
    assert judge(D(40), day(0), None, [], "amount", None) == Verdict("first", D(40), D(0), None, None, None)


def test_an_amount_below_zero_is_doubtful_from_the_first_on() -> None:
    assert judge(D(-40), day(0), None, [], "amount", None).state == "low"


# What is usual


def test_fewer_than_four_known_make_a_range_of_a_quarter_around_the_median() -> None:
    assert usual(DIAL[:2], "counter") == Usual(D(6), D(10), None, None)
    assert usual(DIAL[:4], "counter") == Usual(D(6), D(10), None, D(24))


def test_four_or_more_known_make_a_range_of_the_quartiles_but_at_least_of_a_tenth() -> None:
    wide = dial((0, "0"), (1, "4"), (2, "10"), (3, "20"), (4, "36"))
    assert usual(wide, "counter") == Usual(D("5.5"), D("11.5"), None, D(24))
    steady = dial((0, "0"), (1, "8"), (2, "16"), (3, "24"), (4, "32"))
    assert usual(steady, "counter") == Usual(D("7.2"), D("8.8"), None, D(24))


def test_bad_readings_do_not_make_the_usual() -> None:
    bad = [Point(day(9), D(999999), "bad"), *(Point(day(n + 0.5), D(9999), "bad") for n in range(9))]
    assert usual([*DIAL, *bad], "counter") == usual(DIAL, "counter")
    assert usual([*PRESSURE, *bad], "level") == usual(PRESSURE, "level")


def test_the_order_of_readings_does_not_matter() -> None:
    assert usual(DIAL[::-1], "counter") == usual(DIAL, "counter")
    many = dial(*((n, str(n)) for n in range(15)))
    assert usual(many[::-1], "amount") == usual(many, "amount") == Usual(D("7.25"), D("11.75"), None, D("28.5"))


def test_nothing_is_usual_without_readings() -> None:
    assert [usual([], "counter"), usual(DIAL[:1], "counter"), usual([], "level"), usual([], "amount")] == [None] * 4


def test_high_and_low_are_asked_about_and_nothing_else() -> None:
    verdicts = [Verdict(state, None, D(0), None, None, None) for state in get_args(State)]
    assert [verdict.state for verdict in verdicts if is_doubtful(verdict)] == ["high", "low"]


# When a reading is due


def test_the_usual_interval_is_the_median_gap() -> None:
    assert usual_interval([day(0), day(7), day(15), day(21)]) == timedelta(days=7)
    assert usual_interval([day(21), day(0), day(7)]) == timedelta(days=10, hours=12)


def test_gaps_under_an_hour_are_no_rhythm() -> None:
    minute = 1 / 1440
    assert usual_interval([day(0), day(minute), day(7), day(7 + minute), day(14)]) == day(7) - day(minute)
    assert usual_interval([day(0), day(minute), day(2 * minute)]) is None
    assert usual_interval([day(0)]) is None


def test_only_the_last_ten_gaps_make_the_usual_interval() -> None:
    monthly = [day(30 * n) for n in range(11)]
    weekly = [day(300 + 7 * n) for n in range(1, 11)]
    assert usual_interval([*monthly, *weekly]) == timedelta(days=7)


def test_a_reading_is_due_when_the_usual_interval_has_passed() -> None:
    weekly = [day(0), day(7), day(14)]
    assert due_at(day(14), weekly) == day(21)
    assert is_due(day(14), weekly, day(21)) is True
    assert is_due(day(14), weekly, day(21) - timedelta(microseconds=1)) is False


def test_a_reading_is_due_after_a_day_at_the_earliest() -> None:
    hourly = [START + timedelta(hours=n) for n in range(12)]
    assert due_at(hourly[-1], hourly) == hourly[-1] + timedelta(days=1)


def test_a_rhythm_is_known_from_three_readings_on_and_a_month_until_then() -> None:
    assert due_at(day(7), [day(0), day(7)]) == day(37)
    assert due_at(day(7), [day(0), day(7), day(7)]) == day(37)
    minutes = [START + timedelta(minutes=n) for n in range(3)]
    assert due_at(minutes[-1], minutes) == minutes[-1] + timedelta(days=30)


def test_a_source_without_a_reading_is_due() -> None:
    assert is_due(None, [], START) is True
