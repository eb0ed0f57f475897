"""The second factor: setting one up, signing in with it, recovery codes, and staff who must have one."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from accounts import encryption
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import PASSWORD, make_user

PAGE = "/account/second-factor/"
NEW = f"{PAGE}totp/activate/"
CODES = f"{PAGE}recovery-codes/"


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> None:
    """No attempt of another test counts."""
    cache.clear()


def enter(client: Client, name: str = "alice") -> Any:
    """Sign in with the password."""
    return client.post("/account/login/", {"login": name, "password": PASSWORD})


def sure(client: Client) -> None:
    """Give the password once more."""
    client.post("/account/reauthenticate/", {"password": PASSWORD})


def code_of(secret: str) -> str:
    """What the app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def set_up(client: Client) -> str:
    """Alice signs in and sets up an app; its secret."""
    enter(client)
    sure(client)
    client.get(NEW)
    secret = str(client.session["mfa.totp.secret"])
    answer = client.post(NEW, {"code": code_of(secret)})
    assertRedirects(answer, CODES, fetch_redirect_response=False)
    return secret


def events(user: User) -> list[str]:
    """What the log has of her, apart from signing in."""
    found = AuditLog.objects.filter(details__person_id=user.pk).order_by("pk").values_list("event_type", flat=True)
    return [event for event in found if event not in {"create_person", "sign_in", "sign_out"}]


def test_an_app_is_set_up_and_asked_for_from_then_on(
    client: Client, transactional_db: None, alice: User, owner: Any
) -> None:
    secret = set_up(client)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert (secret in stored, encryption.decrypt(stored)) == (False, secret)
    elsewhere = Client()
    assertRedirects(enter(elsewhere), f"{PAGE}authenticate/")
    assert "_auth_user_id" not in elsewhere.session
    assertRedirects(elsewhere.get("/account/"), "/account/login/?next=/account/", fetch_redirect_response=False)
    elsewhere.post(f"{PAGE}authenticate/", {"code": "000000"})
    assert "_auth_user_id" not in elsewhere.session
    cache.clear()
    elsewhere.post(f"{PAGE}authenticate/", {"code": code_of(secret)})
    assert elsewhere.session["_auth_user_id"] == str(alice.pk)
    with owner():
        told = events(alice)
    assert sorted(told) == ["add_second_factor", "add_second_factor", "fail_second_factor"]
    assert [letter.subject for letter in mail.outbox] == ["An authenticator app was added"]


def test_the_page_has_its_code_as_part_of_it(client: Client, alice: User) -> None:
    enter(client)
    sure(client)
    page = client.get(NEW)
    assertContains(page, '<svg class="qr"')
    assertContains(page, "otpauth://totp/")
    assert "data:" not in page.text


def test_a_recovery_code_works_once(client: Client, transactional_db: None, alice: User, owner: Any) -> None:
    set_up(client)
    page = client.get(CODES)
    codes = page.context["unused_codes"]
    assert len(codes) == 10
    assertContains(page, f"<li>{codes[0]}</li>")
    for signs_in in (True, False):
        elsewhere = Client()
        enter(elsewhere)
        elsewhere.post(f"{PAGE}authenticate/", {"code": codes[0]})
        assert ("_auth_user_id" in elsewhere.session) is signs_in
    assert codes[0] not in client.get(f"{CODES}download/").text
    with owner():
        assert events(alice).count("show_recovery_codes") == 2


def test_new_codes_end_the_old_ones(client: Client, transactional_db: None, alice: User) -> None:
    set_up(client)
    old = client.get(CODES).context["unused_codes"]
    client.post(f"{CODES}generate/")
    assert set(client.get(CODES).context["unused_codes"]).isdisjoint(old)


def test_an_app_is_removed_with_its_codes(client: Client, transactional_db: None, alice: User, owner: Any) -> None:
    set_up(client)
    assertRedirects(client.post(f"{PAGE}totp/deactivate/"), PAGE)
    assert Authenticator.objects.count() == 0
    with owner():
        assert events(alice).count("remove_second_factor") == 2


@pytest.mark.parametrize("path", [NEW, f"{PAGE}webauthn/add/", f"{CODES}generate/"])
def test_what_is_delicate_asks_for_the_password_anew(client: Client, alice: User, path: str) -> None:
    enter(client)
    assertRedirects(client.get(path), f"/account/reauthenticate/?next={path}")


def test_somebody_without_an_address_sets_one_up(client: Client, transactional_db: None) -> None:
    make_user("alice", email="")
    set_up(client)
    assert (client.get(PAGE).status_code, mail.outbox) == (200, [])


def test_staff_without_a_second_factor_are_led_to_set_one_up(client: Client, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    client.force_login(make_user("sam", is_staff=True, is_superuser=True))
    assertRedirects(client.get("/admin/"), PAGE)
    assert client.post("/admin/accounts/user/add/", {}).status_code == 302
    assert client.get("/account/").status_code == 200


def test_staff_with_one_come_in(client: Client, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    sam = make_user("sam", is_staff=True, is_superuser=True)
    Authenticator.objects.create(user=sam, type="totp", data={"secret": encryption.encrypt("A")})
    client.force_login(sam)
    assert client.get("/admin/").status_code == 200


def test_django_admin_shows_no_secret(client: Client) -> None:
    sam = make_user("sam", is_staff=True, is_superuser=True)
    factor = Authenticator.objects.create(user=sam, type="totp", data={"secret": encryption.encrypt("A")})
    client.force_login(sam)
    for path in ("/admin/mfa/authenticator/", f"/admin/mfa/authenticator/{factor.pk}/change/"):
        answer = client.get(path)
        assert (answer.status_code, factor.data["secret"] in answer.text) == (200, False)
    assert client.get("/admin/socialaccount/socialaccount/").status_code == 200
    for path in ("/admin/socialaccount/socialapp/", "/admin/socialaccount/socialtoken/"):
        assert client.get(path).status_code == 404
