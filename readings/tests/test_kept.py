"""What a device keeps of a person: pages without anything of the moment, and who is signed in."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from re import findall
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertNotContains

from accounts.models import User
from homelog.testing import make_home, make_readings, make_source, share
from sources.models import DataSource

pytestmark = pytest.mark.django_db

TOKEN, PAGES, KEPT = "/read/kept/token/", "/read/kept/pages/", "/read/kept/"


@pytest.mark.parametrize("path", [TOKEN, PAGES])
def test_nobody_is_signed_in_and_nothing_is_told(client: Client, source: DataSource, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()) == (200, {"person": ""})
    assert {"no-store", "private"} <= {part.strip() for part in answer.headers["Cache-Control"].split(",")}


def test_the_token_is_fresh_and_good_for_a_form(source: DataSource) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(source.owner)
    who = client.get(TOKEN).json()
    assert who["person"] == str(source.owner.public_id)
    answer = client.post("/read/kept/token/", {"csrfmiddlewaretoken": who["token"]})
    assert answer.status_code == 405
    path, sent = f"/sources/{source.public_id}/read/", {"value": "100", "csrfmiddlewaretoken": who["token"]}
    assert client.post(path, {"value": "100"}).status_code == 403
    assert client.post(path, sent).status_code == 302


def test_the_entry_page_of_each_meter_is_brought_as_it_opens(client: Client, source: DataSource) -> None:
    make_readings(source)
    registers = [
        make_source(source.owner, source.home, name=f"Power, {name}", meter_number="M 1") for name in ("day", "night")
    ]
    client.force_login(source.owner)
    told = client.get(PAGES).json()
    stops = {stop["address"]: stop for stop in told["stops"]}
    at, other = f"/sources/{source.public_id}/read/", f"/sources/{registers[0].public_id}/read/"
    assert list(told["pages"]) == [*stops, KEPT]
    assert stops[at]["registers"] == {str(source.public_id): ["Electricity", "kWh"]}
    assert list(stops[other]["registers"]) == [str(each.public_id) for each in registers]
    assert {stop["home"] for stop in stops.values()} == {str(source.home.public_id)}  # type: ignore[union-attr]
    page = told["pages"][at]
    assert "125.5" in page
    assert 'name="held" value="1"' in page
    assert f'name="writer" value="{source.owner.public_id}"' in page
    assert "<span data-gone>No network.</span> As of" in page
    assert f"{registers[1].public_id}-public_id" in told["pages"][other]
    assert all(client.get(path).status_code == 200 for path in told["files"] if not path.startswith("/static/"))
    assert 'name="held"' not in client.get(at).text


def test_only_what_may_be_written_is_kept(client: Client, source: DataSource, bob: User, charlie: User) -> None:
    share(source, bob, "write")
    share(source, charlie, "read")
    for person, count in ((bob, 1), (charlie, 0)):
        client.force_login(person)
        told = client.get(PAGES).json()
        assert (told["person"], len(told["stops"])) == (str(person.public_id), count)
        assert ("Electricity" in str(told["pages"])) is bool(count)


def test_a_message_waits_for_the_page_that_is_looked_at(client: Client, source: DataSource) -> None:
    client.force_login(source.owner)
    client.post(f"/sources/{source.public_id}/read/", {"value": "100"})
    assert "100.0 kWh saved" not in str(client.get(PAGES).json()["pages"])
    assert "100.0 kWh saved" in client.get(f"/sources/{source.public_id}/").text.replace("100 kWh", "100.0 kWh")


@pytest.mark.parametrize("count", [1, 3])
def test_many_meters_take_no_more_queries(
    client: Client,
    alice: User,
    count: int,
    django_assert_num_queries: Callable[[int], AbstractContextManager[Any]],
) -> None:
    home = make_home(alice)
    for number in range(count):
        make_readings(make_source(alice, home, name=f"Meter {number}"))
    client.force_login(alice)
    client.get(PAGES)
    with django_assert_num_queries(9):
        assert len(client.get(PAGES).json()["stops"]) == count


def test_the_page_of_what_waits_is_ones_own_and_holds_nothing_yet(client: Client, source: DataSource) -> None:
    assert client.get(KEPT).status_code == 302
    client.force_login(source.owner)
    answer = client.get(KEPT)
    assert answer.status_code == 200
    assert f"/sources/{source.public_id}/read/" in answer.text
    assert client.post(KEPT).status_code == 405


def test_the_meters_of_several_homes_stand_below_their_homes(client: Client, source: DataSource) -> None:
    client.force_login(source.owner)
    assertNotContains(client.get(KEPT), "<h3>")
    make_source(source.owner, make_home(source.owner, "Cabin"), name="Gas")
    make_source(source.owner, None, name="Bicycle")
    assert findall(r'<h3>(.*?)</h3>|/read/">(.*?)<', client.get(KEPT).text.partition("data-every")[2]) == [
        ("Cabin", ""),
        ("", "Gas"),
        ("Rama IX flat", ""),
        ("", "Electricity"),
        ("In no home", ""),
        ("", "Bicycle"),
    ]
