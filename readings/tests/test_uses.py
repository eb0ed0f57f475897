"""How what was used is written in pages."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from readings.consumption import Period
from readings.templatetags import uses
from readings.tests.dials import day
from readings.usage import Figure
from sources.models import DataSource


def test_a_use_has_the_decimals_of_its_dial_and_a_rate_one_at_least() -> None:
    period = Period(day(0), day(4), Decimal("5000.4"), "measured", day(0), day(4))
    water = DataSource(decimals=0)
    assert [uses.use(period, water), uses.rate(period, water), uses.per_day(Decimal(3), water)] == [
        "5,000",
        "1,250.1",
        "3.0",
    ]


@pytest.mark.parametrize(
    ("unit", "decimals", "told"),
    [
        ("CCF", 0, ["0.46", "0.12"]),
        ("CCF", 3, ["0.460", "0.115"]),
        ("ft³", 0, ["0.5", "0.1"]),
        ("ft³", 2, ["0.46", "0.12"]),
        ("gal", 0, ["0", "0.1"]),
        ("m³", 3, ["0.460", "0.115"]),
    ],
)
def test_a_small_use_in_a_big_unit_is_told_also_where_the_dial_is_read_in_whole_numbers(
    unit: str, decimals: int, told: list[str]
) -> None:
    period = Period(day(0), day(4), Decimal("0.46"), "measured", day(0), day(4))
    source = DataSource(unit=unit, decimals=decimals)
    assert [uses.use(period, source), uses.rate(period, source)] == told


def test_what_is_not_known_is_a_dash() -> None:
    source = DataSource(decimals=1)
    assert [uses.use(None, source), uses.rate(None, source), uses.per_day(None, source)] == ["–", "–", "–"]


def test_half_an_hour_tells_nothing_of_a_day() -> None:
    source = DataSource(decimals=1)
    short = Period(day(0), day(1), Decimal(10), "measured", day(0), day(0) + timedelta(minutes=30))
    long = replace(short, until=day(0) + timedelta(hours=12))
    assert [uses.rate(each, source) for each in (short, long)] == ["–", "20.0"]
    assert [uses.has_rate(each) for each in (short, long, None)] == [False, True, False]
    assert uses.use(short, source) == "10.0"


def figure(now: int, before: int | None) -> Figure:
    """What was used in ten days of a month, and in the same days a year before."""
    then, earlier = (
        Period(day(at), day(at + 10), None if use is None else Decimal(use), "measured", day(at), day(at + 10))
        for at, use in ((365, now), (0, before))
    )
    return Figure(then, earlier, running=False)


def test_less_is_good_and_more_is_where_something_is_produced() -> None:
    used, produced = DataSource(source_type="water"), DataSource(source_type="solar")
    assert [uses.good_for(figure(value, 100), used) for value in (99, 100, 101)] == [True, False, False]
    assert [uses.good_for(figure(value, 100), produced) for value in (99, 100, 101)] == [False, False, True]
    assert not uses.good_for(figure(99, None), used)


def test_a_sum_below_zero_is_no_good_news() -> None:
    used, produced = DataSource(source_type="water"), DataSource(source_type="solar")
    assert figure(-1, 100).delta == Decimal(-101)
    assert not uses.good_for(figure(-1, 100), used)
    assert not uses.good_for(figure(-1, -100), produced)
