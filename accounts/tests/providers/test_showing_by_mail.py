"""Who came with LINE or Google alone may have a code sent to their confirmed address, to show that it is them."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.tests.pages import the_code
from homelog.idp.server import DemoIdp
from homelog.idp.testing import show_again, sign_up_with

PAGE = "/account/reauthenticate/again/"
BY_MAIL = "/account/reauthenticate/code/"
KEYS = "/account/keys/"


def mailed(client: Client) -> str:
    """Nok, of LINE, with a confirmed address, has a code sent; it."""
    sign_up_with(client, "line", email="nok@example.com")
    client.post("/account/confirm-email/", {"code": the_code()})
    assert EmailAddress.objects.get().verified
    mail.outbox.clear()
    page = client.get(f"{PAGE}?next={KEYS}")
    assertContains(page, f'href="{BY_MAIL}?next=%2Faccount%2Fkeys%2F"')
    assertContains(client.get(f"{BY_MAIL}?next={KEYS}"), "Send a code to nok@example.com")
    sent = client.post(BY_MAIL, {"recipient": "nok@example.com", "next": KEYS})
    assertRedirects(sent, f"{BY_MAIL}confirm/?next=%2Faccount%2Fkeys%2F")
    assert [letter.to for letter in mail.outbox] == [["nok@example.com"]]
    return the_code()


def test_a_code_by_mail_is_another_way(client: Client, idp: DemoIdp) -> None:
    code = mailed(client)
    assertRedirects(client.post(f"{BY_MAIL}confirm/", {"code": code, "next": KEYS}), KEYS)
    assert client.get(KEYS).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert client.get(KEYS).status_code == 302


def test_a_code_that_is_guessed_ends_after_three_tries(client: Client, idp: DemoIdp) -> None:
    code = mailed(client)
    answers = [client.post(f"{BY_MAIL}confirm/", {"code": "AAAA-AAAA"}).status_code for _ in range(3)]
    assert answers == [422, 422, 302]
    client.post(f"{BY_MAIL}confirm/", {"code": code})
    assert client.get(KEYS).status_code == 302


def test_a_code_is_too_old_after_ten_minutes(client: Client, idp: DemoIdp) -> None:
    code = mailed(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        client.post(f"{BY_MAIL}confirm/", {"code": code})
        assert client.get(KEYS).status_code == 302


@pytest.mark.parametrize("address", ["ploy@example.com", "", "nok@example.com,ploy@example.com"])
def test_a_code_is_sent_to_no_other_address(client: Client, idp: DemoIdp, address: str) -> None:
    mailed(client)
    assert client.post(BY_MAIL, {"recipient": address}).status_code == 422
    assert len(mail.outbox) == 1


def test_codes_are_sent_three_times_a_minute(client: Client, idp: DemoIdp) -> None:
    mailed(client)
    answers = [client.post(BY_MAIL, {"recipient": "nok@example.com"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert len(mail.outbox) == 3
    assertContains(answers[-1], "too many attempts", status_code=429)


def test_an_address_that_is_not_confirmed_gets_no_code(client: Client, idp: DemoIdp) -> None:
    sign_up_with(client, "line", email="")
    show_again(client, "line")
    client.post("/account/email/", {"email": "nok@example.com", "action_add": ""})
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assertNotContains(client.get(f"{PAGE}?next={KEYS}"), BY_MAIL)
        assert client.get(BY_MAIL).headers["Location"] == PAGE
