"""What tests of readings share."""

import pytest
from django.test import Client

from readings.tests.entries import eight_a_day
from sources.models import DataSource


@pytest.fixture
def meter(source: DataSource, client: Client) -> DataSource:
    """Alice's electricity meter with an even past; she is signed in."""
    eight_a_day(source)
    client.force_login(source.owner)
    return source
