"""The rules of a reading: each on both sides of its limit and of its neighbours. The roads are in test_roads.py."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from homelog.testing import START
from readings.consumption import Point
from readings.validators import Place, possible, violations
from sources.models import DataValidator

DAY = timedelta(days=1)
FALLS = "%s is lower than the reading before it, %s. This dial only grows. Check the digits."
RISES = "%s is higher than the reading after it, %s. This dial only grows. Check the digits."


def point(value: str | int, days: float = 0) -> Point:
    return Point(START + days * DAY, Decimal(value))


ALONE = Place(None, None, None)


def broken(value: str, place: Place = ALONE, **rule: Any) -> list[tuple[str, str]]:
    """What a reading of `value` at START breaks of one rule: codes and sentences."""
    rules = [
        DataValidator(**{name: Decimal(limit) if name != "non_decreasing" else limit for name, limit in rule.items()})
    ]
    return [(found.code, found.message) for found in violations(rules, point(value), place)]


@pytest.mark.parametrize(
    ("value", "rule", "expected"),
    [
        ("5", {"min_value": "5"}, []),
        ("4.999", {"min_value": "5"}, [("too_small", "4.999 is below 5, the least this source may show.")]),
        ("-1", {"min_value": "0"}, [("too_small", "\u22121 is below 0, the least this source may show.")]),
        ("5", {"max_value": "5"}, []),
        ("5.001", {"max_value": "5"}, [("too_great", "5.001 is above 5, the most this source may show.")]),
        ("5", {}, []),
    ],
)
def test_least_and_greatest_value(value: str, rule: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert broken(value, **rule) == expected


@pytest.mark.parametrize(
    ("before", "value", "after", "expected"),
    [
        (None, "5", None, []),
        ("5", "5", "5", []),
        ("5", "4.9", None, [("decreasing", FALLS % ("4.9", "5"))]),
        (None, "5.1", "5", [("decreasing", RISES % ("5.1", "5"))]),
        ("5", "4", "3", [("decreasing", FALLS % ("4", "5"))]),
    ],
)
def test_a_dial_that_only_grows_is_held_against_both_neighbours(
    before: str | None, value: str, after: str | None, expected: list[tuple[str, str]]
) -> None:
    place = Place(point(before, -1) if before else None, point(after, 1) if after else None, None)
    assert broken(value, place, non_decreasing=True) == expected


@pytest.mark.parametrize(
    ("before", "value", "expected"),
    [
        ("99990", "9990", []),
        ("99990", "9991", [("decreasing", FALLS % ("9,991", "99,990"))]),
        ("100000", "5", [("decreasing", FALLS % ("5", "100,000"))]),
    ],
)
def test_a_dial_rolls_over_by_at_most_a_tenth(before: str, value: str, expected: list[tuple[str, str]]) -> None:
    assert broken(value, Place(point(before, -1), None, 5), non_decreasing=True) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [(-1, [("decreasing", FALLS % ("5", "900"))]), (-0.5, []), (0, []), (0.5, [("decreasing", FALLS % ("5", "900"))])],
)
def test_a_new_meter_between_two_readings_explains_a_fall(changed: float, expected: list[tuple[str, str]]) -> None:
    place = Place(point(900, -1), None, 5, [START + changed * DAY])
    assert broken("5", place, non_decreasing=True) == expected


@pytest.mark.parametrize(
    ("before", "value", "after", "expected"),
    [
        (("10", -2), "30", None, []),
        (
            ("10", -2),
            "30.1",
            None,
            [("too_fast", "That would be 10.0 a day; this source changes by at most 10 a day.")],
        ),
        (("50", -2), "29", None, [("too_fast", "That would be 10.5 a day; this source changes by at most 10 a day.")]),
        (("50", 0), "30", None, []),
        (None, "30", ("40", 1), []),
        (None, "30", ("41", 1), [("too_fast", "That would be 11.0 a day; this source changes by at most 10 a day.")]),
    ],
)
def test_the_largest_change_in_a_day_holds_on_both_sides(
    before: tuple[str, int] | None, value: str, after: tuple[str, int] | None, expected: list[tuple[str, str]]
) -> None:
    place = Place(point(*before) if before else None, point(*after) if after else None, None)
    assert broken(value, place, max_per_day="10") == expected


def test_of_less_than_half_a_day_no_rate_is_told() -> None:
    place = Place(point(10, -0.01), None, None)
    assert broken("12", place, max_per_day="10") == [
        ("too_fast", "That would be 2 in less than half a day; this source changes by at most 10 a day.")
    ]


@pytest.mark.parametrize(
    ("value", "at", "expected"),
    [
        ("999999999999.999999", START, []),
        ("1000000000000", START, ["too_long"]),
        ("0.0000001", START, ["too_long"]),
        ("NaN", START, ["too_long"]),
        ("Infinity", START, ["too_long"]),
        ("1", datetime(1900, 1, 1, tzinfo=UTC), []),
        ("1", datetime(1899, 12, 31, 23, 59, tzinfo=UTC), ["year"]),
        ("1", datetime(2201, 1, 1, tzinfo=UTC), ["year"]),
        ("1", START + timedelta(minutes=5), []),
        ("1", START + timedelta(minutes=5, microseconds=1), ["future"]),
    ],
)
def test_what_no_source_may_hold(value: str, at: datetime, expected: list[str]) -> None:
    assert [found.code for _field, found in possible(Decimal(value), at, START)] == expected
