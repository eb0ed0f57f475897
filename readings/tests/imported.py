"""Rows to be judged and stored, made up, and what became of them; for tests. No tests here."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.current import acting_as
from accounts.models import User
from readings.importers import ImportRow, rows, understand
from readings.imports import Plan, plan, store
from readings.models import ImportBatch
from sources.models import DataSource

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def read(data: bytes, column: int = 1) -> list[ImportRow]:
    return rows(understand(data), column)


def values(*numbers: str, start: str = "2025-01-01") -> list[ImportRow]:
    """One row a day, at noon by the home's clock."""
    first = datetime.fromisoformat(f"{start} 12:00")
    return [
        ImportRow(line, first + timedelta(days=line - 1), None, Decimal(number))
        for line, number in enumerate(numbers, start=1)
    ]


def times(*locals_: str) -> list[ImportRow]:
    """A growing value at each of these local times."""
    return [
        ImportRow(line, datetime.fromisoformat(local), None, Decimal(line))
        for line, local in enumerate(locals_, start=1)
    ]


def judged(source: DataSource, given: list[ImportRow]) -> Plan:
    with acting_as(source.owner):
        return plan(source, given, NOW)


def bring(source: DataSource, given: list[ImportRow], by: User | None = None, **options: Any) -> ImportBatch:
    with acting_as(by or source.owner):
        return store(source, given, "file.csv", "CSV, UTF-8", **options)


def fates(found: Plan) -> list[tuple[int, str, str]]:
    """Line, fate (or quality of what is new) and reason of each row, in time order."""
    return [(row.line, row.quality if row.fate == "new" else row.fate, row.reason) for row in found.rows]


def instants(found: Plan) -> list[str | None]:
    return [row.at.isoformat() if row.at else None for row in found.rows]


def rule(source: DataSource, **fields: Any) -> None:
    with acting_as(source.owner):
        source.validators.create(**fields)
