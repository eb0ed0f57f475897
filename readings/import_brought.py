"""What HomeLog's own file brings beside readings: a meter as it was, its changes and its rules. Each is taken over
where it is not there yet, by who may change the source; what is there stays as it is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeVar

from django.utils import timezone as clock

from accounts.current import actor
from accounts.models import User
from readings.consumption import Change, replaced
from readings.importers.origins import Origin, Rule, Turn
from sources.conversion import DIALS, LIMITS
from sources.levels import Level
from sources.models import DataSource, DataValidator, Home, MeterChange
from sources.quotas import SOURCES, make_room
from sources.sums import check, put, shape
from sources.units import KINDS, tens

Row = TypeVar("Row", Turn, Rule)
RULE = ("min_value", "max_value", "max_per_day", "non_decreasing", "on_violation")


@dataclass(frozen=True)
class Brought:
    """The meter changes and rules of a file that a source does not have yet; not stored."""

    turns: Sequence[MeterChange] = ()
    rules: Sequence[DataValidator] = ()
    left: bool = False

    @property
    def changes(self) -> list[Change]:
        """The meter changes as totals are worked out with them."""
        return [replaced(turn.changed_at, turn.old_final, turn.new_initial, turn.reason) for turn in self.turns]

    def note_turns(self) -> list[str]:
        """Store the meter changes; their public ids. Raises ValidationError for one that cannot be."""
        return [_stored(turn) for turn in self.turns]

    def set_rules(self) -> list[str]:
        """Store the rules, after the readings, which need not keep to them; their public ids. Raises as above."""
        return [_stored(rule) for rule in self.rules]


NOTHING = Brought()


def brought(origin: Origin | None, source: DataSource) -> Brought:
    """What the file tells of a meter that `source`, which may not be stored yet, does not have, in its unit. left:
    whether there is any that the person may not add.
    """
    if origin is None or not (origin.turns or origin.rules):
        return NOTHING
    power = tens(origin.unit, source.unit) or 0
    is_new = source.pk is None
    there = set() if is_new else set(source.meter_changes.values_list("changed_at", flat=True))
    known = set() if is_new else set(map(attrgetter(*RULE), source.validators.all()))
    turns = {turn.at: _shifted(turn, DIALS, power) for turn in origin.turns if turn.at not in there}
    told = (_shifted(rule, LIMITS, power) for rule in origin.rules)
    rules = dict.fromkeys(rule for rule in told if tuple(rule) not in known)
    if not source.may("edit_source"):
        return Brought(left=bool(turns or rules))
    return Brought(
        [MeterChange(source=source, changed_at=at, **_without_at(turns[at])) for at in sorted(turns)],
        [DataValidator(source=source, **rule._asdict()) for rule in rules],
    )


def proposed(origin: Origin, targets: Sequence[DataSource], gone: Collection[str]) -> DataSource | None:
    """The source that a meter of the file is: itself, else one of its name and kind, else of its name."""
    free = [source for source in targets if str(source.public_id) not in gone and source.counting == origin.counting]
    alike = [source for source in free if source.name.casefold() == origin.name.casefold()]
    itself = [source for source in free if str(source.public_id) == origin.id]
    of_kind = [source for source in alike if source.source_type == origin.kind]
    return next(iter([*itself, *of_kind, *alike]), None)


def is_put_away(origin: Origin, home: Home | None) -> bool:
    """Whether the home has it, put away: then it takes no readings, and is not made a second time."""
    if not origin.is_archived:
        return False
    away = DataSource.objects.filter(home=home, counting=origin.counting, name__iexact=origin.name)
    return away.exclude(archived_at=None).exists()


def as_it_was(origin: Origin, said: Mapping[str, str], home: Home | None, person: User) -> DataSource:
    """A source as the file tells of it, with the name, kind and unit that the person says; not stored yet."""
    kind = KINDS.get(said.get("kind") or origin.kind) or KINDS["other"]
    source = DataSource(
        owner=person,
        home=home,
        name=said.get("name") or origin.name or str(kind.label),
        source_type=kind.key,
        unit=said.get("unit") or origin.unit,
        counting=origin.counting,
        digits=origin.digits,
        decimals=origin.decimals,
        rhythm=origin.rhythm,
        archived_at=clock.now() if origin.is_archived else None,
        **origin.texts,
    )
    source.level = Level.OWNER
    return source


def make_room_for_sources(more: int) -> None:
    """Let who acts make so many. Raises sources.quotas.Full."""
    person = actor().user_id or 0
    make_room(SOURCES, person, DataSource.objects.filter(owner=person).count, more)


def make_sums(origins: Mapping[str, Origin], home: Home | None, meters: Mapping[str, DataSource]) -> None:
    """Make the sums of the file anew, of the sources that its meters went to; not one that the home has by name, nor
    one of which a part was left out.
    """
    if home is None or not home.may("edit_source"):
        return
    for origin in origins.values():
        chosen = {meters[key]: sign for key, sign in origin.parts if key in meters}
        if origin.counting != "sum" or len(chosen) < len(origin.parts):
            continue
        owner = User.objects.get(pk=actor().user_id or 0)
        total = as_it_was(origin, {}, home, owner)
        if DataSource.objects.in_home(home).filter(counting="sum", name=total.name).exists():
            continue
        check(chosen)
        shape(total, chosen)
        total.full_clean(exclude=["owner", "home"])
        make_room_for_sources(1)
        total.save()
        put(total, chosen)


def _shifted(row: Row, names: Sequence[str], power: int) -> Row:
    """A meter change or rule of the file, its numbers multiplied by ten to the `power`."""
    found = {name: getattr(row, name) for name in names}
    return row._replace(**{name: value.scaleb(power) for name, value in found.items() if value is not None})


def _without_at(turn: Any) -> dict[str, Any]:
    return {name: value for name, value in turn._asdict().items() if name != "at"}


def _stored(row: MeterChange | DataValidator) -> str:
    row.full_clean(exclude=["source"])
    row.save()
    return str(row.public_id)
