"""`manage.py clean_pictures [--dry-run]`: deletes the picture files that no reading, source or recent history needs."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from homelog.pictures import SeesTooLittle, clean
from homelog.roles import as_owner


class Command(BaseCommand):
    help = "Deletes the files of pictures that nothing needs any more: replaced, removed or deleted 30 days ago."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be deleted, and delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete them and say how many they were."""
        try:
            with as_owner():
                done = clean(dry=options["dry_run"])
        except SeesTooLittle as error:
            raise CommandError(str(error)) from error
        verb = "To be deleted" if options["dry_run"] else "Deleted"
        self.stdout.write(f"{verb}: {done.files} files, {done.size} bytes.")
        if done.missing:
            self.stderr.write(f"{done.missing} pictures that readings or sources name are missing.")
