"""Which models the log watches, which of their fields it keeps, and what an entry says about where they belong."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db.models import F, Model

from accounts.models import User
from audit.changes import Plain, plain, state
from readings.models import Reading
from sources.models import (
    ApiKey,
    DataSource,
    DataValidator,
    Home,
    HomeMember,
    MeterChange,
    SourceAccess,
    SourceInvitation,
    SourcePart,
)


@dataclass(frozen=True, slots=True)
class Belongs:
    """Where an entry belongs: the keys by which it is found, and names that stay readable when the rows are gone."""

    home_id: int | None = None
    source_id: int | None = None
    reading_id: UUID | None = None
    names: Mapping[str, Plain] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Watch:
    """A watched model: the noun in the event's name, the fields kept (name to look-up), where a row belongs, the fields
    by which its row is found, the relations (name to accessor) whose rows the database deletes or lets go with it (they
    have no entries of their own, so that of the deleted row counts them), the fields that only the entry of a deletion
    keeps, so that the row can be put back whole, and whether only what staff do with it is noted, because other entries
    tell what people do with it themselves.
    """

    noun: str
    fields: Mapping[str, str]
    belongs: Callable[[Any], Belongs]
    key: tuple[str, ...] = ("pk",)
    along: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    staff_only: bool = False

    def counts(self, instance: Model) -> dict[str, Plain]:
        """How many rows the deletion of this one takes along, by name; seen as whoever deletes sees them."""
        return {name: getattr(instance, accessor).count() for name, accessor in self.along.items()}

    def stored(self, instance: Model, whole: bool = False) -> dict[str, Plain]:
        """The row as the database holds it now (`whole`: with what only a deletion keeps); empty where it is gone."""
        paths = {**self.fields, **self.kept} if whole else self.fields
        rows = type(instance)._base_manager.filter(**{name: getattr(instance, name) for name in self.key})
        values = rows.values(**{f"_{name}": F(path) for name, path in paths.items()}).first() or {}
        return state({name.removeprefix("_"): value for name, value in values.items()})

    def given(self, instance: Model, saved: Collection[str] | None = None) -> dict[str, Plain]:
        """The row as the instance in memory holds it; `saved` names the fields that were saved, None for all."""
        kept = {name: path for name, path in self.fields.items() if self.touches([path], saved)}
        return state({name: _follow(instance, path) for name, path in kept.items()})

    def touches(self, paths: Iterable[str], saved: Collection[str] | None) -> bool:
        """Whether saving the fields `saved` (None for all) writes any of `paths`."""
        written = None if saved is None else {name.removesuffix("_id") for name in saved}
        return written is None or any(path.split("__")[0].removesuffix("_id") in written for path in paths)


def _follow(instance: Model, path: str) -> object:
    """The value at the end of a look-up such as `home__name`, as the field's own type."""
    *keys, last = path.split("__")
    row: Any = instance
    for key in keys:
        row = getattr(row, key)
        if row is None:
            return None
    value = getattr(row, last)
    if hasattr(value, "name") and not isinstance(value, str):
        return value.name
    return row._meta.get_field(last).to_python(value)


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def _of_source(source: DataSource, **names: Plain) -> Belongs:
    return Belongs(source.home_id, source.pk, names={"source": source.name, **names})


def _of_reading(reading: Reading) -> Belongs:
    source = reading.source
    shown = {name: plain(_follow(reading, name)) for name in ("value", "recorded_at")}
    return Belongs(source.home_id, source.pk, reading.public_id, {"source": source.name, "unit": source.unit, **shown})


def _of_home(home: Home) -> Belongs:
    return Belongs(home.pk, names={"home": home.name})


def _of_member(member: HomeMember) -> Belongs:
    return Belongs(member.home_id, names={"home": member.home.name, **person(member.user)})


def of_place(place: DataSource | Home) -> Belongs:
    """Where an entry about a source or a home belongs."""
    return _of_home(place) if isinstance(place, Home) else _of_source(place)


def _of_invitation(invitation: SourceInvitation) -> Belongs:
    place = of_place(invitation.place)
    invited = invitation.email or invitation.for_whom
    return Belongs(place.home_id, place.source_id, names={**place.names, "invited": invited})


def person(user: User) -> dict[str, Plain]:
    """Who an entry is about, where that is somebody else than who acts."""
    return {"person": user.get_short_name(), "person_id": user.pk}


WATCHED: dict[type[Model], Watch] = {
    User: Watch(
        "person",
        _same("username", "display_name", "is_active", "is_staff", "is_superuser"),
        lambda user: Belongs(names=person(user)),
        along=_same("sources"),
    ),
    Group: Watch("group", _same("name"), lambda group: Belongs(names={"group": group.name})),
    EmailAddress: Watch(
        "email",
        _same("email", "verified", "primary"),
        lambda address: Belongs(names=person(address.user)),
        staff_only=True,
    ),
    Home: Watch("home", _same("name", "address", "timezone"), _of_home, along=_same("members", "sources")),
    HomeMember: Watch("member", _same("level"), _of_member),
    DataSource: Watch(
        "source",
        {
            **_same("name", "description", "source_type", "unit", "counting", "place_name", "address", "meter_number"),
            **_same("digits", "decimals", "rhythm", "is_public", "archived_at", "thumbnail"),
            "home": "home__name",
            "home_id": "home_id",
            "owner": "owner__username",
        },
        _of_source,
        along={
            **_same("readings", "meter_changes", "shares", "imports", "invitations", "parts"),
            "rules": "validators",
            "sums": "part_of",
        },
    ),
    SourceAccess: Watch("share", _same("level"), lambda share: _of_source(share.source, **person(share.user))),
    SourceInvitation: Watch("invitation", _same("level", "email", "revoked_at"), _of_invitation),
    ApiKey: Watch(
        "key",
        {**_same("name", "scope", "expires_at", "revoked_at"), "source": "source__name"},
        lambda key: Belongs(names={"key": key.name, **person(key.user)}),
    ),
    DataValidator: Watch(
        "rule",
        _same("min_value", "max_value", "non_decreasing", "max_per_day", "on_violation"),
        lambda rule: _of_source(rule.source, unit=rule.source.unit),
    ),
    MeterChange: Watch(
        "meter_change",
        _same("changed_at", "old_final", "new_initial", "old_number", "new_number", "reason"),
        lambda change: _of_source(change.source, unit=change.source.unit),
    ),
    # Not by its name: the sum's history is read by people whom the part need not be shared with.
    SourcePart: Watch(
        "part_of_source",
        {"sign": "sign", "part_id": "part_id"},
        lambda part: _of_source(part.source, part_id=part.part_id),
    ),
    Reading: Watch(
        "reading",
        _same("value", "recorded_at", "quality_flag", "notes", "metadata", "photo"),
        _of_reading,
        ("source_id", "pk"),
        kept={
            **_same("created_at", "created_by_id", "updated_at", "updated_by_id"),
            "import": "import_batch__public_id",
        },
    ),
}
