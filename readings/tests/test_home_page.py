"""The first page and the page of a home, in the household of homelog.testing; the home is in Berlin's time."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home, make_readings, make_source, share
from readings.tests.dials import utc
from sources.models import DataSource, Home

NOW = utc("2026-11-20T12:00")


@pytest.fixture(autouse=True)
def twentieth_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 20 November 2026, 13:00 in Berlin."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


def shown(client: Client, url: str) -> str:
    """The words of a page's main part, in one line."""
    answer = client.get(url)
    assert answer.status_code == 200
    main = re.sub(r"(?s).*<main[^>]*>(.*)</main>.*", r"\1", answer.content.decode())
    return " ".join(unescape(re.sub(r"(?s)<svg.*?</svg>|<[^>]+>", " ", main)).split())


def november(source: DataSource) -> None:
    """Two Novembers: 150 and 120 in their first fifteen days."""
    for at, value in {
        "2025-10-31T23:00": "0",
        "2025-11-15T23:00": "150",
        "2026-10-31T23:00": "4000",
        "2026-11-15T23:00": "4120",
    }.items():
        make_readings(source, [value], utc(at))


def test_an_anonymous_visitor_is_asked_to_sign_in(client: Client, home: Home) -> None:
    for url in (reverse("home"), home.get_absolute_url()):
        answer = client.get(url)
        assert (answer.status_code, answer["Location"]) == (302, f"/account/login/?next={url}")


def test_a_stranger_finds_no_such_home(client: Client, home: Home, charlie: User) -> None:
    client.force_login(charlie)
    assert client.get(home.get_absolute_url()).status_code == 404


def test_whom_a_source_is_shared_with_does_not_see_the_home(client: Client, source: DataSource, bob: User) -> None:
    share(source, bob)
    client.force_login(bob)
    assert source.home is not None
    assert client.get(source.home.get_absolute_url()).status_code == 404


def test_pages_are_only_looked_at(client: Client, home: Home, alice: User) -> None:
    client.force_login(alice)
    assert [client.post(url).status_code for url in (reverse("home"), home.get_absolute_url())] == [405, 405]


def test_somebody_new_is_asked_for_a_home(client: Client, charlie: User) -> None:
    client.force_login(charlie)
    assert shown(client, reverse("home")) == (
        "Welcome, Charlie Where are your meters? Begin with the place you live in. "
        "Then add its first meter, and write down what it says. Add your home"
    )


def test_somebody_with_shared_sources_only_sees_those(client: Client, source: DataSource, bob: User) -> None:
    november(source)
    share(source, bob)
    client.force_login(bob)
    assert shown(client, reverse("home")).startswith(
        "Home Add your home Shared with you Electricity 120.0 kWh −20% against the same days last year "
        "This month · until 16 Nov Read 4 days ago: 4,120.0 · shared by Alice"
    )


def test_the_first_page_is_the_home_seen_last(client: Client, home: Home, alice: User) -> None:
    other = make_home(alice, "Cottage")
    client.force_login(alice)
    client.get(other.get_absolute_url())
    assert client.get(reverse("home"))["Location"] == other.get_absolute_url()
    client.get(home.get_absolute_url())
    assert client.get(reverse("home"))["Location"] == home.get_absolute_url()
    with acting_as(alice):
        home.members.filter(user=alice).delete()
    assert client.get(reverse("home"))["Location"] == other.get_absolute_url()


def test_who_has_seen_none_yet_comes_to_the_home_read_last_and_before_any_reading_to_the_oldest(
    client: Client, source: DataSource, home: Home, alice: User
) -> None:
    cottage = make_home(alice, "Cottage")
    pump = make_source(alice, cottage, name="Pump")
    client.force_login(alice)
    assert client.get(reverse("home"))["Location"] == home.get_absolute_url()
    for meter, at, expected in (
        (pump, "2026-11-01T08:00", cottage),
        (source, "2026-11-02T08:00", home),
        (pump, "2026-11-03T08:00", cottage),
    ):
        make_readings(meter, ["100"], utc(at))
        assert client.get(reverse("home"))["Location"] == expected.get_absolute_url()


