"""Labels with a code, and the sheet to fill in by pen: what stands on them, and who may print them."""

import re
from datetime import timedelta

import pytest
import segno
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from homelog.testing import PASSWORD, make_readings, make_source, share
from readings.templatetags.codes import qr
from readings.tests.entries import NOW, page
from sources.models import DataSource, Home

LABELS, SHEET = "/read/labels/", "/read/sheet/"


def test_a_label_names_the_meter_and_its_code_is_the_whole_address_of_its_entry_page(
    client: Client, source: DataSource
) -> None:
    client.force_login(source.owner)
    answer = client.get(LABELS)
    assertContains(answer, '<p class="what">Electricity</p>', html=True)
    assertContains(answer, '<p class="serial">MEA 7741</p>', html=True)
    assertContains(answer, qr(f"http://testserver{page('entry', source)}"))


def test_the_code_is_what_a_reader_of_codes_makes_of_the_address() -> None:
    address = "https://homelog.example.org/sources/019a0000-0000-7000-8000-000000000000/read/"
    drawn = str(qr(address))
    size = len(list(segno.make_qr(address, error="m").matrix_iter(border=4)))
    assert f'viewBox="0 0 {size} {size}"' in drawn
    assert not re.search(r"style=|<script|\son\w+=", drawn)


def test_after_sign_in_the_code_opens_the_entry_page_and_gives_a_stranger_nothing(
    client: Client, source: DataSource, charlie: User
) -> None:
    address = page("entry", source)
    for person, status in ((source.owner, 200), (charlie, 404)):
        client.logout()
        answer = client.get(address)
        assertRedirects(answer, f"/account/login/?next={address}", fetch_redirect_response=False)
        client.post(answer["Location"], {"login": person.email, "password": PASSWORD})
        assert client.get(address).status_code == status


def test_registers_of_one_meter_have_one_label(client: Client, home: Home, alice: User) -> None:
    for name in ("Power, day", "Power, night"):
        make_source(alice, home, name=name, meter_number="M 1")
    client.force_login(alice)
    answer = client.get(LABELS)
    assertContains(answer, '<svg viewBox="0 0 45 45" class="qr">', count=1)
    assertContains(answer, "Power, day · Power, night")


def test_only_the_chosen_meters_are_printed(client: Client, source: DataSource) -> None:
    gas = make_source(source.owner, source.home, name="Gas")
    client.force_login(source.owner)
    for path in (LABELS, SHEET):
        assertContains(client.get(path), "2 of 2 meters")
        answer = client.get(f"{path}?source={gas.public_id}")
        assertContains(answer, "1 of 2 meters")
        assertContains(answer, f'<input type="checkbox" name="source" value="{gas.public_id}" checked>', html=True)
        assertContains(answer, f'<input type="checkbox" name="source" value="{source.public_id}">', html=True)
        assertNotContains(answer, "MEA 7741")


@pytest.mark.parametrize("path", [LABELS, SHEET])
def test_who_may_only_look_may_print_and_a_stranger_may_not(
    path: str, client: Client, source: DataSource, bob: User, charlie: User
) -> None:
    share(source, bob, "read")
    client.force_login(bob)
    assertContains(client.get(f"{path}?source={source.public_id}"), "Electricity")
    client.force_login(charlie)
    assert client.get(f"{path}?source={source.public_id}").status_code == 404
    assert client.get(f"{path}?source=nonsense").status_code == 404
    assertNotContains(client.get(path), "Electricity")
    assertContains(client.get(path), "No meters here yet")


def test_the_sheet_has_the_last_value_and_room_for_the_new_one(client: Client, source: DataSource) -> None:
    make_readings(source, ["12431.7"], start=NOW)
    client.force_login(source.owner)
    answer = client.get(f"{SHEET}?home={source.home.public_id if source.home else ''}")
    assertContains(answer, '<td class="n">12,431.7 kWh<small class="meta">22 Nov 2026</small></td>', html=True)
    assertContains(answer, '<td class="pen unit">kWh</td><td class="pen"></td>')


@pytest.mark.parametrize(("path", "queries"), [(LABELS, 7), (SHEET, 9)])
@pytest.mark.parametrize("count", [1, 3])
def test_paper_costs_the_same_for_one_meter_and_for_three(
    path: str,
    queries: int,
    count: int,
    client: Client,
    home: Home,
    alice: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for name in ("A", "B", "C")[:count]:
        make_readings(make_source(alice, home, name=name), start=NOW - timedelta(days=9))
    client.force_login(alice)
    with django_assert_num_queries(queries):
        client.get(path)


@pytest.mark.parametrize("path", [LABELS, SHEET])
def test_anonymous_visitors_are_sent_to_sign_in_and_other_methods_are_refused(
    path: str, client: Client, alice: User
) -> None:
    assertRedirects(client.get(path), f"/account/login/?next={path}", fetch_redirect_response=False)
    client.force_login(alice)
    assert client.post(path).status_code == 405
