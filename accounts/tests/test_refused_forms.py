"""A form of allauth that is refused is answered with 422, as refused forms are everywhere else."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.pages import sign_in, sign_up
from homelog.testing import PASSWORD


@pytest.mark.parametrize(
    "address",
    [
        "/account/login/",
        "/account/signup/",
        "/account/password/reset/",
    ],
)
def test_an_empty_form_at_the_door_is_refused(client: Client, db: None, address: str) -> None:
    assert client.get(address).status_code == 200
    assert client.post(address, {}).status_code == 422


@pytest.mark.parametrize("address", ["/account/password/change/", "/account/reauthenticate/"])
def test_an_empty_form_inside_is_refused(client: Client, alice: User, address: str) -> None:
    client.force_login(alice)
    assert client.get(address).status_code == 200
    assert client.post(address, {}).status_code == 422


def test_what_is_taken_is_answered_as_before(client: Client, alice: User) -> None:
    assert sign_in(client, "alice", "not this one").status_code == 422
    assert sign_in(client, "alice", PASSWORD).status_code == 302
    assert sign_up(Client(), email="eve@example.com").status_code == 302
