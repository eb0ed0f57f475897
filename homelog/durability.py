"""A system check: the database waits for the disk. Where it does not, a crash loses readings that were answered."""

from collections.abc import Iterator, Mapping

from django.core.checks import CheckMessage, Error
from django.db import connection

from homelog.environment import flag

ASKED = ("fsync", "full_page_writes", "synchronous_commit")


def waits_for_the_disk() -> Iterator[CheckMessage]:
    """What is wrong for the site's own connection; nothing is said in development, where tests need not wait."""
    if flag("DEBUG"):
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY (%s)", [list(ASKED)])
        yield from judge(dict(cursor.fetchall()))


def judge(found: Mapping[str, str]) -> Iterator[CheckMessage]:
    """The settings that let a crash lose what was answered. synchronous_commit may be anything but off."""
    for name in ASKED:
        if found.get(name) == "off":
            yield Error(
                f"PostgreSQL has {name} off: a crash loses readings that were answered as saved.",
                "Take the line out of postgresql.conf, or ALTER ROLE homelog_app RESET synchronous_commit.",
                id="homelog.E009",
            )
