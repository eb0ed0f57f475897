"""The embedded PostgreSQL of a development machine: one server for each folder, shared by all processes of a project.

`ensure` makes, starts or attaches to the server of a folder, `stop` ends it, `status` looks. Settings call `ensure`
when DATABASE_URL is unset, so nothing here imports Django, and nothing here is needed by a site in production. The
server listens on a Unix socket in a folder of mode 0700 and never on TCP; it outlives the process that started it. It
trusts whoever reaches that socket. Linux and macOS, PostgreSQL 15 to 18.

A folder holds `data` (the cluster), `socket`, `server.log`, and `lock`, held while a process starts or ends the server.
A socket path too long for the kernel goes to a private folder under the temporary one. PostgreSQL refuses to run as
root, so root hands the folder to whoever owns it already, else to the user postgres, else to nobody, and changes the
mode of no folder it did not make. Where that user cannot enter the project (a checkout under root's home), the data
live in /var/lib/homelog-dev, and programs it cannot read are copied to them.

Finding programs is in pgbinaries.py, folders and modes in pgarea.py, the process in pgprocess.py; here are the server
as callers see it and the roles and database inside it.
"""

import contextlib
import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from homelog import pgarea, pgprocess
from homelog.pgarea import PORT, Area
from homelog.pgbinaries import DevDatabaseError

__all__ = ["FOLDER", "DevDatabaseError", "Server", "ensure", "status", "stop"]

FOLDER = Path(__file__).resolve().parent.parent / "var" / "db"
DATABASE = "homelog"
ROLES = Path(__file__).with_name("roles.sql")
# The server finishes what a killed process asked of it; whoever comes next waits for that.
ALONE = f"SELECT pg_advisory_lock({PORT})"
SETTLED = """
    SELECT (SELECT count(*) = 3 FROM pg_roles WHERE rolname IN ('homelog_owner', 'homelog_app', 'homelog_staff'))
       AND EXISTS (SELECT FROM pg_database WHERE datname = %s AND shobj_description(oid, 'pg_database') = %s)
"""


@dataclass(frozen=True)
class Server:
    """A running embedded server: its folder, the folder of its socket, and its version, such as "18.4"."""

    folder: Path
    socket_dir: Path
    version: str
    port: int = PORT

    def url(self, role: str, name: str = DATABASE) -> str:
        """The libpq address of a database for a role, as DATABASE_URL and psql take it."""
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql://{quote(role, safe='')}@{host}:{self.port}/{quote(name, safe='')}"

    def settings(self, role: str) -> dict[str, object]:
        """A new entry for Django's DATABASES that connects as this role."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": DATABASE,
            "USER": role,
            "HOST": str(self.socket_dir),
            "PORT": str(self.port),
        }


def ensure(folder: Path, *, fast: bool = False) -> Server:
    """The server of this folder, made and started if need be, with HomeLog's roles and database in it.

    `fast` starts it without waiting for the disk, for data that may be lost. Safe for many processes at once, and after
    a crash of any of them or of the server. Raises DevDatabaseError when there are no programs to run, the folder is of
    another major version or belongs to somebody else, or the server does not start.
    """
    with _one_line(folder):
        area = pgarea.locate(folder)
        return _attach(area) or _start_alone(area, fast)


def status(folder: Path) -> Server | None:
    """The server of this folder when it answers and has its roles and database, else None; starts nothing."""
    with _one_line(folder):
        return _attach(pgarea.locate(folder))


def stop(folder: Path) -> bool:
    """End the server of this folder, breaking its connections off; False when none was running."""
    with _one_line(folder):
        area = pgarea.locate(folder)
        return area.data.exists() and _end(area)


@contextlib.contextmanager
def _one_line(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, psycopg.Error) as error:
        reason = str(error).partition("\n")[0]
        raise DevDatabaseError(f"The embedded database in {folder} cannot be used: {reason}") from error


def _attach(area: Area) -> Server | None:
    """The server when it answers and is complete: one connection, no lock."""
    socket_dir = pgprocess.socket_dir(area)
    if socket_dir is None:
        return None
    try:
        with _connect(socket_dir) as connection:
            settled = connection.execute(SETTLED, (DATABASE, _mark())).fetchone()
            version = connection.info.server_version
    except psycopg.OperationalError:
        return None
    return Server(area.folder, socket_dir, f"{version // 10000}.{version % 10000}") if settled == (True,) else None


def _start_alone(area: Area, fast: bool) -> Server:
    with pgarea.locked(area) as lock:
        found = _attach(area)
        if found:
            return found
        socket_dir = _answering(area)
        if socket_dir is None:
            pgprocess.start(area, lock, fast)
            socket_dir = _answering(area)
        if socket_dir is not None:
            _settle(socket_dir)
            found = _attach(area)
    if found is None:
        raise DevDatabaseError(f"The server in {area.folder} started and ended at once: see {area.log}.")
    return found


def _end(area: Area) -> bool:
    with pgarea.locked(area):
        pid = pgprocess.running(area)
        if pid is not None:
            pgprocess.end(area, pid)
    return pid is not None


def _answering(area: Area) -> Path | None:
    """The socket's folder as soon as the server takes connections, None when it does not run.

    A server that recovers from a crash is waited for; one whose socket was removed is ended, as nobody can reach it.
    """
    deadline = time.monotonic() + pgprocess.PATIENCE
    while pid := pgprocess.running(area):
        socket_dir = pgprocess.socket_dir(area)
        if pgprocess.has_lost_socket(area):
            pgprocess.end(area, pid)
        elif socket_dir is not None and _answers(socket_dir):
            return socket_dir
        elif time.monotonic() > deadline:
            raise DevDatabaseError(f"The server in {area.folder} (process {pid}) does not answer: see {area.log}.")
        else:
            time.sleep(0.02)
    return None


def _answers(socket_dir: Path) -> bool:
    try:
        _connect(socket_dir).close()
    except psycopg.OperationalError:
        return False
    return True


def _settle(socket_dir: Path) -> None:
    """Make the database if it is missing and run roles.sql in it; the database's comment says which was run last."""
    with _connect(socket_dir) as connection:
        connection.execute(ALONE)
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")
    with _connect(socket_dir, DATABASE) as connection:
        connection.execute(ALONE)
        connection.execute(ROLES.read_bytes())
        connection.execute(f"COMMENT ON DATABASE {DATABASE} IS '{_mark()}'")


def _mark() -> str:
    return f"roles.sql {hashlib.sha256(ROLES.read_bytes()).hexdigest()[:16]}"


def _connect(socket_dir: Path, name: str = pgprocess.SUPERUSER) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(socket_dir), port=PORT, user=pgprocess.SUPERUSER, dbname=name, autocommit=True)
