"""Many writers at once: what one may not do, two together may not do either."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from accounts.current import acting_as
from accounts.ids import uuid7
from homelog.testing import START, make_home, make_readings, make_source, make_user
from readings.models import Reading
from readings.tests.entries import page
from sources.models import DataSource

WRITERS = 8


@pytest.fixture
def meter(transactional_db: None) -> DataSource:
    """A meter that only grows, with one reading of 100."""
    alice = make_user("alice")
    source = make_source(alice, make_home(alice))
    make_readings(source, ["100"])
    with acting_as(alice):
        source.validators.create(non_decreasing=True)
    return source


def at_once(work: Callable[[int], str]) -> list[str]:
    """What `work` answers in each of WRITERS threads that start together, each with a connection of its own."""
    start = Barrier(WRITERS)

    def one(number: int) -> str:
        try:
            start.wait()
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(one, range(WRITERS)))


def test_many_writers_never_store_a_fall(meter: DataSource) -> None:
    def write(number: int) -> str:
        # Later readings show less: of any two, only one can be stored.
        try:
            with acting_as(meter.owner):
                at = START + timedelta(hours=number + 1)
                Reading.objects.create(source=meter, value=Decimal(200 - number), recorded_at=at)
        except ValidationError:
            return "refused"
        return "stored"

    assert sorted(at_once(write)) == ["refused"] * (WRITERS - 1) + ["stored"]
    with acting_as(meter.owner):
        values = list(Reading.objects.of(meter).order_by("recorded_at").values_list("value", flat=True))
    assert len(values) == 2
    assert values == sorted(values)


def test_a_form_sent_many_times_at_once_stores_one_reading(meter: DataSource) -> None:
    address, sent = page("entry", meter), {"value": "200", "public_id": str(uuid7())}
    clients = []
    for _number in range(WRITERS):
        client = Client()
        client.force_login(meter.owner)
        clients.append(client)

    assert at_once(lambda number: str(clients[number].post(address, sent).status_code)) == ["302"] * WRITERS
    with acting_as(meter.owner):
        assert Reading.objects.of(meter).count() == 2
