"""What the preview of an import shows: what was understood of the file, and its rows with what becomes of them.

Words and slices only: the file is read in readings/importers, its rows are judged in readings/imports.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readings.import_forms import ChoicesForm, column_name
from readings.importers import SKIPPED, Column, Skipped, Understanding
from readings.imports import Plan
from readings.judging import Judged
from sources.models import DataSource

ENDS = 10
MOST_LISTED = 50

SEPARATORS = {
    "\t": gettext_lazy("tabs"),
    ";": gettext_lazy("semicolons"),
    ",": gettext_lazy("commas"),
    "  ": gettext_lazy("several spaces"),
}
ORDERS = {"dmy": gettext_lazy("the day comes first"), "mdy": gettext_lazy("the month comes first")}
MARKS = {".": gettext_lazy("a decimal point"), ",": gettext_lazy("a decimal comma")}
KINDS = {
    "date": gettext_lazy("dates"),
    "time": gettext_lazy("times"),
    "datetime": gettext_lazy("dates with times"),
    "number": gettext_lazy("numbers"),
    "text": gettext_lazy("words"),
    "empty": gettext_lazy("nothing"),
}


@dataclass(frozen=True)
class Shown:
    """A row as it is listed: with the step from the row before it, None for the first."""

    row: Judged
    step: Decimal | None


@dataclass(frozen=True)
class Listed:
    """Rows that are listed one by one, as many as a page bears, and how many more there are."""

    count: int
    rows: list[Judged]

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.count - len(self.rows)


@dataclass(frozen=True)
class Preview:
    """A plan as the page shows it: the oldest rows, the newest rows, those refused, and those in conflict."""

    plan: Plan
    oldest: list[Shown]
    newest: list[Shown]
    between: int
    refused: Listed
    conflicts: Listed


def preview(plan: Plan) -> Preview:
    """Choose what is shown of a plan: the first and the last ten readings, and up to fifty rows of each trouble."""
    rows = plan.readable
    shown = [_shown(rows, index) for index in sorted({*range(len(rows))[:ENDS], *range(len(rows))[-ENDS:]})]
    hidden = len(rows) - len(shown)
    cut = ENDS if hidden else len(shown)
    return Preview(plan, shown[:cut], shown[cut:], hidden, _listed(plan.refused), _listed(plan.conflicts))


def facts(understanding: Understanding, source: DataSource, choices: ChoicesForm) -> list[tuple[str, str]]:
    """What was understood of the file as a whole: (what, how)."""
    table = understanding.table
    return [
        (_("Letters"), understanding.encoding),
        (_("Cells"), _("separated by %(marks)s") % {"marks": SEPARATORS[table.separator]}),
        (_("Dates"), _dates(understanding, choices)),
        (_("Times"), _times(understanding, source)),
        (_("Order"), _("newest first") if understanding.newest_first else _("oldest first")),
        (_("Rows"), str(len(table.rows))),
    ]


def columns(understanding: Understanding, choices: ChoicesForm) -> list[tuple[str, str, str]]:
    """Each column: its name, what it holds, and what it is taken for."""
    moment = understanding.moment
    uses = {moment.date: _("When it was read"), moment.time: _("When it was read")}
    if choices.is_valid():
        uses[choices.value_column] = _("The reading")
    return [
        (column_name(column.index, column.name), _holds(column, choices), uses.get(column.index, _("Not used")))
        for column in understanding.columns
    ]


def skipped(understanding: Understanding) -> list[tuple[Skipped, str]]:
    """The lines that were passed over though they are not empty, with the reason; at most fifty."""
    found = [line for line in understanding.table.skipped if line.reason != "blank"]
    return [(line, _(SKIPPED[line.reason])) for line in found[:MOST_LISTED]]


def foreign_unit(understanding: Understanding, source: DataSource, choices: ChoicesForm) -> str | None:
    """The unit of the chosen column where it is not that of the source."""
    style = understanding.columns[choices.value_column].numbers
    return style.unit if style and style.unit and style.unit != source.unit else None


def kind_of_file(understanding: Understanding) -> str:
    """How the import is remembered: "CSV, UTF-8"."""
    return f"{'CSV' if understanding.table.separator in ';,' else 'text'}, {understanding.encoding}"


def _shown(rows: list[Judged], index: int) -> Shown:
    before = rows[index - 1].value if index else None
    value = rows[index].value
    return Shown(rows[index], None if before is None or value is None else value - before)


def _listed(rows: Iterable[Judged]) -> Listed:
    found = list(rows)
    return Listed(len(found), found[:MOST_LISTED])


def _dates(understanding: Understanding, choices: ChoicesForm) -> str:
    style = understanding.columns[understanding.moment.date].dates
    if style is None or style.order is None:
        return style.format if style else ""
    if style.order_known:
        return f"{style.format}, {ORDERS[style.order]}"
    if not choices.is_valid() or choices.date_order is None:
        return _("it is not clear whether the day or the month comes first")
    return _("%(order)s, as you said") % {"order": ORDERS[choices.date_order]}


def _times(understanding: Understanding, source: DataSource) -> str:
    style = understanding.columns[understanding.moment.date].dates
    if understanding.moment.utc or (style and style.format.endswith(("Z", "±HH:MM"))):
        return _("with their offset from UTC, as the file says")
    return _("by the clock of %(zone)s") % {"zone": source.zone.key}


def _holds(column: Column, choices: ChoicesForm) -> str:
    if column.dates:
        return f"{KINDS[column.kind]}, {column.dates.format}"
    if column.numbers:
        style = column.numbers
        chosen = choices.decimal_mark if choices.is_valid() and not style.mark_known else None
        text = _("numbers with %(mark)s") % {"mark": MARKS[chosen or style.mark]}
        return f"{text}, {style.unit}" if style.unit else text
    return str(KINDS[column.kind])
