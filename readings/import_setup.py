"""What a person said of a file: how to read it, what goes where, what happened to the dials. Kept in the draft as JSON,
taken from the preview's form, and remembered with the import for the next file of the same shape.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from accounts.models import valid_timezone
from readings.importers import ROLES, Choices, Mark, Order, Role, Understanding
from readings.importers.records import SEPARATORS, Separator
from readings.models import ImportBatch, ImportDraft
from sources.units import KINDS

NEW, SKIP = "new", "skip"
MOST_REMEMBERED = 300
MOST_KEY = 60
MOST_COLUMN = 1000
KNOWN = {"separator": ("", *SEPARATORS), "order": ("", "dmy", "mdy"), "mark": ("", ".", ",")}

OTHER_MARKS = {"comma": ",", "point": "."}
"""Answers to a fall that say what begins the decimals."""


@dataclass(frozen=True)
class Setup:
    """separator, order, mark, zone: "" as the file says. roles: by the number of the column, where they were changed.
    column: the series that goes to the one source. to: where each series goes, a source's public id, "new" or "skip".
    new: name, kind and unit of what is to be made. units: in which a series counts of which the file says none.
    answers: to each fall, by series and the question's key.
    """

    separator: str = ""
    order: str = ""
    mark: str = ""
    zone: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    column: str = ""
    to: Mapping[str, str] = field(default_factory=dict)
    new: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, draft: ImportDraft) -> "Setup":
        """As the draft has it."""
        return cls(**{name: value for name, value in draft.choices.items() if name in cls.__dataclass_fields__})

    @property
    def stored(self) -> dict[str, Any]:
        """As the draft keeps it."""
        return asdict(self)

    @property
    def cut_at(self) -> Separator | None:
        """The separator that was chosen."""
        return next((mark for mark in SEPARATORS if mark == self.separator), None)

    @property
    def clock(self) -> ZoneInfo | None:
        """The zone that was chosen for times without offset."""
        return ZoneInfo(self.zone) if self.zone else None

    def choices(self, understanding: Understanding) -> Choices:
        """As the importers take it."""
        roles = [self.roles.get(str(index), role) for index, role in enumerate(understanding.roles)]
        order = self.order if self.order in ("dmy", "mdy") else None
        mark = self.mark if self.mark in (".", ",") else None
        return Choices(cast(tuple[Role, ...], tuple(roles)), cast(Order | None, order), cast(Mark | None, mark))

    def said(self, form: Mapping[str, str]) -> "Setup":
        """With what a form says; what it does not name, or names wrongly, stays as it is."""
        form = {name: value for name, value in form.items() if "\0" not in name + value}
        plain = {name: form[name] for name, known in KNOWN.items() if form.get(name) in known}
        if len(form.get("column", "")) <= MOST_COLUMN and "column" in form:
            plain["column"] = form["column"]
        if "zone" in form and _is_zone(form["zone"]):
            plain["zone"] = form["zone"].strip()
        roles, to, new, answers = dict(self.roles), dict(self.to), dict(self.new), dict(self.answers)
        units = dict(self.units)
        keys = {name.removeprefix("key-"): form[name] for name in form if name.startswith("key-")}
        for name, value in form.items():
            what, _, number = name.partition("-")
            if what == "role" and number.isascii() and number.isdigit() and value in ROLES:
                roles[number] = value
            elif what == "to" and number in keys and (value in (NEW, SKIP) or _is_id(value)):
                to[keys[number]] = value
            elif what in ("name", "kind", "unit") and number in keys and (what != "kind" or value in KINDS):
                new[keys[number]] = {**new.get(keys[number], {}), what: value.strip()[: 100 if what == "name" else 20]}
            elif what == "in" and number in keys:
                units[keys[number]] = value.strip()[:20]
            elif what == "q":
                number, _, question = number.partition("-")
                if value in OTHER_MARKS:
                    plain["mark"] = OTHER_MARKS[value]
                elif number in keys and len(question) <= MOST_KEY:
                    answers[keys[number]] = {**answers.get(keys[number], {}), question: value[:10]}
        return replace(self, **plain, roles=roles, to=to, new=new, units=units, answers=answers)

    def reading(self) -> dict[str, object]:
        """How the file is read, without what goes where: for the next file of this shape."""
        return {
            "separator": self.separator,
            "order": self.order,
            "mark": self.mark,
            "zone": self.zone,
            "roles": dict(self.roles),
        }


def shape_of(understanding: Understanding) -> str:
    """What files of one shape have in common: their format, their marks, the names of their columns."""
    table = understanding.table
    parts = [understanding.content.sort, understanding.format, table.separator, table.width, table.header]
    return sha256(json.dumps(parts).encode()).hexdigest()[:32]


def remembered(understanding: Understanding, source_ids: list[int]) -> Setup:
    """How the last file of this shape was read that one of these sources took; where nothing is known, all is open."""
    shape = shape_of(understanding)
    batches = ImportBatch.objects.filter(source__in=source_ids, undone_at=None, mapping__shape=shape)
    setup = Setup()
    to: dict[str, str] = {}
    units: dict[str, str] = {}
    for batch in batches.select_related("source").order_by("-created_at")[:MOST_REMEMBERED]:
        if not setup.column:
            known = {name: value for name, value in batch.mapping.items() if name in Setup.__dataclass_fields__}
            setup = Setup(**known, column=batch.mapping.get("series", ""))
            to.update(dict.fromkeys(batch.mapping.get("skipped", ()), SKIP))
        key = batch.mapping.get("series", "")
        to.setdefault(key, str(batch.source.public_id))
        units.setdefault(key, _counted_in(batch))
    return replace(setup, to=to, units=units)


def _counted_in(batch: ImportBatch) -> str:
    """In which unit the file counted; "" where that was the meter's own, and turned out to be written down wrong."""
    counted_in, unit = (str(batch.mapping.get(name, "")) for name in ("counts_in", "unit"))
    if counted_in != unit:
        return counted_in
    for each in batch.source.converted_since(batch.created_at, batch.mapping.get("conversions")):
        unit = each.after if each.before == unit else ""
    return counted_in if unit == batch.source.unit else ""


def _is_zone(text: str) -> bool:
    try:
        valid_timezone(text.strip() or "UTC")
    except ValidationError:
        return False
    return True


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
