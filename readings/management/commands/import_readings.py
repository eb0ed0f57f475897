"""`manage.py import_readings FILE --source PUBLIC_ID --as USERNAME`: the import page for the terminal.

It acts as that person, so their rights hold; what is understood, judged and stored is said by the same modules.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.http import Http404
from django.utils import timezone as clock

from accounts.current import acting_as
from accounts.models import User
from readings.import_forms import refusal
from readings.import_preview import MARKS, SEPARATORS, column_name, describe, kind_of_file
from readings.importers import MAX_BYTES, ImportRefused, Understanding, rows, understand
from readings.imports import CannotStore, Plan, plan, store
from sources.access import source_for
from sources.models import DataSource
from sources.numbers import format_number

MOST_LISTED = 50


class Command(BaseCommand):
    help = "Imports the readings of a file (CSV, text, XLSX, JSON, XML) into one source, as the person named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a file of at most 20 MB")
        parser.add_argument("--source", required=True, type=UUID, help="the source, as its page's address names it")
        parser.add_argument("--as", required=True, dest="username", help="the user name of the person who imports")
        parser.add_argument("--column", help="the column of the readings, by its name or its number from 1")
        order = parser.add_mutually_exclusive_group()
        order.add_argument("--day-first", action="store_const", const="dmy", dest="order", help="03/04 is 3 April")
        order.add_argument("--month-first", action="store_const", const="mdy", dest="order", help="03/04 is March 4")
        parser.add_argument("--leave-out-errors", action="store_true", help="import the rest where rows are refused")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be stored")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(f"Nobody here has the user name {options['username']}.")
        with acting_as(person):
            try:
                source = source_for(person, options["source"], "import")
                self._import(source, _read(options["file"]), options)
            except (Http404, PermissionDenied, CannotStore) as error:
                raise CommandError(str(error)) from error
            except ImportRefused as error:
                raise CommandError(refusal(error)) from error

    def _import(self, source: DataSource, data: bytes, options: dict[str, Any]) -> None:
        understanding = understand(data)
        column = _column(understanding, options["column"])
        self._say_understood(source, understanding, column)
        given = rows(understanding, column, options["order"])
        self._say_plan(source, plan(source, given, clock.now()))
        if options["dry_run"]:
            self.stdout.write("Nothing was stored, as you asked.")
            return
        name, kind = options["file"].name, kind_of_file(understanding)
        batch = store(source, given, name, kind, leave_out_refused=options["leave_out_errors"])
        self.stdout.write(self.style.SUCCESS(f"Stored {batch.counts['stored']} readings in {source}."))

    def _say_understood(self, source: DataSource, understanding: Understanding, column: int) -> None:
        style = understanding.columns[understanding.moment.date].dates
        order = "newest first" if understanding.newest_first else "oldest first"
        separator = SEPARATORS[understanding.table.separator]
        self.stdout.write(f"{understanding.encoding}, cells separated by {separator}, {order}.")
        self.stdout.write(
            f"Dates: {style.format if style else ''}, by the clock of {source.zone.key} where none is given."
        )
        numbers = understanding.columns[column].numbers
        if numbers is not None:
            doubt = "" if numbers.mark_known else " (they could also be read with the other mark)"
            self.stdout.write(f"Numbers: {MARKS[numbers.mark]}{doubt}.")
        for found in understanding.candidates:
            chosen = "*" if found.column == column else " "
            self.stdout.write(f"{chosen} {found.column + 1:3} {describe(found)}")

    def _say_plan(self, source: DataSource, found: Plan) -> None:
        counts = ", ".join(f"{count} {name}" for name, count in found.counts.items())
        self.stdout.write(f"{counts[:1].upper()}{counts[1:]}.")
        if found.total is not None:
            self.stdout.write(f"Total use: {format_number(found.total)} {source.unit}.")
        for row in found.refused[:MOST_LISTED]:
            self.stdout.write(f"Line {row.line}: {row.reason}")
        for row in found.conflicts[:MOST_LISTED]:
            self.stdout.write(f"Line {row.line}: another value is stored, and stays.")


def _read(path: Path) -> bytes:
    """The file's bytes; of a larger file one more than is accepted, which is then refused with its sentence."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error


def _column(understanding: Understanding, asked: str | None) -> int:
    """The index of the column that was asked for, by its name or else its number, or the one that suggests itself."""
    if asked is None:
        return understanding.suggested
    named = [found.column for found in understanding.candidates if found.name.casefold() == asked.casefold()]
    numbered = [found.column for found in understanding.candidates if str(found.column + 1) == asked]
    match named or numbered:
        case [column]:
            return column
        case []:
            known = ", ".join(column_name(found.column, found.name) for found in understanding.candidates)
            raise CommandError(f"No column of numbers is called {asked}. There are: {known}.")
        case _:
            raise CommandError(f"Several columns are called {asked}. Give the number of the one you mean.")
