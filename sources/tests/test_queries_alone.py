"""The look-ups of sources, homes and invitations by themselves, past row-level security: this floor holds alone."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone as clock

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import START, make_home, make_readings, make_source, make_sum, make_user, share
from sources import invitations
from sources.access import home_for_admin, home_for_read, homes_of, source_for, source_for_visitor
from sources.invitations import PER_DAY, TooManyInvitations
from sources.levels import Level
from sources.models import DataSource, Home, SourceInvitation

Owner = Callable[[], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def rows_of_all(owner: Owner, two_homes: dict[str, Home]) -> Iterator[None]:
    """From here on the database shows everything to everybody."""
    with owner():
        yield


@pytest.fixture
def two_homes(alice: User, bob: User, charlie: User) -> dict[str, Home]:
    """Alice's flat and barn with a meter each; Bob reads one of them, and belongs to neither; Charlie writes in the
    barn, and has a garden of his own.
    """
    flat, barn, garden = make_home(alice, "Flat"), make_home(alice, "Barn"), make_home(charlie, "Garden")
    share(make_source(alice, flat, name="Power"), bob, "read")
    make_source(alice, barn, name="Water", unit="m³")
    make_source(charlie, garden, name="Well")
    with acting_as(alice):
        barn.members.create(user=charlie, level="write", granted_by=alice)
    return {"flat": flat, "barn": barn, "garden": garden}


def named(name: str) -> DataSource:
    return DataSource.objects.get(name=name)


def test_everybody_has_the_level_that_was_granted_and_no_other(alice: User, bob: User, charlie: User) -> None:
    def levels(user: User) -> dict[str, int]:
        return {source.name: source.level for source in DataSource.objects.with_level(user)}

    assert levels(alice) == {"Power": Level.OWNER, "Water": Level.OWNER, "Well": 0}
    assert levels(bob) == {"Power": Level.READ, "Water": 0, "Well": 0}
    assert levels(charlie) == {"Power": 0, "Water": Level.WRITE, "Well": Level.OWNER}
    assert levels(make_user("dora")) == {"Power": 0, "Water": 0, "Well": 0}


def test_everybody_gets_the_sources_and_homes_that_they_may_and_no_other(
    alice: User, bob: User, charlie: User, two_homes: dict[str, Home]
) -> None:
    def seen(user: User) -> tuple[set[str], set[tuple[str, int]]]:
        return (
            {source.name for source in DataSource.objects.visible_to(user)},
            {(home.name, home.level) for home in Home.objects.visible_to(user)},
        )

    assert seen(alice) == ({"Power", "Water"}, {("Flat", Level.ADMIN), ("Barn", Level.ADMIN)})
    assert seen(bob) == ({"Power"}, set())
    assert seen(charlie) == ({"Water", "Well"}, {("Barn", Level.WRITE), ("Garden", Level.ADMIN)})
    assert {home.name for home in Home.objects.administered_by(charlie)} == {"Garden"}
    assert [home.name for home in homes_of(charlie)] == ["Barn", "Garden"]
    assert (list(DataSource.objects.visible_to(AnonymousUser())), homes_of(AnonymousUser())) == ([], [])
    assert {source.name for source in DataSource.objects.in_home(two_homes["barn"])} == {"Water"}


def test_who_may_not_gets_neither_source_nor_home(bob: User, charlie: User, two_homes: dict[str, Home]) -> None:
    power, water = named("Power"), named("Water")
    assert source_for(bob, power.public_id, "see") == power
    with pytest.raises(PermissionDenied):
        source_for(bob, power.public_id, "add_reading")
    for user, source in ((bob, water), (charlie, power), (AnonymousUser(), power)):
        with pytest.raises(Http404):
            source_for(user, source.public_id, "see")
    assert home_for_read(charlie, two_homes["barn"].public_id) == two_homes["barn"]
    with pytest.raises(PermissionDenied):
        home_for_admin(charlie, two_homes["barn"].public_id)
    for user in (bob, charlie):
        with pytest.raises(Http404):
            home_for_read(user, two_homes["flat"].public_id)


def test_readings_go_to_meters_and_sums_are_made_of_what_adds_up(
    alice: User, bob: User, two_homes: dict[str, Home]
) -> None:
    make_sum(alice, two_homes["flat"], [named("Power")], name="Rest")
    make_source(alice, two_homes["flat"], name="Warmth", unit="°C", counting="level", digits=None)
    assert {source.name for source in DataSource.objects.writable_by(alice)} == {"Power", "Water", "Warmth"}
    assert {source.name for source in DataSource.objects.summable_by(alice)} == {"Power", "Water"}
    assert (DataSource.objects.writable_by(bob).count(), DataSource.objects.summable_by(bob).count()) == (0, 1)


def test_each_source_comes_with_its_own_last_reading() -> None:
    make_readings(named("Power"), ("1", "2"))
    make_readings(named("Water"), ("7",))
    found: list[Any] = [*DataSource.objects.with_latest()]
    assert {each.name: (each.latest_value, each.latest_at) for each in found} == {
        "Power": (Decimal(2), START + timedelta(days=1)),
        "Water": (Decimal(7), START),
        "Well": (None, None),
    }


def test_a_visitor_gets_the_source_that_is_public_and_no_other() -> None:
    power, water = named("Power"), named("Water")
    DataSource.objects.filter(pk=water.pk).update(is_public=True)
    assert source_for_visitor(water.public_id) == water
    with pytest.raises(Http404):
        source_for_visitor(power.public_id)


def test_an_invitation_is_open_until_it_is_used_taken_back_or_ended(alice: User, two_homes: dict[str, Home]) -> None:
    now, power = clock.now(), named("Power")
    made = [invitations.make(power, alice, "read", f"{number}@example.com")[0] for number in range(4)]
    other, _path = invitations.make(two_homes["barn"], alice, "read")
    for invitation, over in zip(made, ("used_at", "revoked_at", "expires_at"), strict=False):
        SourceInvitation.objects.filter(pk=invitation.pk).update(**{over: now})
    assert [each.email for each in SourceInvitation.objects.of(power).still_open(now)] == ["3@example.com"]
    assert list(invitations.open_ones(two_homes["barn"])) == [other]


def test_a_person_invites_so_often_a_day_whoever_else_does(alice: User, charlie: User) -> None:
    power, well = named("Power"), named("Well")
    for _number in range(PER_DAY):
        invitations.make(power, alice, "read")
    with pytest.raises(TooManyInvitations):
        invitations.make(power, alice, "read")
    assert invitations.make(well, charlie, "read")[0].place == well
    SourceInvitation.objects.filter(invited_by=alice).update(created_at=clock.now() - timedelta(days=1))
    assert invitations.make(power, alice, "read")[0].place == power
