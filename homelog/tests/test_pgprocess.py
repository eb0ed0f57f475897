"""Servers that were killed, whose lock files lie, or that cannot start. Real servers."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from homelog import devdb, pgbinaries
from homelog.devdb import DevDatabaseError
from homelog.tests.embedded import ENSURE, PROJECT, as_servers_user, ask, kill, pid_of, tell


def test_a_killed_server_comes_back_with_what_was_committed(folder: Path) -> None:
    server = devdb.ensure(folder, fast=True)
    tell(server, "SET synchronous_commit = on; CREATE TABLE kept AS SELECT 1 AS n")
    with psycopg.connect(server.url("homelog_app")):
        kill(pid_of(folder))
        assert ask(devdb.ensure(folder, fast=True), "SELECT n FROM kept") == [(1,)]


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at processes as Linux shows them")
@pytest.mark.parametrize("command", [["sleep", "60"], ["true"]], ids=["a stranger's number", "an unreaped process"])
def test_a_lock_file_that_names_another_process_is_no_server(folder: Path, command: list[str]) -> None:
    server = devdb.ensure(folder, fast=True)
    pid = pid_of(folder)
    locks = [folder / "data" / "postmaster.pid", server.socket_dir / ".s.PGSQL.5432.lock"]
    texts = [lock.read_text() for lock in locks]
    kill(pid)
    other = as_servers_user(folder, *command)
    for lock, text in zip(locks, texts, strict=True):
        lock.write_text(text.replace(str(pid), str(other.pid), 1))
    try:
        assert devdb.stop(folder) is False
        assert devdb.ensure(folder, fast=True) == server
        assert pid_of(folder) != other.pid
    finally:
        other.kill()
        other.wait()


def test_an_empty_lock_file_is_no_server(folder: Path) -> None:
    server = devdb.ensure(folder, fast=True)
    devdb.stop(folder)
    (folder / "data" / "postmaster.pid").write_text("")
    assert devdb.ensure(folder, fast=True) == server


def test_a_server_whose_socket_was_removed_is_started_again(folder: Path) -> None:
    server = devdb.ensure(folder, fast=True)
    pid = pid_of(folder)
    shutil.rmtree(server.socket_dir)
    assert devdb.ensure(folder, fast=True) == server
    assert pid_of(folder) != pid


def test_an_interrupted_first_start_is_begun_again(new: Path) -> None:
    (new / "data.new").mkdir(parents=True)
    (new / "data.new" / "PG_VERSION").write_text("half")
    server = devdb.ensure(new, fast=True)
    assert ask(server, "SELECT current_database()") == [("homelog",)]
    assert not (new / "data.new").exists()


def test_a_folder_of_another_major_version_is_refused_in_one_line(folder: Path) -> None:
    devdb.ensure(folder, fast=True)
    devdb.stop(folder)
    (folder / "data" / "PG_VERSION").write_text("14\n")
    found = pgbinaries.find()
    with pytest.raises(DevDatabaseError) as refusal:
        devdb.ensure(folder)
    assert str(refusal.value) == (
        f"{folder}/data was made by PostgreSQL 14, and {found.folder} is {found.version}: "
        "name programs of version 14 in HOMELOG_PG_BIN, or remove the folder."
    )


def test_a_server_that_cannot_start_says_why_in_one_line(folder: Path) -> None:
    devdb.ensure(folder, fast=True)
    devdb.stop(folder)
    with (folder / "data" / "postgresql.conf").open("a") as settings:
        settings.write("shared_buffers = 'plenty'\n")
    with pytest.raises(DevDatabaseError) as refusal:
        devdb.ensure(folder)
    assert "\n" not in str(refusal.value)
    assert 'configuration file "' in str(refusal.value)


@pytest.mark.parametrize("reached", ["data.new", "data/postmaster.pid"])
def test_a_process_killed_while_it_starts_the_server_does_not_stop_the_next(new: Path, reached: str) -> None:
    starting = subprocess.Popen([sys.executable, "-c", ENSURE, str(new)], cwd=PROJECT)
    while not (new / reached).exists():
        assert starting.poll() is None
        time.sleep(0.001)
    starting.kill()
    starting.wait()
    assert ask(devdb.ensure(new, fast=True), "SELECT current_database()") == [("homelog",)]