def test_a_home_shows_use_against_the_same_days_what_is_due_and_the_last_readings(
    client: Client, source: DataSource, alice: User
) -> None:
    november(source)
    make_source(alice, source.home, name="Water", source_type="water", unit="m³")
    client.force_login(alice)
    assert source.home is not None
    assert shown(client, source.home.get_absolute_url()) == (
        "Rama IX flat Friday 20 November 2026 · People · Yearly sheet · Download · Import "
        "Start reading round Add a meter 1 meter is due. "
        "Water has no reading yet. "
        "Electricity 120.0 kWh −20% against the same days last year This month · until 16 Nov "
        "Read 4 days ago: 4,120.0 "
        "Water No reading yet. "
        "What next? Let others see it or read along Bring old readings of Electricity from a file "
        "Lately Electricity 4,120.0 kWh you · 16 Nov 2026, 00:00 Electricity 4,000.0 kWh you · 1 Nov 2026, 00:00 "
        "Electricity 150.0 kWh you · 16 Nov 2025, 00:00 Electricity 0.0 kWh you · 1 Nov 2025, 00:00"
    )


def test_a_use_that_is_spread_between_readings_far_apart_says_so(
    client: Client, source: DataSource, alice: User
) -> None:
    for at, value in {"2026-09-20T10:00": "100", "2026-11-18T10:00": "218"}.items():
        make_readings(source, [value], utc(at))
    client.force_login(alice)
    assert source.home is not None
    text = shown(client, source.home.get_absolute_url())
    assert "This month · until 18 Nov, spread evenly between readings Read 2 days ago" in text


def test_a_level_shows_its_last_value_and_a_single_reading_asks_for_one_more(
    client: Client, home: Home, alice: User
) -> None:
    tank = make_source(alice, home, name="Tank", source_type="oil", unit="L", counting="level", digits=None, decimals=0)
    make_readings(tank, ["2000", "1240"], NOW - timedelta(days=2))
    make_readings(make_source(alice, home, name="Water"), ["5"], NOW)
    client.force_login(alice)
    words = shown(client, home.get_absolute_url())
    assert "Tank 1,240 L Read yesterday: 1,240" in words
    assert "Water One more reading and you see what you use. Read today: 5.0" in words


def test_doubtful_readings_are_listed_for_whoever_may_confirm_them(
    client: Client, source: DataSource, alice: User, bob: User
) -> None:
    (reading,) = make_readings(source, ["812.4"], NOW, quality_flag="questionable")
    share(source, bob)
    assert source.home is not None
    client.force_login(alice)
    words = shown(client, source.home.get_absolute_url())
    asked = "Is this right? Electricity 812.4 kWh 20 Nov 2026, 13:00"
    assert words.endswith(f"{asked} It is right : Electricity, 812.4 kWh Correct : Electricity")
    assert reading.get_absolute_url() in client.get(source.home.get_absolute_url()).content.decode()
    client.force_login(bob)
    assert shown(client, reverse("home")).endswith("Is this right? Electricity 812.4 kWh 20 Nov 2026, 13:00")


def test_a_home_shows_neither_archived_sources_nor_those_of_another_home(
    client: Client, source: DataSource, alice: User
) -> None:
    make_source(alice, make_home(alice, "Cottage"), name="Cottage water")
    make_source(alice, None, name="Car")
    with acting_as(alice):
        old = DataSource.objects.create(
            owner=alice, home=source.home, name="Old meter", source_type="gas", unit="m³", archived_at=NOW
        )
    client.force_login(alice)
    assert source.home is not None
    answer = client.get(source.home.get_absolute_url())
    assert [tile.source.name for tile in answer.context["tiles"]] == ["Electricity"]
    assert [tile.source.name for tile in answer.context["own"]] == ["Car"]
    assert old.name not in answer.content.decode()


@pytest.mark.parametrize(
    ("beside", "together"),
    [
        ([], False),
        ([{"unit": "MWh"}], False),
        ([{"source_type": "solar"}], False),
        ([{}], True),
        ([{"source_type": "temperature", "unit": "°C", "counting": "level"}], False),
        ([{"source_type": each, "unit": "°C", "counting": "level"} for each in ("temperature", "other")], True),
    ],
)
def test_use_together_is_offered_where_two_meters_can_be_compared(
    beside: list[dict[str, str]], together: bool, client: Client, source: DataSource, alice: User
) -> None:
    for number, told in enumerate(beside):
        make_source(alice, source.home, name=f"Meter {number}", **told)
    client.force_login(alice)
    assert source.home is not None
    assert ("Use together" in shown(client, source.home.get_absolute_url())) == together


def test_a_member_who_may_only_see_is_not_asked_to_read(client: Client, source: DataSource, bob: User) -> None:
    assert source.home is not None
    with acting_as(source.owner):
        source.home.members.create(user=bob, level="read", granted_by=source.owner)
    client.force_login(bob)
    words = shown(client, source.home.get_absolute_url())
    assert (
        words == "Rama IX flat Friday 20 November 2026 · People · Yearly sheet · Download "
        "Electricity No reading yet. shared by Alice"
    )


