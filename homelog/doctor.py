"""What is wrong with this installation, in sentences for whoever runs it: `manage.py doctor`.

Looks and repairs nothing. Beside Django's checks of settings and of the database (homelog/checks.py)
it looks at what they cannot: the server of the database, clocks and mail here; seals and backups in doctor_ages, disks
in doctor_disks.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core import checks, mail
from django.db import DEFAULT_DB_ALIAS, connection
from django.utils import timezone as clock

from accounts import first_run
from homelog import doctor_ages, doctor_disks, doctor_replica
from homelog.errors import UNREACHABLE
from homelog.findings import Finding, Level, first_line

OLDEST, NEWEST = 15, 18
APART = timedelta(seconds=5)
SERVER = """
SELECT current_setting('server_version_num')::int / 10000, current_setting('max_connections')::int, clock_timestamp()
"""


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
        yield from doctor_ages.of_backups(backups) if backups is not None else ()
    else:
        yield from by_django([DEFAULT_DB_ALIAS])
        yield from of_database()
        yield from doctor_replica.of_replica()
        yield from doctor_ages.of_ages(backups)
        yield from doctor_disks.of_database()
    yield from doctor_disks.of_pictures()
    yield from of_mail()


def by_django(databases: list[str]) -> Iterator[Finding]:
    """What the system checks say."""
    found = checks.run_checks(include_deployment_checks=not settings.DEBUG, databases=databases)
    for each in found:
        level: Level = "wrong" if each.level >= checks.ERROR else "look"
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
