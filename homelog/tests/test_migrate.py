"""`manage.py migrate` on an empty database, as a first start and a first deployment run it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings

from homelog.testing_environment import SLOT


def elsewhere(address: str, name: str) -> str:
    """The same server and role, another database."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(path=f"/{name}"))


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
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