@pytest.mark.parametrize(("level", "there"), [("read", 0), ("write", 0), ("admin", 1)])
def test_who_may_add_a_meter_to_the_home_finds_one_way_to_do_it(
    level: str, there: int, client: Client, source: DataSource, home: Home, bob: User
) -> None:
    with acting_as(source.owner):
        home.members.create(user=bob, level=level, granted_by=source.owner)
    for number in range(4):
        client.force_login(bob)
        html = client.get(home.get_absolute_url()).content.decode()
        assert html.count(f'href="{reverse("sources:source_create")}?home={home.public_id}"') == there
        make_source(source.owner, home, name=f"Meter {number}")


def test_a_home_without_sources_says_what_to_do(client: Client, home: Home, alice: User, bob: User) -> None:
    with acting_as(alice):
        home.members.create(user=bob, level="read", granted_by=alice)
    client.force_login(alice)
    answer = client.get(home.get_absolute_url())
    assert f'href="{reverse("sources:source_create")}?home={home.public_id}"' in answer.content.decode()
    client.force_login(bob)
    assert shown(client, home.get_absolute_url()).endswith("Whoever looks after this home has added no meter so far.")


def test_a_home_costs_the_same_number_of_queries_with_one_source_and_with_three(
    client: Client, source: DataSource, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    november(source)
    assert source.home is not None
    url = source.home.get_absolute_url()
    client.force_login(alice)
    client.get(url)
    with django_assert_num_queries(14):
        client.get(url)
    for name in ("Flat above", "Flat below"):
        november(make_source(alice, source.home, name=name))
    with django_assert_num_queries(14):
        client.get(url)


def test_who_looks_after_a_home_with_few_meters_is_told_what_to_do_next(
    client: Client, home: Home, alice: User, bob: User
) -> None:
    first = make_source(alice, home, name="Electricity")
    with acting_as(alice):
        home.members.create(user=bob, level="write", granted_by=alice)
    guide = "What next?"
    client.force_login(alice)
    answer = client.get(home.get_absolute_url())
    assertContains(answer, guide)
    assertContains(answer, reverse("readings:import_upload", args=[first.public_id]))
    client.force_login(bob)
    assertNotContains(client.get(home.get_absolute_url()), guide)
    client.force_login(alice)
    make_source(alice, home, name="Water")
    make_source(alice, home, name="Gas")
    assertNotContains(client.get(home.get_absolute_url()), guide)


def test_a_doubtful_reading_is_confirmed_with_one_tap_and_leaves_the_list(
    client: Client, source: DataSource, alice: User
) -> None:
    (reading,) = make_readings(source, ["812.4"], NOW, quality_flag="questionable")
    client.force_login(alice)
    confirm = reverse("readings:reading_confirm", args=[source.public_id, reading.public_id])
    assert source.home is not None
    assert confirm in client.get(source.home.get_absolute_url()).text
    answer = client.post(confirm, {"seen": reading.version, "then": "home"}, follow=True)
    assert answer.redirect_chain[-1][0] == source.home.get_absolute_url()
    assert "Confirmed: Electricity, 812.4 kWh is right." in answer.text
    assert confirm not in answer.text
    with acting_as(alice):
        reading.refresh_from_db()
    assert reading.quality_flag == "good"


@pytest.mark.parametrize(("level", "status"), [(None, 404), ("read", 403), ("write", 302)])
def test_who_may_correct_may_confirm(
    level: str | None, status: int, client: Client, source: DataSource, alice: User, bob: User
) -> None:
    (reading,) = make_readings(source, ["812.4"], NOW, quality_flag="questionable")
    if level:
        share(source, bob, level)
    client.force_login(bob)
    confirm = reverse("readings:reading_confirm", args=[source.public_id, reading.public_id])
    assert client.get(confirm).status_code == 405
    assert client.post(confirm, {"seen": reading.version}).status_code == status
    with acting_as(alice):
        reading.refresh_from_db()
    assert reading.quality_flag == ("good" if status == 302 else "questionable")


def test_what_a_rule_refuses_by_now_is_not_confirmed_but_corrected(
    client: Client, source: DataSource, alice: User
) -> None:
    (reading,) = make_readings(source, ["812.4"], NOW, quality_flag="questionable")
    with acting_as(alice):
        source.validators.create(max_value=800)
    client.force_login(alice)
    confirm = reverse("readings:reading_confirm", args=[source.public_id, reading.public_id])
    answer = client.post(confirm, {"seen": reading.version, "then": "home"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse(
        "readings:reading_update", args=[source.public_id, reading.public_id]
    )
    assert "812.4 is above 800, the most this source may show." in answer.text
