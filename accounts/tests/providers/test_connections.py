"""Connecting and disconnecting: one of each, never the last way in, nobody else's, and only with the password anew."""

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from homelog.idp.server import DemoIdp
from homelog.idp.testing import FIRST, GWEN, LINE_PLOY, OTTO, agree, begin, go_through, show_again, sign_up_with
from homelog.testing import PASSWORD

PAGE = "/account/connections/"
both = pytest.mark.parametrize("provider", ["line", "google"])


def enter(client: Client, sure: bool = True) -> None:
    """Alice signs in, and gives her password once more."""
    client.post("/account/login/", {"login": "alice", "password": PASSWORD})
    if sure:
        client.post("/account/reauthenticate/", {"password": PASSWORD})


def connect(client: Client, provider: str, sub: str = "") -> Any:
    """Connect, and look at the page that follows."""
    return client.get(agree(begin(client, provider, process="connect"), sub or FIRST[provider]), follow=True)


def disconnect(client: Client) -> Any:
    """Give up the only identity."""
    return client.post(PAGE, {"account": SocialAccount.objects.get().pk})


@both
def test_what_is_connected_signs_in(client: Client, idp: DemoIdp, alice: User, provider: str) -> None:
    enter(client)
    answer = connect(client, provider)
    assert answer.redirect_chain == [(PAGE, 302)]
    assertContains(answer, "Connected: from now on")
    elsewhere = Client()
    go_through(elsewhere, provider)
    assert elsewhere.session["_auth_user_id"] == str(alice.pk)


@both
def test_the_password_is_asked_for_before_anybody_is_sent_away(
    client: Client, idp: DemoIdp, alice: User, provider: str
) -> None:
    enter(client, sure=False)
    answer = begin(client, provider, process="connect")
    path = f"/account/{provider}/login/"
    assertRedirects(answer, f"/account/reauthenticate/?next={path}", fetch_redirect_response=False)
    goes_on = client.post("/account/reauthenticate/", {"password": PASSWORD, "next": path})
    assert goes_on.headers["Location"].startswith(f"{idp.url}/{provider}/authorize?")
    client.get(agree(goes_on, FIRST[provider]))
    assert SocialAccount.objects.get().user == alice


def test_one_of_each_provider_and_no_more(client: Client, idp: DemoIdp, alice: User) -> None:
    enter(client)
    for provider in ("line", "google"):
        connect(client, provider)
    assertContains(connect(client, "google", OTTO), "You have connected an account of Google already")
    assertContains(connect(client, "line", LINE_PLOY), "You have connected an account of LINE already")
    assert sorted(SocialAccount.objects.values_list("uid", flat=True)) == sorted([GWEN, FIRST["line"]])


def test_the_database_keeps_to_one_of_each_as_well(alice: User) -> None:
    SocialAccount.objects.create(user=alice, provider="line", uid="1")
    SocialAccount.objects.create(user=alice, provider="google", uid="1")
    with pytest.raises(IntegrityError, match="socialaccount_one_of_each"), transaction.atomic():
        SocialAccount.objects.create(user=alice, provider="line", uid="2")


@both
def test_an_identity_of_somebody_else_is_not_taken_over(
    client: Client, idp: DemoIdp, alice: User, provider: str
) -> None:
    sign_up_with(Client(), provider)
    enter(client)
    assertContains(connect(client, provider), "belongs to somebody else here")
    assert SocialAccount.objects.get().user != alice


@both
def test_what_somebody_else_began_is_not_connected(
    client: Client, idp: DemoIdp, alice: User, bob: User, provider: str
) -> None:
    enter(client)
    begun = begin(client, provider, process="connect")
    states = client.session["socialaccount_states"]
    swapped = Client()
    swapped.force_login(bob)
    session = swapped.session
    session["socialaccount_states"] = states
    session.save()
    assertContains(swapped.get(agree(begun, FIRST[provider]), follow=True), "Somebody else began this")
    assert SocialAccount.objects.count() == 0


@both
def test_somebody_who_is_not_signed_in_connects_nothing(client: Client, idp: DemoIdp, provider: str) -> None:
    answer = client.get(agree(begin(client, provider, process="connect"), FIRST[provider]))
    assert answer.status_code == 302
    assert (SocialAccount.objects.count(), "_auth_user_id" in client.session) == (0, False)


@both
def test_what_is_disconnected_signs_nobody_in(client: Client, idp: DemoIdp, alice: User, provider: str) -> None:
    enter(client)
    connect(client, provider)
    assertRedirects(disconnect(client), PAGE)
    assert SocialAccount.objects.count() == 0
    elsewhere = Client()
    go_through(elsewhere, provider)
    assert "_auth_user_id" not in elsewhere.session


def test_the_last_way_in_is_not_given_up(client: Client, idp: DemoIdp) -> None:
    sign_up_with(client, "line")
    answer = disconnect(client)
    assert (answer.status_code, SocialAccount.objects.count()) == (422, 1)
    assertContains(answer, "It is your only way in", status_code=422)


def test_a_way_in_that_the_site_offers_no_more_does_not_count(client: Client, idp: DemoIdp, settings: Any) -> None:
    sign_up_with(client, "line")
    show_again(client, "line")
    connect(client, "google")
    settings.SIGN_IN = {**settings.SIGN_IN, "google": {**settings.SIGN_IN["google"], "secret": ""}}
    answer = client.post(PAGE, {"account": SocialAccount.objects.get(provider="line").pk})
    assertContains(answer, "It is your only way in", status_code=422)
    assertRedirects(client.post(PAGE, {"account": SocialAccount.objects.get(provider="google").pk}), PAGE)
    assert list(SocialAccount.objects.values_list("provider", flat=True)) == ["line"]


def test_nobody_disconnects_what_is_not_theirs(client: Client, idp: DemoIdp, alice: User) -> None:
    sign_up_with(Client(), "line")
    enter(client)
    assert (disconnect(client).status_code, SocialAccount.objects.count()) == (422, 1)


def test_the_page_says_what_is_connected(client: Client, idp: DemoIdp, alice: User) -> None:
    enter(client)
    assertContains(client.get(PAGE), "not connected", count=2)
    connect(client, "google")
    page = client.get(PAGE)
    assertContains(page, "gwen@example.com")
    assertNotContains(page, "AT-")


def test_a_visitor_is_sent_to_sign_in(client: Client, db: None) -> None:
    assertRedirects(client.get(PAGE), f"/account/login/?next={PAGE}")
