"""A new home or source whose form is sent twice is made once."""

from uuid import UUID

import pytest
from django.test import Client
from pytest_django.asserts import assertRedirects

from accounts.current import acting_as
from accounts.ids import uuid7
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import at_once, make_home, make_source, make_user
from sources.models import DataSource, Home

HOMES, METERS = "/homes/new/", "/sources/new/?kind=water"
FLAT = {"name": "Flat", "timezone": "Europe/Berlin"}
WATER = {"name": "Water", "unit": "m³", "counting": "counter", "decimals": "3", "refuse_lower": "on"}


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.mark.parametrize("address", [HOMES, METERS])
def test_the_form_carries_the_id_that_the_row_will_have(signed_in: Client, address: str) -> None:
    first, second = (signed_in.get(address).context["form"]["public_id"].value() for _ in range(2))
    assert first != second
    assert f'name="public_id" value="{first}"' not in signed_in.get(address).text
    assert UUID(str(first)).version == 7


def test_a_home_sent_twice_is_one_home(signed_in: Client, alice: User) -> None:
    sent = {**FLAT, "public_id": str(uuid7())}
    for _ in range(2):
        assertRedirects(signed_in.post(HOMES, sent), f"/sources/new/?home={sent['public_id']}")
    with acting_as(alice):
        assert [str(home.public_id) for home in Home.objects.all()] == [sent["public_id"]]
        assert Home.objects.get().members.count() == 1
        assert AuditLog.objects.filter(event_type="create_home").count() == 1


def test_a_source_sent_twice_is_one_source_with_one_rule(signed_in: Client, alice: User) -> None:
    sent = {**WATER, "public_id": str(uuid7())}
    for _ in range(2):
        assertRedirects(signed_in.post(METERS, sent), f"/sources/{sent['public_id']}/read/")
    with acting_as(alice):
        assert DataSource.objects.get().validators.count() == 1


def test_what_was_refused_keeps_its_id(signed_in: Client) -> None:
    sent = {**FLAT, "name": "", "public_id": str(uuid7())}
    answer = signed_in.post(HOMES, sent)
    assert (answer.status_code, answer.context["form"]["public_id"].value()) == (422, sent["public_id"])


@pytest.mark.parametrize("form", ["home", "source"])
def test_the_id_of_somebody_elses_row_is_no_way_to_it(signed_in: Client, alice: User, form: str) -> None:
    bob = make_user("bob")
    theirs = make_home(bob) if form == "home" else make_source(bob)
    address, fields = (HOMES, FLAT) if form == "home" else (METERS, WATER)
    answer = signed_in.post(address, {**fields, "public_id": str(theirs.public_id)})
    assert (answer.status_code, "Send it once more" in answer.text) == (422, True)
    again = answer.context["form"]["public_id"].value()
    assert again != str(theirs.public_id)
    assert signed_in.post(address, {**fields, "public_id": again}).status_code == 302


def test_a_form_without_an_id_is_taken_too(signed_in: Client, alice: User) -> None:
    assert signed_in.post(HOMES, FLAT).status_code == 302
    answer = signed_in.post(HOMES, {**FLAT, "public_id": "no id"})
    assert answer.status_code == 422


@pytest.mark.django_db(transaction=True)
def test_two_that_come_at_once_make_one_home() -> None:
    alice = make_user("alice")
    sent = {**FLAT, "public_id": str(uuid7())}

    def send(_number: int) -> int:
        client = Client()
        client.force_login(alice)
        return client.post(HOMES, sent).status_code

    assert at_once(4, send) == [302] * 4
    with acting_as(alice):
        assert Home.objects.count() == 1
