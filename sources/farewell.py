"""Deleting one's own account: nobody may change meanwhile what was shown, then everything happens in one transaction.

What happens to what is worked out in sources.estate. The audit log stays whole: it keeps names, no keys.
"""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from accounts import devices
from accounts.current import is_bound, rebind
from accounts.models import User
from sources import sharing
from sources.deleting import delete_home, delete_source
from sources.estate import Estate
from sources.invitations import take_back
from sources.levels import Level
from sources.models import DataSource, Home, HomeMember, SourceAccess, SourceInvitation
from sources.ownership import hand_over


def refuse_last_superuser(person: User) -> None:
    """Raise PermissionDenied for the only one who may do everything on this site; the others' rows are locked."""
    if not person.is_superuser:
        return
    mighty = User.objects.select_for_update().filter(is_superuser=True, is_active=True).order_by("pk")
    if {each.pk for each in mighty} <= {person.pk}:
        raise PermissionDenied(
            _("You are the only one who administers this site. Make somebody else a superuser before you go.")
        )


def lock_all(person: User) -> User:
    """Lock all that `person` owns or administers until the transaction ends, and the rights there; the person anew.

    Whoever shares, accepts, adds or hands over to them meanwhile waits. Invitations come before places, as where one
    is accepted.
    """
    person = User.objects.select_for_update().get(pk=person.pk)
    if is_bound():
        rebind()
    homes = Home.objects.administered_by(person).values("pk")
    mine = Q(source__owner=person) | Q(home__in=homes) | Q(invited_by=person)
    for rows in (
        SourceInvitation.objects.filter(mine),
        Home.objects.filter(pk__in=homes),
        DataSource.objects.filter(owner=person),
        HomeMember.objects.filter(home__in=homes),
        SourceAccess.objects.filter(Q(source__owner=person) | Q(user=person)),
    ):
        list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    if is_bound():
        rebind()
    return person


def leave(person: User, estate: Estate, heirs: Mapping[int, User]) -> None:
    """Delete the account of `person`, who acts and was locked before. `heirs` says by source who gets it."""
    for going in estate.deleted:
        delete_source(going.source)
    _take_back_invitations(person)
    for handed in estate.handed:
        hand_over(handed.source, heirs[handed.source.pk], keep_share=False)
    for member in estate.homes_left:
        sharing.end(member.home, member)
    for gone in estate.homes_gone:
        delete_home(gone.home)
    for share in estate.shares:
        sharing.end(share.source, share)
    devices.forget(person)
    person.delete()


def _take_back_invitations(person: User) -> None:
    """Nobody comes in any more by the word of somebody who is gone."""
    sources = DataSource.objects.at_level(person, Level.ADMIN).values("pk")
    homes = Home.objects.administered_by(person).values("pk")
    made = SourceInvitation.objects.still_open(clock.now()).filter(invited_by=person)
    for invitation in made.filter(Q(source__in=sources) | Q(home__in=homes)):
        take_back(invitation)
