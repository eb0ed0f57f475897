"""The page that says what a figure rests on; the home is in Berlin's time."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_readings, make_source, share
from readings.tests.dials import utc
from readings.tests.test_source_page import november, part, table, words, write
from sources.models import DataSource, Home, MeterChange


@pytest.fixture(autouse=True)
def twentieth_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 20 November 2026, 13:00 in Berlin."""
    monkeypatch.setattr(clock, "now", lambda: utc("2026-11-20T12:00"))


def page(client: Client, source: DataSource, start: str, end: str) -> str:
    """The page as it is sent."""
    answer = client.get(reverse("readings:use", args=[source.public_id]), {"from": start, "to": end})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_month_is_said_to_be_made_of_parts_of_two_intervals(client: Client, source: DataSource, alice: User) -> None:
    write(source, {"2026-02-12T07:10": "12600", "2026-03-12T07:10": "12628", "2026-04-15T06:10": "12796"})
    client.force_login(alice)
    html = page(client, source, "2026-03-01", "2026-04-01")
    assert part(html, "h1") == "March 2026"
    assert part(html, "p", 'id="why"') == "108.4 kWh"
    assert table(html, "What made it") == [
        [
            "12 Feb 2026, 08:10: 12,600.0 → 12 Mar 2026, 08:10: 12,628.0. 28.0 used in 28 days",
            "28.0 28 days",
            "11.340 11.3 days",
        ],
        [
            "12 Mar 2026, 08:10: 12,628.0 → 15 Apr 2026, 08:10: 12,796.0. 168.0 used in 34 days",
            "168.0 34 days",
            "97.055 19.6 days",
        ],
    ]
    assert part(html, "tfoot") == "Together 108.395"
    assert "Measured: readings lie close to both ends." in words(html)


def test_a_short_time_is_told_in_words_and_a_whole_use_with_the_decimals_of_the_dial(
    client: Client, source: DataSource, alice: User
) -> None:
    write(
        source,
        {"2026-03-12T07:10": "12", "2026-03-12T07:40": "12.1", "2026-03-12T08:40": "13", "2026-03-13T19:40": "447"},
    )
    client.force_login(alice)
    html = page(client, source, "2026-03-01", "2026-04-01")
    assert [row[1:] for row in table(html, "What made it")] == [
        ["0.1 less than an hour", "0.1"],
        ["0.9 1 hour", "0.9"],
        ["434.0 35 hours", "434.0"],
    ]
    assert part(html, "tfoot") == "Together 435.0"


def test_what_bridges_a_step_is_said(client: Client, source: DataSource, alice: User) -> None:
    write(source, {"2026-09-30T22:00": "100", "2026-10-15T10:00": "900000", "2026-10-31T23:00": "25"})
    with acting_as(alice):
        MeterChange.objects.create(
            source=source, changed_at=utc("2026-10-25T09:00"), old_final=Decimal(900175), new_initial=Decimal(5)
        )
    client.force_login(alice)
    assert "The meter was replaced on 25 Oct 2026, which adds 900,170.0." in words(
        page(client, source, "2026-10-01", "2026-11-01")
    )


def test_a_fall_and_a_reading_that_is_left_out_are_said(client: Client, source: DataSource, alice: User) -> None:
    write(
        source, {"2026-05-01T10:00": "10", "2026-05-02T10:00": "20", "2026-05-03T10:00": "5", "2026-05-04T10:00": "8"}
    )
    write(source, {"2026-05-05T10:00": "800", "2026-05-06T10:00": "9"})
    client.force_login(alice)
    html = page(client, source, "2026-05-01", "2026-06-01")
    assert "The dial fell and nothing explains it: that counts as no use." in words(html)
    assert "The reading 800.0 kWh of 5 May 2026, 12:00 does not fit those before and after it" in words(html)
    assert part(html, "tfoot") == "Together 14.0"
    assert "Readings cover only the time from 1 May 2026, 12:00 to 6 May 2026, 12:00." in words(html)


def test_the_parts_add_up_to_the_figure_of_the_chart(client: Client, source: DataSource, alice: User) -> None:
    november(source)
    client.force_login(alice)
    for start, end in (("2025-11-01", "2025-12-01"), ("2026-11-01", "2026-12-01"), ("2025-01-01", "2027-01-01")):
        answer = client.get(reverse("readings:use", args=[source.public_id]), {"from": start, "to": end})
        found = answer.context["found"]
        assert sum(piece.use for piece in found.pieces) == found.period.use


