"""The embedded database against real servers: first start, attaching, races, crashes, roles. No Django database."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from homelog import devdb, pgarea, pgbinaries
from homelog.devdb import DevDatabaseError, Server

PROJECT = Path(devdb.__file__).resolve().parent.parent
ROOT = os.geteuid() == 0
ENSURE = (
    "import sys; from pathlib import Path; from homelog import devdb; print(devdb.ensure(Path(sys.argv[1]), fast=True))"
)

as_root = pytest.mark.skipif(not ROOT, reason="only root hands a server to another user")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that an unprivileged user can enter, which pytest's own temporary folder is not when root runs it."""
    place = Path(tempfile.mkdtemp(prefix="homelog-test-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.fixture
def folder(place: Path) -> Iterator[Path]:
    folder = place / "db"
    yield folder
    devdb.stop(folder)


def pid_of(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])


def ask(server: Server, query: str, role: str = "homelog_owner") -> list[tuple[object, ...]]:
    with psycopg.connect(server.url(role), autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def tell(server: Server, statement: str, role: str = "homelog_owner", name: str = devdb.DATABASE) -> None:
    with psycopg.connect(server.url(role, name), autocommit=True) as connection:
        connection.execute(statement.encode())


def kill(pid: int) -> None:
    """kill -9, and wait until the kernel has taken the process away."""
    os.kill(pid, signal.SIGKILL)
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        time.sleep(0.005)


def as_servers_user(folder: Path, *command: str) -> subprocess.Popen[bytes]:
    owner = folder.stat()
    return subprocess.Popen(
        command,
        user=owner.st_uid if ROOT else None,
        group=owner.st_gid if ROOT else None,
        extra_groups=[] if ROOT else None,
    )


def families() -> list[Path]:
    return [folder for family in (pgbinaries._wheel(), pgbinaries._system()) for folder in sorted(family)]


@pytest.mark.parametrize("binaries", families(), ids=lambda folder: folder.parent.name)
def test_every_postgresql_at_hand_gets_the_same_roles(
    binaries: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMELOG_PG_BIN", str(binaries))
    server = devdb.ensure(folder, fast=True)

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


def test_six_processes_at_once_share_one_server_that_outlives_them(folder: Path) -> None:
    command = [sys.executable, "-c", ENSURE, str(folder)]
    racing = [subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    answers = {process.communicate()[0].strip() for process in racing}
    assert [process.returncode for process in racing] == [0] * 6
    pid = pid_of(folder)
    assert answers == {str(devdb.ensure(folder))}
    assert pid_of(folder) == pid


def test_the_lock_is_free_while_the_server_runs(folder: Path) -> None:
    devdb.ensure(folder, fast=True)
    with (folder / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_stopping_keeps_the_data_and_a_second_stop_does_nothing(folder: Path) -> None:
    assert devdb.stop(folder) is False
    server = devdb.ensure(folder, fast=True)
    tell(server, "CREATE TABLE kept AS SELECT 1 AS n")
    assert devdb.status(folder) == server
    assert [devdb.stop(folder), devdb.stop(folder)] == [True, False]
    assert devdb.status(folder) is None
    assert ask(devdb.ensure(folder, fast=True), "SELECT n FROM kept") == [(1,)]


def test_a_killed_server_comes_back_with_what_was_committed(folder: Path) -> None:
    server = devdb.ensure(folder)
    tell(server, "CREATE TABLE kept AS SELECT 1 AS n")
    with psycopg.connect(server.url("homelog_app")):
        kill(pid_of(folder))
        assert ask(devdb.ensure(folder), "SELECT n FROM kept") == [(1,)]


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


def test_an_interrupted_first_start_is_begun_again(folder: Path) -> None:
    (folder / "data.new").mkdir(parents=True)
    (folder / "data.new" / "PG_VERSION").write_text("half")
    server = devdb.ensure(folder, fast=True)
    assert ask(server, "SELECT current_database()") == [("homelog",)]
    assert not (folder / "data.new").exists()


def test_lost_roles_and_a_lost_database_are_made_again(folder: Path) -> None:
    server = devdb.ensure(folder, fast=True)
    tell(server, "DROP DATABASE homelog", "postgres", "postgres")
    tell(server, "DROP ROLE homelog_app", "postgres", "postgres")
    tell(server, "ALTER ROLE homelog_owner BYPASSRLS", "postgres", "postgres")
    assert devdb.status(folder) is None
    assert devdb.ensure(folder) == server
    assert ask(server, "SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user") == [(False,)]
    assert ask(server, "SELECT current_user", "homelog_app") == [("homelog_app",)]


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
    package = next((binaries.parent.parent for binaries in pgbinaries._wheel()), None)
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
