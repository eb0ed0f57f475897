"""The line of a source as numbers."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from homelog.testing import make_readings, make_source, share
from readings.tests.dials import day
from sources.models import DataSource, Home


def address(source: DataSource) -> str:
    """Where the numbers are."""
    return reverse("readings:series", args=[source.public_id])


def test_a_counter_is_a_line_of_its_readings(client: Client, source: DataSource, alice: User) -> None:
    make_readings(source, ["5", "7.5", "9"], day(0), timedelta(days=1))
    client.force_login(alice)
    assert client.get(address(source)).json() == {
        "name": source.name,
        "unit": "kWh",
        "at": [day(each).timestamp() for each in range(3)],
        "columns": [{"label": "value", "values": [5.0, 7.5, 9.0]}],
    }
    part = client.get(address(source), {"from": day(0.5).isoformat(), "to": day(1.5).isoformat(), "width": "100"})
    assert part.json()["columns"][0]["values"] == [7.5]


def test_many_readings_are_thinned_to_the_width(client: Client, home: Home, alice: User) -> None:
    level = make_source(alice, home, counting="level", digits=None, unit="°C")
    make_readings(level, [each % 7 for each in range(240)], day(0), timedelta(hours=1))
    client.force_login(alice)
    found = client.get(address(level), {"width": "1"}).json()
    assert [column["label"] for column in found["columns"]] == ["mean", "lowest", "highest"]
    assert 90 < len(found["at"]) <= 101


def test_without_a_reading_there_is_nothing(client: Client, source: DataSource, alice: User) -> None:
    client.force_login(alice)
    assert client.get(address(source)).json()["at"] == []
    make_readings(source, ["5"])
    assert client.get(address(source), {"width": "x"}).json()["columns"][0]["values"] == [5.0]


@pytest.mark.parametrize(
    "query", [{"from": "x", "to": "y"}, {"from": "2026-01-01"}, {"from": "2026-01-02", "to": "2026-01-01"}]
)
def test_what_is_no_stretch_of_time_is_not_found(
    client: Client, source: DataSource, alice: User, query: dict[str, str]
) -> None:
    client.force_login(alice)
    assert client.get(address(source), query).status_code == 404


def test_who_may_see_the_source_gets_them_and_a_stranger_does_not(
    client: Client, source: DataSource, bob: User, charlie: User
) -> None:
    share(source, bob)
    assert client.get(address(source)).status_code == 302
    client.force_login(bob)
    assert (client.get(address(source)).status_code, client.post(address(source)).status_code) == (200, 405)
    client.force_login(charlie)
    assert client.get(address(source)).status_code == 404
