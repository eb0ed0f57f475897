"""No address that the site hands out has a secret in path or query, and none that it has takes one (ASVS 14.2.1)."""

import re
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.urls import resolve, reverse

from accounts.models import User
from accounts.tests.api.calls import Program, program_of, tokens_of
from accounts.tests.pages import sign_up
from homelog.testing import PASSWORD
from homelog.tests.matrix.addresses import addresses
from homelog.watching.logs import KEY
from sources.models import DataSource

pytestmark = pytest.mark.django_db

LEAD_ON = {"accounts:reset_link", "sources:invitation_link"}
"""Links of before: they lead to the page of the key, with the key behind "#", and do nothing else."""
NO_SECRETS = {"public_id", "year", "pk", "uidb36"}
"""Keys of addresses that are no secrets: what they name is looked after by rights."""


def links(text: str) -> list[str]:
    """The addresses of this site in a mail or a page."""
    return re.findall(r"http://testserver[^\s\"<]*", text)


def told(link: str) -> str:
    """As much of an address as a browser sends."""
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def test_no_mail_and_no_page_hands_out_an_address_with_a_key_that_is_sent(
    client: Client, source: DataSource, alice: User
) -> None:
    client.force_login(alice)
    here = reverse("sources:source_sharing", args=[source.public_id])
    client.post(here, {"level": "read", "email": "dora@example.com"})
    client.post(here, {"level": "read", "email": ""})
    page = client.get(here).text
    by_api = program_of(alice)("POST", f"/sources/{source.public_id}/invitations", {"level": "read"}).json()["link"]
    visitor = Client()
    visitor.post("/account/password/reset/", {"email": "alice@example.com"})
    sign_up(visitor, email="alice@example.com")
    sign_up(Client(), email="eve@example.com")
    found = [*links(page), by_api, *(each for letter in mail.outbox for each in links(str(letter.body)))]
    keys = [urlsplit(each).fragment for each in found]
    assert [len(key) > 30 for key in keys] == [True, True, True, True, False]
    assert [told(each) for each in found] == [
        *["/invitation/"] * 3,
        "/account/password/reset/key/",
        "/account/password/reset/",
    ]
    for text in (page, *(str(letter.body) for letter in mail.outbox)):
        assert [each for each in links(text) if KEY.search(told(each))] == []


def test_the_only_addresses_that_take_anything_but_a_public_number_are_links_of_before() -> None:
    odd = {
        name
        for name, names in addresses()
        if any(each not in NO_SECRETS and not each.endswith("_id") for each in names)
    }
    assert odd == {*LEAD_ON, "account_reset_password_from_key"}
    # allauth's page is reached with the one word that stands for the key in the session, and not with a key.
    assert resolve("/account/password/reset/key/1-set-password/").url_name == "account_reset_password_from_key"
    for key in ("1-cs8a7b-0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e", "1-set-passwords", "set-password"):
        assert resolve(f"/account/password/reset/key/{key}/").view_name == "accounts:reset_link"


def test_a_secret_in_a_query_opens_nothing(client: Client, alice: User, settings: Any) -> None:
    settings.METRICS_TOKEN = metrics = "a token of some length"
    client.force_login(alice)
    session, token = client.cookies["sessionid"].value, tokens_of(alice).access_token
    assert Program(token)("GET", "/me").status_code == 200
    visitor = Client()
    for name in ("token", "access_token", "authorization", "key", "sessionid"):
        for secret in (session, token, metrics, f"Bearer {token}", f"Bearer {metrics}"):
            query = urlencode({name: secret})
            assert visitor.get(f"/account/?{query}").status_code == 302
            assert visitor.get(f"/api/v1/me?{query}").status_code == 401
            assert visitor.get(f"/metrics?{query}").status_code == 401
    assert visitor.post(f"/account/login/?login=alice&password={PASSWORD}", {}).status_code == 422
    assert visitor.post(f"/api/v1/auth/token?username=alice&password={PASSWORD}").status_code >= 400
