"""Throwing away what a test stored for several connections: all of it, and the guard of the log stands again."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import DatabaseError, connection

from accounts.models import User
from audit.models import AuditLog
from homelog.testing import make_home, make_readings, make_source, make_user
from homelog.testing_tables import empty_tables
from homelog.tests.matrix.household import tables
from sources.models import DataSource

MADE_BY_MIGRATIONS = {"django_migrations", "django_content_type", "auth_permission"}
Owner = Callable[[], AbstractContextManager[None]]


def filled(owner: Owner) -> set[str]:
    """The tables that have rows."""
    with owner(), connection.cursor() as cursor:
        return {name for name in tables() if cursor.execute(f'SELECT FROM "{name}" LIMIT 1').rowcount}


def test_what_a_test_stored_is_thrown_away_and_the_log_keeps_its_guard(
    transactional_db: None, source: DataSource, owner: Owner
) -> None:
    make_readings(source)
    cache.set("name", 1)
    assert {"user", "data_source", "reading", "audit_log", "cache_entry"} <= filled(owner)
    kinds = ContentType.objects.count()
    empty_tables()
    assert filled(owner) == MADE_BY_MIGRATIONS
    assert (ContentType.objects.count(), User.objects.count()) == (kinds, 0)
    make_source(nok := make_user("nok"), make_home(nok))
    with owner(), pytest.raises(DatabaseError, match="can only be added to"):
        AuditLog.objects.all().delete()
