"""Where a meter of a file goes: to the source that it most likely is, or to one that is started as the file tells.

Nothing is stored here, and no reading judged.
"""

import re
from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext as _

from accounts.models import User
from readings.import_brought import as_it_was, is_put_away, proposed
from readings.import_setup import NEW, SKIP
from readings.importers import Series
from readings.models import ImportDraft
from sources.levels import Level
from sources.models import DataSource, Home
from sources.units import KINDS, Kind, unit_choices

MOST_DECIMALS = 6
HEADERS = {"", "reading", "value", "zählerstand", "counter", "state", "used", "kwh"}
"""Heads of a column that say what its values are, not which meter they are of."""


def proposed_for(
    each: Series,
    made: Sequence[Series],
    targets: Sequence[DataSource],
    gone: Collection[str],
    home: Home | None,
    *,
    may_make: bool,
) -> str:
    """Where a series goes most likely: to the meter of its number or name, to the one of its kind, or a new one.

    made: all series of the file. gone: the targets that others of them have. Answers a source's public id, "new" or
    "skip".
    """
    if each.origin:
        itself = proposed(each.origin, targets, gone)
        return str(itself.public_id) if itself else NEW if may_make and not is_put_away(each.origin, home) else SKIP
    free = [source for source in targets if str(source.public_id) not in gone and source.counting == each.counting]
    title = without_unit(each.name, each.unit)
    names = {title.casefold(), each.name.casefold(), each.number.casefold()} - {""}
    for source in free:
        if {source.name.casefold(), source.meter_number.casefold()} & names:
            return str(source.public_id)
    alike = [source for source in free if source.source_type == each.kind]
    if len(alike) == 1 and sum(other.kind == each.kind for other in made) == 1 and len(made) == 1:
        return str(alike[0].public_id)
    return NEW if may_make else SKIP


def without_unit(title: str, unit: str | None) -> str:
    """The head of a column as the name of a meter: "Strom" for "Strom (kWh)" or "Strom [kWh]", which has its unit."""
    found = re.fullmatch(r"(.*\S)\s*(?:\(([^()]+)\)|\[([^\[\]]+)\])\s*", title)
    said = found and (found[2] or found[3]).strip()
    return found[1] if found and said and said in {unit, *unit_choices()} else title


def started(each: Series, said: Mapping[str, str], draft: ImportDraft, person: User) -> DataSource:
    """A source as the file and the person describe it, not stored yet. said: name, kind, unit, where given."""
    if each.origin:
        return as_it_was(each.origin, said, draft.home, person)
    kind = KINDS[said.get("kind", each.kind)]
    unit = said.get("unit") or each.unit or kind.unit
    source = DataSource(
        owner=person,
        home=draft.home,
        name=(said.get("name") or _name(each, kind, draft.file_name))[:100],
        source_type=kind.key,
        unit=unit[:20],
        counting=each.counting,
        meter_number=each.number[:100],
        decimals=max(0, min(each.decimals, MOST_DECIMALS)),
    )
    source.level = Level.OWNER
    return source


def _name(each: Series, kind: Kind, file_name: str) -> str:
    """The head of its column; where that names no meter, its kind, or the file."""
    title = without_unit(each.name, each.unit)
    if title.casefold() not in HEADERS:
        return title
    return _(kind.label) if kind.key != "other" else file_name.rpartition(".")[0] or file_name
