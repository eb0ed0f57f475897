"""Deleting a source or a home for good."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.current import acting_as
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import START, make_readings, make_source, make_user, share
from sources.invitations import make
from sources.models import DataSource, Home

Owner = Callable[[], AbstractContextManager[None]]
TABLES = ("data_source", "reading", "source_access", "data_validator", "meter_change", "source_invitation")


def page(place: DataSource | Home) -> str:
    return f"/{'homes' if isinstance(place, Home) else 'sources'}/{place.public_id}/delete/"


def counts() -> list[int]:
    """How many rows each table has, as the owner of the tables sees them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES))
        return list(cursor.fetchone())


@pytest.fixture
def water(alice: User, bob: User, home: Home) -> DataSource:
    """Alice's, in a home, with everything a source can have; Bob may change it."""
    source = make_source(alice, home, name="Water  Main")
    make_readings(source, ["1", "2", "3"])
    share(source, bob, "admin")
    with acting_as(alice):
        source.validators.create(min_value=0)
        source.meter_changes.create(changed_at=START - timedelta(days=1), old_final=7, new_initial=0)
        make(source, alice, "read", "dora@example.com")
    return source


def test_the_page_says_what_goes_and_offers_the_files(client: Client, alice: User, water: DataSource) -> None:
    client.force_login(alice)
    assertContains(client.get(f"/sources/{water.public_id}/edit/"), f'href="{page(water)}"')
    answer = client.get(page(water))
    assertContains(answer, '<dt>Readings</dt><dd><b>3</b><br><span class="meta">from 1 Jan 2026 to 3 Jan 2026</span>')
    assertContains(answer, "<dt>Shared with</dt><dd>1 person</dd>")
    assertContains(answer, f'href="/sources/{water.public_id}/export.csv"')
    assertContains(answer, f'href="/sources/{water.public_id}/export.json"')


def test_its_name_typed_deletes_it_with_all_that_belongs_to_it(
    client: Client, alice: User, water: DataSource, home: Home, owner: Owner
) -> None:
    client.force_login(alice)
    answer = client.post(page(water), {"typed": " water main "}, follow=True)
    assertRedirects(answer, f"/homes/{home.public_id}/")
    assert [str(message) for message in answer.context["messages"]] == [
        "Water  Main is deleted, and its 3 readings with it."
    ]
    with owner():
        assert counts() == [0] * len(TABLES)
    history = client.get(f"/homes/{home.public_id}/history/")
    assertContains(history, "You deleted the source Water  Main with 3 readings")
    assertContains(history, "Gone with it: 1 rule, 1 meter change, 1 share, 1 invitation")
    assert client.get(f"/sources/{water.public_id}/").status_code == 404


@pytest.mark.parametrize("typed", ["", "Water", "Water Mains", "\0"])
def test_another_name_deletes_nothing(client: Client, alice: User, water: DataSource, owner: Owner, typed: str) -> None:
    client.force_login(alice)
    with owner():
        before = counts()
    answer = client.post(page(water), {"typed": typed})
    assert answer.status_code == 422
    if typed != "\0":
        assertContains(answer, "Type “Water  Main” to say that you mean it. Nothing was deleted.", status_code=422)
    with owner():
        assert counts() == before


@pytest.mark.parametrize("level", ["read", "write", "admin"])
def test_only_its_owner_may(client: Client, alice: User, charlie: User, owner: Owner, level: str) -> None:
    source = make_source(alice)
    share(source, charlie, level)
    client.force_login(charlie)
    for method in ("get", "post"):
        assert getattr(client, method)(page(source), {"typed": source.name}).status_code == 403
    assertNotContains(client.get(f"/sources/{source.public_id}/"), page(source))
    with owner():
        assert counts()[0] == 1
    with acting_as(charlie):
        DataSource.objects.filter(pk=source.pk).delete()
    with owner():
        assert counts()[0] == 1


