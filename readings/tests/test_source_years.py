"""Which twelve months the page of a source shows, and which years it offers; the home is in Berlin's time."""

import re

import pytest
from django.test import Client
from django.utils import timezone as clock

from accounts.models import User
from homelog.testing import make_readings, make_source
from readings.tests.dials import utc
from readings.tests.test_source_page import november, page, part, table, write
from readings.views.picking import offered as years_offered
from sources.models import DataSource, Home


@pytest.fixture(autouse=True)
def twentieth_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 20 November 2026, 13:00 in Berlin."""
    monkeypatch.setattr(clock, "now", lambda: utc("2026-11-20T12:00"))


OLD = {"2018-02-28T23:00": "100", "2019-02-28T23:00": "200", "2019-03-31T22:00": "231"}


def test_old_readings_are_shown_up_to_the_month_of_the_last(client: Client, source: DataSource, alice: User) -> None:
    write(source, OLD)
    client.force_login(alice)
    html = page(client, source)
    rows = table(html, 'id="use"')
    assert (rows[0][0], rows[-1]) == ("Apr 2018", ["Mar 2019", "31.0", "8.5 spread evenly between readings"])
    assert part(html, "p", 'id="use"') == "12 months to March 2019 the year before spread evenly between readings"
    assert part(html, "nav", 'class="chart ') == "2018 2019 12 months"
    assert re.findall(r'aria-current="page">([^<]*)<', html[html.index('id="use"') :]) == ["Month", "12 months"]


def test_an_amount_at_the_first_instant_of_a_month_belongs_to_that_month(
    client: Client, home: Home, alice: User
) -> None:
    pellets = make_source(alice, home, source_type="pellets", unit="kg", counting="amount", digits=None, decimals=0)
    write(pellets, {"2019-03-31T22:00": "300"})
    client.force_login(alice)
    assert table(page(client, pellets), 'id="use"')[-1] == ["Apr 2019", "300 until 1 Apr", "–"]


def test_a_reading_in_the_last_twelve_months_keeps_them_open(client: Client, source: DataSource, alice: User) -> None:
    write(source, {**OLD, "2025-12-01T10:00": "900"})
    client.force_login(alice)
    html = page(client, source)
    assert table(html, 'id="use"')[0][0] == "Dec 2025"
    assert part(html, "p", 'id="use"').startswith("last 12 months the year before")


def test_readings_of_the_first_year_that_we_handle_are_no_trouble(
    client: Client, source: DataSource, alice: User
) -> None:
    write(source, {"1900-01-01T10:00": "1", "1900-05-01T10:00": "2"})
    client.force_login(alice)
    html = page(client, source)
    assert table(html, 'id="use"')[0][0] == "Jan 1901"
    assert part(html, "nav", 'class="chart ') == "12 months"


@pytest.mark.parametrize(
    ("first", "last", "shown", "offered"),
    [
        (2024, 2026, None, [2024, 2025, 2026]),
        (2024, 2026, 2024, [2024, 2025, 2026]),
        (2024, 2026, 2030, [2024, 2025, 2026, 2030]),
        (1990, 2026, None, [1990, *range(2020, 2027)]),
        (1990, 2026, 2010, [1990, *range(2007, 2014), 2026]),
        (1990, 2026, 1991, [*range(1990, 1997), 2026]),
    ],
)
def test_years_from_the_first_reading_to_the_last_are_offered(
    first: int, last: int, shown: int | None, offered: list[int]
) -> None:
    assert years_offered(first, last, shown) == offered


def test_the_line_shows_the_same_twelve_months_as_the_bars(client: Client, source: DataSource, alice: User) -> None:
    november(source)
    client.force_login(alice)
    line = re.compile(r"a line from [\d,.]+ kWh on (.*?) to [\d,.]+ kWh on ([^\"]*)")
    assert line.findall(page(client, source)) == [("1 Dec 2025", "16 Nov 2026")]
    assert line.findall(page(client, source, "?year=2025")) == [("1 Nov 2025", "1 Jan 2026")]


def test_a_doubtful_reading_is_not_compared_with_last_year(client: Client, source: DataSource, alice: User) -> None:
    november(source)
    make_readings(source, ["9000"], utc("2026-11-18T10:00"), quality_flag="questionable")
    client.force_login(alice)
    assert "Against last year – not comparable yet" in part(page(client, source), "dl")
    assert source.home is not None
    home = client.get(source.home.get_absolute_url()).content.decode()
    assert "%" not in part(home, "li", '<ul class="cards">')
    assert "not comparable yet" in part(home, "li", '<ul class="cards">')


def test_the_longest_text_of_the_bars_keeps_its_place(client: Client, source: DataSource, alice: User) -> None:
    november(source)
    client.force_login(alice)
    html = page(client, source)
    assert re.findall(r'data-longest="([^"]*)"', html) == [
        max(re.findall(r'class="slot" aria-label="([^"]*)"', html), key=len)
    ]
