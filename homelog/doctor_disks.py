"""What `manage.py doctor` says of disks: of pictures, and of the database where its folder can be seen from here."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection

from homelog.findings import Finding

LEAST_FREE = 1_000_000_000
LOCAL = {"", "localhost", "127.0.0.1", "::1"}
USUAL = (Path("/var/lib/postgresql"), Path("/var/lib/pgsql"))


def of_pictures() -> Iterator[Finding]:
    """Whether pictures and files of imports find room."""
    folder = next(each for each in (settings.MEDIA_ROOT, *settings.MEDIA_ROOT.parents) if each.exists())
    if not os.access(folder, os.W_OK):
        todo = "Make it where it is not there, and give it to the user that the site runs as."
        yield Finding("wrong", f"Nothing can be written to {settings.MEDIA_ROOT}: no picture can be kept.", todo)
    yield room(folder)


def of_database() -> Iterator[Finding]:
    """Whether the database finds room, its write-ahead log too where that lies elsewhere."""
    folder = data_folder()
    if folder is None:
        todo = "Watch it on the database's own machine."
        yield Finding("look", "The disk of the database cannot be seen from here.", todo)
        return
    yield room(folder, " of the database")
    log = folder / "pg_wal"
    if log.is_dir() and log.stat().st_dev != folder.stat().st_dev:
        yield room(log.resolve(), " of the database's write-ahead log")


def data_folder() -> Path | None:
    """Where a database on this machine lies: where its process stands, for who may look (root, its own user); else the
    folder of the usual name, which is on the same disk unless somebody arranged it otherwise. None elsewhere.
    """
    host = str(settings.DATABASES[DEFAULT_DB_ALIAS]["HOST"])
    if host not in LOCAL and not host.startswith("/"):
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    stands = Path(f"/proc/{process}/cwd")
    if os.access(stands, os.R_OK) and (stands / "PG_VERSION").is_file():
        return stands.resolve()
    return next((each for each in USUAL if each.is_dir()), None)


def room(folder: Path, whose: str = "") -> Finding:
    """How much is free there; too little is wrong."""
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        return Finding(
            "wrong", f"Only {free // 1_000_000} MB are free at {folder}{whose}.", "Make room before it is full."
        )
    return Finding("fine", f"{free // 1_000_000_000} GB are free at {folder}{whose}.")
