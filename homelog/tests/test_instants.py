"""Instants come from the database as Django's own loader gives them."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection
from django.db.backends.postgresql.psycopg_any import register_tzloader  # type: ignore[import-untyped]
from psycopg import ClientCursor

pytestmark = pytest.mark.django_db

SOME = ("2026-11-27 22:50:24.123456+00", "1899-12-31 23:59:59+00", "2200-01-01 00:00+14", "0001-01-01 00:00+00")


def asked(text: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz, NULL::timestamptz", [text])
        instant, nothing = cursor.fetchone()
    assert nothing is None
    return instant


@pytest.mark.parametrize("text", SOME)
def test_an_instant_is_what_django_reads(text: str) -> None:
    connection.ensure_connection()
    with ClientCursor(connection.connection) as cursor:
        register_tzloader(UTC, cursor)
        (django_reads,) = cursor.execute("SELECT %s::timestamptz", [text]).fetchall()[0]
    found = asked(text)
    assert (found, type(found), found.tzinfo) == (django_reads, datetime, UTC)  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["infinity", "10000-01-01 00:00+00", "0044-03-15 12:00+00 BC"])
def test_what_python_cannot_hold_is_told(text: str) -> None:
    with pytest.raises(DataError):
        asked(text)
