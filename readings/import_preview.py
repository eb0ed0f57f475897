"""What the preview of an import shows: what was understood of the file, and its rows with what becomes of them.

Words and slices only: the file is read in readings/importers, its rows are judged in readings/imports.py, what goes
where is worked out in readings/import_preparing.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from readings.import_items import Item, Prepared
from readings.importers import SKIPPED, Candidate, Column, Skipped, Understanding
from readings.placing import Judged
from readings.questions import Answer, Question
from sources import written
from sources.models import DataSource
from sources.units import KINDS

ENDS = 5
MOST_LISTED = 50
MOST_COLUMNS = 40

SEPARATORS = {
    "\t": gettext_lazy("tabs"),
    ";": gettext_lazy("semicolons"),
    ",": gettext_lazy("commas"),
    "  ": gettext_lazy("several spaces"),
}
ORDERS = {"dmy": gettext_lazy("the day comes first"), "mdy": gettext_lazy("the month comes first")}
MARKS = {".": gettext_lazy("a decimal point"), ",": gettext_lazy("a decimal comma")}
KIND_NAMES = {
    "date": gettext_lazy("dates"),
    "time": gettext_lazy("times"),
    "datetime": gettext_lazy("dates with times"),
    "number": gettext_lazy("numbers"),
    "text": gettext_lazy("words"),
    "empty": gettext_lazy("nothing"),
}
ROLE_NAMES = {
    "dial": gettext_lazy("What the meter showed"),
    "use": gettext_lazy("What was used since the last row"),
    "level": gettext_lazy("A value as it is"),
    "when": gettext_lazy("When it was read"),
    "clock": gettext_lazy("The time of day"),
    "end": gettext_lazy("Until when"),
    "name": gettext_lazy("Which meter"),
    "unit": gettext_lazy("The unit"),
    "note": gettext_lazy("A note"),
    "quality": gettext_lazy("Measured or estimated"),
    "none": gettext_lazy("Not used"),
}
TRENDS = {
    "rising": gettext_lazy("only grows"),
    "constant": gettext_lazy("stays the same"),
    "varies": gettext_lazy("goes up and down"),
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
class Asked:
    """A question as the page asks it: its sentence, its ways out, and which is chosen."""

    key: str
    text: str
    options: list[tuple[Answer, str]]
    answer: Answer


@dataclass(frozen=True)
class Preview:
    """One meter of a file as the page shows it: the oldest rows, the newest rows, those refused, those in conflict."""

    item: Item
    oldest: list[Shown]
    newest: list[Shown]
    between: int
    refused: Listed
    conflicts: Listed
    questions: list[Asked]


@dataclass(frozen=True)
class Described:
    """A column: its number, its name, what it holds, a few of its cells, and what it is taken for."""

    index: int
    name: str
    holds: str
    sample: str
    role: str
    use: str


def preview(item: Item, zone: ZoneInfo) -> Preview:
    """Choose what is shown of a meter: the first and the last five readings, up to fifty rows of each trouble."""
    if item.plan is None:
        return Preview(item, [], [], 0, Listed(0, []), Listed(0, []), [])
    rows = item.plan.readable
    shown = [_shown(rows, index) for index in sorted({*range(len(rows))[:ENDS], *range(len(rows))[-ENDS:]})]
    hidden = len(rows) - len(shown)
    cut = ENDS if hidden else len(shown)
    source = item.source
    questions = [asked(question, source, zone) for question in item.plan.decisions.questions] if source else []
    return Preview(
        item, shown[:cut], shown[cut:], hidden, _listed(item.plan.refused), _listed(item.plan.conflicts), questions
    )


def facts(prepared: Prepared, zone: ZoneInfo) -> list[tuple[str, str]]:
    """What was understood of the file as a whole: (what, how)."""
    understanding = prepared.understanding
    table, content = understanding.table, understanding.content
    found = [(_("Format"), content.format or content.sort)]
    if content.encoding:
        found.append((_("Text encoding"), content.encoding))
    if content.sort in ("CSV", "text"):
        found.append((_("Cells"), _("separated by %(marks)s") % {"marks": SEPARATORS[table.separator]}))
    if content.kept:
        found.append((_("Comes along"), _("quality, note and details of each reading, as they were")))
    return [
        *found,
        (_("Dates"), dates(understanding, prepared.choices.order)),
        (_("Times"), _times(understanding, prepared.setup.clock or zone)),
        (_("Order"), _("newest first") if understanding.newest_first else _("oldest first")),
        (_("Rows"), str(len(table.rows))),
    ]


def columns(prepared: Prepared) -> list[Described]:
    """Each column, as many as a page bears."""
    roles = prepared.choices.roles or prepared.understanding.roles
    rows = prepared.understanding.table.rows[:3]
    return [
        Described(
            column.index,
            column_name(column.index, column.name),
            _holds(column, prepared.choices.mark),
            " · ".join(row.cells[column.index][:20] for row in rows if column.index < len(row.cells)),
            roles[column.index],
            str(ROLE_NAMES[roles[column.index]]),
        )
        for column in prepared.understanding.columns[:MOST_COLUMNS]
    ]


def skipped(understanding: Understanding) -> list[tuple[Skipped, str]]:
    """The lines that were passed over though they are not empty, with the reason; at most fifty."""
    found = [line for line in understanding.table.skipped if line.reason != "blank"]
    return [(line, _(SKIPPED[line.reason])) for line in found[:MOST_LISTED]]


def kind_of_file(understanding: Understanding) -> str:
    """How the import is remembered: "CSV, UTF-8"."""
    content = understanding.content
    return ", ".join(filter(None, (content.format or content.sort, content.encoding)))[:50]


def column_name(index: int, name: str) -> str:
    """A column as the file calls it, or by its number, counted from 1."""
    return name or _("Column %(number)s") % {"number": index + 1}


def describe(found: Candidate, name: str = "") -> str:
    """A column of numbers and how they go."""
    trend = TRENDS.get(found.trend) or ngettext("falls once", "falls %(count)s times", found.drops) % {
        "count": found.drops
    }
    name = name or column_name(found.column, found.name)
    return f"{name} ({found.unit}), {trend}" if found.unit and found.unit not in name else f"{name}, {trend}"


def kind_choices() -> list[tuple[str, str]]:
    """Every kind of source, with its name in the active language."""
    return [(kind.key, _(kind.label)) for kind in KINDS.values()]


def dates(understanding: Understanding, order: str | None) -> str:
    """How the dates of a file are written, and how they are read."""
    style = understanding.columns[understanding.moment.date].dates
    if style is None:
        return ""
    if style.format == "1970":
        return _("seconds since 1970")
    if style.order is None:
        return style.format
    if style.order_known:
        return f"{style.format}, {ORDERS[style.order]}"
    if order is None:
        return _("it is not clear whether the day or the month comes first")
    return _("%(order)s, as you said") % {"order": ORDERS[order]}


def asked(question: Question, source: DataSource, zone: ZoneInfo) -> Asked:
    """A question in words."""
    facts = {
        "line": question.line,
        "at": written.moment(question.at, zone),
        "value": written.number(question.value, source.decimals),
        "before": written.number(question.before.value, source.decimals),
    }
    if "second" in question.options:
        text = _("Line %(line)s, %(at)s: the file gives %(before)s and %(value)s for this time. Which is right?")
    elif question.is_stored:
        text = _("%(at)s, stored already: %(value)s after %(before)s in line %(line)s. What happened?")
    else:
        text = _("Line %(line)s, %(at)s: %(value)s after %(before)s. What happened?")
    labels: dict[Answer, str] = {
        "glitch": ngettext("A glitch: leave this row out", "A glitch: leave these %(rows)s rows out", question.rows)
        % {"rows": question.rows},
        "typo": _("The value before it is wrong: leave %(before)s out") % facts,
        "meter": _("A new meter counts from here on"),
        "reset": _("The dial was set back to 0"),
        "rollover": _("It went past all nines and began again at 0"),
        "keep": _("Keep it, marked as questionable"),
        "first": _("%(before)s is right") % facts,
        "second": _("%(value)s is right") % facts,
        "comma": _("The point marks thousands: read the whole file so"),
        "point": _("The comma marks thousands: read the whole file so"),
    }
    return Asked(question.key, text % facts, [(each, labels[each]) for each in question.options], question.answer)


def _shown(rows: list[Judged], index: int) -> Shown:
    before = rows[index - 1].value if index else None
    value = rows[index].value
    return Shown(rows[index], None if before is None or value is None else value - before)


def _listed(rows: Iterable[Judged]) -> Listed:
    found = list(rows)
    return Listed(len(found), found[:MOST_LISTED])


def _times(understanding: Understanding, zone: ZoneInfo) -> str:
    style = understanding.columns[understanding.moment.date].dates
    if understanding.moment.utc or (style and style.format.endswith(("Z", "±HH:MM", "1970"))):
        return _("with their offset from UTC, as the file says")
    return _("by the clock of %(zone)s") % {"zone": zone.key}


def _holds(column: Column, mark: str | None) -> str:
    if column.dates:
        return f"{KIND_NAMES[column.kind]}, {column.dates.format}"
    if column.numbers:
        style = column.numbers
        chosen = mark if mark and not style.mark_known else None
        text = _("numbers with %(mark)s") % {"mark": MARKS[chosen or style.mark]}
        return f"{text}, {style.unit}" if style.unit else text
    return str(KIND_NAMES[column.kind])
