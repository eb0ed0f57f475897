"""`manage.py audit_prune [--days N]`: removes old entries about looks from the audit log; once a night is right."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from audit import pruning
from homelog.roles import as_owner


class Command(BaseCommand):
    help = "Removes entries about who looked at what, sealed and older than AUDIT_VIEWS_DAYS. Changes never go."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--days", type=int, default=settings.AUDIT_VIEWS_DAYS, help="instead of AUDIT_VIEWS_DAYS")

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove them and say how many."""
        try:
            with as_owner():
                gone = pruning.prune(options["days"])
        except (ValueError, DatabaseError) as error:
            raise CommandError(f"{error}".splitlines()[0]) from error
        self.stdout.write(f"Removed {gone} entries about looks that were older than {options['days']} days.")
