"""Sources one over the other: the registers of a meter, and all of a kind in a home."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock
from pytest_django import DjangoAssertNumQueries

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home, make_source, share
from readings.tests.dials import utc
from readings.tests.test_source_page import table, words, write
from sources.models import DataSource, Home


@pytest.fixture(autouse=True)
def twentieth_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 20 November 2026, 13:00 in Berlin."""
    monkeypatch.setattr(clock, "now", lambda: utc("2026-11-20T12:00"))


@pytest.fixture
def night(source: DataSource, home: Home) -> DataSource:
    """The second register of the electricity meter, with the readings of both."""
    found = make_source(source.owner, home, name="Electricity, night", meter_number=source.meter_number)
    write(source, {"2026-08-31T22:00": "0", "2026-09-30T22:00": "100", "2026-10-31T23:00": "150"})
    write(found, {"2026-09-30T22:00": "7", "2026-10-31T23:00": "37.5"})
    return found


def test_the_registers_of_a_meter_stand_one_over_the_other_on_the_page_of_each(
    client: Client, source: DataSource, night: DataSource, alice: User
) -> None:
    client.force_login(alice)
    for each in (source, night):
        html = client.get(each.get_absolute_url()).content.decode()
        assert "All registers of MEA 7741" in words(html)
        assert table(html, 'id="registers"')[-3:-1] == [
            ["Sep 2026", "100.0", "–", "100.0, without those of which nothing is known"],
            ["Oct 2026", "50.0", "30.5", "80.5"],
        ]


def test_what_is_spread_or_only_a_part_is_marked_as_in_other_charts(
    client: Client, source: DataSource, night: DataSource, alice: User
) -> None:
    write(source, {"2026-01-31T23:00": "-70"})
    write(night, {"2026-11-10T23:00": "40"})
    client.force_login(alice)
    html = client.get(source.get_absolute_url()).content.decode()
    rows = table(html, 'id="registers"')
    assert rows[2][1].endswith("spread evenly between readings")
    assert rows[-1] == ["Nov 2026", "–", "2.5 until 11 Nov", "2.5, without those of which nothing is known"]
    stack = html[html.index('id="registers"') :]
    assert ('class="now s0 spread"' in stack, 'class="now s1 part"' in stack) == (True, True)
    assert "only a part of it spread evenly between readings" in words(stack)


def test_a_register_that_is_not_shared_is_not_shown(
    client: Client, source: DataSource, night: DataSource, charlie: User
) -> None:
    share(source, charlie)
    client.force_login(charlie)
    html = client.get(source.get_absolute_url()).content.decode()
    assert "registers" not in html
    assert "night" not in html


def test_a_home_shows_those_of_one_kind_together_and_leaves_single_ones_out(
    client: Client, night: DataSource, home: Home, alice: User
) -> None:
    make_source(alice, home, name="Water", source_type="water", unit="m³")
    client.force_login(alice)
    path = reverse("readings:home_use", args=[home.public_id])
    html = client.get(path).content.decode()
    assert table(html, 'id="g1"')[-2] == ["Oct 2026", "50.0", "30.5", "80.5"]
    assert "Water" not in html
    assert table(client.get(path + "?year=2026").content.decode(), 'id="g1"')[0][0] == "Jan 2026"
    assert [client.get(path + query).status_code for query in ("?year=x", "?by=hour")] == [404, 404]


def test_a_home_without_two_of_a_kind_says_what_is_missing(
    client: Client, source: DataSource, home: Home, bob: User, charlie: User
) -> None:
    path = reverse("readings:home_use", args=[home.public_id])
    assert client.get(path).status_code == 302
    client.force_login(charlie)
    assert client.get(path).status_code == 404
    with acting_as(source.owner):
        home.members.create(user=bob, level="read", granted_by=source.owner)
    client.force_login(bob)
    assert "Nothing to put together yet" in words(client.get(path).content.decode())
    assert client.post(path).status_code == 405


def rooms(alice: User, home: Home, count: int) -> list[DataSource]:
    """Rooms with a temperature in two months."""
    fields = {"source_type": "temperature", "unit": "°C", "counting": "level", "digits": None}
    found = [make_source(alice, home, name=f"Room {number}", **fields) for number in range(count)]
    for number, room in enumerate(found):
        write(room, {"2026-09-10T10:00": f"{18 + number}", "2026-10-10T10:00": "20.5", "2026-10-12T10:00": "21.5"})
    return found


def test_levels_of_one_unit_stand_over_each_other_each_told_by_more_than_its_colour(
    client: Client, home: Home, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rooms(alice, home, 2)
    make_source(alice, home, name="Weight", source_type="weight", unit="kg", counting="level")
    client.force_login(alice)
    path = reverse("readings:home_use", args=[home.public_id])
    client.get(path)
    with django_assert_num_queries(11):
        html = client.get(path).content.decode()
    assert table(html, 'id="l1"')[-3:-1] == [
        ["Sep 2026", "18.0 18.0 to 18.0", "19.0 19.0 to 19.0"],
        ["Oct 2026", "21.0 20.5 to 21.5", "21.0 20.5 to 21.5"],
    ]
    assert ("Temperature, °C" in words(html), "Weight" in html) == (True, False)
    drawn = re.findall(r'<polyline class="l k-(\w+)" points="[^"]+" stroke-dasharray="([^"]*)"', html)
    assert drawn == [("teal", ""), ("coral", "7 4")]
    assert 'aria-label="Oct 2026, mean in °C: Room 0 21.0 · Room 1 21.0"' in html
    rooms(alice, home, 8)
    with django_assert_num_queries(11):
        html = client.get(path).content.decode()
    assert ('id="l2"' in html, 'id="l3"' in html) == (True, False)


def test_a_level_that_is_not_shared_is_not_drawn(client: Client, home: Home, alice: User, bob: User) -> None:
    own = make_home(bob, "Bob's")
    mine, shared = rooms(bob, own, 2)
    hidden = rooms(alice, home, 1)[0]
    share(shared, alice)
    client.force_login(bob)
    html = client.get(reverse("readings:home_use", args=[own.public_id])).content.decode()
    assert (mine.name in html, str(hidden.public_id) in html) == (True, False)
    client.force_login(alice)
    assert client.get(reverse("readings:home_use", args=[own.public_id])).status_code == 404
    html = client.get(reverse("readings:home_use", args=[home.public_id])).content.decode()
    assert 'id="l1"' not in html


def test_stacked_bars_say_which_sources_they_have_no_room_for(client: Client, home: Home, alice: User) -> None:
    for number in range(8):
        write(make_source(alice, home, name=f"Flat {number}"), {"2026-09-30T22:00": "0", "2026-10-31T23:00": "10"})
    client.force_login(alice)
    html = client.get(reverse("readings:home_use", args=[home.public_id])).content.decode()
    assert table(html, 'id="g1"')[-2][-1] == "60.0"
    assert "There is no room for these; they are not in the sums either: Flat 6 , Flat 7" in words(html)
