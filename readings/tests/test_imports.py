"""The door for many rows: judged together, stored whole or not at all, taken back whole."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from accounts.current import acting_as
from homelog.testing import make_readings
from readings.importers import rows, understand
from readings.imports import plan, store
from readings.models import Reading
from sources.models import DataSource

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_the_rows_of_a_file_are_stored(source: DataSource) -> None:
    given = rows(understand(b"time,kWh\n2025-01-01 00:00,100\n2025-01-02 00:00,110.5\n"), 1)
    with acting_as(source.owner):
        found = plan(source, given, NOW)
        assert found.total == Decimal("10.5")
        batch = store(found, "a.csv", "CSV")
        assert [(r.recorded_at, r.value) for r in Reading.objects.of(source)] == []
