"""Messages wait in a cookie: for one person, out of reach of scripts, without a write to the database."""

import random
from string import ascii_letters
from typing import Any

import pytest
from django.contrib.messages import INFO
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts.message_storage import CookieFirst
from accounts.models import User

PROFILE = "/account/"
FIELDS = {"display_name": "Alice Brown", "username": "alice.b", "language": "en", "timezone": "Asia/Bangkok"}
TOLD = '<div class="toast success"><p>Saved.</p>'


@pytest.fixture
def told(client: Client, alice: User) -> Client:
    """Alice's browser, in which a message waits."""
    client.force_login(alice)
    client.post(PROFILE, FIELDS)
    return client


def page(client: Client) -> str:
    """The page that shows what waits."""
    return client.get(PROFILE).content.decode()


def test_a_message_waits_in_a_cookie_and_is_gone_once_it_was_shown(told: Client) -> None:
    cookie = told.cookies["messages"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert "_messages" not in told.session
    assert page(told).count(TOLD) == 1
    assert told.cookies["messages"].value == ""
    assert page(told).count('<div class="toast ') == 0


def test_who_signs_in_next_in_the_same_browser_is_not_told(told: Client, bob: User) -> None:
    assert told.cookies["messages"].value != ""
    told.force_login(bob)
    assert page(told).count('<div class="toast ') == 0
    assert told.cookies["messages"].value == ""


def test_a_message_that_somebody_made_up_is_not_shown(told: Client) -> None:
    value = told.cookies["messages"].value
    told.cookies["messages"] = value[:-1] + ("a" if value[-1] != "a" else "b")
    assert page(told).count('<div class="toast ') == 0


def test_over_https_the_cookie_is_of_this_host_alone(rf: RequestFactory, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    request, response = rf.get("/"), HttpResponse()
    request.session = {}  # type: ignore[assignment]
    storage = CookieFirst(request)
    storage.add(INFO, "Saved.")
    storage.update(response)
    cookie = response.cookies["__Host-messages"]
    found = list(response.cookies), cookie["secure"], cookie["path"], cookie["domain"]
    assert found == (["__Host-messages"], True, "/", "")


def test_what_is_too_long_for_a_cookie_waits_in_the_session(rf: RequestFactory) -> None:
    chance = random.Random(7)  # noqa: S311 - chance, no secret; what repeats itself is made shorter
    texts = ["".join(chance.choices(ascii_letters, k=3_000)) for _text in range(2)]
    request, response = rf.get("/"), HttpResponse()
    request.session = {}  # type: ignore[assignment]
    storage = CookieFirst(request)
    for text in [*texts, "short"]:
        storage.add(INFO, text)
    storage.update(response)
    later = rf.get("/")
    later.COOKIES = {name: morsel.value for name, morsel in response.cookies.items()}
    later.session = request.session
    assert "_messages" in request.session
    assert [str(message) for message in CookieFirst(later)] == [*texts, "short"]
