"""What is wrong with this installation, in sentences for whoever runs it: `manage.py doctor`.

Looks and repairs nothing. Beside Django's checks of settings and of the database (homelog/checks.py)
it looks at what they cannot: the server of the database, clocks, disks, mail, backups.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.core import checks, mail
from django.db import DEFAULT_DB_ALIAS, connection
from django.utils import timezone as clock

from accounts import first_run
from homelog.errors import UNREACHABLE

LEAST_FREE = 1_000_000_000
BACKUP_AGE = timedelta(hours=36)
OLDEST, NEWEST = 15, 18
APART = timedelta(seconds=5)
SERVER = """
SELECT current_setting('server_version_num')::int / 10000, current_setting('max_connections')::int, clock_timestamp()
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """wrong: it has to be mended; look: it works, and one should know. `todo` may be empty."""

    level: Literal["wrong", "look", "fine"]
    sentence: str
    todo: str = ""


def examine(backups: Path | None = None) -> Iterator[Finding]:
    """All findings, the database's first; where that does not answer, the rest alone."""
    try:
        connection.ensure_connection()
    except UNREACHABLE as error:
        where = settings.DATABASES[DEFAULT_DB_ALIAS]
        place = f"{where['HOST'] or 'the local socket'}, database {where['NAME']}"
        yield Finding(
            "wrong", f"The database does not answer at {place}: {first_line(error)}", "Start it; look at DATABASE_URL."
        )
        yield from by_django([])
    else:
        yield from by_django([DEFAULT_DB_ALIAS])
        yield from of_database()
    yield from of_disk()
    yield from of_mail()
    if backups is not None:
        yield from of_backups(backups)


def by_django(databases: list[str]) -> Iterator[Finding]:
    """What the system checks say."""
    found = checks.run_checks(include_deployment_checks=not settings.DEBUG, databases=databases)
    for each in found:
        level: Literal["wrong", "look"] = "wrong" if each.level >= checks.ERROR else "look"
        yield Finding(level, str(each.msg), str(each.hint or ""))
    if not found:
        yield Finding("fine", "Settings, roles, row-level security, durability and migrations are as they should be.")


def of_database() -> Iterator[Finding]:
    """Version, clock, connections, and whether somebody looks after the site."""
    with connection.cursor() as cursor:
        cursor.execute(SERVER)
        version, most, now = cursor.fetchone()
    if not OLDEST <= version <= NEWEST:
        yield Finding("look", f"PostgreSQL {version} was not tried with HomeLog.", f"Use {OLDEST} to {NEWEST}.")
    if abs(clock.now() - now) > APART:
        yield Finding("wrong", "This machine's clock and the database's differ.", "Let both follow a time server.")
    wanted = int(os.environ.get("HOMELOG_WORKERS", "2")) * settings.DATABASE_POOL
    if wanted > most - 10:
        todo = "Lower HOMELOG_WORKERS or DATABASE_POOL, or raise max_connections."
        yield Finding("wrong", f"The site may open {wanted} connections; the database takes {most}.", todo)
    if not first_run.is_over():
        yield Finding("look", "Nobody is administrator yet.", "manage.py first_run tells how to make one.")
    yield Finding("fine", f"PostgreSQL {version} answers.")


def of_disk() -> Iterator[Finding]:
    """Whether pictures and files of imports find room."""
    folder = next(each for each in (settings.MEDIA_ROOT, *settings.MEDIA_ROOT.parents) if each.exists())
    if not os.access(folder, os.W_OK):
        todo = "Make it where it is not there, and give it to the user that the site runs as."
        yield Finding("wrong", f"Nothing can be written to {settings.MEDIA_ROOT}: no picture can be kept.", todo)
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        yield Finding(
            "wrong", f"Only {free // 1_000_000} MB are free at {folder}.", "Make room before the disk is full."
        )
    else:
        yield Finding("fine", f"{free // 1_000_000_000} GB are free at {folder}.")


def of_mail() -> Iterator[Finding]:
    """Whether the mail server lets the site in; nothing is sent."""
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        yield Finding(
            "look", "Mail is not sent, but printed into the log.", "Set EMAIL_URL, or live without it at home."
        )
        return
    try:
        with mail.get_connection():
            yield Finding("fine", f"The mail server {settings.EMAIL_HOST} lets the site in.")
    except OSError as error:
        text = f"The mail server {settings.EMAIL_HOST} does not let the site in: {first_line(error)}"
        yield Finding("wrong", text, "Look at EMAIL_URL.")


def of_backups(folder: Path) -> Iterator[Finding]:
    """How old the newest backup in a folder is."""
    newest = max((each.stat().st_mtime for each in folder.glob("homelog-*.tar")), default=None)
    if newest is None:
        yield Finding(
            "wrong", f"No backup lies in {folder}.", "manage.py backup makes one; docs/backup.md says how every night."
        )
        return
    age = timedelta(seconds=clock.now().timestamp() - newest)
    level: Literal["wrong", "fine"] = "wrong" if age > BACKUP_AGE else "fine"
    yield Finding(level, f"The newest backup is {age.total_seconds() / 3600:.0f} hours old.")


def first_line(error: Exception) -> str:
    """What an exception says, without what follows in further lines."""
    return (str(error).splitlines() or [type(error).__name__])[0]
