"""Signing in with LINE and Google: what is asked for, who comes in, and who makes an account."""

import base64
import hashlib
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from homelog.idp.server import DemoIdp
from homelog.idp.testing import (
    FIRST,
    GOOGLE_ALICE,
    GWEN,
    LINE_ALICE,
    LINE_PLOY,
    UMA,
    agree,
    asked,
    begin,
    go_through,
    show_again,
    sign_up_with,
)
from homelog.testing import make_user

both = pytest.mark.parametrize("provider", ["line", "google"])
SIGNUP = "/account/connections/signup/"


def signed_in(client: Client) -> bool:
    """Whether somebody is signed in here."""
    return "_auth_user_id" in client.session


@both
def test_what_is_asked_for_is_fixed_and_proves_that_the_answer_belongs_here(
    client: Client, idp: DemoIdp, provider: str
) -> None:
    begun = begin(client, provider)
    fields = asked(begun)
    assert urlsplit(begun.headers["Location"]).path == f"/{provider}/authorize"
    assert set(fields.pop("scope").split()) == {"openid", "profile", "email"}
    assert {len(fields.pop(name)) for name in ("nonce", "code_challenge", "state")} == {64, 43, 16}
    assert fields == {
        "client_id": "demo",
        "redirect_uri": f"http://testserver/account/{provider}/login/callback/",
        "response_type": "code",
        "code_challenge_method": "S256",
        **({"prompt": "select_account"} if provider == "google" else {}),
    }


@both
def test_the_code_is_exchanged_with_the_verifier_of_the_challenge(client: Client, idp: DemoIdp, provider: str) -> None:
    begun = begin(client, provider)
    client.get(agree(begun, FIRST[provider]))
    (exchange,) = [fields for endpoint, fields in idp.asked if endpoint == "token"]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(exchange["code_verifier"].encode()).digest())
    assert challenge.decode().rstrip("=") == asked(begun)["code_challenge"]


@both
@pytest.mark.parametrize("how", ["query", "form"])
def test_the_address_of_the_page_changes_nothing_of_it(client: Client, idp: DemoIdp, provider: str, how: str) -> None:
    wanted = {
        "scope": "drive,mail",
        "auth_params": "prompt=none&hd=evil.example&redirect_uri=https://evil.example/&scope=mail",
        "prompt": "none",
        "hd": "evil.example",
        "redirect_uri": "https://evil.example/",
        "action": "reauthenticate",
        "process": "redirect",
        "client_id": "other",
    }
    path = f"/account/{provider}/login/"
    changed = client.post(path, query_params=wanted) if how == "query" else client.post(path, wanted)
    plain, fields = asked(begin(Client(), provider)), asked(changed)
    differ = {"nonce", "state", "code_challenge", "scope"}
    assert {name: fields[name] for name in fields.keys() - differ} == {
        name: plain[name] for name in plain.keys() - differ
    }
    assert set(fields["scope"].split()) == {"openid", "profile", "email"}
    assertRedirects(client.get(agree(changed, FIRST[provider])), SIGNUP, fetch_redirect_response=False)


@both
def test_a_get_only_asks_whether_to_go_on(client: Client, idp: DemoIdp, provider: str) -> None:
    answer = client.get(f"/account/{provider}/login/?process=login")
    assert (answer.status_code, "socialaccount_states" in client.session) == (200, False)
    statuses = [
        getattr(client, method)(f"/account/{provider}/login/").status_code for method in ("head", "put", "delete")
    ]
    assert statuses == [405, 405, 405]


@both
def test_somebody_new_is_asked_before_an_account_is_made(client: Client, idp: DemoIdp, provider: str) -> None:
    assertRedirects(go_through(client, provider), SIGNUP, fetch_redirect_response=False)
    assert (User.objects.count(), SocialAccount.objects.count(), signed_in(client)) == (0, 0, False)
    page = client.get(SIGNUP).text
    assert 'value="Nok Suwan"' in page if provider == "line" else 'value="Gwen Hale"' in page


def test_somebody_of_line_without_an_address_makes_an_account(client: Client, idp: DemoIdp) -> None:
    answer = sign_up_with(client, "line", timezone="Asia/Bangkok")
    assertRedirects(answer, "/", fetch_redirect_response=False)
    nok = User.objects.get()
    assert (nok.display_name, nok.email, nok.timezone, nok.has_usable_password()) == ("Nok", "", "Asia/Bangkok", False)
    assert nok.username == "nok"
    assertContains(client.get("/account/email/"), "Add the address")
    show_again(client, "line")
    deleting = client.get("/account/delete/")
    assertContains(deleting, "Type <b>nok</b> to say that you mean it.")
    assertNotContains(deleting, "or e-mail address")
    assert list(SocialAccount.objects.values_list("user", "provider", "uid")) == [(nok.pk, "line", FIRST["line"])]
    assert (signed_in(client), EmailAddress.objects.count(), mail.outbox) == (True, 0, [])


def test_an_address_that_google_confirmed_needs_no_code(client: Client, idp: DemoIdp) -> None:
    answer = sign_up_with(client, "google", GWEN, email="gwen@example.com")
    assertRedirects(answer, "/", fetch_redirect_response=False)
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [("gwen@example.com", True, True)]


