"""Coming in at the API, and staying in: what each refusal says, what is counted, what is noted of an app."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from time import time
from typing import Any

import jwt
import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.api import signing
from accounts.api.callers import READ
from accounts.api.sign_ins import AT_ONCE, NOTED_EVERY
from accounts.models import AppSignIn, User
from accounts.providers.refusals import sentence
from accounts.tests.api.calls import BOTH, Program, sign_in, tokens_of
from accounts.tests.api.test_frame import one_minute, problem  # noqa: F401 - a fixture
from accounts.tests.api.test_providers import bring
from accounts.tests.api.test_tokens import NOW, claims, forged, me, refresh
from accounts.tests.keys import Key
from accounts.tests.providers.conftest import *  # noqa: F403 - the server that plays both
from audit.models import AuditLog
from homelog.idp.server import DemoIdp
from homelog.idp.testing import FIRST, sign_up_with
from homelog.testing import make_user

pytestmark = pytest.mark.django_db
Owner = Callable[[], AbstractContextManager[None]]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> None:
    """No attempt of another test counts."""
    cache.clear()


def code_now() -> str:
    """What the app with SECRET shows."""
    return str(format_hotp_value(hotp_value(SECRET, int(time()) // 30)))


def ends() -> list[str]:
    """How sign-ins of apps ended, as the log has it."""
    found = AuditLog.objects.filter(event_type__in=["reuse_token", "sign_out"]).order_by("pk")
    return list(found.values_list("event_type", flat=True))


# By password


def test_who_guesses_passwords_waits_and_is_told_how_long(one_minute: None, alice: User) -> None:  # noqa: F811
    answers = [sign_in(alice, password="wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    problem(answers[-1], 429, "too_many")
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 900


def test_who_guesses_codes_waits_and_is_told_how_long(one_minute: None, alice: User) -> None:  # noqa: F811
    TOTP.activate(alice, SECRET)
    answers = [sign_in(alice, code=f"00000{number}") for number in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    problem(answers[-1], 429, "too_many")
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 900


def test_whose_second_factor_is_a_passkey_is_sent_to_the_browser(alice: User) -> None:
    about = {"name": "Key", "credential": Key(alice, verified=True).registered()}
    Authenticator.objects.create(user=alice, type=Authenticator.Type.WEBAUTHN, data=about)
    told = problem(sign_in(alice), 401, "second_factor_needed")
    assert told["detail"] == "Your second factor is a passkey. Make a key in the browser instead."


def test_a_sign_in_is_noted_however_long_the_name_of_the_app(alice: User) -> None:
    sent = {"username": "alice", "password": "quiet-copper-lantern-42"}
    with time_machine.travel(NOW, tick=False):
        answer = Program()("POST", "/auth/token", sent, headers={"User-Agent": "x" * 300 + "\0"})
    assert answer.status_code == 200
    assert AppSignIn.objects.get().user_agent == "x" * 200
    alice.refresh_from_db()
    assert alice.last_login == NOW


# By LINE and Google


def test_what_is_wrong_with_an_id_token_is_said(client: Client, idp: DemoIdp) -> None:
    token = idp.id_token("line", FIRST["line"])
    new = problem(bring("line", token), 401, "not_right")
    assert new["detail"] == "There is no account for this yet. Make one in the browser first."
    sign_up_with(client, "line")
    forged = problem(bring("line", token[:-9]), 401, "not_right")
    assert forged["detail"] == sentence("declined", "LINE")
    assert bring("line", token).status_code == 200


@pytest.fixture
def keys_from(owner: Owner) -> Iterator[Callable[[int], None]]:
    """Lets the next person have this key in the database."""
    sequence = """pg_get_serial_sequence('"user"', 'id')"""

    def begin(key: int) -> None:
        with owner(), connection.cursor() as cursor:
            cursor.execute(f"SELECT setval({sequence}, %s, false)", [key])

    with owner(), connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval({sequence})")
        (before,) = cursor.fetchone()
    yield begin
    begin(before)


def test_who_waits_for_a_second_factor_is_nobody_else_whatever_their_key_is(
    client: Client, idp: DemoIdp, keys_from: Callable[[int], None]
) -> None:
    keys_from(int("1000", 36))
    sign_up_with(client, "google")
    person = User.objects.get()
    keys_from(1000)
    other = make_user("other")
    assert (person.pk, other.pk) == (46_656, 1000)
    for each in (person, other):
        TOTP.activate(each, SECRET)
    token = idp.id_token("google", FIRST["google"])
    problem(bring("google", token), 401, "second_factor_needed")
    assert bring("google", token, code=code_now()).status_code == 200
    assert AppSignIn.objects.get().user == person


def test_a_second_factor_is_asked_for_beside_an_id_token(client: Client, idp: DemoIdp) -> None:
    sign_up_with(client, "google")
    TOTP.activate(User.objects.get(), SECRET)
    token = idp.id_token("google", FIRST["google"])
    problem(bring("google", token), 401, "second_factor_needed")
    assert not AppSignIn.objects.exists()
    assert bring("google", token, code=code_now()).status_code == 200


def test_an_account_that_is_switched_off_does_not_come_in_by_an_id_token(client: Client, idp: DemoIdp) -> None:
    sign_up_with(client, "line")
    User.objects.update(is_active=False)
    problem(bring("line", idp.id_token("line", FIRST["line"])), 401, "not_right")
    assert not AppSignIn.objects.exists()


def test_id_tokens_are_counted_like_passwords(idp: DemoIdp, one_minute: None, settings: Any) -> None:  # noqa: F811
    settings.API_SIGN_INS_PER_MINUTE = 3
    assert [bring("line", "x").status_code for _ in range(4)] == [401, 401, 401, 429]
    settings.API_SIGN_INS_PER_MINUTE = 1000
    answers = [bring("line", "x") for _ in range(30)]
    problem(answers[-1], 429, "too_many")
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


# What a token is good for


def test_only_a_bearer_is_a_caller(alice: User) -> None:
    token = tokens_of(alice).access_token
    for header in (f"Basic {token}", "Bearer", "Bearer  ", token):
        problem(Program()("GET", "/me", headers={"Authorization": header}), 401, "not_signed_in")
    assert Program()("GET", "/me", headers={"Authorization": f"bearer  {token}"}).status_code == 200


def test_a_token_reaches_no_further_than_its_sign_in(alice: User) -> None:
    token = tokens_of(alice, READ).access_token
    assert claims(token)["scope"] == READ
    sent = {"source": str(alice.public_id), "value": "1"}
    problem(Program(forged(token, scope=BOTH))("POST", "/ingest", sent), 403, "scope")


def test_each_token_belongs_to_its_own_sign_in(alice: User, bob: User) -> None:
    others, mine = tokens_of(bob), tokens_of(alice)
    again = refresh(mine.refresh_token).json()
    assert claims(again["access_token"])["sub"] == str(alice.public_id)
    assert Program(others.access_token)("GET", "/me").json()["name"] == "Bob"
    assert refresh(others.refresh_token).status_code == 200


def test_a_token_from_a_clock_that_is_ahead_counts(alice: User) -> None:
    with time_machine.travel(datetime.now(tz=UTC) + timedelta(minutes=2)):
        token = tokens_of(alice).access_token
    assert me(token)[0] == 200


def test_nobody_signs_with_an_empty_key(alice: User) -> None:
    token = tokens_of(alice).access_token
    algorithm = jwt.get_algorithm_by_name("HS256")
    head = jwt.utils.base64url_encode(b'{"alg":"HS256","typ":"JWT","kid":"none of ours"}')
    signed = head + b"." + token.split(".")[1].encode()
    made = signed + b"." + jwt.utils.base64url_encode(algorithm.sign(signed, b""))
    with pytest.raises(signing.NotOurs):
        signing.read("access", made.decode())


def test_the_same_refresh_token_twice_at_once_ends_nothing_but_later_it_is_told(alice: User, owner: Owner) -> None:
    with time_machine.travel(NOW, tick=False):
        first = tokens_of(alice)
        second = refresh(first.refresh_token).json()
    with time_machine.travel(NOW + AT_ONCE - timedelta(milliseconds=1), tick=False):
        told = problem(refresh(first.refresh_token), 401, "token_reused")
        assert told["detail"] == "Another request used this refresh token just now. Use its answer."
        assert me(second["access_token"])[0] == 200
    with time_machine.travel(NOW + AT_ONCE, tick=False):
        problem(refresh(first.refresh_token), 401, "token_reused")
        assert me(second["access_token"]) == (401, "token_ended")
    with owner():
        assert ends() == ["reuse_token"]


def test_signing_out_is_in_the_log(alice: User, owner: Owner) -> None:
    assert Program(tokens_of(alice).access_token)("POST", "/auth/sign-out").status_code == 204
    with owner():
        assert ends() == ["sign_out"]


def test_when_an_app_was_last_used_is_noted_every_ten_minutes(alice: User, bob: User) -> None:
    def last() -> list[datetime]:
        return list(AppSignIn.objects.order_by("pk").values_list("last_used_at", flat=True))

    with time_machine.travel(NOW, tick=False):
        token, _other = tokens_of(alice).access_token, tokens_of(bob)
    with time_machine.travel(NOW + NOTED_EVERY, tick=False):
        assert me(token)[0] == 200
        assert last() == [NOW, NOW]
    later = NOW + NOTED_EVERY + timedelta(seconds=1)
    with time_machine.travel(later, tick=False):
        assert me(token)[0] == 200
    assert last() == [later, NOW]
