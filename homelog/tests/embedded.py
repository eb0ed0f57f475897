"""Talking to an embedded server and to its process, for tests."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from homelog import devdb
from homelog.devdb import Server

PROJECT = Path(devdb.__file__).resolve().parent.parent
ENSURE = (
    "import sys; from pathlib import Path; from homelog import devdb; print(devdb.ensure(Path(sys.argv[1]), fast=True))"
)
ROOT = os.geteuid() == 0

as_root = pytest.mark.skipif(not ROOT, reason="only root hands a server to another user")


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
