"""`manage.py doctor`: what is wrong with this installation, and what to do about it."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from homelog import doctor

MARKS = {"fine": "   ok  ", "look": "  look ", "wrong": " WRONG "}


class Command(BaseCommand):
    help = "Says in sentences what is wrong with settings, database, disk and mail; ends with 1 where something is."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--backups", type=Path, metavar="FOLDER", help="look for a backup of the last 36 hours there"
        )
        parser.add_argument("--json", action="store_true", help="one JSON list instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(doctor.examine(options["backups"]))
        if options["json"]:
            self.stdout.write(json.dumps([asdict(each) for each in found]))
        else:
            for each in found:
                self.stdout.write(f"{MARKS[each.level]} {each.sentence} {each.todo}".rstrip())
        if any(each.level == "wrong" for each in found):
            sys.exit(1)
