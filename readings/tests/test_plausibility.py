"""Tests of readings/plausibility.py: what is taken and what is asked about."""

from decimal import Decimal
from typing import get_args

import pytest

from readings.consumption import Point, replaced
from readings.plausibility import State, Usual, Verdict, first_step, is_doubtful, judge, usual
from readings.tests.dials import DIAL, PRESSURE, day, dial

D = Decimal

LAST = DIAL[-1]


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


@pytest.mark.parametrize(
    ("intervals", "last_unasked", "asked"),
    [
        # Known: 8 a day, so 80; then 8 and 7, so 80; then 8, 7 and 9, so three times 8.
        (1, "1880", "1880.001"),
        (2, "1950", "1950.001"),
        (3, "1480", "1480.001"),
    ],
)
def test_far_too_much_is_doubtful_from_the_first_interval_on(intervals: int, last_unasked: str, asked: str) -> None:
    known = DIAL[: intervals + 1]
    at = day(10 * intervals + 10)
    assert judge(D(last_unasked), at, known[-1], known, "counter", 5).state == "little_more"
    assert judge(D(asked), at, known[-1], known, "counter", 5).state == "high"


def test_far_too_much_within_a_day_is_doubtful_with_one_interval_known() -> None:
    minute = 1 / 1440
    power = dial((0, "12419.5"), (20, "12570.5"))
    assert judge(D(99000), day(20 + minute), power[-1], power, "counter", 6) == Verdict(
        "high", D("86429.5"), D("0.000694444"), D("124458480"), D("5.6625"), D("9.4375")
    )
    water = dial((0, "100"), (10, "104"))
    assert [
        judge(D(value), day(10.5), water[-1], water, "counter", 5).state for value in ("108", "108.001", "156")
    ] == [
        "usual",
        "high",
        "high",
    ]


@pytest.mark.parametrize(
    ("previous", "digits", "greatest"),
    [("12570.5", 6, "12570.5"), ("300", 6, "10000"), ("0", 5, "1000"), ("7", None, None)],
)
def test_the_first_step_goes_as_far_as_the_dial_did_or_a_hundredth_of_its_range(
    previous: str, digits: int | None, greatest: str | None
) -> None:
    assert first_step(D(previous), digits) == (None if greatest is None else D(greatest))


def test_the_first_step_is_doubtful_beyond_that() -> None:
    first = dial((0, "12570.5"))
    found = [judge(D(value), day(30), first[0], first, "counter", 6).state for value in ("25141", "25141.1", "99000")]
    assert found == ["first", "high", "high"]
    assert judge(D(99000), day(30), first[0], first, "counter", None).state == "first"


def test_a_first_step_over_a_recorded_new_meter_is_measured_by_what_was_used() -> None:
    first = dial((0, "90000"))
    change = replaced(day(5), old_final=D(90100), new_initial=D(0))
    assert judge(D(50), day(10), first[0], first, "counter", 5, [change]) == Verdict(
        "first", D(150), D(10), D(15), None, None
    )


def test_after_no_use_at_all_the_first_use_is_not_doubtful() -> None:
    idle = dial((0, "500"), (10, "500"))
    assert judge(D(580), day(20), idle[-1], idle, "counter", 5).state == "little_more"


def test_only_the_last_ten_intervals_count() -> None:
    recent = dial((0, "0"), (1, "500"), *((n + 2, str(501 + n)) for n in range(10)))
    assert judge(D(515), day(12), recent[-1], recent, "counter", 5) == Verdict(
        "high", D(5), D(1), D(5), D("0.9"), D("1.1")
    )


def test_use_within_a_day_is_judged_as_that_of_a_day() -> None:
    five_minutes = 50 + 5 / 1440
    assert of_dial("1420.1", five_minutes) == Verdict("soon", D("0.1"), D("0.003472222"), D("28.8"), D("7.2"), D(9))
    assert of_dial("1444", five_minutes).state == "soon"
    assert of_dial("1444.1", five_minutes).state == "high"


def test_within_half_a_day_nothing_tells_whether_it_is_as_usual() -> None:
    just_before, half_a_day = 50 + 0.5 - 1 / 86_400, 50.5
    assert [of_dial(value, just_before).state for value in ("1420.1", "1428", "1444")] == ["soon"] * 3
    assert [of_dial(value, half_a_day).state for value in ("1420.1", "1428", "1444")] == ["usual"] * 3


def test_use_of_a_whole_day_is_compared_as_that_of_many() -> None:
    assert [of_dial(value, 51).state for value in ("1421", "1428", "1430")] == ["little_less", "usual", "little_more"]


def test_two_readings_at_one_instant_have_no_rate() -> None:
    assert of_dial("1425", 50) == Verdict("soon", D(5), D(0), None, D("7.2"), D("8.8"))
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


@pytest.mark.parametrize(
    ("value", "state"), [("12", "low"), ("29.9", "low"), ("30", "first"), ("280", "first"), ("1350", "high")]
)
def test_a_level_outside_what_is_plausible_is_doubtful_from_the_first_on(value: str, state: State) -> None:
    verdict = judge(D(value), day(0), None, [], "level", None, plausible=(D(30), D(280)))
    assert verdict == Verdict(state, None, D(0), None, None, None)


def test_an_implausible_level_stays_doubtful_when_it_comes_again() -> None:
    wrong = dial((0, "1350"))
    assert judge(D(1350), day(1), wrong[0], wrong, "level", None, plausible=(D(30), D(280))).state == "high"


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


def test_high_and_low_are_asked_about_and_nothing_else() -> None:
    verdicts = [Verdict(state, None, D(0), None, None, None) for state in get_args(State)]
    assert [verdict.state for verdict in verdicts if is_doubtful(verdict)] == ["high", "low"]
