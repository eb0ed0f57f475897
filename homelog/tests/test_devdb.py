"""The embedded database as its callers see it: making, attaching, stopping, and the roles in it. Real servers."""

import fcntl
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from homelog import devdb, pgbinaries
from homelog.tests.embedded import ENSURE, PROJECT, ask, pid_of, tell


def families() -> list[Path]:
    return [folder for family in (pgbinaries.in_wheel(), pgbinaries._system()) for folder in sorted(family)]


@pytest.mark.parametrize("binaries", families(), ids=lambda folder: folder.parent.name)
def test_every_postgresql_at_hand_gets_the_same_roles(
    binaries: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMELOG_PG_BIN", str(binaries))
    server = devdb.ensure(new, fast=True)

    attributes = """SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication
                    FROM pg_roles WHERE rolname LIKE 'homelog%' ORDER BY rolname"""
    assert ask(server, attributes) == [
        ("homelog_app", True, False, False, False, False, False),
        ("homelog_owner", True, False, False, True, False, False),
        ("homelog_staff", False, False, False, False, False, False),
    ]
    tell(server, "CREATE TABLE secret AS SELECT 7 AS n; GRANT SELECT ON secret TO homelog_staff")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(server, "SELECT n FROM secret", "homelog_app")
    for role in ("homelog_app", "homelog_owner"):
        with psycopg.connect(server.url(role)) as connection:
            connection.execute("SET LOCAL ROLE homelog_staff")
            assert connection.execute("SELECT current_user, n FROM secret").fetchall() == [("homelog_staff", 7)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tell(server, "SET ROLE homelog_app; CREATE TABLE mine (n int)")


def test_only_the_two_login_roles_may_enter_the_database(folder: Path) -> None:
    server = devdb.ensure(folder, fast=True)
    tell(server, "CREATE ROLE somebody LOGIN", "postgres")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        ask(server, "SELECT 1", "somebody")
    assert ask(server, "SELECT current_user", "homelog_app") == [("homelog_app",)]


def test_the_owner_may_make_databases_for_tests(folder: Path) -> None:
    server = devdb.ensure(folder, fast=True)
    tell(server, "CREATE DATABASE test_homelog")
    tell(server, "CREATE TABLE mine (n int)", name="test_homelog")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tell(server, "CREATE DATABASE test_more", "homelog_app")


def test_it_listens_on_a_private_socket_and_not_on_tcp(folder: Path) -> None:
    server = devdb.ensure(folder, fast=True)
    assert ask(server, "SELECT current_setting('listen_addresses'), current_setting('fsync')") == [("", "off")]
    assert (folder / "data" / "postmaster.pid").read_text().splitlines()[4:6] == [str(folder / "socket"), ""]
    assert [oct(path.stat().st_mode & 0o777) for path in (folder, server.socket_dir)] == ["0o700", "0o700"]
    assert server.settings("homelog_app") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "homelog",
        "USER": "homelog_app",
        "HOST": str(folder / "socket"),
        "PORT": "5432",
    }


def test_six_processes_at_once_share_one_server_that_outlives_them(new: Path) -> None:
    command = [sys.executable, "-c", ENSURE, str(new)]
    racing = [subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    answers = {process.communicate()[0].strip() for process in racing}
    assert [process.returncode for process in racing] == [0] * 6
    pid = pid_of(new)
    assert answers == {str(devdb.ensure(new))}
    assert pid_of(new) == pid


def test_the_lock_is_free_while_the_server_runs(folder: Path) -> None:
    devdb.ensure(folder, fast=True)
    with (folder / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_stopping_keeps_the_data_and_a_second_stop_does_nothing(new: Path) -> None:
    assert devdb.stop(new) is False
    server = devdb.ensure(new, fast=True)
    tell(server, "CREATE TABLE kept AS SELECT 1 AS n")
    assert devdb.status(new) == server
    assert [devdb.stop(new), devdb.stop(new)] == [True, False]
    assert devdb.status(new) is None
    assert ask(devdb.ensure(new, fast=True), "SELECT n FROM kept") == [(1,)]


def test_lost_roles_and_a_lost_database_are_made_again(folder: Path) -> None:
    server = devdb.ensure(folder, fast=True)
    tell(server, "DROP DATABASE homelog", "postgres", "postgres")
    tell(server, "DROP ROLE homelog_app", "postgres", "postgres")
    tell(server, "ALTER ROLE homelog_owner BYPASSRLS", "postgres", "postgres")
    assert devdb.status(folder) is None
    assert devdb.ensure(folder) == server
    assert ask(server, "SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user") == [(False,)]
    assert ask(server, "SELECT current_user", "homelog_app") == [("homelog_app",)]
