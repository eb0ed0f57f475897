"""`manage.py backup FOLDER [--keep 14]`: everything in one file, whose name tells the time."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone as clock

from homelog import backup
from homelog.pgclients import ClientError


class Command(BaseCommand):
    help = "Writes the database and the pictures into one file with checksums; restore puts it back."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where the file is written")
        parser.add_argument("--keep", type=int, metavar="N", help="then delete all but the newest N backups there")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, say what is in it, and delete old ones only once the new one stands."""
        folder, keep = options["folder"], options["keep"]
        if keep is not None and keep < 1:
            raise CommandError("--keep wants 1 or more.")
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}. Make it first, readable by you alone.")
        try:
            path, manifest = backup.make(folder, clock.now())
            old = backup.prune(folder, keep) if keep else []
        except (ClientError, OSError) as error:
            raise CommandError(f"No backup was made: {error}") from error
        size = path.stat().st_size
        self.stdout.write(f"{path}: {size} bytes, the database and {len(manifest.files) - 1} pictures.")
        if old:
            self.stdout.write(f"Deleted {len(old)} older ones.")
        try:
            backup.note(size)
        except DatabaseError as error:
            self.stderr.write(f"The backup stands, but the database does not know of it: {error}")
