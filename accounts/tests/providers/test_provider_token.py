"""The door for apps: an id_token is judged as in the browser, no cookie is set, little is said."""

import json
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from accounts.provider_token import MOST_BYTES
from accounts.providers.refusals import sentence
from accounts.tests.providers.test_evil import SAID
from homelog.idp.server import DemoIdp
from homelog.idp.testing import FIRST, sign_up_with

PATH = "/_allauth/app/v1/auth/provider/token"
OF_THE_BROWSER = {"nonce of another sign-in", "no nonce", "nonce that is no text", "handed on by another site"}
"""An app has no nonce of ours, and may have been handed the token."""
both = pytest.mark.parametrize("provider", ["line", "google"])


def bring(provider: str, id_token: str, **token: Any) -> Any:
    """What an app sends."""
    body = {"provider": provider, "process": "login", "token": {"client_id": "demo", "id_token": id_token, **token}}
    return Client().post(PATH, body, content_type="application/json")


@both
def test_an_id_token_signs_in_without_a_cookie(client: Client, idp: DemoIdp, provider: str) -> None:
    sign_up_with(client, provider)
    answer = bring(provider, idp.id_token(provider, FIRST[provider]))
    person = User.objects.get()
    assert (answer.status_code, answer.cookies.output()) == (200, "")
    told = answer.json()
    assert told["data"]["user"] == {"id": str(person.public_id), "display": "Nok"}
    assert told["meta"]["is_authenticated"] is True
    assert Session.objects.get(pk=told["meta"]["session_token"]).get_decoded()["_auth_user_id"] == str(person.pk)


@both
def test_somebody_new_is_told_that_an_account_is_lacking(idp: DemoIdp, provider: str) -> None:
    answer = bring(provider, idp.id_token(provider, FIRST[provider]))
    assert (answer.status_code, answer.json()["meta"]["is_authenticated"]) == (401, False)
    assert (User.objects.count(), SocialAccount.objects.count()) == (0, 0)


@both
@pytest.mark.parametrize("fault", [each for each in SAID if each not in OF_THE_BROWSER])
def test_a_token_that_is_wrong_is_refused_as_in_the_browser(
    client: Client, idp: DemoIdp, provider: str, fault: str
) -> None:
    sign_up_with(client, provider)
    sessions = Session.objects.count()
    idp.reset(fault)
    answer = bring(provider, idp.id_token(provider, FIRST[provider]))
    name = "LINE" if provider == "line" else "Google"
    assert (answer.status_code, Session.objects.count()) == (400, sessions)
    assert [error["message"] for error in answer.json()["errors"]] == [sentence(SAID[fault], name)]


@both
@pytest.mark.parametrize(("nonce", "status"), [("mine", 200), ("other", 400)])
def test_a_nonce_that_the_app_names_must_be_in_the_token(
    client: Client, idp: DemoIdp, provider: str, nonce: str, status: int
) -> None:
    sign_up_with(client, provider)
    token = idp.id_token(provider, FIRST[provider], "mine")
    assert bring(provider, token, nonce=nonce).status_code == status


@pytest.mark.parametrize("fault", ["not signed", "signed with the secret", "signed with another key"])
def test_a_forged_token_of_google_is_refused(client: Client, idp: DemoIdp, fault: str) -> None:
    sign_up_with(client, "google")
    idp.reset(fault)
    assert bring("google", idp.id_token("google", FIRST["google"])).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 15_000,
        json.dumps({"provider": "line"}).encode(),
        json.dumps({"provider": "line", "process": "connect", "token": {"client_id": "a", "id_token": "x"}}).encode(),
        json.dumps({"provider": "l\0", "process": "login", "token": {"client_id": "demo", "id_token": "x"}}).encode(),
        json.dumps({"provider": ["line"], "process": "login", "token": {}}).encode(),
        json.dumps({"provider": "line", "process": "login", "token": {"client_id": "\0", "id_token": "x"}}).encode(),
        json.dumps({"provider": "line", "process": "login", "token": {"client_id": "demo", "id_token": 7}}).encode(),
        json.dumps({"provider": "line", "process": "login", "token": {"client_id": "o", "id_token": "x"}}).encode(),
        json.dumps({"provider": "line", "process": "login", "token": {"access_token": "x"}}).encode(),
    ],
)
def test_nonsense_is_answered_with_400(idp: DemoIdp, body: bytes) -> None:
    answer = Client().post(PATH, body, content_type="application/json")
    assert (answer.status_code, Session.objects.count()) == (400, 0)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"process": "connect"}, "Send a JSON object with provider, process (login) and token."),
        ({"provider": "github"}, "This site does not offer that provider."),
        ({"token": {"client_id": "demo"}}, "The token needs client_id and id_token."),
        ({"token": {"client_id": "", "id_token": "x"}}, "The token needs client_id and id_token."),
        ({"token": "x"}, "The token needs client_id and id_token."),
        ({"token": {"client_id": "demo", "id_token": "x", "nonce": 7}}, "The nonce must be a text."),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_request_is_said(idp: DemoIdp, changed: dict[str, Any], said: str) -> None:
    body = {"provider": "line", "process": "login", "token": {"client_id": "demo", "id_token": "x"}, **changed}
    answer = Client().post(PATH, body, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"]) == (400, [{"message": said}])
    assert idp.asked == []


def test_a_body_of_just_the_most_bytes_is_read(idp: DemoIdp) -> None:
    answer = Client().post(PATH, b" " * MOST_BYTES, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"]) == (400, [{"message": "This is no JSON."}])
    assert Client().post(PATH, b" " * (MOST_BYTES + 1), content_type="application/json").status_code == 413


def test_a_long_body_is_refused_unread(idp: DemoIdp) -> None:
    assert Client().post(PATH, b" " * 30_000, content_type="application/json").status_code == 413


def test_too_many_attempts_are_slowed_down(idp: DemoIdp) -> None:
    answers = [Client().post(PATH, b"{}", content_type="application/json") for _ in range(31)]
    assert [answer.status_code for answer in answers] == [400] * 30 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert "too many attempts" in answers[-1].text


def test_no_other_address_of_headless_is_open(client: Client, db: None) -> None:
    for path in ("config", "auth/session", "auth/login", "auth/signup", "account/email", "auth/provider/signup"):
        assert client.get(f"/_allauth/app/v1/{path}").status_code in {302, 404}
        assert client.get(f"/_allauth/browser/v1/{path}").status_code in {302, 404}
