"""`manage.py migrate` on an empty database, as a first start and a first deployment run it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from homelog.management.commands import migrate
from homelog.testing_environment import SLOT


def elsewhere(address: str, name: str) -> str:
    """The same server and role, another database."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(path=f"/{name}"))


def drop(connection: psycopg.Connection[Any], name: str) -> None:
    """Without FORCE, which the owner may not use while an autovacuum worker is in there (it comes where a test takes a
    minute); without it PostgreSQL sends that one away itself.
    """
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename ~ '^homelog_'", [name]
    )
    connection.execute(f"DROP DATABASE {name}")


@pytest.fixture
def empty() -> Iterator[dict[str, str]]:
    """The addresses of a database that has the roles and nothing else."""
    name = f"empty_homelog_{SLOT}"
    owner = os.environ["DATABASE_OWNER_URL"]
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    yield {key: elsewhere(os.environ[key], name) for key in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    with psycopg.connect(owner, autocommit=True) as connection:
        drop(connection, name)


def manage(command: str, addresses: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A management command in a process of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=Path(settings.BASE_DIR),
        env={**os.environ, **addresses},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_empty_database_is_filled_and_a_full_one_left_alone(empty: dict[str, str]) -> None:
    first, second = manage("migrate", empty), manage("migrate", empty)
    assert (first.returncode, second.returncode) == (0, 0), (first.stderr, second.stderr)
    assert "Applying readings.0001_initial... OK" in first.stdout
    assert "No migrations to apply." in second.stdout


def test_who_uses_a_table_is_let_through_and_the_migration_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def as_owner(lock_timeout: str) -> AbstractContextManager[None]:
        tried.append(lock_timeout)
        return nullcontext()

    def busy(self: object, *args: object, **options: object) -> None:
        if len(tried) < 3:
            raise OperationalError("canceling statement due to lock timeout") from LockNotAvailable()

    monkeypatch.setattr(migrate, "as_owner", as_owner)
    monkeypatch.setattr(migrate, "call_command", lambda *args, **options: None)
    monkeypatch.setattr(migrate, "PAUSE", 0)
    monkeypatch.setattr(DjangoMigrate, "handle", busy)
    said = StringIO()
    migrate.Command(stderr=said).handle(skip_checks=True)
    assert (tried, said.getvalue().count("once more")) == (["1s"] * 3, 2)


def test_any_other_fault_ends_a_migration_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object, *args: object, **options: object) -> None:
        raise OperationalError("the disk is full")

    monkeypatch.setattr(migrate, "as_owner", lambda lock_timeout: nullcontext())
    monkeypatch.setattr(migrate, "call_command", lambda *args, **options: None)
    monkeypatch.setattr(DjangoMigrate, "handle", broken)
    with pytest.raises(OperationalError, match="the disk is full"):
        migrate.Command().handle(skip_checks=True)
