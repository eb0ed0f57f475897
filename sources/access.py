"""Fetch is permission: the first line of a view gets a source or home for what it wants to do, else 404 or 403."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, UUIDField
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import replica
from accounts.models import User
from accounts.prepared import Prepared, somebody
from sources.levels import NEEDED, OF_READINGS
from sources.models import DataSource, Home

Person = User | AnonymousUser
NEW_READINGS = {"add_reading", "import"}

_source = Prepared(
    lambda user, source: (
        DataSource.objects.visible_to(somebody(user)).select_related("home", "owner").filter(public_id=source)
    ),
    user=BigIntegerField(),
    source=UUIDField(),
)
_home = Prepared(
    lambda user, home: Home.objects.visible_to(somebody(user)).filter(public_id=home),
    user=BigIntegerField(),
    home=UUIDField(),
)
_homes = Prepared(lambda user: Home.objects.visible_to(somebody(user)), user=BigIntegerField())


def source_for(user: Person, public_id: UUID, what: str) -> DataSource:
    """The source, if `user` may do `what` (sources.levels) with it.

    Raises Http404 for somebody who may not see it, PermissionDenied for somebody who may see it but not do that, for
    new readings of a source that is put away, and for readings and rules of one that is worked out from others.
    """
    source = _source.first(user=user.pk, source=public_id) if user.pk else None
    if source is None:
        raise Http404(_("There is no such source, or it is not shared with you."))
    if source.level < NEEDED[what]:
        raise PermissionDenied(_("You may see this source, but not change this. Ask its owner for more rights."))
    if source.is_sum and what in OF_READINGS:
        raise PermissionDenied(_("This source is worked out from others: it has no readings and no rules of its own."))
    if source.is_archived and what in NEW_READINGS:
        raise PermissionDenied(_("This source is put away. Take it back under Meters before you add readings."))
    return source


def source_for_read(user: Person, public_id: UUID) -> DataSource:
    """The source, if `user` may see it. Raises Http404."""
    return source_for(user, public_id, "see")


def source_for_write(user: Person, public_id: UUID) -> DataSource:
    """The source, if `user` may add readings to it. Raises Http404 or PermissionDenied."""
    return source_for(user, public_id, "add_reading")


def source_for_admin(user: Person, public_id: UUID) -> DataSource:
    """The source, if `user` may change it. Raises Http404 or PermissionDenied."""
    return source_for(user, public_id, "edit_source")


def home_for_read(user: Person, public_id: UUID) -> Home:
    """The home, if `user` belongs to it. Raises Http404."""
    home = _home.first(user=user.pk, home=public_id) if user.pk else None
    if home is None:
        raise no_home()
    return home


def no_home() -> Http404:
    """What is raised for a home that there is not, or not for this person."""
    return Http404(_("There is no such home, or you do not belong to it."))


def homes_of(user: Person) -> list[Home]:
    """The homes that `user` belongs to, by name."""
    return _homes(user=user.pk) if user.pk else []


def home_for(user: Person, public_id: UUID, what: str) -> Home:
    """The home, if `user` may do `what` (sources.levels) with it. Raises Http404 or PermissionDenied."""
    home = home_for_read(user, public_id)
    if not home.may(what):
        raise PermissionDenied(_("You belong to this home, but may not change it. Ask one of its administrators."))
    return home


def home_for_admin(user: Person, public_id: UUID) -> Home:
    """The home, if `user` may change it. Raises Http404 or PermissionDenied."""
    return home_for(user, public_id, "edit_source")


def source_for_visitor(public_id: UUID) -> DataSource:
    """A source that is public, for anybody, with a home of which only the time zone is known.

    From here on the transaction sees nothing else, whoever acted before. Raises Http404.
    """
    with replica.cursor() as cursor:
        cursor.execute("SELECT act_as_visitor(%s)", [public_id])
        (zone,) = cursor.fetchone()
    source = DataSource.objects.filter(public_id=public_id, is_public=True).first()
    if source is None:
        raise Http404(_("There is no such page, or it is not public any more."))
    source.home = Home(timezone=zone)
    return source
