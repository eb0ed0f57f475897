"""The second factor: setting one up, signing in with it, recovery codes, and staff who must have one."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts import encryption, second_factor_forms
from accounts.models import User
from accounts.tests.pages import NEW as NEW_ONE
from accounts.tests.pages import opened, show_by_mail, the_link
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


def code_of(secret: str, later: int = 0) -> str:
    """What the app shows now, or some half minutes later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later)))


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


def test_a_code_counts_once_as_long_as_clocks_may_differ(
    client: Client, transactional_db: None, alice: User, owner: Any
) -> None:
    secret = set_up(client)
    code = code_of(secret, later=1)
    first, second, third = Client(), Client(), Client()
    enter(first)
    first.post(f"{PAGE}authenticate/", {"code": code})
    assert first.session["_auth_user_id"] == str(alice.pk)
    # Ours alone must be enough: it also has the code of the set-up, which allauth takes once more.
    cache.delete(f"allauth.mfa.totp.used?user={alice.pk}&code={code}")
    enter(second)
    answer = second.post(f"{PAGE}authenticate/", {"code": f"{code[:3]} {code[3:]}"})
    assert (answer.status_code, "_auth_user_id" in second.session) == (422, False)
    assertContains(answer, "That is not right", status_code=422)
    # The one with which the app was set up was used as well, and the log has both refusals.
    enter(third)
    assert third.post(f"{PAGE}authenticate/", {"code": code_of(secret)}).status_code == 422
    with owner():
        assert events(alice).count("fail_second_factor") == 2


@pytest.mark.parametrize("path", [NEW, f"{PAGE}authenticate/"])
def test_a_wrong_code_is_refused_with_its_status(
    client: Client, transactional_db: None, alice: User, path: str
) -> None:
    if path == NEW:
        enter(client)
        sure(client)
        client.get(NEW)
    else:
        set_up(Client())
        enter(client)
    answer = client.post(path, {"code": "000000"})
    assertContains(answer, "That is not right", status_code=422)
    assert Authenticator.objects.filter(type="totp").exists() is (path != NEW)


def test_guessing_codes_is_limited(client: Client, transactional_db: None, alice: User) -> None:
    set_up(Client())
    enter(client)
    answers = [client.post(f"{PAGE}authenticate/", {"code": f"00000{number}"}) for number in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 900
    assertContains(answers[-1], "There were too many attempts in a short time.", status_code=429)


def test_a_mail_server_that_is_down_does_not_break_what_is_done(
    client: Client, transactional_db: None, alice: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    set_up(client)
    assert Authenticator.objects.filter(user=alice, type="totp").exists()
    assert "A notification was not sent" in caplog.text
    assert client.get(CODES).status_code == 200


def test_a_new_password_by_mail_leaves_the_second_factor(client: Client, transactional_db: None, alice: User) -> None:
    secret = set_up(Client())
    client.post("/account/password/reset/", {"email": "alice@example.com"})
    form = opened(client, the_link()).redirect_chain[-1][0]
    client.post(form, {"password1": NEW_ONE, "password2": NEW_ONE})
    assert "_auth_user_id" not in client.session
    entered = client.post("/account/login/", {"login": "alice", "password": NEW_ONE})
    assertRedirects(entered, f"{PAGE}authenticate/", fetch_redirect_response=False)
    assert "_auth_user_id" not in client.session
    client.post(f"{PAGE}authenticate/", {"code": code_of(secret, 1)})
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_who_has_no_password_sees_the_recovery_codes_right_after_setting_up(
    client: Client, transactional_db: None, alice: User
) -> None:
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    show_by_mail(client, "alice@example.com")
    client.get(NEW)
    answer = client.post(NEW, {"code": code_of(str(client.session["mfa.totp.secret"]))}, follow=True)
    assert answer.redirect_chain == [(CODES, 302)]
    assert len(answer.context["unused_codes"]) == 10


def test_a_passkey_is_offered_to_who_has_one(client: Client, transactional_db: None, alice: User) -> None:
    set_up(Client())
    enter(client)
    assertNotContains(client.get(f"{PAGE}authenticate/"), "Use a passkey")
    Authenticator.objects.create(user=alice, type="webauthn", data={"name": "Key", "credential": {}})
    form = second_factor_forms.AuthenticateForm(user=alice)
    assert form.has_passkey()
