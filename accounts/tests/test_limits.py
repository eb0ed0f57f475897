"""Where failed sign-ins are counted, and that no attempt at the same instant escapes."""

from datetime import UTC, datetime, timedelta

import time_machine
from django.core.cache import cache
from django.test import Client

from accounts.tests.pages import sign_in
from homelog.testing import at_once, make_user

AT_ONCE = 7


def test_many_other_counts_push_none_out(db: None) -> None:
    names = [f"count-{number}" for number in range(400)]
    for name in names:
        cache.set(name, [1])
    assert sorted(cache.get_many(names)) == sorted(names)


def test_who_is_refused_is_told_how_long_until_the_oldest_attempt_counts_no_more(db: None) -> None:
    make_user("alice")
    start = datetime(2026, 5, 1, 12, tzinfo=UTC)
    for minute in range(5):
        with time_machine.travel(start + timedelta(minutes=minute), tick=False):
            assert sign_in(Client(), "alice", "not-the-password-1").status_code == 422
    for minute, told in ((4, "660"), (10, "300"), (14, "60")):
        with time_machine.travel(start + timedelta(minutes=minute), tick=False):
            refused = sign_in(Client(), "alice", "not-the-password-1")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, told)


def test_of_attempts_at_the_same_instant_no_more_are_let_through(transactional_db: None) -> None:
    """Each as from a process of its own: a connection to the database and nothing else in common."""
    make_user("alice")

    def attempt(number: int) -> int:
        return sign_in(Client(REMOTE_ADDR=f"10.0.0.{number}"), "alice", "not-the-password-1").status_code

    assert sorted(at_once(AT_ONCE, attempt)) == [422] * 5 + [429] * 2


def test_wrong_passwords_are_counted_together_by_whatever_port_the_site_is_named(db: None) -> None:
    make_user("alice")
    ports = [Client(headers={"host": f"testserver:{8000 + number}"}) for number in range(6)]
    answers = [sign_in(client, "alice", "not-the-password-1").status_code for client in ports]
    assert answers == [422] * 5 + [429]
