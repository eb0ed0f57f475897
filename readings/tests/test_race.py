"""Many writers at once: what one may not do, two together may not do either."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.current import acting_as
from accounts.ids import uuid7
from accounts.models import User
from homelog.testing import START, at_once, make_home, make_readings, make_source, make_user
from readings.models import Reading
from readings.tests.entries import page
from sources.models import DataSource

WRITERS = 50


@pytest.fixture
def meter(transactional_db: None) -> DataSource:
    """A meter that only grows, with one reading of 100."""
    alice = make_user("alice")
    source = make_source(alice, make_home(alice))
    make_readings(source, ["100"])
    with acting_as(alice):
        source.validators.create(non_decreasing=True)
    return source


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

    assert sorted(at_once(WRITERS, write)) == ["refused"] * (WRITERS - 1) + ["stored"]
    with acting_as(meter.owner):
        values = list(Reading.objects.of(meter).order_by("recorded_at").values_list("value", flat=True))
    assert len(values) == 2
    assert values == sorted(values)


def signed_in(person: User) -> list[Client]:
    """A browser for each writer."""
    clients = [Client() for _number in range(WRITERS)]
    for client in clients:
        client.force_login(person)
    return clients


def test_many_forms_never_store_a_fall(meter: DataSource) -> None:
    address, clients = page("entry", meter), signed_in(meter.owner)

    def write(number: int) -> str:
        value, minute = str(200 - number), f"2026-01-01T10:{number:02}"
        sent = {"value": value, "confirm": value, "recorded_at": minute, "public_id": str(uuid7())}
        return str(clients[number].post(address, sent).status_code)

    assert sorted(at_once(WRITERS, write)) == ["302"] + ["422"] * (WRITERS - 1)
    with acting_as(meter.owner):
        values = list(Reading.objects.of(meter).order_by("recorded_at").values_list("value", flat=True))
    assert len(values) == 2
    assert values == sorted(values)


def test_of_many_corrections_of_one_state_one_is_stored_and_the_others_are_told(meter: DataSource) -> None:
    (reading,) = make_readings(meter, ["150"], start=START + timedelta(hours=1))
    address, clients = page("reading_update", meter, reading), signed_in(meter.owner)

    def write(number: int) -> str:
        value = str(200 + number)
        sent = {"value": value, "confirm": value, "recorded_at": "2026-01-01T10:00", "quality_flag": "good", "seen": ""}
        return str(clients[number].post(address, sent).status_code)

    answers = at_once(WRITERS, write)
    assert sorted(answers) == ["302"] + ["409"] * (WRITERS - 1)
    with acting_as(meter.owner):
        reading.refresh_from_db()
    assert reading.value == 200 + answers.index("302")


def test_a_form_sent_many_times_at_once_stores_one_reading(meter: DataSource) -> None:
    address, sent = page("entry", meter), {"value": "200", "public_id": str(uuid7())}
    clients = signed_in(meter.owner)

    assert at_once(WRITERS, lambda number: str(clients[number].post(address, sent).status_code)) == ["302"] * WRITERS
    with acting_as(meter.owner):
        assert Reading.objects.of(meter).count() == 2
