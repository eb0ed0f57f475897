"""How figures, times and differences are written."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from readings.templatetags import figures
from readings.tests.dials import utc
from sources.models import DataSource

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("12431.65", 1, "12,431.7"),
        ("0.04", 1, "0.0"),
        ("-0.04", 1, "0.0"),
        ("-5.25", 1, "−5.3"),
        ("2E+2", 0, "200"),
        ("999999999999.999999", 6, "999,999,999,999.999999"),
        ("1E-7", 3, "0.000"),
    ],
)
def test_a_figure_is_rounded_and_grouped_and_has_no_exponent(value: str, decimals: int, text: str) -> None:
    assert figures.figure(Decimal(value), decimals) == text


def test_what_is_not_known_is_a_dash() -> None:
    source = DataSource(decimals=1)
    assert [figures.figure(None, 1), figures.dial(None, source), figures.rate(None, source)] == ["–", "–", "–"]


@pytest.mark.parametrize(("value", "text"), [("12431.7", "12,431.7"), ("15", "15.0"), ("7.123", "7.123")])
def test_a_reading_is_never_rounded(value: str, text: str) -> None:
    assert figures.dial(Decimal(value), DataSource(decimals=1)) == text


def test_figures_follow_the_language() -> None:
    with translation.override("de"):
        assert figures.figure(Decimal("12431.65"), 1) == "12.431,7"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [("-4.54", 0, "−5%"), ("-4.54", 1, "−4.5%"), ("12", 0, "+12%"), ("0.4", 0, "0%"), ("-0.4", 0, "0%")],
)
def test_a_difference_has_its_sign(value: str, decimals: int, text: str) -> None:
    assert figures.percent(Decimal(value), decimals) == text


def test_less_is_good_and_more_is_where_something_is_produced() -> None:
    used, produced = DataSource(source_type="water"), DataSource(source_type="solar")
    assert [figures.good_for(Decimal(value), used) for value in (-1, 0, 1)] == [True, False, False]
    assert [figures.good_for(Decimal(value), produced) for value in (-1, 0, 1)] == [False, False, True]
    assert not figures.good_for(None, used)


def test_days_ago_are_words() -> None:
    assert [figures.days_ago(days) for days in (0, 1, 2, 23)] == ["today", "yesterday", "2 days ago", "23 days ago"]


def test_times_are_those_of_the_home() -> None:
    at = utc("2026-11-22T23:02")
    assert [write(at, BERLIN) for write in (figures.long_day, figures.day, figures.short_day, figures.moment)] == [
        "Monday 23 November 2026",
        "23 Nov 2026",
        "23 Nov",
        "23 Nov 2026, 00:02",
    ]
    assert [write(utc("2026-10-31T23:00"), BERLIN) for write in (figures.month, figures.long_month)] == [
        "Nov 2026",
        "November 2026",
    ]
