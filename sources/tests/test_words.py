"""The word to those who belonged to a home that somebody else deleted: none is lost where two come at once."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home, make_user
from sources.models import Home
from sources.words import taken_by, tell_of_deletion

WAITING = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_blocking_pids(pid) @> ARRAY[pg_backend_pid()])"

BOTH = ["Alice deleted the home Home of Alice", "Bob deleted the home Home of Bob"]


@pytest.fixture
def two(transactional_db: None) -> tuple[User, list[Home]]:
    """Dan, who belongs to a home of Alice and to one of Bob."""
    dan, homes = make_user("dan"), []
    for person in (make_user("alice"), make_user("bob")):
        home = make_home(person, f"Home of {person.display_name}")
        with acting_as(person):
            home.members.create(user=dan, level="read", granted_by=person)
        homes.append(home)
    return dan, homes


def beside(work: Callable[[], object]) -> threading.Thread:
    """Do it in a transaction of its own, until it is done or waits for this one."""

    def do() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=do)
    thread.start()
    with connection.cursor() as cursor:
        while thread.is_alive():
            cursor.execute(WAITING)
            if cursor.fetchone() == (True,):
                break
            time.sleep(0.01)
    return thread


def delete(home: Home) -> None:
    with acting_as(home.created_by):
        tell_of_deletion(home)


def told(person: User) -> list[str]:
    with acting_as(person):
        return [word.partition(" on ")[0] for word in taken_by(person)]


def test_of_two_homes_that_are_deleted_at_once_both_are_told(two: tuple[User, list[Home]]) -> None:
    dan, (first, second) = two
    with acting_as(first.created_by):
        tell_of_deletion(first)
        other = beside(lambda: delete(second))
    other.join()
    assert told(dan) == BOTH
    assert told(dan) == []


def test_a_word_that_comes_while_the_others_are_read_waits_for_the_next_visit(two: tuple[User, list[Home]]) -> None:
    dan, (first, second) = two
    delete(first)
    seen: list[list[str]] = []
    with acting_as(second.created_by):
        tell_of_deletion(second)
        other = beside(lambda: seen.append(told(dan)))
    other.join()
    assert sorted([*seen[0], *told(dan)]) == [
        "Alice deleted the home Home of Alice",
        "Bob deleted the home Home of Bob",
    ]
