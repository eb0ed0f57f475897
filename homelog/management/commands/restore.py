"""`manage.py restore FILE`: what `backup` wrote, put back into an empty database."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from homelog import backup
from homelog.archive import ArchiveError
from homelog.pgclients import ClientError


class Command(BaseCommand):
    help = "Checks a backup and puts it back into an empty database that has HomeLog's roles."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Put it back and say what it was."""
        try:
            manifest = backup.restore(options["file"])
        except (ArchiveError, ClientError, OSError) as error:
            raise CommandError(f"Nothing was put back: {error}") from error
        made = f"the backup of {manifest.made_at}, made by HomeLog {manifest.homelog}"
        self.stdout.write(f"Put back {made}: the database and {len(manifest.files) - 1} pictures.")
