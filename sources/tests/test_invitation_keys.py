"""The key of an invitation: sent by the form of a page, kept as a hash while somebody signs in, and in no address."""

import json
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from accounts.current import acting_as
from accounts.models import User
from accounts.tests.pages import sign_in
from homelog.testing import PASSWORD
from sources.invitations import hashed, make
from sources.models import DataSource, Home, SourceInvitation

DOOR, OFFER = "/invitation/", "/invitation/offer/"


@pytest.fixture
def key(source: DataSource, alice: User) -> str:
    """Of an invitation to Alice's source."""
    with acting_as(alice):
        return make(source, alice, "write")[1]


def shown(client: Client, typed: str) -> Any:
    """Where the page of the key leads."""
    return client.post(DOOR, {"key": typed}, follow=True)


def test_the_page_asks_for_the_key_and_says_of_a_wrong_one_what_to_do(client: Client, key: str) -> None:
    assertContains(client.get(DOOR), "Paste the link that you were sent, or the key at its end.")
    sentence = "There is no such invitation. Check that you have the whole link, or ask for another one."
    for wrong in ("no", key[:-1], key.swapcase(), hashed(key), f"{key}/no", "#", "é"):
        refused = client.post(DOOR, {"key": wrong})
        assert (wrong, refused.status_code, refused.context["form"].errors) == (wrong, 422, {"key": [sentence]})
    assertContains(client.post(DOOR, {}), "Paste the key that you were sent, or the whole link.", status_code=422)
    assert client.put(DOOR).status_code == client.put(OFFER).status_code == 405
    assert (Session.objects.count(), "sessionid" in client.cookies) == (0, False)


@pytest.mark.parametrize(
    "pasted",
    [
        " {key} ",
        "http://testserver/invitation/#{key}",
        "http://testserver/invitation/#{key}/",
        "http://testserver/invitation/%23{key}",
        "http://testserver/invitations/{key}/",
    ],
)
def test_the_key_or_the_whole_link_may_be_pasted(client: Client, key: str, pasted: str) -> None:
    answer = shown(client, pasted.format(key=key))
    assert answer.redirect_chain == [(OFFER, 302)]
    assertContains(answer, "Alice invites you to Electricity")
    assert key not in answer.text


def test_the_session_has_the_hash_alone_and_keeps_it_through_signing_in(client: Client, key: str, bob: User) -> None:
    shown(client, key)
    (kept,) = [each.get_decoded() for each in Session.objects.all()]
    assert key not in json.dumps(kept)
    answer = sign_in(client, "bob", PASSWORD, next=OFFER)
    assertRedirects(answer, OFFER)
    assert client.post(OFFER).status_code == 302
    with acting_as(bob):
        assert DataSource.objects.get().name == "Electricity"


def test_of_two_invitations_the_one_whose_key_came_last_is_shown(
    client: Client, key: str, home: Home, alice: User, bob: User
) -> None:
    with acting_as(alice):
        other = make(home, alice, "read")[1]
    client.force_login(bob)
    assertContains(shown(client, key), "Alice invites you to Electricity")
    assertContains(shown(client, other), f"Alice invites you to {home.name}")
    assertRedirects(client.post(OFFER), home.get_absolute_url())
    assertRedirects(client.post(OFFER), home.get_absolute_url())
    with acting_as(alice):
        assert list(SourceInvitation.objects.order_by("pk").values_list("used_by", flat=True)) == [None, bob.pk]


def test_the_page_of_one_invitation_accepts_no_other_whose_key_came_since(
    client: Client, key: str, home: Home, alice: User, bob: User
) -> None:
    client.force_login(bob)
    first = shown(client, key)
    with acting_as(alice):
        shown(client, make(home, alice, "read")[1])
    answer = client.post(OFFER, {"offer": first.context["mark"]}, follow=True)
    assert answer.redirect_chain == [(OFFER, 302)]
    assertContains(answer, "You opened another invitation meanwhile. This is what that one offers.")
    assertContains(answer, f"Alice invites you to {home.name}")
    with acting_as(alice):
        assert not SourceInvitation.objects.exclude(used_by=None).exists()
    mark = answer.context["mark"]
    assertContains(answer, f'<input type="hidden" name="offer" value="{mark}">', html=True)
    assertRedirects(client.post(OFFER, {"offer": mark}), home.get_absolute_url())


def test_who_signs_out_takes_the_key_along(client: Client, key: str, bob: User) -> None:
    client.force_login(bob)
    shown(client, key)
    client.post("/account/logout/")
    assertRedirects(client.get(OFFER), DOOR)


def test_who_comes_without_a_key_is_asked_for_it(client: Client, alice: User) -> None:
    assertRedirects(client.get(OFFER), DOOR)
    assertRedirects(client.post(OFFER), DOOR)
    client.force_login(alice)
    assertRedirects(client.post(OFFER), DOOR)


def test_an_invitation_that_went_with_its_place_is_not_there_any_more(
    client: Client, key: str, source: DataSource, alice: User, bob: User
) -> None:
    client.force_login(bob)
    shown(client, key)
    with acting_as(alice):
        SourceInvitation.objects.all().delete()
    for answer in (client.get(OFFER), client.post(OFFER)):
        assertContains(answer, "This invitation is not there any more. Ask for another one.", status_code=404)


@pytest.mark.parametrize("old", ["/invitations/{key}/", "/invitations/{key}", "/invitation/%23{key}"])
def test_a_link_of_before_leads_to_the_page_with_the_key_behind_it_and_opens_nothing(
    client: Client, key: str, old: str
) -> None:
    answer = client.get(old.format(key=key))
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{DOOR}#{key}")
    assert (client.post(old.format(key=key)).status_code, Session.objects.count()) == (405, 0)
    assertContains(shown(client, answer.headers["Location"]), "Alice invites you to Electricity")
