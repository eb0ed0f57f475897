"""Tests of readings/ranges.py."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from readings import ranges
from readings.ranges import Range
from readings.tests.dials import utc

BERLIN = ZoneInfo("Europe/Berlin")


def test_days_are_those_of_a_month_and_a_clock_change_makes_one_of_them_short() -> None:
    shown = ranges.days_of(date(2026, 3, 17), BERLIN)
    assert (shown.first, shown.count, shown.earlier, shown.later) == (
        date(2026, 3, 1),
        31,
        date(2026, 2, 1),
        date(2026, 4, 1),
    )
    lengths = [(end - start).total_seconds() / 3600 for (start, end), _ in shown.pairs if start and end]  # type: ignore[misc]
    assert (lengths[28], sum(lengths)) == (23, 31 * 24 - 1)


def test_weeks_begin_where_the_language_says() -> None:
    assert [ranges.weeks_from(date(2026, 11, 19), BERLIN, day).first for day in (0, 6)] == [
        date(2026, 11, 16),
        date(2026, 11, 15),
    ]
    assert [ranges.first_weekday(language) for language in ("en", "de", "th", "ja", "en-US")] == [0, 0, 6, 6, 6]


def test_weeks_stand_beside_those_of_fifty_two_weeks_earlier() -> None:
    shown = ranges.weeks_to(date(2026, 11, 19), BERLIN, 0)
    assert shown.boundaries[-1] == utc("2026-11-22T23:00")
    assert shown.before[-1] == utc("2025-11-23T23:00")
    assert shown.a_year_earlier(utc("2026-11-19T11:00")) == utc("2025-11-20T11:00")


def test_a_leap_day_stands_alone() -> None:
    pairs = ranges.days_of(date(2028, 2, 1), BERLIN).pairs
    assert (len(pairs), pairs[27][1] is None, pairs[28][1] is None) == (29, False, True)
    assert len(ranges.days_of(date(2029, 2, 1), BERLIN).pairs) == 28


def test_years_are_at_most_ten_and_begin_with_the_first_reading() -> None:
    assert ranges.years_to(date(2026, 5, 1), BERLIN, 2023) == Range("year", date(2023, 1, 1), 4, BERLIN)
    assert ranges.years_to(date(2026, 5, 1), BERLIN, 1950) == Range("year", date(2017, 1, 1), 10, BERLIN)
    assert ranges.years_from(date(2017, 1, 1), BERLIN).earlier == date(2007, 1, 1)


@pytest.mark.parametrize("at", ["2026-03-28T23:00", "2026-03-29T22:00", "2026-03-29T22:00:00.000001"])
def test_an_instant_is_read_as_it_was_written(at: str) -> None:
    assert ranges.read(ranges.written(utc(at), BERLIN), BERLIN) == utc(at)
    assert ranges.written(utc("2026-03-28T23:00"), BERLIN) == "2026-03-29"
