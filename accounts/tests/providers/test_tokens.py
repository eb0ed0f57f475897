"""Tokens of LINE and Google: kept only where configured, encrypted, seen by their owner alone, refreshed when due."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import encryption, identity_tokens
from accounts.current import acting_as
from accounts.models import IdentityToken, User
from accounts.providers.refusals import Refused
from homelog.idp.server import DemoIdp
from homelog.idp.testing import go_through, played_by, sign_up_with

both = pytest.mark.parametrize("provider", ["line", "google"])
Owner = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def keeping(idp: DemoIdp) -> Iterator[DemoIdp]:
    """A site that keeps the tokens of both."""
    with played_by(idp, keeps_tokens=True):
        yield idp


def dump() -> str:
    """All that is stored of tokens and sessions, as the owner of the tables reads it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(t::text, '|'), '') FROM identity_token t")
        tokens = cursor.fetchone()[0]
        cursor.execute("SELECT coalesce(string_agg(session_data, '|'), '') FROM django_session")
        return str(tokens + cursor.fetchone()[0])


@both
def test_where_nothing_is_to_be_kept_nothing_is(client: Client, idp: DemoIdp, provider: str, owner: Owner) -> None:
    sign_up_with(client, provider)
    with owner():
        assert IdentityToken.objects.count() == 0


@both
def test_what_is_kept_is_encrypted_and_its_owner_can_use_it(
    client: Client, keeping: DemoIdp, provider: str, owner: Owner
) -> None:
    sign_up_with(client, provider)
    account = SocialAccount.objects.get()
    with owner():
        assert "AT-" not in dump()
        assert "RT-" not in dump()
        assert IdentityToken.objects.count() == 1
    with acting_as(account.user):
        kept = IdentityToken.objects.get()
        assert (kept.access_token[:3], kept.refresh_token[:3]) == ("AT-", "RT-")
        assert identity_tokens.access_token(account) == kept.access_token


@both
def test_while_a_sign_up_waits_the_session_holds_no_token_in_clear(
    client: Client, keeping: DemoIdp, provider: str
) -> None:
    go_through(client, provider)
    waiting = client.session["socialaccount_sociallogin"]["token"]
    assert encryption.decrypt(waiting["token"]).startswith("AT-")
    assert "AT-" not in str(dict(client.session))
    assert "RT-" not in str(dict(client.session))


