"""What was written while the server's clock was ahead is part of the life of a reading and of what is taken along."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock
from pytest_django.asserts import assertRedirects

from accounts.current import acting_as
from audit import taken_along
from audit.queries import doings_of, page_of
from homelog.testing import make_readings
from readings.models import Reading
from sources.access import source_for_read
from sources.models import DataSource


@pytest.fixture
def reading(source: DataSource, client: Client) -> Iterator[Reading]:
    """Of Alice, who is signed in; corrected while the clock was 400 days ahead."""
    make_readings(source, ["100.5"])
    client.force_login(source.owner)
    with acting_as(source.owner):
        found = Reading.objects.of(source).get()
        found.source = source
    with time_machine.travel(clock.now() + timedelta(days=400), tick=False), acting_as(source.owner):
        found.value = Decimal("100.7")
        found.save()
    with acting_as(source.owner):
        yield found


def test_it_is_told_on_the_page_of_the_reading(client: Client, reading: Reading) -> None:
    panels = client.get(reading.get_absolute_url()).context["panels"]
    assert "corrected 100.5 to 100.7 kWh" in " ".join(panels)


def test_it_is_taken_along_with_the_source_and_with_everything_of_a_person(reading: Reading) -> None:
    owner = reading.source.owner
    seen = source_for_read(owner, reading.source.public_id)
    assert next(taken_along.entries(seen))["kind"] == "update_reading"
    assert page_of(doings_of(owner)).entries[0].event_type == "update_reading"


def test_a_reading_that_was_deleted_once_the_clock_was_right_can_be_put_back(client: Client, reading: Reading) -> None:
    source, address = reading.source, reading.get_absolute_url()
    reading.delete()
    answer = client.post(reverse("audit:put_back", args=[source.public_id, reading.public_id]))
    assertRedirects(answer, address, fetch_redirect_response=False)
    assert Reading.objects.of(source).get().value == Decimal("100.7")
