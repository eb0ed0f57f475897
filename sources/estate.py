"""What becomes of everything that belongs to a person who deletes their account: worked out, nothing is changed here.

A source that others administer goes to one of them, the rest is deleted. A home that others administer is left; one
that nobody else could change goes, and sources of others in it stay with their owners, in no home.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Q

from accounts.models import User
from sources.models import DataSource, Grant, Home, HomeMember, SourceAccess

HEIRS = "SELECT source_id, user_id FROM heirs_of_mine() ORDER BY source_id, in_home DESC, since, user_id"


@dataclass(frozen=True, slots=True)
class Handed:
    """A source that goes to one of `heirs`: first who administers its home, and has for longest."""

    source: DataSource
    heirs: list[User]
    readings: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """A source that goes with its readings; `rights` is how many it is shared with, who lose it too."""

    source: DataSource
    readings: int
    rights: int


@dataclass(frozen=True, slots=True)
class HomeGone:
    """A home that goes: how many others belong to it, and their sources in it, which stay in no home."""

    home: Home
    people: int
    of_others: list[DataSource]


@dataclass(frozen=True, slots=True)
class Estate:
    """All that a person leaves behind; `sums` stay, but lose a part that is deleted.

    `mark` tells one state from every other that would end in another way.
    """

    handed: list[Handed]
    deleted: list[Deleted]
    homes_gone: list[HomeGone]
    homes_left: list[HomeMember]
    shares: list[SourceAccess]
    sums: list[DataSource] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """A digest of what happens to what; how many readings there are does not matter."""
        facts = [
            sorted((each.source.pk, sorted(heir.pk for heir in each.heirs)) for each in self.handed),
            sorted(each.source.pk for each in self.deleted),
            sorted((gone.home.pk, sorted(source.pk for source in gone.of_others)) for gone in self.homes_gone),
        ]
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def estate_of(person: User) -> Estate:
    """What `person`, who must be the one who acts, leaves behind; nine statements at most, however much it is."""
    sources = list(DataSource.objects.filter(owner=person).select_related("home").order_by("name", "pk"))
    owned = DataSource.objects.filter(owner=person).order_by()
    readings = dict(owned.values_list("pk").annotate(Count("readings")))
    rights = dict(owned.values_list("pk").annotate(Count("shares")))
    heirs = _heirs()
    members = list(HomeMember.objects.filter(user=person).select_related("home").order_by("home__name", "pk"))
    left, gone = _homes(members)
    deleted = [Deleted(each, readings[each.pk], rights[each.pk]) for each in sources if each.pk not in heirs]
    return Estate(
        [Handed(source, heirs[source.pk], readings[source.pk]) for source in sources if source.pk in heirs],
        deleted,
        _gone(person, gone),
        left,
        list(_shares(person)),
        _sums(person, [each.source.pk for each in deleted]),
    )


def _heirs() -> dict[int, list[User]]:
    """By source of the acting person: who else administers it, the one to suggest first."""
    with connection.cursor() as cursor:
        cursor.execute(HEIRS)
        rows = cursor.fetchall()
    people = User.objects.in_bulk({person for _source, person in rows})
    found: dict[int, dict[int, User]] = {}
    for source, person in rows:
        found.setdefault(source, {}).setdefault(person, people[person])
    return {source: list(heirs.values()) for source, heirs in found.items()}


def _homes(members: Sequence[HomeMember]) -> tuple[list[HomeMember], list[Home]]:
    """The memberships that end, and the homes that go because nobody else could change them."""
    own = [member.pk for member in members]
    admins = HomeMember.objects.filter(home__in=[member.home_id for member in members], level=Grant.ADMIN)
    kept = set(admins.filter(user__is_active=True).exclude(pk__in=own).values_list("home_id", flat=True))
    going = [member for member in members if member.level == Grant.ADMIN and member.home_id not in kept]
    return [member for member in members if member not in going], [member.home for member in going]


def _gone(person: User, homes: Sequence[Home]) -> list[HomeGone]:
    if not homes:
        return []
    others = HomeMember.objects.filter(home__in=homes).exclude(user=person).order_by()
    people = dict(others.values_list("home_id").annotate(Count("pk")))
    sources = DataSource.objects.filter(home__in=homes).exclude(owner=person).select_related("owner")
    return [
        HomeGone(home, people.get(home.pk, 0), [source for source in sources if source.home_id == home.pk])
        for home in homes
    ]


def _sums(person: User, going: Sequence[int]) -> list[DataSource]:
    """What `person` sees that is worked out from sources that go, and stays itself."""
    if not going:
        return []
    resting = DataSource.objects.visible_to(person).filter(parts__part__in=going).exclude(pk__in=going)
    return list(resting.distinct().order_by("name", "pk"))


def _shares(person: User) -> Sequence[SourceAccess]:
    rights = SourceAccess.objects.filter(user=person).exclude(Q(source__owner=person))
    return list(rights.select_related("source", "source__owner", "source__home").order_by("source__name", "pk"))
