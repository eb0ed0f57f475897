"""Tests run as the site runs: as homelog_app, under row-level security. The test database is made by homelog_owner."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings as site_settings
from django.db import connection
from django.test import TransactionTestCase

from accounts.models import User
from homelog.testing import make_home, make_source, make_user
from homelog.testing_environment import SLOT
from homelog.testing_tables import empty_tables
from sources.models import DataSource, Home

# Two busy cores miss any deadline; the same examples every time, so that a failure is somebody's change.
hypothesis.settings.register_profile("homelog", deadline=None, derandomize=True)
hypothesis.settings.load_profile("homelog")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come first: they are the longest, and last they would leave one of two processes alone."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


def pytest_collection_finish() -> None:
    """What was collected stays to the end, so that nobody need look whether it is garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session")
def monkeypatch_session() -> Iterator[pytest.MonkeyPatch]:
    """Patches that last for the whole run."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Connect as the owner, who may create the test database, under a name that no other run uses."""
    owner = {key: site_settings.DATABASE_OWNER.get(key, "") for key in ("USER", "PASSWORD")}
    connection.settings_dict.update(owner)
    connection.settings_dict["TEST"]["NAME"] = f"test_homelog_{SLOT}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, monkeypatch_session: pytest.MonkeyPatch) -> Iterator[None]:
    """From here on every connection takes the limited role."""
    connection.close()
    connection.settings_dict["OPTIONS"] = {**connection.settings_dict["OPTIONS"], "assume_role": "homelog_app"}
    monkeypatch_session.setattr(TransactionTestCase, "_fixture_teardown", lambda self: empty_tables())
    yield
    connection.close()
    del connection.settings_dict["OPTIONS"]["assume_role"]


@pytest.fixture
def owner(db: None) -> Callable[[], AbstractContextManager[None]]:
    """`with owner():` arranges or looks as homelog_owner, past row-level security, on the test's own connection."""

    @contextmanager
    def as_owner() -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            (before,) = cursor.fetchone()
            cursor.execute("RESET ROLE")
        yield
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {before}")

    return as_owner


@pytest.fixture(autouse=True)
def quick_passwords(settings: pytest.FixtureRequest) -> None:
    """Hashes that take no time, for every test but those about hashes."""
    settings.PASSWORD_HASHERS = [  # type: ignore[attr-defined]
        "django.contrib.auth.hashers.MD5PasswordHasher",
        *site_settings.PASSWORD_HASHERS,
    ]


@pytest.fixture(scope="session", autouse=True)
def _patient(monkeypatch_session: pytest.MonkeyPatch) -> None:
    """Two busy cores miss the deadline of a request too, where fifty writers wait for each other."""
    monkeypatch_session.setattr("accounts.deadline.SECONDS", 120.0)


@pytest.fixture(scope="session", autouse=True)
def _no_sweeping_by_chance(monkeypatch_session: pytest.MonkeyPatch) -> None:
    """One statement more in one of 500 calls would make a test fail that counts them."""
    monkeypatch_session.setattr("accounts.api.limits.CLEANED_ONCE_IN", sys.maxsize)
    monkeypatch_session.setattr("homelog.postgresql.cache.SWEPT_ONCE_IN", sys.maxsize)


@pytest.fixture(scope="session", autouse=True)
def _mail_at_once(monkeypatch_session: pytest.MonkeyPatch) -> None:
    """What is mailed aside is there when the page has answered."""
    monkeypatch_session.setattr("accounts.adapter.start", lambda work, *args: work(*args))


@pytest.fixture(scope="session", autouse=True)
def _no_pictures_among_ones_own(
    monkeypatch_session: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Pictures of tests do not lie among those of the development server."""
    monkeypatch_session.setattr(site_settings, "MEDIA_ROOT", tmp_path_factory.mktemp("media"))


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """An empty folder for pictures."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def alice(db: None) -> User:
    """She owns."""
    return make_user("alice")


@pytest.fixture
def bob(db: None) -> User:
    """Something may be shared with him."""
    return make_user("bob")


@pytest.fixture
def charlie(db: None) -> User:
    """A stranger to all the others."""
    return make_user("charlie")


@pytest.fixture
def home(alice: User) -> Home:
    """Alice's home, in Berlin's time."""
    return make_home(alice)


@pytest.fixture
def source(alice: User, home: Home) -> DataSource:
    """Alice's electricity meter in her home: counter, kWh, 6 digits, 1 decimal."""
    return make_source(alice, home)
