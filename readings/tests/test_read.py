"""Where the reading round starts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home, make_readings, make_source, share
from readings.tests.entries import NOW, at_noon, in_round, page
from sources.models import DataSource, Home

pytestmark = pytest.mark.usefixtures(at_noon.__name__)

READ = "/read/"


def test_the_round_starts_at_the_first_due_meter_by_place(client: Client, home: Home, alice: User) -> None:
    make_source(alice, home, name="Attic", place_name="Up")
    first = make_source(alice, home, name="Boiler", place_name="Cellar")
    make_readings(make_source(alice, home, name="Fresh", place_name="Bath"), ["1"], start=NOW)
    client.force_login(alice)
    assertRedirects(client.get(READ), in_round(first), fetch_redirect_response=False)


def test_another_home_has_its_own_round(client: Client, source: DataSource, alice: User) -> None:
    hut = make_home(alice, "Hut")
    there = make_source(alice, hut, name="Water")
    client.force_login(alice)
    assertRedirects(client.get(f"{READ}?home={hut.public_id}"), in_round(there), fetch_redirect_response=False)


def test_shared_meters_that_one_may_write_belong_to_the_round(client: Client, source: DataSource, bob: User) -> None:
    client.force_login(bob)
    share(make_source(source.owner, name="Only to look at"), bob, "read")
    share(source, bob, "write")
    assertRedirects(client.get(READ), in_round(source), fetch_redirect_response=False)


def test_who_may_only_look_is_told_so_and_led_to_the_meters(client: Client, source: DataSource, bob: User) -> None:
    client.force_login(bob)
    assertContains(client.get(READ), "No meter to read yet")
    access = share(source, bob, "read")
    answer = client.get(READ)
    assertContains(
        answer,
        "<p>You may look at what is shared with you, but not write it down. Ask its owner for more rights.</p>",
        html=True,
    )
    meters = reverse("sources:source_list")
    assertContains(answer, f'<a class="btn primary" href="{meters}">Look at the meters</a>', html=True)
    assertNotContains(answer, "No meter to read yet")
    own = make_home(bob, "Hut")
    assertContains(client.get(f"{READ}?home={own.public_id}"), "No meter to read yet")
    with acting_as(source.owner):
        access.delete()
    assertContains(client.get(READ), "No meter to read yet")


def test_where_nothing_is_due_every_meter_can_be_read_all_the_same(client: Client, source: DataSource) -> None:
    make_readings(source, ["1"], start=NOW - timedelta(days=1))
    client.force_login(source.owner)
    answer = client.get(READ)
    assertContains(answer, "Nothing is due")
    assertContains(
        answer,
        f'<li><a href="{page("entry", source)}">Electricity<span class="meta">yesterday</span></a></li>',
        html=True,
    )


def test_a_meter_that_is_put_away_is_not_asked_for(client: Client, source: DataSource) -> None:
    client.force_login(source.owner)
    client.post(reverse("sources:source_archive", args=[source.public_id]))
    answer = client.get(READ)
    assertContains(answer, "No meter to read yet")
    assertNotContains(answer, page("entry", source))


def test_a_home_without_meters_leads_to_its_first(client: Client, home: Home, alice: User) -> None:
    client.force_login(alice)
    address = f"{reverse('sources:source_create')}?home={home.public_id}"
    assertContains(client.get(READ), f'<a class="btn primary" href="{address}">Add one</a>', html=True)


def test_somebody_without_a_home_is_led_to_make_one(client: Client, charlie: User) -> None:
    client.force_login(charlie)
    address = reverse("sources:home_create")
    assertContains(client.get(READ), f'<a class="btn primary" href="{address}">Add one</a>', html=True)


@pytest.mark.parametrize("asked", ["nonsense", "019a0000-0000-7000-8000-000000000000"])
def test_an_unknown_home_is_not_found(asked: str, client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get(READ, {"home": asked}).status_code == 404


def test_the_home_of_strangers_is_not_found(client: Client, home: Home, charlie: User) -> None:
    client.force_login(charlie)
    assert client.get(READ, {"home": str(home.public_id)}).status_code == 404


def test_anonymous_visitors_are_sent_to_sign_in(client: Client, db: None) -> None:
    assertRedirects(client.get(READ), f"/account/login/?next={READ}")


def test_other_methods_are_refused(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.post(READ).status_code == 405