@pytest.mark.parametrize(
    ("provider", "sub", "address"),
    [
        ("line", LINE_PLOY, "ploy@example.com"),
        ("google", UMA, "uma@example.com"),
        ("google", GWEN, "other@example.com"),
        ("line", FIRST["line"], "nok@example.com"),
    ],
)
def test_any_other_address_is_confirmed_by_a_code_first(
    client: Client, idp: DemoIdp, provider: str, sub: str, address: str
) -> None:
    answer = sign_up_with(client, provider, sub, email=address)
    assertRedirects(answer, "/account/confirm-email/", fetch_redirect_response=False)
    assert (signed_in(client), [letter.to for letter in mail.outbox]) == (False, [[address]])
    assert not EmailAddress.objects.get(email=address).verified


@both
def test_the_second_time_it_signs_in(client: Client, idp: DemoIdp, provider: str) -> None:
    sign_up_with(client, provider)
    elsewhere = Client()
    answer = go_through(elsewhere, provider, next="/account/?a=1")
    assertRedirects(answer, "/account/?a=1", fetch_redirect_response=False)
    assert elsewhere.session["_auth_user_id"] == str(User.objects.get().pk)


@both
@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_it_leads_nowhere_else(client: Client, idp: DemoIdp, provider: str, target: str) -> None:
    sign_up_with(client, provider)
    answer = go_through(Client(), provider, next=target)
    assertRedirects(answer, "/", fetch_redirect_response=False)


def test_who_it_is_depends_on_nothing_that_can_change(client: Client, idp: DemoIdp, monkeypatch: Any) -> None:
    sign_up_with(client, "google", GWEN, email="gwen@example.com")
    monkeypatch.setattr("homelog.idp.people.Person.claims", lambda person: {"sub": person.sub, "name": "Married"})
    elsewhere = Client()
    go_through(elsewhere, "google", GWEN)
    assert (signed_in(elsewhere), User.objects.get().email) == (True, "gwen@example.com")


@pytest.mark.parametrize(("provider", "sub"), [("line", LINE_ALICE), ("google", GOOGLE_ALICE)])
@pytest.mark.parametrize("verified", [True, False])
@pytest.mark.parametrize("password", [True, False])
def test_a_known_address_never_opens_the_account_that_has_it(
    client: Client, idp: DemoIdp, alice: User, provider: str, sub: str, verified: bool, password: bool
) -> None:
    EmailAddress.objects.filter(user=alice).update(verified=verified)
    if not password:
        alice.set_unusable_password()
        alice.save()
    go_through(client, provider, sub)
    answer = client.post(SIGNUP, {"display_name": "Alice", "email": "alice@example.com"})
    assertRedirects(answer, "/account/confirm-email/", fetch_redirect_response=False)
    assert (signed_in(client), SocialAccount.objects.count(), User.objects.count()) == (False, 0, 1)
    assert User.objects.get().has_usable_password() is password
    assert "account already" in mail.outbox[-1].body or "already" in mail.outbox[-1].body


def test_who_proved_the_address_is_told_to_sign_in_the_old_way(client: Client, idp: DemoIdp, alice: User) -> None:
    go_through(client, "google", GOOGLE_ALICE)
    assertContains(client.get(SIGNUP), "belongs to an account here")


def test_who_did_not_prove_it_learns_nothing_about_the_address(client: Client, idp: DemoIdp) -> None:
    go_through(client, "line", LINE_ALICE)
    before = client.get(SIGNUP).text
    make_user("alice")
    after = client.get(SIGNUP).text
    assert before.split("csrfmiddlewaretoken")[0] == after.split("csrfmiddlewaretoken")[0]
    assert "belongs to an account here" not in after


@both
def test_where_sign_up_is_closed_nobody_new_comes_in(
    client: Client, idp: DemoIdp, settings: Any, provider: str
) -> None:
    settings.ACCOUNT_SIGNUP_OPEN = False
    assertContains(go_through(client, provider), "Sign-up is closed")
    assert (User.objects.count(), signed_in(client)) == (0, False)


@both
def test_a_closed_account_stays_closed(client: Client, idp: DemoIdp, provider: str) -> None:
    sign_up_with(client, provider)
    User.objects.update(is_active=False)
    elsewhere = Client()
    assertRedirects(go_through(elsewhere, provider), "/account/inactive/")
    assert not signed_in(elsewhere)


@both
def test_who_turned_back_finds_a_page_that_says_so(client: Client, idp: DemoIdp, provider: str) -> None:
    state = asked(begin(client, provider))["state"]
    answer = client.get(f"/account/{provider}/login/callback/?error=access_denied&state={state}", follow=True)
    assert (answer.status_code, signed_in(client)) == (200, False)
    assertContains(answer, "You turned back")


def test_the_form_sent_twice_makes_one_account(client: Client, idp: DemoIdp) -> None:
    go_through(client, "line")
    other = Client()
    other.cookies = client.cookies.__class__(client.cookies.output(header="", sep=";"))
    stale = dict(client.session)
    client.post(SIGNUP, {"display_name": "Nok", "email": ""})
    session = other.session
    session.update({"socialaccount_sociallogin": stale["socialaccount_sociallogin"]})
    session.save()
    other.cookies["sessionid"] = session.session_key or ""
    other.post("/account/logout/")
    assert User.objects.count() == 1


@both
def test_a_provider_without_its_secret_is_not_offered(
    client: Client, idp: DemoIdp, settings: Any, provider: str
) -> None:
    assert f'action="/account/{provider}/login/"' in client.get("/account/login/").text
    settings.SIGN_IN = {**settings.SIGN_IN, provider: {**settings.SIGN_IN[provider], "secret": ""}}
    assert f'action="/account/{provider}/login/"' not in client.get("/account/login/").text
    paths = (f"/account/{provider}/login/", f"/account/{provider}/login/callback/?code=1&state=2")
    assert [client.get(path).status_code for path in paths] == [404, 404]
    assert begin(client, provider).status_code == 404
