"""Which picture files nothing needs any more, and deleting those. Only the owner of the tables sees whose they are.

Needed is what a reading or a source names, and what one named until KEPT ago, so that a deleted reading and an earlier
state can be put back with it. Files of the last day are let be: their transaction may not be committed yet, or the form
they were sent with may come again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone as clock

from sources.models import KeptPicture
from sources.picture_files import KEPT, NAME, path

YOUNG = timedelta(days=1)
FOLDERS = ("photos", "thumbnails")

NEEDED = """
SELECT photo FROM reading WHERE photo <> '' UNION SELECT thumbnail FROM data_source WHERE thumbnail <> ''
UNION SELECT details -> 'old' ->> 'photo' FROM audit_log
WHERE event_time > %s AND event_type IN ('update_reading', 'delete_reading') AND details -> 'old' ->> 'photo' <> ''
"""
SEES_ALL = (
    "SELECT bool_and(NOT row_security_active(name)) FROM unnest(ARRAY['reading', 'data_source', 'audit_log']) AS name"
)


class SeesTooLittle(RuntimeError):
    """Whoever is connected would take the pictures of others for unneeded ones."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """How many files were deleted, how many bytes they had, and how many pictures that rows name are missing."""

    files: int
    size: int
    missing: int


def clean(*, dry: bool = False) -> Cleaned:
    """Delete the files that nothing needs; `dry` only counts them. Raises SeesTooLittle."""
    now = clock.now()
    # First the files, then what is needed: a picture that comes in between is not among them.
    there = list(_files())
    needed = _needed(now - KEPT - YOUNG)
    unneeded = [file for file in there if _name(file) not in needed and _is_old(file, now)]
    size = sum(file.stat().st_size for file in unneeded)
    for file in [] if dry else unneeded:
        file.unlink(missing_ok=True)
    if not dry:
        KeptPicture.objects.filter(name__in={_name(file) for file in unneeded}).delete()
    return Cleaned(len(unneeded), size, sum(not path(name).is_file() for name in _named()))


def _files() -> Iterator[Path]:
    for folder in FOLDERS:
        for file in Path(settings.MEDIA_ROOT, folder).glob("*.jpg"):
            if NAME.fullmatch(_name(file)):
                yield file


def _name(file: Path) -> str:
    """The name in the row, for the small picture too."""
    return f"{file.parent.name}/{file.name.replace('-small.jpg', '.jpg')}"


def _is_old(file: Path, now: datetime) -> bool:
    return now.timestamp() - file.stat().st_mtime > YOUNG.total_seconds()


def _needed(since: datetime) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(SEES_ALL)
        if not cursor.fetchone()[0]:
            raise SeesTooLittle(
                "Pictures are cleaned by the owner of the tables. Set DATABASE_OWNER_URL for this command."
            )
        cursor.execute(NEEDED, [since])
        return {name for (name,) in cursor.fetchall()}


def _named() -> set[str]:
    """What rows name now."""
    with connection.cursor() as cursor:
        cursor.execute(NEEDED.partition("UNION SELECT details")[0])
        return {name for (name,) in cursor.fetchall()}
