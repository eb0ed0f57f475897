"""The list of meters, put in order for the page: groups of rows. What may be in it is decided by sources.querysets."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from sources.levels import Level
from sources.models import DataSource, Home
from sources.walking import meters
from sources.written import number


@dataclass(frozen=True, slots=True)
class Row:
    """A source with what the list says of it: where it is, its last value, and whose it is where it is another's."""

    source: DataSource
    where: str
    value: str
    shared: str

    @property
    def may_write(self) -> bool:
        """Whether the list offers to read this meter."""
        return self.source.may("add_reading") and not self.source.is_archived


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one title; `home` where they belong to a home of the person's."""

    title: str
    home: Home | None = None
    rows: list[Row] = field(default_factory=list)

    @property
    def may_change(self) -> bool:
        """Whether the person may add meters to this home and change it."""
        return self.home is not None and self.home.level >= Level.ADMIN

    @property
    def new_source_url(self) -> str:
        """Where a meter is added to this home."""
        return reverse("sources:source_create", query={"home": self.home.public_id} if self.home else None)


def grouped(person: User, sources: Iterable[DataSource], homes: Iterable[Home]) -> tuple[list[Group], Group]:
    """The groups of a person's list, and what is put away as a group of its own.

    First the homes that the person belongs to, also empty ones; then what is theirs but in no such home; then what
    others share. Within a group their own stand first, registers of one meter together as everywhere. `sources` come
    with_latest and, like `homes`, with a level.
    """
    by_home = {home.pk: Group(home.name, home) for home in homes}
    own, shared, archived = Group(_("Your other meters")), Group(_("Shared with you")), Group(_("Put away"))
    every = [source for meter in meters(sources) for source in meter]
    for source in sorted(every, key=lambda each: each.owner_id != person.pk):
        is_own = source.owner_id == person.pk
        group = by_home.get(source.home_id or 0) or (own if is_own else shared)
        group = archived if source.is_archived else group
        group.rows.append(_row(source, is_own=is_own, names_home=group.home is None))
    return [*by_home.values(), *(group for group in (own, shared) if group.rows)], archived


def _row(source: DataSource, *, is_own: bool, names_home: bool) -> Row:
    places = [source.home.name if names_home and source.home else "", source.place_name]
    value = source.latest_value  # type: ignore[attr-defined]
    return Row(
        source,
        where=", ".join(place for place in places if place),
        value="" if value is None else number(value, source.decimals),
        shared="" if is_own else _shared(source),
    )


def _shared(source: DataSource) -> str:
    words = {
        Level.READ: _("Shared by %(person)s: you may look at it"),
        Level.WRITE: _("Shared by %(person)s: you may add and correct readings"),
        Level.ADMIN: _("Shared by %(person)s: you may change everything"),
    }
    return words[Level(source.level)] % {"person": source.owner}
