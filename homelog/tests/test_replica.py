"""A second server that only reads: pages come from it, never older than their request, else from the first one."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import replica
from accounts.current import Actor, acting_as, tell
from accounts.models import User
from accounts.replica import REPLICA
from accounts.signals import replica_asked
from audit.models import AuditLog
from homelog import doctor_replica, environment, pgstandby
from homelog.devdb import Server
from homelog.postgresql import lag
from homelog.testing import make_readings, share
from homelog.testing_environment import SLOT, VAR
from homelog.watching import figures
from readings.models import Reading
from sources.models import DataSource

Owner = Callable[[], AbstractContextManager[None]]
FOLDER = VAR / f"teststandby-{SLOT}"


@pytest.fixture(scope="module")
def standby(django_db_setup: None) -> Iterator[Server]:
    """A server that follows the one of the tests, by streaming; a test that ends it leaves that to the next."""
    place = Path(str(connection.settings_dict["HOST"]))
    if not place.is_dir():
        pytest.skip("A server that is not the embedded one cannot be copied by its tests.")
    try:
        yield pgstandby.follow(Server(place.parent, place, ""), FOLDER, fast=True)
    finally:
        pgstandby.end(FOLDER)
        shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture
def asked(
    transactional_db: None, standby: Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """The site with that server as its replica: what became of each page that may be read there."""
    words: list[str] = []
    first = Path(str(connection.settings_dict["HOST"]))
    pgstandby.follow(Server(first.parent, first, ""), FOLDER, fast=True)

    def hear(word: str, **kwargs: Any) -> None:
        words.append(word)

    # What was answered is on the disk, as everywhere but on the server of tests.
    site = {**connection.settings_dict}
    connection.close()
    connection.settings_dict["OPTIONS"] = {**site["OPTIONS"], "options": "-c synchronous_commit=on"}
    connections.settings[REPLICA] = {**site, "HOST": str(standby.socket_dir)}
    settings.DATABASE_ROUTERS = ["accounts.replica.Router"]
    monkeypatch.setattr(replica, "CATCH_UP", 1.0)  # a busy machine is not what is tried here
    monkeypatch.setattr(replica, "_rests_until", 0.0)
    monkeypatch.setattr(replica, "BEHIND", 0.0)
    replica_asked.connect(hear)
    _let_in(connections[REPLICA])
    try:
        yield words
    finally:
        replica_asked.disconnect(hear)
        connections[REPLICA].close()
        del connections[REPLICA], connections.settings[REPLICA]
        connection.close()
        connection.settings_dict.update(site)


def _let_in(wrapper: Any) -> None:
    """Past pytest, which lets no test connect to an alias that was not there from the start."""

    def ensure_connection() -> None:
        if wrapper.connection is None:
            with wrapper.wrap_database_errors:
                wrapper.connect()

    wrapper.ensure_connection = ensure_connection


@contextmanager
def paused(standby: Server) -> Iterator[None]:
    """The replica takes what it is sent, and shows nothing of it."""
    on(standby, "SELECT pg_wal_replay_pause()")
    try:
        yield
    finally:
        on(standby, "SELECT pg_wal_replay_resume()")


def of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def on(server: Server, statement: str) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as superuser:
        superuser.execute(statement.encode())


def wait(server: Server) -> None:
    """Until the replica shows all that is there."""
    with connection.cursor() as cursor:
        cursor.execute(replica.WRITTEN)
        (written,) = cursor.fetchone()
    with psycopg.connect(server.url("postgres"), autocommit=True) as superuser:
        while superuser.execute(replica.HAS_IT.encode(), [written]).fetchone() != (True,):
            time.sleep(0.002)


def test_a_page_of_readings_is_read_from_the_replica(asked: list[str], standby: Server, source: DataSource) -> None:
    make_readings(source)
    reader = of(source.owner)
    wait(standby)
    with CaptureQueriesContext(connections[REPLICA]) as there, CaptureQueriesContext(connection) as here:
        page = reader.get(f"{source.get_absolute_url()}readings/")
    assert (page.status_code, asked) == (200, ["read"])
    assert any('FROM "reading"' in each["sql"] for each in there)
    assert not any('"reading"' in each["sql"] for each in here)


def test_what_one_wrote_is_seen_though_the_replica_shows_it_later(
    asked: list[str], standby: Server, source: DataSource
) -> None:
    reader = of(source.owner)
    line = f"{source.get_absolute_url()}series/"
    with paused(standby):
        make_readings(source, ["4711"])
        assert reader.get(line).json()["columns"][0]["values"] == [4711.0]
    wait(standby)
    assert reader.get(line).json()["columns"][0]["values"] == [4711.0]
    assert asked == ["behind", "read"]


def test_a_right_that_was_taken_away_is_gone_at_once(
    asked: list[str], standby: Server, source: DataSource, bob: User
) -> None:
    given, guest = share(source, bob), of(bob)
    wait(standby)
    assert guest.get(source.get_absolute_url()).status_code == 200
    with paused(standby):
        with acting_as(source.owner):
            given.delete()
        assert guest.get(source.get_absolute_url()).status_code == 404
    wait(standby)
    assert guest.get(source.get_absolute_url()).status_code == 404
    assert asked == ["read", "behind"]


def test_the_replica_holds_everybody_to_the_same_policies(
    asked: list[str], standby: Server, source: DataSource, bob: User, charlie: User
) -> None:
    share(source, bob)
    make_readings(source)
    wait(standby)
    seen = {}
    for person in (source.owner, bob, charlie, None):
        with acting_as(person), replica.reading():
            seen[person] = (Reading.objects.count(), DataSource.objects.count(), AuditLog.objects.count() > 0)
    assert seen == {source.owner: (3, 1, True), bob: (3, 1, True), charlie: (0, 0, False), None: (0, 0, False)}
    assert not asked


def test_that_somebody_looked_is_written_on_the_first_server_and_once(
    asked: list[str], standby: Server, source: DataSource, owner: Owner
) -> None:
    reader = of(source.owner)
    wait(standby)
    for _time in range(2):
        assert reader.get(source.get_absolute_url()).status_code == 200
        wait(standby)
    with owner():
        assert AuditLog.objects.filter(event_type="view_source", source_id=source.pk).count() == 1
    assert asked == ["read", "read"]


def test_a_page_that_only_the_replica_fails_is_answered_by_the_first_server(
    asked: list[str], standby: Server, source: DataSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_readings(source)
    reader = of(source.owner)
    wait(standby)

    def broken(who: Actor, using: str) -> None:
        tell(who, using)
        if using == REPLICA:
            on(
                standby,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND pid <> pg_backend_pid()",
            )

    monkeypatch.setattr("accounts.current.tell", broken)
    assert reader.get(source.get_absolute_url()).status_code == 200
    assert reader.get(source.get_absolute_url()).status_code == 200
    assert asked == ["away"]  # the second time it was not asked at all


def test_the_lag_is_told_to_doctor_and_prometheus(
    asked: list[str], standby: Server, settings: Any, source: DataSource
) -> None:
    wait(standby)
    assert [each.level for each in doctor_replica.of_replica()] == ["fine"]
    with paused(standby):
        make_readings(source)
        behind = lag.measured()
        told = figures.told().decode()
    assert behind.follows
    assert behind.size > 0
    assert "homelog_replica_up 1.0" in told
    assert "homelog_replica_lag_bytes" in told


def test_pages_come_while_the_replica_is_stopped(asked: list[str], standby: Server, source: DataSource) -> None:
    make_readings(source)
    reader = of(source.owner)
    pgstandby.end(FOLDER)
    assert reader.get(source.get_absolute_url()).status_code == 200
    assert asked == ["away"]
    assert [each.level for each in doctor_replica.of_replica()] == ["look"]
    assert "homelog_replica_up 0.0" in figures.told().decode()


@pytest.mark.parametrize(
    "url", ["postgresql://homelog_owner@db2/homelog", "postgresql://homelog_app@db2/other", "mysql://x"]
)
def test_a_replica_of_another_role_or_database_is_refused(url: str) -> None:
    site = environment.database("postgresql://homelog_app:one@db1/homelog", "DATABASE_URL")
    with pytest.raises(ImproperlyConfigured, match="REPLICA_URL must"):
        environment.replica(url, "REPLICA_URL", site)


def test_a_replica_has_the_pool_and_the_times_of_the_site() -> None:
    site = environment.database("postgresql://homelog_app:one@db1/homelog", "DATABASE_URL")
    site |= {"ENGINE": "homelog.postgresql", "OPTIONS": {"pool": {"max_size": 8}, "connect_timeout": "4"}}
    made = environment.replica("postgresql://homelog_app:two@db2:5433/homelog?sslmode=require", "REPLICA_URL", site)
    assert (made["ENGINE"], made["HOST"], made["PORT"], made["PASSWORD"]) == (
        "homelog.postgresql",
        "db2",
        "5433",
        "two",
    )
    assert made["OPTIONS"] == {"pool": {"max_size": 8}, "connect_timeout": "2", "sslmode": "require"}
