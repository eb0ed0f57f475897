"""Tests of sources/access.py and sources/querysets.py: who gets a source or a home, and at which level."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone as clock

from accounts.current import acting_as
from accounts.ids import uuid7
from accounts.models import User
from homelog.testing import make_home, make_source, share
from sources.access import (
    Person,
    home_for_admin,
    home_for_read,
    source_for,
    source_for_admin,
    source_for_read,
    source_for_write,
)
from sources.levels import Level
from sources.models import DataSource, Home

FETCH: dict[str, Callable[[Person, UUID], DataSource]] = {
    "read": source_for_read,
    "write": source_for_write,
    "admin": source_for_admin,
}


def answers(user: Person, source: DataSource) -> dict[str, str]:
    """What each way to fetch `source` answers to `user`."""
    found = {}
    for name, fetch in FETCH.items():
        try:
            fetch(user, source.public_id)
            found[name] = "given"
        except Http404 as error:
            found[name] = str(error)
        except PermissionDenied as error:
            found[name] = str(error)
    return found


NOT_FOUND = "There is no such source, or it is not shared with you."
REFUSED = "You may see this source, but not change this. Ask its owner for more rights."


def test_the_owner_gets_the_source_for_everything(source: DataSource, alice: User) -> None:
    with acting_as(alice):
        assert answers(alice, source) == dict.fromkeys(FETCH, "given")
        assert source_for_read(alice, source.public_id).level == Level.OWNER


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("read", {"read": "given", "write": REFUSED, "admin": REFUSED}),
        ("write", {"read": "given", "write": "given", "admin": REFUSED}),
        ("admin", {"read": "given", "write": "given", "admin": "given"}),
    ],
)
def test_a_share_and_a_membership_give_the_same(
    level: str, expected: dict[str, str], source: DataSource, home: Home, alice: User, bob: User, charlie: User
) -> None:
    share(source, bob, level)
    with acting_as(alice):
        home.members.create(user=charlie, level=level, granted_by=alice)
    for person in (bob, charlie):
        with acting_as(person):
            assert answers(person, source) == expected


@pytest.mark.parametrize(
    ("by_share", "by_home", "level"), [("read", "write", Level.WRITE), ("admin", "read", Level.ADMIN)]
)
def test_the_greater_of_share_and_membership_counts(
    by_share: str, by_home: str, level: Level, source: DataSource, home: Home, alice: User, bob: User
) -> None:
    share(source, bob, by_share)
    with acting_as(alice):
        home.members.create(user=bob, level=by_home, granted_by=alice)
    with acting_as(bob):
        assert source_for_read(bob, source.public_id).level == level


def test_a_stranger_and_a_visitor_find_nothing(source: DataSource, charlie: User) -> None:
    visitor = AnonymousUser()
    with acting_as(charlie):
        assert answers(charlie, source) == dict.fromkeys(FETCH, NOT_FOUND)
    with acting_as(visitor):
        assert answers(visitor, source) == dict.fromkeys(FETCH, NOT_FOUND)


def test_python_refuses_a_stranger_where_the_database_would_not(source: DataSource, charlie: User) -> None:
    with acting_as(source.owner):
        assert answers(charlie, source) == dict.fromkeys(FETCH, NOT_FOUND)


def test_an_id_that_nobody_has_is_not_found(alice: User) -> None:
    with acting_as(alice), pytest.raises(Http404, match="There is no such source"):
        source_for(alice, uuid7(), "see")


def test_only_the_owner_may_hand_over_and_delete(source: DataSource, alice: User, bob: User) -> None:
    share(source, bob, "admin")
    for what in ("hand_over", "delete_source"):
        with acting_as(alice):
            assert source_for(alice, source.public_id, what) == source
        with acting_as(bob), pytest.raises(PermissionDenied):
            source_for(bob, source.public_id, what)


def test_a_home_is_for_its_members_and_changed_by_its_administrators(home: Home, alice: User, bob: User) -> None:
    with acting_as(bob), pytest.raises(Http404, match="There is no such home"):
        home_for_read(bob, home.public_id)
    with acting_as(alice):
        home.members.create(user=bob, level="write", granted_by=alice)
        assert home_for_admin(alice, home.public_id) == home
    with acting_as(bob):
        assert home_for_read(bob, home.public_id) == home
        with pytest.raises(PermissionDenied, match="You belong to this home, but may not change it"):
            home_for_admin(bob, home.public_id)


def test_a_share_of_a_source_opens_no_home(source: DataSource, home: Home, bob: User) -> None:
    share(source, bob, "admin")
    with acting_as(bob), pytest.raises(Http404):
        home_for_read(bob, home.public_id)


def test_the_sets_of_sources_say_mine_writable_and_shown(
    source: DataSource, home: Home, alice: User, bob: User
) -> None:
    readable = make_source(alice, home, name="Water")
    loose = make_source(bob, name="Bob's car")
    put_away = make_source(alice, home, name="Old", archived_at="2026-01-01T00:00:00Z")
    share(source, bob, "write")
    share(readable, bob, "read")
    share(put_away, bob, "read")
    with acting_as(bob):
        mine = DataSource.objects.visible_to(bob)
        assert list(mine) == [loose, source, put_away, readable]
        assert list(DataSource.objects.writable_by(bob)) == [loose, source]
        assert list(mine.shown().in_home(home)) == [source, readable]
        assert list(DataSource.objects.visible_to(AnonymousUser())) == []


def test_the_sets_of_homes_carry_the_level(home: Home, alice: User, bob: User) -> None:
    his = make_home(bob, "Bob's place")
    with acting_as(alice):
        home.members.create(user=bob, level="write", granted_by=alice)
    with acting_as(bob):
        assert [(each, each.level) for each in Home.objects.visible_to(bob)] == [
            (his, Level.ADMIN),
            (home, Level.WRITE),
        ]
        assert list(Home.objects.administered_by(bob)) == [his]


def test_a_source_that_is_put_away_takes_no_new_readings_but_is_still_seen(source: DataSource, alice: User) -> None:
    with acting_as(alice):
        source.archived_at = clock.now()
        source.save()
        assert source_for_read(alice, source.public_id) == source
        with pytest.raises(PermissionDenied, match="put away"):
            source_for_write(alice, source.public_id)
