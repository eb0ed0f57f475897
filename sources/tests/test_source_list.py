"""The list of meters: what is in it for whom, in which order, and what it leads to."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home, make_readings, make_source, share
from sources.models import DataSource, Home

LIST = "/sources/"


def groups(answer: Any) -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    """What the list shows: (title, rows as (name, where, value, shared)), what is put away last."""
    return [
        (group.title, [(row.source.name, row.where, row.value, row.shared) for row in group.rows])
        for group in (*answer.context["groups"], answer.context["archived"])
    ]


def test_the_list_shows_what_one_may_see_by_home_and_their_own_first(
    client: Client, home: Home, alice: User, bob: User, charlie: User
) -> None:
    flat = make_home(bob, "Bob's flat")
    with acting_as(alice):
        home.members.create(user=bob, level="read", granted_by=alice)
    make_readings(make_source(alice, home, name="Gas", place_name="Hall", decimals=3), ["842.16"])
    make_source(bob, None, name="Car", place_name="")
    make_source(alice, home, name="Old", archived_at=datetime(2026, 1, 1, tzinfo=UTC))
    castle = make_home(charlie, "Castle")
    share(make_source(charlie, castle, name="Moat", place_name="Gate"), bob, "write")
    make_source(charlie, castle, name="Not Bob's")
    client.force_login(bob)
    assert groups(client.get(LIST)) == [
        (flat.name, []),
        ("Rama IX flat", [("Gas", "Hall", "842.160", "Shared by Alice: you may look at it")]),
        ("Your other meters", [("Car", "", "", "")]),
        ("Shared with you", [("Moat", "Castle, Gate", "", "Shared by Charlie: you may add and correct readings")]),
        ("Put away", [("Old", "Rama IX flat", "", "Shared by Alice: you may look at it")]),
    ]


def test_one_s_own_meters_stand_before_those_of_others_in_a_home(
    client: Client, home: Home, alice: User, bob: User
) -> None:
    with acting_as(alice):
        home.members.create(user=bob, level="admin", granted_by=alice)
    make_source(alice, home, name="Alpha")
    make_source(bob, home, name="Beta")
    client.force_login(bob)
    assert [row[0] for row in groups(client.get(LIST))[0][1]] == ["Beta", "Alpha"]


def test_registers_of_a_meter_stand_together_as_everywhere_the_upper_pressure_before_the_lower(
    client: Client, home: Home, alice: User
) -> None:
    for name, number in (("Pressure, upper", "Cuff 1"), ("Pressure, lower", "Cuff 1"), ("Pressure, mean", "")):
        make_source(alice, home, name=name, meter_number=number, source_type="blood_pressure", counting="level")
    client.force_login(alice)
    names = [row[0] for row in groups(client.get(LIST))[0][1]]
    assert names == ["Pressure, upper", "Pressure, lower", "Pressure, mean"]


def test_the_last_reading_is_the_latest_that_is_not_bad_on_the_day_of_its_home(
    client: Client, alice: User, source: DataSource
) -> None:
    make_readings(source, ["7"], start=datetime(2026, 3, 1, 8, tzinfo=UTC))
    make_readings(source, ["5"], start=datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
    make_readings(source, ["99"], start=datetime(2026, 4, 1, 8, tzinfo=UTC), quality_flag="bad")
    with acting_as(alice):
        source.readings.get(value=7).delete()
    client.force_login(alice)
    answer = client.get(LIST)
    read = '<time datetime="2026-01-31T23:30:00+00:00">Read on 1 Feb 2026, 00:30</time>'
    assertContains(answer, read, count=1, html=True)
    assertContains(answer, '<p class="num"><b>5.0</b> kWh</p>', html=True)


def test_only_who_may_add_readings_is_offered_to_read(client: Client, source: DataSource, bob: User) -> None:
    grant = share(source, bob, "read")
    entry = reverse("readings:entry", args=[source.public_id])
    client.force_login(bob)
    assertNotContains(client.get(LIST), entry)
    with acting_as(source.owner):
        grant.level = "write"
        grant.save()
    assertContains(client.get(LIST), entry, count=1)


def test_who_has_nothing_is_led_to_their_first_home(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.get(LIST)
    assertContains(answer, "Start with your home")
    assertContains(answer, '<a class="btn primary" href="/homes/new/">Add your home</a>', html=True)


def test_an_empty_home_leads_its_administrators_only_to_a_first_meter(
    client: Client, home: Home, alice: User, bob: User
) -> None:
    link = f'<a class="btn primary" href="/sources/new/?home={home.public_id}">Add the first meter</a>'
    with acting_as(alice):
        home.members.create(user=bob, level="write", granted_by=alice)
    client.force_login(alice)
    assertContains(client.get(LIST), link, html=True)
    client.force_login(bob)
    assertNotContains(client.get(LIST), link, html=True)
    assertContains(client.get(LIST), "No meters here yet.")


@pytest.mark.parametrize("count", [1, 3])
def test_more_meters_cost_no_more_queries(
    count: int, client: Client, home: Home, alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        make_readings(make_source(alice, home, name=f"Meter {number}"))
        share(make_source(bob, make_home(bob), name=f"Shared {number}"), alice)
    client.force_login(alice)
    client.get(LIST)
    with django_assert_num_queries(8):
        answer = client.get(LIST)
    assert [len(rows) for _, rows in groups(answer)] == [count, count, 0]


def test_visitors_are_sent_to_the_sign_in_page(client: Client, db: None) -> None:
    assertRedirects(client.get(LIST), f"/account/login/?next={LIST}")


def test_the_list_is_only_looked_at(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.post(LIST).status_code == 405
