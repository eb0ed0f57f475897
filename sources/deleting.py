"""Deleting a source or a home for good: what goes and what stays, told beforehand and done. Whose right it is to do so
is said by the views, and once more by the policies of the database, whose foreign keys take along what belongs to it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Min
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from sources.invitations import Place
from sources.models import DataSource, Home
from sources.words import tell_of_deletion


@dataclass(frozen=True, slots=True)
class Going:
    """What goes with a source: how many of each, when its first and last reading were, and who cannot see it then."""

    readings: int
    first: datetime | None
    last: datetime | None
    imports: int
    rules: int
    meter_changes: int
    rights: int


@dataclass(frozen=True, slots=True)
class Staying:
    """What becomes of the sources of a home without it, and how many others belong to it now."""

    own: list[DataSource]
    of_others: list[DataSource]
    people: int


def what_goes(source: DataSource) -> Going:
    """What the deletion of `source` takes along; its own readings are reached through the relation from below."""
    found = source.readings.aggregate(count=Count("pk"), first=Min("recorded_at"), last=Max("recorded_at"))
    return Going(
        found["count"],
        found["first"],
        found["last"],
        source.imports.count(),
        source.validators.count(),
        source.meter_changes.count(),
        source.shares.count(),
    )


def what_stays(home: Home, person: User) -> Staying:
    """What the deletion of `home` leaves behind: sources stay with their owners, in no home."""
    sources = list(DataSource.objects.in_home(home).select_related("owner").order_by("name", "pk"))
    return Staying(
        [source for source in sources if source.owner_id == person.pk],
        [source for source in sources if source.owner_id != person.pk],
        home.members.exclude(user=person).count(),
    )


def delete_source(source: DataSource) -> None:
    """Delete a source with everything that belongs to it.

    Raises PermissionDenied where it was handed over a moment ago: the rights of a request are those of its beginning.
    """
    lock(source)
    if not DataSource._base_manager.filter(pk=source.pk, owner=source.owner_id).exists():
        raise PermissionDenied(_("This source was handed over a moment ago. Only its new owner deletes it."))
    source.delete()


def delete_home(home: Home) -> None:
    """Delete a home, its memberships and invitations; its sources stay, in no home. The others are left a word."""
    lock(home)
    tell_of_deletion(home)
    home.delete()


def lock(place: Place) -> None:
    """Until the transaction ends nobody adds anything to `place`: who wants to waits, then finds it gone.

    Invitations first: who accepts one holds it when they come to the place. Raises Http404 where somebody else deleted
    it a moment ago, so that the history tells of it once.
    """
    list(place.invitations.select_for_update().order_by("pk").values_list("pk"))
    if not type(place)._base_manager.select_for_update().filter(pk=place.pk).values_list("pk"):
        raise Http404(_("This is deleted already."))
