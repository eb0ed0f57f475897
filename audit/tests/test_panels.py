"""The history on the pages of a source and of a reading."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from accounts.current import acting_as
from accounts.models import User
from audit.panels import LATEST
from audit.tests.test_history import READ, told
from homelog.testing import START, make_readings, share
from sources.models import DataSource

WROTE = f"You wrote down 100.5 kWh for Electricity, {READ}"
NOW = datetime(2026, 5, 3, 16, 2, tzinfo=UTC)
ON = "on 3 May 2026, 18:02"


@pytest.fixture(autouse=True)
def in_may() -> Iterator[None]:
    """The clock stands at NOW."""
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_source_shows_its_latest_changes_and_the_way_to_all(client: Client, source: DataSource) -> None:
    make_readings(source, range(1, 1 + LATEST))
    make_readings(source, ["100"], start=START + timedelta(days=30))
    client.force_login(source.owner)
    client.get(source.get_absolute_url())
    response = client.get(source.get_absolute_url())
    lines = told(response)
    assert (len(lines), lines[0]) == (
        LATEST,
        "You wrote down 100.0 kWh for Electricity, read on 31 Jan 2026, 09:00",
    )
    assert f'href="/sources/{source.public_id}/history/"' in response.content.decode()


def test_a_source_shows_who_may_only_read_what_happened_to_readings(
    client: Client, source: DataSource, bob: User
) -> None:
    share(source, bob)
    client.force_login(bob)
    assert 'id="history"' not in client.get(source.get_absolute_url()).content.decode()
    make_readings(source, ["100.5"])
    assert told(client.get(source.get_absolute_url())) == [WROTE.replace("You", "Alice")]


def test_a_reading_shows_its_own_life(client: Client, source: DataSource, bob: User) -> None:
    reading, other = make_readings(source, ["100.5", "110"])
    share(source, bob, "write")
    with acting_as(bob):
        reading.value, reading.change_reason = Decimal("101.5"), "mistyped"
        reading.save()
    client.force_login(source.owner)
    response = client.get(reading.get_absolute_url())
    assert [line.partition(" Put it back")[0] for line in told(response)] == [
        f"Bob corrected 100.5 to 101.5 kWh {ON}: mistyped",
        f"You wrote down 100.5 kWh {ON}",
    ]
    panel = response.content.decode().partition('id="history"')[2].partition("</section>")[0]
    assert "href=" not in panel
    assert told(client.get(other.get_absolute_url())) == [
        f"You wrote down 110.0 kWh {ON}",
    ]


def test_a_reading_from_before_the_log_shows_no_empty_history(client: Client, source: DataSource) -> None:
    reading = make_readings(source, ["1"])[0]
    elsewhere = "00000000-0000-7000-8000-000000000001"
    with acting_as(source.owner):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("UPDATE reading SET public_id = %s WHERE id = %s", [elsewhere, reading.pk])
    client.force_login(source.owner)
    response = client.get(f"/sources/{source.public_id}/readings/{elsewhere}/")
    assert (response.status_code, 'id="history"' in response.content.decode()) == (200, False)


@pytest.mark.parametrize("level", ["read", "write"])
def test_a_reading_shows_its_life_to_whoever_sees_it(client: Client, source: DataSource, bob: User, level: str) -> None:
    reading = make_readings(source, ["100.5"])[0]
    share(source, bob, level)
    client.force_login(bob)
    assert told(client.get(reading.get_absolute_url())) == [f"Alice wrote down 100.5 kWh {ON}"]
