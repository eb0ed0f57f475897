"""What a session cookie may say."""

from unittest.mock import Mock

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import Client

from accounts.models import User
from accounts.session_store import SessionStore
from accounts.sessions import DAY


@pytest.mark.parametrize("key", [r'"\000aaaaaaaaaaaaaaaaaaa"', "x", "a" * 4000, '"' + "a" * 31 + r'\000"'])
def test_a_key_that_no_session_can_have_is_taken_for_none(db: None, key: str) -> None:
    answer = Client(headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={key}"}).get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/")


def test_the_key_of_a_visitor_is_not_kept_at_sign_in(client: Client, alice: User) -> None:
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    client.force_login(alice)
    assert client.session.session_key != before
    assert client.get("/account/").status_code == 200


def test_a_database_that_is_gone_is_no_deleted_session(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(alice)
    session = client.session
    session[DAY] = 0  # long ago, so that the next visit is noted
    session.save()
    monkeypatch.setattr(Session, "save", Mock(side_effect=OperationalError("the connection is lost")))
    client.raise_request_exception = False
    assert client.get("/account/").status_code == 503


def test_a_deleted_session_stays_deleted(client: Client, alice: User) -> None:
    client.force_login(alice)
    store = SessionStore(client.session.session_key)
    store["seen"] = 1
    client.session.delete(store.session_key)
    with pytest.raises(UpdateError):
        store.save()


def test_keys_of_sessions_are_long_by_chance_and_never_the_same(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {SessionStore()._get_new_session_key() for _ in range(50)}  # type: ignore[attr-defined]
    assert (len(keys), {len(key) for key in keys}) == (50, {32})
    monkeypatch.setattr(
        "django.utils.crypto.secrets.choice", lambda letters: letters[0]
    )  # the operating system's chance
    assert SessionStore()._get_new_session_key() == 32 * "a"  # type: ignore[attr-defined]
