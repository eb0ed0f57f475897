"""Tests of readings/plausibility.py: what is usual by the readings before, and when the next one is due."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from readings.consumption import Point
from readings.plausibility import DAYS, MONTHS, Usual, due_on, is_due, usual, usual_interval
from readings.tests.dials import DIAL, PRESSURE, START, day, dial
from sources.models import Rhythm

D = Decimal


# What is usual


def test_fewer_than_four_known_make_a_range_of_a_quarter_around_the_median() -> None:
    assert usual(DIAL[:2], "counter") == Usual(D(6), D(10), None, D(80))
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


def test_questionable_readings_do_not_make_the_usual() -> None:
    doubted = [Point(day(50.001), D(99000), "questionable"), Point(day(25), D(3), "questionable")]
    assert usual([*DIAL, *doubted], "counter") == usual(DIAL, "counter") == Usual(D("7.2"), D(9), None, D(24))
    assert usual([*PRESSURE, Point(day(9), D(1350), "questionable")], "level") == usual(PRESSURE, "level")


def test_readings_within_a_day_do_not_make_the_usual() -> None:
    minutes = [Point(day(50 + n / 1440), D(1420 + 10 * n)) for n in range(1, 5)]
    assert usual([*DIAL, *minutes], "counter") == Usual(D("7.2"), D(9), None, D(24))
    assert usual(minutes, "counter") is None


def test_one_or_two_entries_known_make_ten_times_the_greatest_doubtful_but_no_level() -> None:
    fills = dial((0, "40"), (9, "38"))
    assert usual(fills, "amount") == Usual(D("29.25"), D("48.75"), None, D(400))
    assert usual(fills, "level") == Usual(D("29.25"), D("48.75"), None, None)


def test_the_order_of_readings_does_not_matter() -> None:
    assert usual(DIAL[::-1], "counter") == usual(DIAL, "counter")
    many = dial(*((n, str(n)) for n in range(15)))
    assert usual(many[::-1], "amount") == usual(many, "amount") == Usual(D("7.25"), D("11.75"), None, D("28.5"))


def test_nothing_is_usual_without_readings() -> None:
    assert [usual([], "counter"), usual(DIAL[:1], "counter"), usual([], "level"), usual([], "amount")] == [None] * 4


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


def test_a_reading_is_due_on_the_day_on_which_the_usual_interval_has_passed() -> None:
    weekly = [day(0), day(7), day(14)]
    assert due_on(day(14), weekly, UTC) == day(21).date()
    assert is_due(day(14), weekly, day(21), UTC) is True
    midnight = day(21).replace(hour=0, minute=0)
    assert is_due(day(14), weekly, midnight, UTC) is True
    assert is_due(day(14), weekly, midnight - timedelta(microseconds=1), UTC) is False


def test_the_day_is_that_of_the_calendar_where_the_meter_hangs() -> None:
    last = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
    berlin, auckland = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Auckland")
    assert [due_on(last, [], zone, "day") for zone in (berlin, auckland)] == [date(2026, 3, 2), date(2026, 3, 3)]
    assert is_due(last, [], datetime(2026, 3, 1, 22, 59, tzinfo=UTC), berlin, "day") is False
    assert is_due(last, [], datetime(2026, 3, 1, 23, 0, tzinfo=UTC), berlin, "day") is True


def test_a_reading_is_due_on_the_next_day_at_the_earliest() -> None:
    hourly = [START + timedelta(hours=n) for n in range(12)]
    assert due_on(hourly[-1], hourly, UTC) == hourly[-1].date() + timedelta(days=1)


def test_a_rhythm_is_known_from_three_readings_on_and_a_month_until_then() -> None:
    assert due_on(day(7), [day(0), day(7)], UTC) == day(37).date()
    assert due_on(day(7), [day(0), day(7), day(7)], UTC) == day(37).date()
    minutes = [START + timedelta(minutes=n) for n in range(3)]
    assert due_on(minutes[-1], minutes, UTC) == minutes[-1].date() + timedelta(days=30)


@pytest.mark.parametrize(
    ("rhythm", "last", "due"),
    [
        ("day", "2026-12-31", "2027-01-01"),
        ("week", "2026-12-28", "2027-01-04"),
        ("month", "2026-01-15", "2026-02-15"),
        ("month", "2026-01-31", "2026-02-28"),
        ("month", "2028-01-31", "2028-02-29"),
        ("month", "2026-12-31", "2027-01-31"),
        ("quarter", "2026-11-30", "2027-02-28"),
        ("year", "2028-02-29", "2029-02-28"),
    ],
)
def test_a_rhythm_that_somebody_chose_goes_by_the_calendar(rhythm: str, last: str, due: str) -> None:
    at = datetime.fromisoformat(f"{last}T12:00+00:00")
    assert due_on(at, [at - timedelta(days=1), at - timedelta(days=2), at], UTC, rhythm) == date.fromisoformat(due)


def test_what_is_never_asked_for_is_never_due() -> None:
    assert due_on(day(0), [], UTC, "never") is None
    assert [is_due(last, [], day(999), UTC, "never") for last in (None, day(0))] == [False, False]


def test_every_rhythm_of_a_source_is_known_here() -> None:
    assert {"auto", "never", *DAYS, *MONTHS} == set(Rhythm.values)
    with pytest.raises(KeyError):
        due_on(day(0), [], UTC, "fortnight")


@pytest.mark.parametrize("rhythm", ["auto", "day", "year"])
def test_a_source_without_a_reading_is_due(rhythm: str) -> None:
    assert is_due(None, [], START, UTC, rhythm) is True
