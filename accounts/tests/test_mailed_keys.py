"""Keys of mailed links: taken by their page from the form alone, kept in the session, and nowhere in an address."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import include, path
from pytest_django.asserts import assertContains, assertRedirects

from accounts import urls as of_accounts
from accounts.models import User
from accounts.tests.pages import NEW, opened, sign_in, the_link
from homelog.testing import PASSWORD
from homelog.urls import urlpatterns as of_the_site

PAGE = "/account/password/reset/key/"

urlpatterns = [path("account/", include(([*of_accounts.by_link, *of_accounts.urlpatterns], "accounts"))), *of_the_site]
"""Of a site that mails no codes."""


@pytest.fixture
def key(client: Client, alice: User) -> str:
    """What Alice got by mail to set a new password."""
    client.post("/account/password/reset/", {"email": "alice@example.com"})
    return the_link().partition("#")[2]


def asked_for_a_password(answer: Any) -> bool:
    """Whether the page asks for a new password at last."""
    return 'name="password1"' in answer.text


def test_the_mail_has_the_key_behind_the_link_and_once_more_to_be_pasted(key: str) -> None:
    text = str(mail.outbox[-1].body)
    assert re.fullmatch(r"[0-9a-z]+-[0-9a-z]+-[0-9a-f]{32}", key)
    assert text.count(key) == 2
    assert f"{PAGE}#{key}\n\nIf the page asks for a key, copy this one into it:\n\n{key}\n" in text


def test_the_page_says_what_to_do_and_answers_alike_whoever_the_key_names(client: Client, key: str) -> None:
    page = client.get(PAGE)
    assertContains(page, "Paste the key that stands in the mail, below the link.")
    assert not page.context["form"].is_bound
    number, _dash, rest = key.partition("-")
    for wrong in ("no", f"{number}-no", f"zzzz-{rest}", f"0{rest}", key[:-1], f"{number}-set-password", "-", "é-é"):
        refused = client.post(PAGE, {"key": wrong})
        sentence = "This key does not work. It was used before, it is too old, or a part of it is missing."
        assert (wrong, refused.status_code, refused.context["form"].errors) == (wrong, 422, {"key": [sentence]})
    empty = client.post(PAGE, {})
    assertContains(empty, "Paste the key that you were sent, or the whole link.", status_code=422)
    assert client.put(PAGE).status_code == 405


@pytest.mark.parametrize(
    "pasted",
    [
        " {key}\n",
        "http://testserver/account/password/reset/key/#{key}",
        "http://testserver/account/password/reset/key/%23{key}",
        "http://testserver/account/password/reset/key/{key}/",
    ],
)
def test_the_whole_link_may_be_pasted_as_well(key: str, pasted: str) -> None:
    assert asked_for_a_password(Client().post(PAGE, {"key": pasted.format(key=key)}, follow=True))


def test_neither_page_after_the_key_has_it_in_its_address(key: str) -> None:
    visitor = Client()
    answer = opened(visitor, f"{PAGE}#{key}")
    (last,) = answer.redirect_chain
    assert last == (f"{PAGE}{key.partition('-')[0]}-set-password/", 302)
    assert key.partition("-")[2] not in answer.text
    done = visitor.post(last[0], {"password1": NEW, "password2": NEW})
    assertRedirects(done, f"{PAGE}done/")
    assert sign_in(Client(), "alice", NEW).status_code == 302


def test_what_is_refused_leaves_no_session_behind(db: None) -> None:
    visitor = Client()
    visitor.get(PAGE)
    visitor.post(PAGE, {"key": "no"})
    assert (Session.objects.count(), "sessionid" in visitor.cookies) == (0, False)


@pytest.mark.parametrize("old", [f"{PAGE}{{key}}/", f"{PAGE}%23{{key}}"])
def test_a_link_of_before_leads_to_the_page_with_the_key_behind_it_and_opens_nothing(key: str, old: str) -> None:
    visitor = Client()
    answer = visitor.get(old.format(key=key))
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{PAGE}#{key}")
    assert not visitor.cookies
    assert visitor.post(old.format(key=key)).status_code == 405
    assert asked_for_a_password(opened(visitor, answer.headers["Location"]))


def test_a_link_of_before_leads_nowhere_else(client: Client, db: None) -> None:
    for odd in ("//evil.example", "https://evil.example/", "a\r\nSet-Cookie: b=c", '"><script>'):
        answer = client.get(PAGE + quote(odd, safe=""))
        assert answer.headers.get("Location", PAGE).startswith(PAGE)
        assert not client.cookies


def test_who_is_signed_in_as_somebody_else_sets_the_password_all_the_same(key: str, bob: User) -> None:
    browser = Client()
    sign_in(browser, "bob", PASSWORD)
    form = opened(browser, f"{PAGE}#{key}").redirect_chain[-1][0]
    browser.post(form, {"password1": NEW, "password2": NEW})
    assert User.objects.get(username="alice").check_password(NEW)
    assert User.objects.get(username="bob").check_password(PASSWORD)


def test_keys_are_tried_no_oftener_than_twenty_times_a_minute(client: Client, db: None) -> None:
    answers = [client.post(PAGE, {"key": "1-no"}) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [422] * 20 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert client.get(PAGE).status_code == 200


@pytest.fixture
def by_links(settings: Any) -> None:
    """A site that mails no codes."""
    settings.ROOT_URLCONF = __name__
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = False


@pytest.mark.usefixtures("by_links")
@pytest.mark.parametrize("who", ["alice", "bob", ""])
def test_a_new_address_is_confirmed_by_a_link_without_a_key_in_any_path(alice: User, bob: User, who: str) -> None:
    browser = Client()
    sign_in(browser, "alice", PASSWORD)
    browser.post("/account/reauthenticate/", {"password": PASSWORD, "next": "/account/email/"})
    browser.post("/account/email/", {"email": "new@example.com", "action_add": ""})
    link = the_link()
    page, _hash, key = link.partition("#")
    assert (page, mail.outbox[-1].to) == ("/account/confirm-email/key/", ["new@example.com"])
    assert str(mail.outbox[-1].body).count(key) == 2
    visitor = Client()
    if who:
        sign_in(visitor, who, PASSWORD)
    asked = opened(visitor, link)
    assertContains(asked, "Is <b>new@example.com</b> your address?")
    assert (asked.redirect_chain, key in asked.text) == ([("/account/confirm-email/yes/", 302)], False)
    assertContains(asked, '<input type="hidden" name="email" value="new@example.com">', html=True)
    yes = "/account/confirm-email/yes/"
    assertRedirects(visitor.post(yes, {"email": "shown.before@example.com"}), yes)
    assert not EmailAddress.objects.filter(email="new@example.com", verified=True).exists()
    assert visitor.post(yes, {"email": "new@example.com"}).headers["Location"] != yes
    assert EmailAddress.objects.get(email="new@example.com", user=alice).verified
    assertContains(opened(Client(), link), "This key does not work.", status_code=422)


@pytest.mark.usefixtures("by_links", "alice")
def test_a_confirmation_of_before_leads_to_its_page_too(client: Client) -> None:
    for old in ("MQ:1abc:def_-g/", "%23MQ:1abc:def_-g"):
        answer = client.get(f"/account/confirm-email/{old}")
        assert answer.headers["Location"] == "/account/confirm-email/key/#MQ:1abc:def_-g"
    assertContains(client.get("/account/confirm-email/yes/"), "This link no longer works")