def test_strangers_find_nothing_and_nobody_is_asked_to_sign_in(
    client: Client, alice: User, charlie: User, home: Home, owner: Owner
) -> None:
    source = make_source(alice)
    for place in (source, home):
        assertRedirects(client.get(page(place)), f"/account/login/?next={page(place)}")
    client.force_login(charlie)
    for place in (source, home):
        assert client.post(page(place), {"typed": place.name}).status_code == 404
    client.force_login(alice)
    for place in (source, home):
        assert client.put(page(place)).status_code == 405
    with owner():
        assert (counts()[0], Home.objects.count()) == (1, 1)


def test_pictures_go_when_the_deletion_is_certain(
    client: Client,
    alice: User,
    settings: Any,
    tmp_path: Any,
    owner: Owner,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    names = [default_storage.save(f"{folder}/it.jpg", ContentFile(b"x")) for folder in ("photos", "thumbnails")]
    source = make_source(alice, thumbnail=names[1])
    make_readings(source, ["1"], photo=names[0])
    client.force_login(alice)
    with django_capture_on_commit_callbacks() as waiting:
        client.post(page(source), {"typed": source.name})
    assert [default_storage.exists(name) for name in names] == [True, True]
    for callback in waiting:
        callback()
    assert [default_storage.exists(name) for name in names] == [False, False]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_much_there_is(
    client: Client, alice: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    source = make_source(alice)
    make_readings(source, range(count))
    client.force_login(alice)
    with django_assert_num_queries(13):
        client.get(page(source))


def test_a_home_goes_and_its_sources_stay_with_their_owners(client: Client, alice: User, bob: User, home: Home) -> None:
    with acting_as(alice):
        home.members.create(user=bob, level="admin", granted_by=alice)
        make(home, alice, "read")
    dan = make_user("dan")
    with acting_as(alice):
        home.members.create(user=dan, level="read", granted_by=alice)
    water, gas = make_source(alice, home, name="Water"), make_source(bob, home, name="Gas")
    make_readings(gas)
    client.force_login(alice)
    answer = client.get(page(home))
    assertContains(answer, "These stay yours, in no home: <b>Water</b>.")
    assertContains(answer, "<b>Gas</b> (Bob)")
    assertContains(answer, "2 others belong to it")
    answer = client.post(page(home), {"typed": home.name}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert [str(message) for message in answer.context["messages"]] == [
        "The home Rama IX flat is deleted. Its meters stay."
    ]
    with acting_as(bob):
        assert list(DataSource.objects.filter(home=None)) == [gas]
        assert gas.readings.count() == 3
        told = AuditLog.objects.get(event_type="lose_home")
        assert (told.source_id, told.actor_name) == (gas.pk, "Alice")
    with acting_as(alice):
        assert list(DataSource.objects.filter(home=None)) == [water]
        assert AuditLog.objects.filter(source_id=water.pk, event_type="lose_home").exists()
    with acting_as(dan):
        assert not DataSource.objects.exists()
    assertContains(
        client.get(f"/sources/{water.public_id}/history/"),
        "You deleted the home Rama IX flat: Water is in no home any more",
    )


@pytest.mark.parametrize("level", ["read", "write"])
def test_a_home_is_deleted_by_its_administrators_only(
    client: Client, alice: User, bob: User, home: Home, level: str
) -> None:
    with acting_as(alice):
        home.members.create(user=bob, level=level, granted_by=alice)
    client.force_login(bob)
    assert client.post(page(home), {"typed": home.name}).status_code == 403
    with acting_as(bob):
        Home.objects.filter(pk=home.pk).delete()
    with acting_as(alice):
        assert Home.objects.filter(pk=home.pk).exists()


def test_another_name_deletes_no_home(client: Client, alice: User, home: Home) -> None:
    client.force_login(alice)
    assert client.post(page(home), {"typed": "Another"}).status_code == 422
    with acting_as(alice):
        assert Home.objects.filter(pk=home.pk).exists()