def test_of_very_many_readings_the_ends_say_as_much(client: Client, source: DataSource, alice: User) -> None:
    make_readings(source, range(90), utc("2026-05-01T11:00"), timedelta(hours=6))
    client.force_login(alice)
    html = page(client, source, "2026-05-02", "2026-05-20")
    assert len(table(html, "What made it")) == 3
    assert part(html, "tfoot") == "Together 72.000"
    assert "There are too many readings in between to list each" in words(html)


def test_entries_are_listed_with_their_sum_and_levels_with_their_mean(client: Client, home: Home, alice: User) -> None:
    plain = {"digits": None, "decimals": 0, "meter_number": ""}
    pellets = make_source(alice, home, source_type="pellets", unit="kg", counting="amount", **plain)
    write(pellets, {"2026-10-05T10:00": "300", "2026-10-15T10:00": "20"})
    weight = make_source(alice, home, source_type="weight", unit="kg", counting="level", **plain)
    write(weight, {"2026-10-05T10:00": "70", "2026-10-15T10:00": "72"})
    client.force_login(alice)
    assert table(page(client, pellets, "2026-10-01", "2026-11-01"), "What made it") == [
        ["5 Oct 2026, 12:00", "300"],
        ["15 Oct 2026, 12:00", "20"],
    ]
    text = words(page(client, weight, "2026-10-01", "2026-11-01"))
    assert "The plain mean of 2 readings: their sum by their number, whenever they were taken." in text
    assert "The lowest is 70, the highest 72 kg." in text


def test_where_nothing_is_known_it_says_so(client: Client, source: DataSource, alice: User) -> None:
    client.force_login(alice)
    assert "No reading reaches this time, so nothing is known of it." in words(
        page(client, source, "2026-10-01", "2026-11-01")
    )


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("", ""),
        ("x", "y"),
        ("2026-10-01", "2026-10-01"),
        ("2026-13-01", "2027-01-01"),
        ("0001-01-01", "2026-01-01"),
        ("2026-10-01T10:00:00", "2026-11-01"),
        ("2026-10-01", "2201-11-01"),
        ("９999-01-01", "2026-01-01"),
    ],
)
def test_what_is_no_stretch_of_time_is_not_found(
    client: Client, source: DataSource, alice: User, start: str, end: str
) -> None:
    client.force_login(alice)
    answer = client.get(reverse("readings:use", args=[source.public_id]), {"from": start, "to": end})
    assert answer.status_code == 404
    assert "There is no such figure here." in answer.content.decode()


def test_who_may_see_the_source_may_see_it_a_stranger_not_and_it_is_only_looked_at(
    client: Client, source: DataSource, bob: User, charlie: User
) -> None:
    share(source, bob)
    path = reverse("readings:use", args=[source.public_id]) + "?from=2026-10-01&to=2026-11-01"
    assert client.get(path).status_code == 302
    client.force_login(bob)
    assert (client.get(path).status_code, client.post(path).status_code) == (200, 405)
    client.force_login(charlie)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("query", "first", "count"),
    [
        ("?by=day", "Sun 1 Nov 2026", 30),
        ("?by=day&from=2026-02-17", "Sun 1 Feb 2026", 28),
        ("?by=week", "week of 17 Aug 2026", 13),
        ("?by=week&from=2026-01-01", "week of 29 Dec 2025", 13),
        ("?by=year", "2025", 2),
        ("?by=month&from=2025-04-01", "Apr 2025", 12),
    ],
)
def test_days_weeks_months_and_years_are_shown(
    client: Client, source: DataSource, alice: User, query: str, first: str, count: int
) -> None:
    november(source)
    client.force_login(alice)
    answer = client.get(source.get_absolute_url() + query)
    rows = table(answer.content.decode(), 'id="use"')
    assert (rows[0][0], len(rows)) == (first, count)
    links = [
        href
        for href in answer.content.decode().split('"')
        if href.startswith(reverse("readings:use", args=[source.public_id]))
    ]
    assert links
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize("query", ["?by=hour", "?by=day&from=x", "?by=day&from=1900-01-01", "?by=week&from=2200-01-01"])
def test_what_is_no_range_is_not_found(client: Client, source: DataSource, alice: User, query: str) -> None:
    november(source)
    client.force_login(alice)
    assert client.get(source.get_absolute_url() + query).status_code == 404
