"""How numbers, times and differences are written for people."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation

from sources import written
from sources.models import DataSource, Home
from sources.templatetags import figures

BERLIN = ZoneInfo("Europe/Berlin")
LATE = datetime(2026, 11, 22, 23, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("12.50", "12.50"),
        ("999", "999"),
        ("1000", "1,000"),
        ("-1234567.891", "\u22121,234,567.891"),
        ("-0.0", "0.0"),
        ("2E+3", "2,000"),
        ("999999999999.999999", "999,999,999,999.999999"),
    ],
)
def test_numbers_are_grouped_and_keep_every_digit(value: str, text: str) -> None:
    assert written.number(Decimal(value)) == text


def test_a_unit_stands_behind_its_number_where_there_is_one() -> None:
    assert [written.measured(Decimal(1500), unit) for unit in ("kWh", "")] == ["1,500 kWh", "1,500"]


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("12431.65", 1, "12,431.7"),
        ("0.04", 1, "0.0"),
        ("-0.04", 1, "0.0"),
        ("-5.25", 1, "\u22125.3"),
        ("2E+2", 0, "200"),
        ("999999999999.999999", 6, "999,999,999,999.999999"),
        ("1E-7", 3, "0.000"),
    ],
)
def test_a_figure_is_rounded_and_grouped_and_has_no_exponent(value: str, decimals: int, text: str) -> None:
    assert written.rounded(Decimal(value), decimals) == text


def test_what_is_not_known_is_a_dash() -> None:
    assert [written.rounded(None, 1), figures.dial(None, DataSource(decimals=1))] == ["–", "–"]


@pytest.mark.parametrize(("value", "text"), [("12431.7", "12,431.7"), ("15", "15.0"), ("7.123", "7.123")])
def test_a_reading_is_never_rounded(value: str, text: str) -> None:
    assert figures.dial(Decimal(value), DataSource(decimals=1)) == text


def test_numbers_follow_the_language_and_a_script_is_told_how() -> None:
    with translation.override("de"):
        assert written.rounded(Decimal("12431.65"), 1) == "12.431,7"
        assert written.marks() == {"thousands": ".", "point": ","}


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("-4.54", 0, "\u22125%"),
        ("-4.54", 1, "\u22124.5%"),
        ("12", 0, "+12%"),
        ("0.4", 0, "0%"),
        ("-0.4", 0, "0%"),
    ],
)
def test_a_difference_has_its_sign(value: str, decimals: int, text: str) -> None:
    assert written.percent(Decimal(value), decimals) == text


def test_days_ago_are_words() -> None:
    assert [written.days_ago(days) for days in (0, 1, 2, 23)] == ["today", "yesterday", "2 days ago", "23 days ago"]


def test_times_are_those_of_the_home() -> None:
    assert [write(LATE, BERLIN) for write in (written.long_day, written.day, written.short_day, written.moment)] == [
        "Monday 23 November 2026",
        "23 Nov 2026",
        "23 Nov",
        "23 Nov 2026, 00:02",
    ]
    last_hour = datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert [write(last_hour, BERLIN) for write in (written.month, written.long_month)] == ["Nov 2026", "November 2026"]


def test_pages_write_as_sentences_do() -> None:
    source = DataSource(decimals=1, home=Home(timezone="Europe/Berlin"))
    page = Template(
        "{% load figures %}{{ value|figure:0 }} {{ value|dial:source }} {{ value|percent }} "
        "{{ at|moment:source.zone }} {{ at|day:source.zone }} {{ 3|days_ago }}"
    )
    assert page.render(Context({"value": Decimal("1234.56"), "at": LATE, "source": source})) == (
        "1,235 1,234.56 +1,235% 23 Nov 2026, 00:02 23 Nov 2026 3 days ago"
    )
