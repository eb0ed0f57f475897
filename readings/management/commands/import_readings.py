"""`manage.py import_readings FILE --source ID | --home ID --as USERNAME`: the import pages for the terminal.

It acts as that person, so their rights hold; what is understood, asked, judged and stored is said by the same modules,
and what the options say is read as what the preview's form says.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.http import Http404

from accounts.current import acting_as
from accounts.models import User
from readings.access import home_for_import
from readings.import_forms import refusal
from readings.import_items import Item, Prepared
from readings.import_page import kind_of
from readings.import_preparing import prepare
from readings.import_preview import MARKS, SEPARATORS, asked, column_name, describe
from readings.import_setup import NEW, SKIP, Setup, remembered
from readings.import_storing import NothingStored, store_all
from readings.importers import MAX_BYTES, ImportRefused, Understanding, understand
from readings.imports import CannotStore, Plan
from readings.models import ImportDraft
from sources.access import source_for
from sources.models import DataSource
from sources.numbers import format_number

MOST_LISTED = 50
ERRORS = (Http404, PermissionDenied, CannotStore, NothingStored)


class Command(BaseCommand):
    help = "Imports the readings of a file (CSV, text, XLSX, JSON, XML) into a source or a home, as the person named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a file of at most 20 MB and 500,000 rows")
        into = parser.add_mutually_exclusive_group(required=True)
        into.add_argument("--source", type=UUID, help="the source, as its page's address names it")
        into.add_argument("--home", type=UUID, help="the home, for a file with one meter or many")
        parser.add_argument("--as", required=True, dest="username", help="the user name of the person who imports")
        parser.add_argument("--column", help="for a source: the column, by its name or its number from 1")
        _add_pairs(parser, "--to", "for a home: where a meter of the file goes: a meter's name, its id, new, or skip")
        _add_pairs(parser, "--unit", "in which unit a new meter counts, or a file that says none", "UNIT")
        order = parser.add_mutually_exclusive_group()
        order.add_argument("--day-first", action="store_const", const="dmy", dest="order", help="03/04 is 3 April")
        order.add_argument("--month-first", action="store_const", const="mdy", dest="order", help="03/04 is March 4")
        mark = parser.add_mutually_exclusive_group()
        mark.add_argument("--decimal-point", action="store_const", const=".", dest="mark", help="12,345 is 12345")
        mark.add_argument("--decimal-comma", action="store_const", const=",", dest="mark", help="12.345 is 12345")
        parser.add_argument("--zone", default="", help="the time zone of times without an offset, else the home's")
        _add_pairs(parser, "--answer", "what happened where a dial falls", "ANSWER", of="QUESTION")
        parser.add_argument("--as-proposed", action="store_true", help="answer all other questions as is proposed")
        parser.add_argument("--leave-out-errors", action="store_true", help="import the rest where rows are refused")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be stored")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(f"Nobody here has the user name {options['username']}.")
        with acting_as(person):
            try:
                self._import(person, options)
            except ERRORS as error:
                raise CommandError(str(error)) from error
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            except ImportRefused as error:
                raise CommandError(refusal(error)) from error

    def _import(self, person: User, options: dict[str, Any]) -> None:
        draft, targets, may_make = _draft(person, options)
        understanding = understand(bytes(draft.content))
        self._say_understood(draft, understanding, options)
        setup = remembered(understanding, [source.pk for source in targets]).said(_reading(understanding, options))
        prepared = prepare(draft, setup, person, targets, may_make=may_make)
        setup = setup.said(_form(prepared, options))
        prepared = prepare(draft, setup, person, targets, may_make=may_make, to_store=True)
        if prepared.told:
            self.stdout.write(prepared.told)
        for item in prepared.items:
            self._say_item(item, draft, setup)
        if prepared.problems:
            raise CommandError(" ".join(prepared.problems))
        if options["dry_run"]:
            self.stdout.write("Nothing was stored, as you asked.")
            return
        _check_answered(prepared, options)
        batches = store_all(prepared, draft.file_name, kind_of(prepared), leave_out_refused=options["leave_out_errors"])
        for batch in batches:
            self.stdout.write(self.style.SUCCESS(f"Stored {batch.counts['stored']} readings in {batch.source}."))

    def _say_understood(self, draft: ImportDraft, understanding: Understanding, options: dict[str, Any]) -> None:
        zone = options["zone"] or (draft.source or draft.home).zone.key  # type: ignore[union-attr]
        column = _column(understanding, options["column"]) if draft.source else None
        style = understanding.columns[understanding.moment.date].dates
        order = "newest first" if understanding.newest_first else "oldest first"
        cells = f", cells separated by {SEPARATORS[understanding.table.separator]}"
        kind = understanding.content.sort
        written = f"{understanding.encoding}{cells}" if kind in ("CSV", "text") else kind
        self.stdout.write(f"{written}, {order}.")
        self.stdout.write(f"Dates: {style.format if style else ''}, by the clock of {zone} where none is given.")
        if column is None:
            return
        numbers = understanding.columns[column].numbers
        if numbers is not None:
            doubt = "" if numbers.mark_known else " (they could also be read with the other mark)"
            self.stdout.write(f"Numbers: {MARKS[numbers.mark]}{doubt}.")
        for found in understanding.candidates:
            chosen = "*" if found.column == column else " "
            self.stdout.write(f"{chosen} {found.column + 1:3} {describe(found)}")

    def _say_item(self, item: Item, draft: ImportDraft, setup: Setup) -> None:
        """One meter of the file: where it goes, what becomes of its rows, and what is asked."""
        if draft.home is not None:
            where = f"a new meter, {item.source}" if item.is_new else f"{item.source}" if item.source else "nowhere"
            self.stdout.write(f"{item.series.name or draft.file_name}: goes to {where}.")
        if item.source is None or item.plan is None:
            return
        self._say_plan(item.source, item.plan)
        for question in item.plan.decisions.questions:
            shown = asked(question, item.source, setup.clock or item.source.zone)
            self.stdout.write(f"Question {question.key}: {shown.text}")
            for answer, words in shown.options:
                self.stdout.write(f"{'*' if answer == shown.answer else ' '} {answer:8} {words}")

    def _say_plan(self, source: DataSource, found: Plan) -> None:
        counts = ", ".join(f"{count} {name}" for name, count in found.counts.items())
        self.stdout.write(f"{counts[:1].upper()}{counts[1:]}.")
        if found.total is not None:
            self.stdout.write(f"Total use: {format_number(found.total)} {source.unit}.")
        for row in found.refused[:MOST_LISTED]:
            self.stdout.write(f"Line {row.line}: {row.reason}")
        for row in found.conflicts[:MOST_LISTED]:
            self.stdout.write(f"Line {row.line}: another value is stored, and stays.")


def _add_pairs(parser: ArgumentParser, name: str, help: str, value: str = "WHERE", of: str = "METER") -> None:
    parser.add_argument(name, action="append", default=[], metavar=f"{of}={value}", help=f"{help}; once for each")


def _draft(person: User, options: dict[str, Any]) -> tuple[ImportDraft, list[DataSource], bool]:
    """The file as the pages keep it, but not kept, and what it may go to. Raises Http404 or PermissionDenied."""
    facts = {"file_name": options["file"].name, "created_by_id": person.pk}
    if options["source"]:
        source = source_for(person, options["source"], "import")
        return ImportDraft(source=source, content=_read(options["file"]), **facts), [source], False
    home, sources = home_for_import(person, options["home"])
    return ImportDraft(home=home, content=_read(options["file"]), **facts), sources, home.may("edit_source")


def _reading(understanding: Understanding, options: dict[str, Any]) -> dict[str, str]:
    """How the file is to be read, as the preview's form says it."""
    said = {name: options[name] for name in ("order", "mark", "zone") if options[name]}
    if options["source"] and options["column"]:
        said["column"] = str(_column(understanding, options["column"]))
    return said


