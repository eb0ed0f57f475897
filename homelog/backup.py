"""Makes a backup of everything, and puts one back into an empty database: `manage.py backup` and `manage.py restore`.

The dump comes first and the pictures after it, so that no reading in it lacks its photo: a picture's file never
changes, and is kept for 30 days after nothing names it any more. Both are made as homelog_owner, who sees every row.
"""

import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tarfile import TarFile
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from homelog import VERSION, archive, pgclients
from homelog.archive import DUMP, MEDIA, ArchiveError, Manifest
from homelog.roles import as_owner
from sources.picture_files import sync

NAME = "homelog-%Y%m%d-%H%M%S.tar"
MADE_BY_US = re.compile(r"homelog-\d{8}-\d{6}\.tar")
WHOLE = ("--no-owner", "--exit-on-error", "--single-transaction")
TABLES = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"


def make(folder: Path, now: datetime) -> tuple[Path, Manifest]:
    """Write a backup into `folder` under a name that tells the time. Raises ClientError or OSError."""
    path = folder / now.strftime(NAME)
    with as_owner(), connection.cursor() as cursor:
        major = _major(cursor)
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        migrations = [name for (name,) in cursor.fetchall()]
    with TemporaryDirectory(dir=folder, prefix=".homelog-") as unfinished:
        dump = Path(unfinished) / DUMP
        pgclients.run("pg_dump", ["--format=custom", f"--file={dump}"], server=major)
        manifest = Manifest(VERSION, str(major), now.isoformat(), migrations)
        return path, archive.write(path, manifest, [(DUMP, dump), *_pictures()])


def note(size: int) -> None:
    """Write down in the database that a backup of so many bytes was made just now, for whoever watches the site."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO backup_made (bytes) VALUES (%s)", [size])


def prune(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest `keep` backups of `folder`; other files are let be. Returns what was deleted."""
    old = sorted(path for path in folder.iterdir() if MADE_BY_US.fullmatch(path.name))[:-keep]
    for path in old:
        path.unlink()
    return old


def restore(path: Path) -> Manifest:
    """Put a backup back: checked whole first, then the pictures, the database in one transaction, newer migrations.

    What is interrupted can be run again: until the database is there as a whole, it is empty.
    Raises ArchiveError for a file that cannot be used and a database that is not empty, ClientError, OSError.
    """
    with archive.opened(path) as (held, manifest):
        _refuse_newer(manifest)
        major = _of_empty_database(int(manifest.postgresql))
        pictures = [name for name in manifest.files if name.startswith(MEDIA)]
        _put_back(held, pictures)
        with TemporaryDirectory(prefix="homelog-") as unfinished:
            dump = Path(unfinished) / DUMP
            archive.extract(held, DUMP, dump)
            into = f"--dbname={settings.DATABASE_OWNER['NAME']}"
            pgclients.run("pg_restore", [*WHOLE, into, str(dump)], server=major)
    call_command("migrate", verbosity=0)
    return manifest


def _major(cursor: Any) -> int:
    cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
    return int(cursor.fetchone()[0])


def _pictures() -> Iterator[tuple[str, Path]]:
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")):
        if path.is_file():
            yield MEDIA + path.relative_to(root).as_posix(), path


def _of_empty_database(made_by: int) -> int:
    """The major version of the server. Raises ArchiveError where it cannot take the backup."""
    with as_owner(), connection.cursor() as cursor:
        major = _major(cursor)
        cursor.execute(TABLES)
        (count,) = cursor.fetchone()
    if count:
        raise ArchiveError(
            "The database is not empty, and nothing was changed. Make a new one with its roles"
            " (homelog/roles.sql), and let DATABASE_URL and DATABASE_OWNER_URL name it."
        )
    if made_by > major:
        raise ArchiveError(
            f"This backup is of PostgreSQL {made_by}, and the server is {major}. Put it back into {made_by} or newer."
        )
    return major


def _put_back(held: TarFile, names: list[str]) -> None:
    """The pictures into their folder, as those of whoever it belongs to."""
    root = Path(settings.MEDIA_ROOT).resolve()
    root.mkdir(parents=True, exist_ok=True)
    places = {name: (root / name.removeprefix(MEDIA)).resolve() for name in names}
    for name, to in places.items():
        if root not in to.parents:
            raise ArchiveError(f"{name} in this backup would be written outside of the pictures' folder.")
    wanted, free = archive.size(held, names), shutil.disk_usage(root).free
    if wanted > free:
        raise ArchiveError(f"The pictures need {wanted:,} bytes, and {root} has room for {free:,}.")
    owner = root.stat()
    for name, to in places.items():
        to.parent.mkdir(parents=True, exist_ok=True)
        archive.extract(held, name, to)
        if os.geteuid() == 0:
            for each in (to, to.parent):
                os.chown(each, owner.st_uid, owner.st_gid)
    for folder in {to.parent for to in places.values()}:
        sync(folder)


def _refuse_newer(manifest: Manifest) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    if unknown := sorted(set(manifest.migrations) - known):
        raise ArchiveError(
            f"This backup was made by a newer HomeLog ({manifest.homelog}, with {unknown[0]}). Upgrade HomeLog first."
        )
