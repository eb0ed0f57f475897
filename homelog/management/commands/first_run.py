"""`manage.py first_run`: how to make the first administrator, where there is none yet."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import DEFAULT_DB_ALIAS

from accounts import first_run


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Tells the set-up code, with which the first administrator is made at /account/set-up/."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-needed", action="store_true", help="say nothing where there is an administrator")
        parser.add_argument("--check", action="store_true", help="run the system checks first, the database's too")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            call_command("check", databases=[DEFAULT_DB_ALIAS])
        if not first_run.is_over():
            self.stdout.write(f"HomeLog has no administrator yet. Open /account/set-up/ and type {first_run.code()}")
        elif not options["if_needed"]:
            self.stdout.write("HomeLog has an administrator. manage.py createsuperuser makes another one.")