def test_nobody_else_sees_a_token_not_even_staff(client: Client, keeping: DemoIdp, charlie: User, owner: Owner) -> None:
    sign_up_with(client, "line")
    for who in (charlie, None):
        with acting_as(who):
            assert IdentityToken.objects.count() == 0
            assert IdentityToken.objects.update(access_token="mine") == 0
            assert IdentityToken.objects.all().delete()[0] == 0
    with owner(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE homelog_staff")
        cursor.execute("SELECT count(*) FROM identity_token")
        assert cursor.fetchone()[0] == 0
        cursor.execute("RESET ROLE")


def test_a_token_that_is_due_is_refreshed(client: Client, keeping: DemoIdp) -> None:
    sign_up_with(client, "google")
    account = SocialAccount.objects.get()
    with acting_as(account.user):
        first = IdentityToken.objects.get().access_token
        with time_machine.travel(timezone.now() + timedelta(hours=2)):
            second = identity_tokens.access_token(account)
            assert second not in (None, first)
            assert identity_tokens.access_token(account) == second


def test_a_refresh_that_the_provider_declines_leaves_no_token(client: Client, keeping: DemoIdp) -> None:
    sign_up_with(client, "line")
    account = SocialAccount.objects.get()
    keeping.reset("token: 400")
    with acting_as(account.user), time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert identity_tokens.access_token(account) is None
        assert IdentityToken.objects.count() == 0


def test_a_token_is_due_a_minute_before_its_end(client: Client, keeping: DemoIdp) -> None:
    sign_up_with(client, "google")
    account = SocialAccount.objects.get()
    with acting_as(account.user):
        kept = IdentityToken.objects.get()
        assert kept.expires_at is not None
        due = kept.expires_at - identity_tokens.DUE
        with time_machine.travel(due - timedelta(milliseconds=1), tick=False):
            assert identity_tokens.access_token(account) == kept.access_token
        with time_machine.travel(due, tick=False):
            assert identity_tokens.access_token(account) not in (None, kept.access_token)
        assert IdentityToken.objects.get().refresh_token == kept.refresh_token


def test_each_identity_of_a_person_has_its_own_token(client: Client, keeping: DemoIdp) -> None:
    sign_up_with(client, "google")
    account = SocialAccount.objects.get()
    other = SocialAccount.objects.create(user=account.user, provider="line", uid="U9")
    with acting_as(account.user):
        IdentityToken.objects.create(account_id=other.pk, access_token="AT-of-line")
        assert identity_tokens.access_token(other) == "AT-of-line"
        assert (identity_tokens.access_token(account) or "").startswith("AT-")
        assert identity_tokens.access_token(account) != "AT-of-line"


def test_a_provider_that_is_silent_loses_nobody_their_token(client: Client, keeping: DemoIdp) -> None:
    sign_up_with(client, "line")
    account = SocialAccount.objects.get()
    keeping.reset("token: 500")
    with acting_as(account.user), time_machine.travel(timezone.now() + timedelta(hours=2)):
        with pytest.raises(Refused) as refused:
            identity_tokens.access_token(account)
        assert refused.value.reason == "unreachable"
        assert IdentityToken.objects.count() == 1


@pytest.mark.parametrize(
    "answer", [{"access_token": "AT-2"}, {"expires_in": 60}, {"access_token": 7, "expires_in": 60}]
)
def test_a_refresh_that_makes_no_sense_leaves_no_token(
    client: Client, keeping: DemoIdp, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    sign_up_with(client, "line")
    account = SocialAccount.objects.get()
    monkeypatch.setattr(keeping, "_refreshed", lambda fields: answer)
    with acting_as(account.user), time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert identity_tokens.access_token(account) is None
        assert IdentityToken.objects.count() == 0


@pytest.mark.parametrize(("new", "kept"), [("RT-2", "RT-2"), ("", "RT-1"), (7, "RT-1"), (None, "RT-1")])
def test_a_refresh_may_bring_another_refresh_token(
    client: Client, keeping: DemoIdp, monkeypatch: pytest.MonkeyPatch, new: object, kept: str
) -> None:
    sign_up_with(client, "line")
    account = SocialAccount.objects.get()
    told = {"access_token": "AT-2", "expires_in": 60, "refresh_token": new}
    monkeypatch.setattr(keeping, "_refreshed", lambda fields: told)
    with acting_as(account.user), time_machine.travel(timezone.now() + timedelta(hours=2)):
        token = IdentityToken.objects.get()
        token.refresh_token = "RT-1"
        token.save()
        assert identity_tokens.access_token(account) == "AT-2"
        assert IdentityToken.objects.get().refresh_token == kept


def test_with_an_identity_its_token_goes(client: Client, keeping: DemoIdp, owner: Owner) -> None:
    sign_up_with(client, "line")
    with owner():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM socialaccount_socialaccount")
        assert IdentityToken.objects.count() == 0


def test_keys_are_changed_without_losing_what_they_hide(
    client: Client, keeping: DemoIdp, settings: Any, owner: Owner
) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.TOKEN_KEYS = [old]
    sign_up_with(client, "line")
    person = User.objects.get()
    Authenticator.objects.create(user=person, type="totp", data={"secret": encryption.encrypt("ABC")})
    settings.TOKEN_KEYS = [new, old]
    call_command("rotate_token_keys", verbosity=0)
    settings.TOKEN_KEYS, settings.SECRET_KEY = [new], "another-key-" * 5
    with acting_as(person):
        assert IdentityToken.objects.get().access_token.startswith("AT-")
    assert encryption.decrypt(Authenticator.objects.get().data["secret"]) == "ABC"


def test_what_no_key_opens_is_told_and_stays(client: Client, keeping: DemoIdp, settings: Any) -> None:
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    sign_up_with(client, "line")
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="1 could not be read"):
        call_command("rotate_token_keys", verbosity=0)
