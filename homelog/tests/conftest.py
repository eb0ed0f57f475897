"""Folders for embedded servers, which the tests of devdb, pgprocess and pgarea start; the household of the matrix."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from homelog import devdb
from homelog.tests.matrix.household import Household, household


def enterable() -> Path:
    """A folder that an unprivileged user can enter, which pytest's own temporary folder is not when root runs it."""
    place = Path(tempfile.mkdtemp(prefix="homelog-test-"))
    place.chmod(0o755)
    return place


@pytest.fixture
def place() -> Iterator[Path]:
    place = enterable()
    yield place
    shutil.rmtree(place)


@pytest.fixture
def new(place: Path) -> Iterator[Path]:
    """The folder of a server that was never started."""
    yield place / "db"
    devdb.stop(place / "db")


@pytest.fixture(scope="module")
def stopped() -> Iterator[Path]:
    place = enterable()
    devdb.ensure(place / "db", fast=True)
    devdb.stop(place / "db")
    yield place / "db"
    shutil.rmtree(place)


@pytest.fixture
def folder(new: Path, stopped: Path) -> Path:
    """The folder of a server that was started once and ended: a copy, because making one takes half a second."""
    subprocess.run(["cp", "-a", stopped, new], check=True)
    return new


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[Household]:
    """The household of the access matrix, one for all tests of a file: each rolls back what its requests change."""
    quick = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with django_db_blocker.unblock(), quick, transaction.atomic():
        yield household()
        transaction.set_rollback(True)
