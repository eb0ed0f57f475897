"""Handing a source over to somebody else. Only its owner may; the database's trigger guard_source holds it too."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models import User
from sources.models import DataSource, Grant
from sources.quotas import HANDED, make_room, owned_by_heir


def hand_over(source: DataSource, heir: User, *, keep_share: bool = True) -> None:
    """Make `heir` the owner; who owned it may go on changing everything, if they `keep_share`.

    Raises PermissionDenied for a former owner; quotas.Full where the heir owns as many as one person may. Who leaves
    for good (without a share) leaves to them all the same: what is here would be lost else.
    """
    owner = source.owner
    if keep_share:
        make_room(HANDED, heir.pk, lambda: owned_by_heir(heir.pk))
    # Locked, so that of two hand-overs at once the second finds that the source is somebody else's already.
    locked = DataSource.objects.select_for_update(no_key=True, of=("self",)).get(pk=source.pk)
    if locked.owner_id != owner.pk:
        raise PermissionDenied(_("This source was handed over already."))
    # Before the change of hands: afterwards nothing but this share may be left of the former owner's rights.
    if keep_share:
        source.shares.update_or_create(user=owner, defaults={"level": Grant.ADMIN, "granted_by": owner})
    for share in source.shares.filter(user=heir):
        share.delete()
    source.owner = heir
    source.save(update_fields=["owner"])
