"""`manage.py audit_seal`: seals what was added to the audit log since the last time; once a minute is right."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from audit import seals
from homelog.roles import as_owner


class Command(BaseCommand):
    help = "Seals the new entries of the audit log, so that audit_verify finds any that is changed, removed or added."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal them and say which seal is the newest."""
        try:
            with as_owner():
                made = seals.seal()
        except OperationalError as error:
            raise CommandError("Somebody is writing to the log for long. Nothing was sealed: run it again.") from error
        if not made:
            self.stdout.write("Nothing was added since the last seal.")
            return
        entries = sum(each.entries for each in made)
        self.stdout.write(f"Sealed {entries} entries, up to number {made[-1].last}. Seal: {made[-1].digest.hex()}")
