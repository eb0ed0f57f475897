"""Which PostgreSQL is chosen, without starting one."""

import os
from pathlib import Path

import pytest

from homelog import pgbinaries
from homelog.pgbinaries import Binaries, DevDatabaseError


def programs(folder: Path, version: str) -> Path:
    """A folder that looks like PostgreSQL's programs of this version."""
    folder.mkdir(parents=True)
    for program in pgbinaries.PROGRAMS:
        (folder / program).write_text(f'#!/bin/sh\necho "{program} (PostgreSQL) {version}"\n')
        (folder / program).chmod(0o755)
    return folder


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOMELOG_PG_BIN", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(pgbinaries, "SYSTEM", tmp_path / "system")
    monkeypatch.setattr(pgbinaries, "WHEEL", "a_wheel_that_nobody_has")


def test_the_named_folder_is_used_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(tmp_path / "system" / "17" / "bin", "17.2")
    named = programs(tmp_path / "named", "15.18")
    monkeypatch.setenv("HOMELOG_PG_BIN", str(named))
    assert pgbinaries.find() == Binaries(named, "15.18")


def test_the_wheel_comes_before_the_system_and_its_newest_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs(tmp_path / "system" / "18" / "bin", "18.9")
    package = tmp_path / "site" / "some_wheel"
    programs(package / "pginstall" / "bin", "16.14")
    newest = programs(package / "pginstall18" / "bin", "18.4")
    (package / "__init__.py").write_text("raise AssertionError('imported')\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setattr(pgbinaries, "WHEEL", "some_wheel")
    assert pgbinaries.find() == Binaries(newest, "18.4")


def test_the_systems_newest_that_homelog_works_with_is_taken(tmp_path: Path) -> None:
    for version in ("14.9", "15.18", "17.2", "19.0"):
        programs(tmp_path / "system" / version.split(".")[0] / "bin", version)
    assert pgbinaries.find() == Binaries(tmp_path / "system" / "17" / "bin", "17.2")


def test_programs_on_the_path_are_the_last_resort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path = programs(tmp_path / "bin", "16.1")
    monkeypatch.setenv("PATH", f"{on_path}:{os.defpath}")
    assert pgbinaries.find() == Binaries(on_path, "16.1")


def test_a_machine_without_postgresql_hears_what_to_do() -> None:
    with pytest.raises(DevDatabaseError) as refusal:
        pgbinaries.find()
    assert str(refusal.value) == (
        "No PostgreSQL 15 to 18 found: install requirements-dev.txt or the system's postgresql package, "
        "or name a folder of programs in HOMELOG_PG_BIN, or a server in DATABASE_URL."
    )


def test_a_named_folder_without_programs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMELOG_PG_BIN", str(tmp_path))
    with pytest.raises(DevDatabaseError) as refusal:
        pgbinaries.find()
    assert str(refusal.value) == f"HOMELOG_PG_BIN is {tmp_path}, where postgres, initdb, pg_ctl cannot be run."


def test_a_named_folder_of_an_old_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMELOG_PG_BIN", str(programs(tmp_path / "old", "14.9")))
    with pytest.raises(DevDatabaseError) as refusal:
        pgbinaries.find()
    assert str(refusal.value) == "HOMELOG_PG_BIN is PostgreSQL 14.9; HomeLog works with 15 to 18."


def test_programs_that_cannot_run_elsewhere_are_not_copied(tmp_path: Path) -> None:
    folder = programs(tmp_path / "bin", "16.1")
    with pytest.raises(DevDatabaseError, match="is not readable for the user that runs the server"):
        pgbinaries.copy_within_reach(Binaries(folder, "16.1"), os.geteuid(), os.getegid(), tmp_path / "copy")


def test_reach_is_read_from_every_folder_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "open" / "program"
    path.parent.mkdir()
    path.write_text("")
    path.chmod(0o755)
    uid, gid = os.geteuid(), os.getegid()
    assert pgbinaries.reachable(path, uid, gid) is True
    (tmp_path / "open").chmod(0o600)
    assert pgbinaries.reachable(tmp_path / "open", uid, gid) is False
    (tmp_path / "open").chmod(0o700)
    assert pgbinaries.reachable(path, 12345, 12345) is False
