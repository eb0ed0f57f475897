"""Signing in with a passkey alone: it counts as two factors, so it must have asked for a PIN or a finger."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.utils import timezone as clock
from pytest_django.asserts import assertContains, assertRedirects

from accounts.models import User
from accounts.tests.keys import Key
from homelog.testing import PASSWORD, make_user

ALONE = "/account/second-factor/webauthn/login/"
SECOND = "/account/second-factor/authenticate/"


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> None:
    """No attempt of another test counts."""
    cache.clear()


def has(user: User, *, verified: bool) -> Key:
    """Give somebody a key."""
    key = Key(user, verified=verified)
    about = {"name": "Key", "credential": key.registered(), "passwordless": verified}
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=about)
    return key


def challenged(client: Client) -> str:
    """The challenge that the site keeps in the session."""
    state: dict[str, Any] = client.session["mfa.webauthn.state"]
    return str(state["challenge"])


def test_a_passkey_that_asked_for_a_pin_signs_in_alone(client: Client, transactional_db: None, alice: User) -> None:
    key = has(alice, verified=True)
    client.get(ALONE, headers={"X-Requested-With": "XMLHttpRequest"})
    answer = client.post(ALONE, {"credential": key.signed(challenged(client))})
    assertRedirects(answer, "/", fetch_redirect_response=False)
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_a_key_without_a_pin_does_not_sign_in_alone(client: Client, transactional_db: None, alice: User) -> None:
    key = has(alice, verified=False)
    client.get(ALONE, headers={"X-Requested-With": "XMLHttpRequest"})
    answer = client.post(ALONE, {"credential": key.signed(challenged(client))})
    assert "_auth_user_id" not in client.session
    assertRedirects(answer, "/account/login/", fetch_redirect_response=False)
    assertContains(client.get("/account/login/"), "That is not right.")


def test_nor_does_it_with_the_challenge_of_somebody_elses_second_step(
    client: Client, transactional_db: None, alice: User
) -> None:
    found, mallory = has(alice, verified=False), make_user("mallory")
    has(mallory, verified=False)
    client.post("/account/login/", {"login": "mallory", "password": PASSWORD})
    client.get(SECOND)  # its challenge asks for no PIN: the password was given already
    with time_machine.travel(clock.now() + timedelta(minutes=16)):  # her sign-in is given up, the challenge stays
        answer = client.post(ALONE, {"credential": found.signed(challenged(client))})
        assert "_auth_user_id" not in client.session
        assertRedirects(answer, "/account/login/", fetch_redirect_response=False)
        assertContains(client.get("/account/login/"), "That is not right.")


def test_a_key_without_a_pin_is_a_second_factor(client: Client, transactional_db: None, alice: User) -> None:
    key = has(alice, verified=False)
    client.post("/account/login/", {"login": "alice", "password": PASSWORD})
    client.get(SECOND)
    answer = client.post(SECOND, {"credential": key.signed(challenged(client))})
    assertRedirects(answer, "/", fetch_redirect_response=False)
    assert client.session["_auth_user_id"] == str(alice.pk)
