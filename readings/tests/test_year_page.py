"""The yearly sheet of a home; the home is in Berlin's time."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock
from pytest_django import DjangoAssertNumQueries

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_readings, make_source, share
from readings.tests.dials import utc
from readings.tests.test_source_page import part, words, write
from sources.models import DataSource, Home


@pytest.fixture(autouse=True)
def twentieth_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 20 November 2026, 13:00 in Berlin."""
    monkeypatch.setattr(clock, "now", lambda: utc("2026-11-20T12:00"))


def address(home: Home | None, year: int = 2025) -> str:
    """Where the sheet is."""
    assert home is not None
    return reverse("readings:home_year", args=[home.public_id, year])


def test_a_counter_tells_of_its_ends_its_months_and_its_changes(
    client: Client, source: DataSource, alice: User
) -> None:
    write(source, {"2024-12-21T23:00": "90", "2025-01-10T23:00": "110", "2025-05-31T22:00": "500"})
    with acting_as(alice):
        source.meter_changes.create(changed_at=utc("2025-06-15T10:00"), old_final=530, new_initial=2, new_number="N 2")
    write(source, {"2025-06-30T22:00": "32", "2025-12-31T23:00": "400"})
    client.force_login(alice)
    html = client.get(address(source.home)).content.decode()
    assert part(html, "h1") == "Rama IX flat: the year 2025"
    assert part(html, "section") == (
        "Electricity Electricity · MEA 7741 828.0 kWh "
        "At the beginning 100.0 kWh worked out First reading 110.0 kWh, 11 Jan 2025, 00:00 "
        "Last reading 32.0 kWh, 1 Jul 2025, 00:00 At the end 400.0 kWh "
        "Meter change The meter was replaced on 15 Jun 2025, 12:00: it ended at 530.0, and went on from 2.0. "
        "The new meter is N 2. "
        "Jan 68.1 s Feb 77.5 s Mar 85.7 s Apr 83.0 s May 85.8 s Jun 60.0 Jul 62.0 s Aug 62.0 s Sep 60.0 s Oct 62.1 s "
        "Nov 60.0 s Dec 62.0 s s: spread evenly, as the readings around that month are far apart."
    )


def test_what_worked_out_means_is_said_only_where_a_value_is_marked_so(
    client: Client, source: DataSource, alice: User
) -> None:
    write(source, {"2023-12-31T23:00": "90", "2024-12-31T23:00": "100", "2025-06-30T22:00": "200"})
    client.force_login(alice)
    said = "A value marked “worked out” was not read"
    assert said not in words(client.get(address(source.home, 2024)).content.decode())
    write(source, {"2026-01-10T23:00": "400"})
    assert said in words(client.get(address(source.home, 2025)).content.decode())


def test_a_dial_that_rolled_over_says_so_between_its_ends(client: Client, home: Home, alice: User) -> None:
    heat = make_source(alice, home, name="Heat", digits=5, decimals=0)
    write(heat, {"2025-02-01T11:00": "99000", "2025-03-01T11:00": "99900", "2025-04-01T11:00": "500"})
    client.force_login(alice)
    text = words(client.get(address(home)).content.decode())
    assert "Last reading 500 kWh, 1 Apr 2025, 13:00 Dial The dial rolled over before 1 Apr 2025, 13:00." in text


def test_meters_stand_in_the_order_of_the_home_page(client: Client, home: Home, alice: User) -> None:
    for number, name in (("1", "Water"), ("2", "Gas")):
        write(make_source(alice, home, name=name, meter_number=number), {"2025-02-01T11:00": "1"})
    client.force_login(alice)
    for page in (address(home), home.get_absolute_url()):
        html = client.get(page).content.decode()
        assert html.index(">Gas</a>") < html.index(">Water</a>")


def test_registers_of_a_meter_stand_as_they_were_made(client: Client, home: Home, alice: User) -> None:
    for name, value in (("Pressure, upper", "128"), ("Pressure, lower", "81")):
        kind = {"source_type": "blood_pressure", "unit": "mmHg", "counting": "level", "digits": None}
        write(make_source(alice, home, name=name, meter_number="Cuff 1", **kind), {"2025-02-01T11:00": value})
    client.force_login(alice)
    for page in (address(home), home.get_absolute_url()):
        html = client.get(page).content.decode()
        assert html.index("Pressure, upper") < html.index("Pressure, lower")
        assert html.rindex("Pressure, upper") < html.rindex("Pressure, lower")


def test_a_year_that_readings_cover_in_part_says_so_and_what_was_not_read_is_left_out(
    client: Client, source: DataSource, alice: User
) -> None:
    make_source(alice, source.home, name="Never read")
    write(
        source, {"2025-03-01T11:00": "10", "2025-03-02T11:00": "20", "2025-03-03T11:00": "5", "2025-03-04T11:00": "8"}
    )
    client.force_login(alice)
    text = words(client.get(address(source.home)).content.decode())
    assert "Readings cover the time from 1 Mar 2025, 12:00 to 4 Mar 2025, 12:00, not the whole year." in text
    assert "The dial fell once and nothing explains it" in text
    assert "Never read" not in text
    assert "Nothing was read in 2019" in words(client.get(address(source.home, 2019)).content.decode())


def test_levels_tell_of_their_range_and_amounts_of_their_sums(client: Client, home: Home, alice: User) -> None:
    plain = {"digits": None, "decimals": 0, "meter_number": ""}
    weight = make_source(alice, home, name="Weight", source_type="weight", unit="kg", counting="level", **plain)
    write(weight, {"2025-10-05T10:00": "70", "2025-10-15T10:00": "72"})
    pellets = make_source(alice, home, name="Pellets", source_type="pellets", unit="kg", counting="amount", **plain)
    write(pellets, {"2025-10-05T10:00": "300", "2025-11-15T10:00": "20"})
    client.force_login(alice)
    text = words(client.get(address(home)).content.decode())
    assert "71 kg mean of 2 readings, from 70 to 72" in text
    assert "Pellets 320 kg" in text
    assert "Oct 300 Nov 20 Dec –" in text


def test_a_member_sees_it_a_stranger_and_a_guest_of_one_source_do_not(
    client: Client, source: DataSource, bob: User, charlie: User
) -> None:
    assert client.get(address(source.home)).status_code == 302
    share(source, charlie)
    assert source.home is not None
    with acting_as(source.owner):
        source.home.members.create(user=bob, level="read", granted_by=source.owner)
    client.force_login(bob)
    assert (client.get(address(source.home)).status_code, client.post(address(source.home)).status_code) == (200, 405)
    client.force_login(charlie)
    assert client.get(address(source.home)).status_code == 404


@pytest.mark.parametrize("year", [0, 1900, 2200, 99999])
def test_what_is_no_year_is_not_found(client: Client, home: Home, alice: User, year: int) -> None:
    client.force_login(alice)
    assert client.get(address(home, year)).status_code == 404


def test_it_costs_the_same_number_of_queries_with_one_source_and_with_three(
    client: Client, source: DataSource, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_readings(source, start=utc("2025-05-01T10:00"))
    client.force_login(alice)
    client.get(address(source.home))
    with django_assert_num_queries(14) as seen:
        client.get(address(source.home))
    for name in ("Above", "Below"):
        make_readings(make_source(alice, source.home, name=name), start=utc("2025-05-01T10:00"))
    with django_assert_num_queries(len(seen)):
        client.get(address(source.home))
