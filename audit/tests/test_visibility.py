"""Who sees which entries, said by the database alone: raw SQL as the limited role; what could leak is really there."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import connection

from accounts.current import Actor, acting, acting_as
from accounts.models import User
from homelog.testing import make_home, make_readings, make_source, share
from readings.models import Reading
from readings.signals import source_viewed
from sources.models import DataSource, Home

Owner = Callable[[], AbstractContextManager[None]]

READING = {"create_reading": 3, "delete_reading": 1}
OF_SOURCE = {"create_source": 1, **READING, "create_rule": 1, "create_share": 1, "view_source": 1}


def seen(where: str = "true") -> dict[str, int]:
    """The entries visible now, counted by event."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT event_type, count(*) FROM audit_log WHERE {where} GROUP BY 1")
        return dict(cursor.fetchall())


@pytest.fixture
def lived(source: DataSource, bob: User) -> DataSource:
    """Alice's source with three readings, one of them deleted, a rule, a look, and Bob's read share."""
    readings = make_readings(source)
    with acting_as(source.owner):
        readings[0].delete()
        source.validators.create(min_value=0)
        source_viewed.send(sender=None, source=source)
    share(source, bob, "read")
    return source


def test_the_owner_sees_everything_of_a_source(lived: DataSource, alice: User) -> None:
    with acting_as(alice):
        assert seen(f"source_id = {lived.pk}") == OF_SOURCE


@pytest.mark.parametrize("level", ["read", "write"])
def test_who_may_read_or_write_sees_what_happened_to_readings(level: str, lived: DataSource, bob: User) -> None:
    with acting_as(lived.owner):
        lived.shares.get(user=bob).delete()
    share(lived, bob, level)
    with acting_as(bob):
        assert seen() == READING


def test_an_administrator_by_share_sees_everything_of_that_source_only(lived: DataSource, charlie: User) -> None:
    other = make_source(lived.owner, lived.home, name="Water")
    make_readings(other)
    share(lived, charlie, "admin")
    with acting_as(charlie):
        assert seen() == {**OF_SOURCE, "create_share": 2}
        assert seen(f"source_id <> {lived.pk}") == {}


def test_an_administrator_of_a_home_sees_everything_of_the_home(lived: DataSource, charlie: User, home: Home) -> None:
    with acting_as(lived.owner):
        home.members.create(user=charlie, level="admin")
    with acting_as(charlie):
        assert seen() == {**OF_SOURCE, "create_home": 1, "create_member": 2}


def test_a_member_of_a_home_sees_what_happened_to_its_readings(lived: DataSource, charlie: User, home: Home) -> None:
    with acting_as(lived.owner):
        home.members.create(user=charlie, level="write")
    with acting_as(charlie):
        assert seen() == READING


def test_a_stranger_with_a_home_of_their_own_sees_only_their_own(lived: DataSource, charlie: User) -> None:
    make_source(charlie, make_home(charlie, "Hut"))
    with acting_as(charlie):
        assert seen() == {"create_home": 1, "create_member": 1, "create_source": 1}


def test_access_that_ended_ends_the_view_of_the_history(lived: DataSource, bob: User) -> None:
    with acting_as(lived.owner):
        lived.shares.get(user=bob).delete()
    with acting_as(bob):
        assert seen() == {}


def test_ones_own_doings_stay_visible_after_access_ended(lived: DataSource, bob: User) -> None:
    with acting_as(lived.owner):
        lived.shares.filter(user=bob).first().delete()  # type: ignore[union-attr]
    share(lived, bob, "write")
    with acting_as(bob):
        Reading.objects.of(lived).order_by("recorded_at")[0].save()
        source_viewed.send(sender=None, source=lived)
        lived.shares.get(user=bob).delete()
    with acting_as(bob):
        assert seen() == {"view_source": 1, "delete_share": 1}


def test_nobody_signed_in_sees_nothing(lived: DataSource) -> None:
    assert seen() == {}
    with acting_as(None):
        assert seen() == {}


def test_staff_in_admin_see_all(lived: DataSource, charlie: User, owner: Owner) -> None:
    with owner():
        everything = seen()
    with acting(Actor(charlie.pk, "Charlie", staff=True)):
        assert seen() == everything
