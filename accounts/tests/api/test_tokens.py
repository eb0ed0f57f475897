"""The tokens of apps: what is in them, how they are renewed, and everything that ends them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from accounts import devices
from accounts.api import signing
from accounts.api.callers import READ
from accounts.current import acting_as
from accounts.models import AppSignIn, User
from accounts.tests.api.calls import BOTH, Program, program_of, sign_in, tokens_of
from audit.models import AuditLog
from homelog.testing import at_once, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def claims(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def me(token: str) -> tuple[int, str]:
    answer = Program(token)("GET", "/me")
    return answer.status_code, answer.json().get("code", "")


def refresh(token: str) -> Any:
    return Program()("POST", "/auth/refresh", {"refresh_token": token})


def forged(token: str, **changed: Any) -> str:
    """The same token, signed with our key, but for some claims; None takes one away."""
    told = {name: value for name, value in {**claims(token), **changed}.items() if value is not None}
    ((name, key), *_) = signing._keys().items()
    return jwt.encode(told, key, algorithm="HS256", headers={"kid": name})


def test_a_password_brings_two_tokens_with_what_they_are_for(alice: User, settings: Any) -> None:
    with time_machine.travel(NOW, tick=False):
        answer = sign_in(alice)
    told = answer.json()
    assert (answer.status_code, answer.cookies.output()) == (200, "")
    assert (told["expires_in"], told["refresh_expires_in"], told["scope"]) == (3600, 604800, BOTH)
    found, again = claims(told["access_token"]), claims(told["refresh_token"])
    at = int(NOW.timestamp())
    assert (found["exp"] - at, again["exp"] - at, found["auth_time"], found["iat"]) == (3600, 604800, at, at)
    assert (found["sub"], found["auth_provider"], found["scope"]) == (str(alice.public_id), "local", BOTH)
    assert (found["iss"], found["aud"], found["typ"]) == (settings.API_ISSUER, "homelog-api", "access")
    with acting_as(alice):
        assert AuditLog.objects.filter(event_type="sign_in", actor_id=alice.pk).get().details["way"] == "app"


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(alice: User) -> None:
    wrong, unknown = sign_in(alice, password="x"), Program()("POST", "/auth/token", {"username": "q", "password": "x"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "not_right")
    assert wrong.json() == unknown.json()
    assert not AppSignIn.objects.exists()


def test_whoever_has_a_second_factor_is_asked_for_it(alice: User) -> None:
    totp = TOTP.activate(alice, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert sign_in(alice).json()["code"] == "second_factor_needed"
    assert sign_in(alice, code="000000").json()["code"] == "not_right"
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", counter))
    assert totp.instance.user_id == alice.pk
    assert sign_in(alice, code=code).status_code == 200


def test_an_address_that_is_not_confirmed_does_not_come_in(alice: User, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    alice.emailaddress_set.update(verified=False)  # type: ignore[attr-defined]
    assert sign_in(alice).json()["code"] == "forbidden"


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another"},
        {"iss": "https://elsewhere.example"},
        {"typ": "refresh"},
        {"sub": "7"},
        {"sub": "01a21941-b741-7d20-8ca5-aa6e944ff8f1"},
        {"sid": None},
        {"exp": None},
        {"jti": None},
        {"exp": 1},
    ],
    ids=str,
)
def test_a_token_of_ours_that_is_for_something_else_is_refused(alice: User, changed: dict[str, Any]) -> None:
    token = tokens_of(alice).access_token
    assert me(forged(token))[0] == 200
    assert me(forged(token, **changed))[0] == 401


def test_a_token_with_another_key_or_none_is_refused(alice: User) -> None:
    token = tokens_of(alice).access_token
    kid = {"kid": jwt.get_unverified_header(token)["kid"]}
    for bad in (
        jwt.encode(claims(token), "another key, long enough to be taken", algorithm="HS256", headers=kid),
        jwt.encode(claims(token), "", algorithm="none", headers=kid),
        jwt.encode(claims(token), "another key, long enough to be taken", algorithm="HS256"),
        token[:-3],
        "not.a.token",
        "\u00e9",
    ):
        assert me(bad) == (401, "token_invalid")


def test_keys_are_changed_without_signing_anybody_out(alice: User, settings: Any) -> None:
    old, new = "o" * 40, "n" * 40
    settings.API_SIGNING_KEYS = [old]
    before = tokens_of(alice).access_token
    settings.API_SIGNING_KEYS = [new, old]
    after = tokens_of(alice).access_token
    assert jwt.get_unverified_header(before)["kid"] != jwt.get_unverified_header(after)["kid"]
    assert (me(before)[0], me(after)[0]) == (200, 200)
    settings.API_SIGNING_KEYS = [new]
    assert (me(before), me(after)[0]) == ((401, "token_invalid"), 200)


def test_an_access_token_is_over_after_an_hour_and_a_refresh_token_after_seven_days(alice: User) -> None:
    with time_machine.travel(NOW, tick=False):
        tokens = tokens_of(alice)
    with time_machine.travel(NOW + timedelta(minutes=59), tick=False):
        assert me(tokens.access_token)[0] == 200
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert me(tokens.access_token) == (401, "token_expired")
    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        assert refresh(tokens.refresh_token).json()["code"] == "token_expired"
    with time_machine.travel(NOW + timedelta(days=6, hours=23), tick=False):
        again = refresh(tokens.refresh_token).json()
        assert claims(again["access_token"])["auth_time"] == int(NOW.timestamp())
        assert me(again["access_token"])[0] == 200


def test_who_refreshes_every_week_signs_in_anew_after_half_a_year(alice: User) -> None:
    with time_machine.travel(NOW, tick=False):
        token = tokens_of(alice).refresh_token
    for days in range(6, 180, 6):
        with time_machine.travel(NOW + timedelta(days=days), tick=False):
            again = refresh(token).json()
            token = again["refresh_token"]
    with time_machine.travel(NOW + timedelta(days=180), tick=False):
        assert refresh(token).json()["code"] == "token_ended"


def test_a_refresh_token_that_comes_again_ends_its_sign_in(alice: User) -> None:
    with time_machine.travel(NOW, tick=False):
        first = tokens_of(alice)
        second = refresh(first.refresh_token).json()
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert refresh(first.refresh_token).json()["code"] == "token_reused"
        assert me(second["access_token"]) == (401, "token_ended")
        assert refresh(second["refresh_token"]).json()["code"] == "token_ended"
    assert not AppSignIn.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_six_that_refresh_at_once_one_wins_and_lives_on() -> None:
    tokens = tokens_of(make_user("alice"))
    answers = at_once(6, lambda _number: refresh(tokens.refresh_token).json())
    won = [answer for answer in answers if "access_token" in answer]
    assert (len(won), [each["code"] for each in answers if each not in won]) == (1, ["token_reused"] * 5)
    assert me(won[0]["access_token"])[0] == 200


def test_signing_out_ends_both(alice: User) -> None:
    tokens = tokens_of(alice)
    assert Program(tokens.access_token)("POST", "/auth/sign-out").status_code == 204
    assert me(tokens.access_token) == (401, "token_ended")
    assert refresh(tokens.refresh_token).json()["code"] == "token_ended"


def test_a_new_password_and_a_switched_off_account_end_both(alice: User, bob: User) -> None:
    tokens, others = tokens_of(alice), tokens_of(bob)
    alice.set_password("another-quiet-lantern-9")
    alice.save()
    bob.is_active = False
    bob.save()
    for each in (tokens, others):
        assert me(each.access_token) == (401, "token_ended")
        assert refresh(each.refresh_token).json()["code"] == "token_ended"


def test_the_page_of_devices_knows_apps_and_ends_them(alice: User, client: Client) -> None:
    tokens = tokens_of(alice)
    client.force_login(alice)
    (app,) = [each for each in devices.devices_of(alice, None) if each.is_app]
    assert "An app" in client.get("/account/devices/").text
    client.post("/account/devices/", {"device": app.mark})
    assert me(tokens.access_token) == (401, "token_ended")


def test_a_token_can_be_asked_for_reading_alone(alice: User) -> None:
    assert sign_in(alice, scope=READ).json()["scope"] == READ
    assert sign_in(alice, scope="everything").json()["code"] == "invalid"
    assert program_of(alice, READ)("POST", "/auth/sign-out").status_code == 204
