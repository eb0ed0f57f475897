"""Where a server lives when its own folder will not do: long paths, private projects, unreadable programs."""

import os
import shutil
from pathlib import Path

import pytest

from homelog import devdb, pgarea, pgbinaries
from homelog.devdb import DevDatabaseError
from homelog.tests.embedded import as_root, ask, pid_of


def test_a_long_path_has_its_socket_in_a_private_folder_elsewhere(place: Path) -> None:
    folder = place / "a quite long name with spaces" / ("x" * 90) / "db"
    socket_dir = pgarea.socket_folder(pgarea.locate(folder))
    server = devdb.ensure(folder, fast=True)
    try:
        assert server.socket_dir == socket_dir
        assert len(str(socket_dir)) < 60
        assert oct(socket_dir.stat().st_mode & 0o777) == "0o700"
        assert ask(server, "SELECT 1") == [(1,)]

        shutil.rmtree(folder)
        again = devdb.ensure(folder, fast=True)
        assert again == server
        assert ask(again, "SELECT 1") == [(1,)]
    finally:
        devdb.stop(folder)
        socket_dir.rmdir()


@as_root
def test_somebody_elses_socket_folder_is_refused(place: Path) -> None:
    folder = place / ("x" * 100) / "db"
    socket_dir = pgarea.socket_folder(pgarea.locate(folder))
    socket_dir.mkdir(mode=0o777)
    os.chown(socket_dir, 12345, 12345)
    try:
        with pytest.raises(DevDatabaseError, match="is not a private folder"):
            devdb.ensure(folder, fast=True)
    finally:
        devdb.stop(folder)
        socket_dir.rmdir()


@as_root
def test_a_project_that_the_servers_user_cannot_enter_keeps_its_data_elsewhere(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pgarea, "ELSEWHERE", place / "lib")
    project = place / "private"
    project.mkdir(mode=0o700)
    server = devdb.ensure(project / "var" / "db", fast=True)
    try:
        assert server.folder.parent == place / "lib"
        assert devdb.ensure(project / "var" / "db") == server
        assert list(project.iterdir()) == []
        assert oct(project.stat().st_mode & 0o777) == "0o700"
    finally:
        devdb.stop(project / "var" / "db")


@as_root
def test_programs_that_the_servers_user_cannot_read_are_copied(
    place: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = next((binaries.parent.parent for binaries in pgbinaries.in_wheel()), None)
    if package is None:
        pytest.skip("the wheel with PostgreSQL is not installed")
    private = place / "private"
    private.mkdir(mode=0o700)
    shutil.copytree(package / "pginstall18", private / package.name / "pginstall18")
    shutil.copytree(package.with_name(f"{package.name}.libs"), private / f"{package.name}.libs")
    monkeypatch.setenv("HOMELOG_PG_BIN", str(private / package.name / "pginstall18" / "bin"))

    server = devdb.ensure(folder, fast=True)

    assert ask(server, "SELECT 1") == [(1,)]
    copied = folder / f"postgresql-{server.version}" / package.name / "pginstall18" / "bin"
    assert os.fsencode(copied / "postgres") in Path(f"/proc/{pid_of(folder)}/cmdline").read_bytes()
    assert oct(private.stat().st_mode & 0o777) == "0o700"
