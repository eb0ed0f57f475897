"""What the tests of the entry pages share: a fixed moment, a meter with an even past, and how a page is answered."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.current import acting_as
from accounts.ids import uuid7
from homelog.testing import make_readings
from readings.models import Reading
from sources.models import DataSource

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LAST = datetime(2026, 10, 30, 11, 0, tzinfo=UTC)

EVEN = [
    (Decimal(value), LAST - timedelta(days=back), "good", "")
    for value, back in (("12431.7", 0), ("12191.7", 30), ("11951.7", 60), ("11711.7", 90))
]
"""What is stored after eight_a_day."""


@pytest.fixture
def at_noon() -> Iterator[None]:
    """The clock stands at NOW."""
    with time_machine.travel(NOW, tick=False):
        yield


def eight_a_day(source: DataSource) -> list[Reading]:
    """Four readings, thirty days apart, 8 kWh a day, the last 12431.7 at LAST, 23 days and an hour before NOW."""
    values = ["11711.7", "11951.7", "12191.7", "12431.7"]
    return make_readings(source, values, start=LAST - timedelta(days=90), step=timedelta(days=30))


def page(name: str, source: DataSource, reading: Reading | None = None) -> str:
    """The address of one of the pages of readings."""
    return reverse(f"readings:{name}", args=[source.public_id, *([reading.public_id] if reading else [])])


def stored(source: DataSource) -> list[tuple[Decimal, datetime, str, str]]:
    """What is stored: value, time, quality and note, newest first."""
    with acting_as(source.owner):
        rows = Reading.objects.of(source).values_list("value", "recorded_at", "quality_flag", "notes")
        return list(rows)


def led_to(answer: Any) -> str:
    """Where an answer leads, without the id under which a value that is offered again is stored once."""
    return re.sub(r"&[\w-]*once=[0-9a-f-]{36}", "", answer["Location"])


def messages(answer: Any) -> list[str]:
    """The messages that the next page will show."""
    return [str(message) for message in get_messages(answer.wsgi_request)]


def in_round(source: DataSource) -> str:
    """The address of its entry page for whoever goes round."""
    return f"{page('entry', source)}?round=1"


def save(client: Client, source: DataSource, value: str, **more: Any) -> Any:
    """Send the entry form of `source`, as from the meter's own page."""
    return client.post(page("entry", source), {"value": value, "public_id": str(uuid7()), **more})


def save_in_round(client: Client, source: DataSource, value: str, **more: Any) -> Any:
    """Send the same form of the round."""
    return client.post(in_round(source), {"value": value, "public_id": str(uuid7()), **more})


def said(answer: Any, field: str = "value") -> list[str]:
    """The errors of a field of the form that came back."""
    return list(answer.context["form"].errors.get(field, []))
