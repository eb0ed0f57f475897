"""An app that signs in with LINE or Google: the id_token is judged as in the browser, and brings tokens of ours."""

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import AppSignIn
from accounts.tests.api.calls import Program
from accounts.tests.providers.conftest import *  # noqa: F403 - the server that plays both
from homelog.idp.server import DemoIdp
from homelog.idp.testing import FIRST, sign_up_with

pytestmark = pytest.mark.django_db


def bring(provider: str, id_token: str, **more: Any) -> Any:
    """What an app sends."""
    return Program()(
        "POST", "/auth/provider", {"provider": provider, "client_id": "demo", "id_token": id_token, **more}
    )


@pytest.mark.parametrize("provider", ["line", "google"])
def test_an_id_token_brings_tokens_and_leaves_no_session(client: Client, idp: DemoIdp, provider: str) -> None:
    sign_up_with(client, provider)
    before = (Session.objects.count(), UserSession.objects.count())
    answer = bring(provider, idp.id_token(provider, FIRST[provider]))
    assert (answer.status_code, answer.cookies.output()) == (200, "")
    assert Program(answer.json()["access_token"])("GET", "/me").json()["name"] == "Nok"
    assert AppSignIn.objects.get().provider == provider
    assert (Session.objects.count(), UserSession.objects.count()) == before


@pytest.mark.parametrize("provider", ["line", "google"])
def test_somebody_without_an_account_and_a_token_that_is_not_believed_come_in_nowhere(
    client: Client, idp: DemoIdp, provider: str
) -> None:
    new = bring(provider, idp.id_token(provider, FIRST[provider]))
    assert (new.status_code, new.json()["code"]) == (401, "not_right")
    sign_up_with(client, provider)
    forged = bring(provider, idp.id_token(provider, FIRST[provider])[:-9])
    assert (forged.status_code, forged.json()["code"]) == (401, "not_right")
    assert not AppSignIn.objects.exists()
