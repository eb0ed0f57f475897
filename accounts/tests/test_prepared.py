"""Prepared queries: the same rows as the queryset they were made from, with the values of each call."""

import pytest
from django.db import connection
from django.db.models import BigIntegerField, CharField
from django.test.utils import CaptureQueriesContext

from accounts.current import acting_as
from accounts.models import User
from accounts.prepared import Prepared, somebody
from homelog.testing import make_home, make_source, make_user
from sources.models import DataSource

pytestmark = pytest.mark.django_db


def test_each_call_gets_its_own_rows_from_one_text() -> None:
    alice, bob = make_user("alice"), make_user("bob")
    home = make_home(alice, "Flat")
    water, gas = (make_source(alice, home, name=name) for name in ("Water", "Gas"))
    mine = Prepared(
        lambda user, name: DataSource.objects.visible_to(somebody(user)).shown().filter(name=name),
        user=BigIntegerField(),
        name=CharField(),
    )
    with acting_as(alice), CaptureQueriesContext(connection) as seen:
        assert [mine(user=alice.pk, name=name) for name in ("Water", "Gas", "Heat")] == [[water], [gas], []]
        (found,) = mine(user=alice.pk, name="Gas")
        assert (found.home, found.owner, found.level) == (home, alice, 4)
        assert len({query["sql"].replace("Gas", "Water").replace("Heat", "Water") for query in seen}) == 1
        assert mine.first(user=alice.pk, name="Water'; DROP TABLE home; --") is None
        assert mine.first(user=bob.pk, name="Water") is None


def test_columns_alone_come_as_rows() -> None:
    alice = make_user("alice")
    names = Prepared(
        lambda user: User.objects.filter(pk=user).values_list("username", "is_staff"), user=BigIntegerField()
    )
    assert names(user=alice.pk) == [("alice", False)]


@pytest.mark.parametrize("values", [{}, {"user": None}, {"user": 1, "other": 2}])
def test_a_value_is_given_for_each_slot(values: dict[str, int | None]) -> None:
    with pytest.raises(TypeError, match="A value for each of user"):
        Prepared(lambda user: User.objects.filter(pk=user), user=BigIntegerField())(**values)