def _form(prepared: Prepared, options: dict[str, Any]) -> dict[str, str]:
    """What goes where and what happened, as the preview's form says it."""
    form = {f"key-{item.number}": item.series.key for item in prepared.items}
    for name, where in map(_pair, options["to"]):
        form[f"to-{_item(prepared, name).number}"] = _target(prepared, where)
    for name, unit in map(_pair, options["unit"]):
        form[f"unit-{_item(prepared, name).number}"] = form[f"in-{_item(prepared, name).number}"] = unit
    for key, answer in map(_pair, options["answer"]):
        for item in prepared.items:
            questions = item.plan.decisions.questions if item.plan else []
            if any(each.key == key and answer in each.options for each in questions):
                form[f"q-{item.number}-{key}"] = answer
                break
        else:
            raise CommandError(f"There is no question {key} with the answer {answer}. Try --dry-run: it lists them.")
    return form


def _pair(text: str) -> tuple[str, str]:
    name, mark, value = text.rpartition("=")
    if not mark:
        raise CommandError(f"{text} names no value. Write it as NAME=VALUE.")
    return name, value


def _item(prepared: Prepared, name: str) -> Item:
    found = [item for item in prepared.items if item.series.name.casefold() == name.casefold()]
    if len(found) != 1:
        known = ", ".join(item.series.name for item in prepared.items)
        raise CommandError(f"One meter of the file must be called {name}. There are: {known}.")
    return found[0]


def _target(prepared: Prepared, where: str) -> str:
    if where in (NEW, SKIP):
        return where
    found = [
        str(each.public_id)
        for each in prepared.targets
        if where.casefold() in (each.name.casefold(), str(each.public_id))
    ]
    if len(found) != 1:
        known = ", ".join(sorted(each.name for each in prepared.targets))
        raise CommandError(f"One meter of this home must be called {where}. There are: {known}.")
    return found[0]


def _check_answered(prepared: Prepared, options: dict[str, Any]) -> None:
    """Nothing is taken for granted where a dial falls. Raises CommandError."""
    said = {key for key, _ in map(_pair, options["answer"])}
    questions = [each.key for item in prepared.items if item.plan for each in item.plan.decisions.questions]
    if not options["as_proposed"] and (open_ones := [key for key in questions if key not in said]):
        raise CommandError(
            f"Open questions: {len(open_ones)}. Nothing was stored. Answer each with --answer QUESTION=ANSWER, or all"
            " with --as-proposed."
        )


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
