"""Which transactions wait for the disk: all but those that only note that somebody looked."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock

from accounts.current import acting_as
from homelog.testing import make_home, make_readings, make_source, make_user
from readings.signals import source_viewed
from readings.tests.entries import page, save
from sources.models import DataSource

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def meter(patient: None) -> DataSource:
    """Alice's meter with three readings."""
    alice = make_user("alice")
    source = make_source(alice, make_home(alice))
    make_readings(source)
    return source


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """`commits()`: how each transaction since it was asked last waited for the disk when it was committed."""
    seen: list[str] = []
    commit = connection._commit  # type: ignore[attr-defined]

    def note_and_commit() -> None:
        with connection.connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            seen.append(cursor.fetchone()[0])
        commit()

    def since() -> list[str]:
        found = list(seen)
        seen.clear()
        return found

    monkeypatch.setattr(connection, "_commit", note_and_commit)
    return since


@pytest.fixture(autouse=True)
def patient(transactional_db: None) -> Iterator[None]:
    """A connection that waits unless it is told otherwise; the server of the tests never does."""
    options = connection.settings_dict["OPTIONS"]
    connection.close()
    options["options"] = "-c synchronous_commit=on"
    yield
    del options["options"]
    connection.close()


def test_a_request_that_only_notes_a_look_does_not_wait(
    client: Client, meter: DataSource, commits: Callable[[], list[str]]
) -> None:
    client.force_login(meter.owner)
    commits()
    client.get(meter.get_absolute_url())
    assert commits()[0] == "off"
    client.get(meter.get_absolute_url())
    assert commits()[0] == "on"  # the look was noted a moment ago


def test_what_a_session_stores_waits_even_where_its_request_only_looked(
    client: Client, meter: DataSource, commits: Callable[[], list[str]]
) -> None:
    client.force_login(meter.owner)
    commits()
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        client.get(meter.get_absolute_url())
    assert commits() == ["on", "off", "on"]  # the device was seen, the look, the session's new end


def test_staff_who_open_a_row_do_not_wait_and_who_save_it_do(
    client: Client, meter: DataSource, commits: Callable[[], list[str]]
) -> None:
    client.force_login(make_user("boss", is_staff=True, is_superuser=True))
    page = reverse("admin:sources_home_change", args=[meter.home_id])
    commits()
    client.get(page)
    assert commits()[0] == "off"
    members = {"members-TOTAL_FORMS": "0", "members-INITIAL_FORMS": "0"}
    assert client.post(page, {"name": "Renamed", "timezone": "UTC", **members}).status_code == 302
    assert "off" not in commits()


def test_a_request_that_writes_waits(client: Client, meter: DataSource, commits: Callable[[], list[str]]) -> None:
    client.force_login(meter.owner)
    reading = make_readings(meter, ["130"], start=meter.created_at)[0]
    commits()
    for send in (
        lambda: save(client, meter, "131"),
        lambda: client.post(page("reading_update", meter, reading), {"value": "130.5", "recorded_at": "x"}),
        lambda: client.post(page("reading_delete", meter, reading)),
    ):
        send()
        assert "off" not in commits()


def test_a_look_after_a_change_waits_with_it(meter: DataSource, commits: Callable[[], list[str]]) -> None:
    reading = make_readings(meter, ["130"], start=meter.created_at)[0]
    commits()
    with acting_as(meter.owner):
        reading.value = Decimal("130.5")
        reading.save()
        source_viewed.send(sender=None, source=meter)
    assert commits() == ["on"]


def test_a_change_after_a_look_makes_both_wait(meter: DataSource, commits: Callable[[], list[str]]) -> None:
    reading = make_readings(meter, ["130"], start=meter.created_at)[0]
    commits()
    with acting_as(meter.owner):
        source_viewed.send(sender=None, source=meter)
        reading.value = Decimal("130.5")
        reading.save()
    assert commits() == ["on"]
