"""Folders for embedded servers, which the tests of devdb, pgprocess and pgarea start for real."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from homelog import devdb


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
