"""What "mine" and "shared with me" mean as queries: the only place in Python that knows, used by every page."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest

from sources.levels import Level

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User
    from sources.models import DataSource, Home, SourceInvitation  # noqa: F401 (named in the base class)

GRANTED = {"read": Level.READ, "write": Level.WRITE, "admin": Level.ADMIN}


def _as_number(field: str = "level") -> Case:
    """A stored level (read, write, admin) as the number of sources.levels."""
    return Case(*(When(**{field: name}, then=Value(int(level))) for name, level in GRANTED.items()), default=Value(0))


class HomeQuerySet(models.QuerySet["Home"]):
    """Homes, by who may see them."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The homes whose member this person is, with the membership's level as `level` (a number)."""
        from sources.models import HomeMember

        mine = HomeMember.objects.filter(home=OuterRef("pk"), user=user.pk)
        number = mine.annotate(number=_as_number()).values("number")[:1]
        return self.filter(Exists(mine)).annotate(level=Subquery(number, output_field=IntegerField()))

    def administered_by(self, user: "User | AnonymousUser") -> Self:
        """The homes that this person may change and add sources to."""
        return self.visible_to(user).filter(level__gte=Level.ADMIN)


class SourceQuerySet(models.QuerySet["DataSource"]):
    """Sources, by who may see and write them."""

    def with_level(self, user: "User | AnonymousUser") -> Self:
        """Each source with this person's level as `level`: the greater of share and membership, or the owner's."""
        from sources.models import HomeMember, SourceAccess

        share = SourceAccess.objects.filter(source=OuterRef("pk"), user=user.pk)
        member = HomeMember.objects.filter(home=OuterRef("home"), user=user.pk)

        def granted(rows: Any) -> Coalesce:
            number = rows.annotate(number=_as_number()).values("number")[:1]
            return Coalesce(Subquery(number, output_field=IntegerField()), Value(0))

        owned = Case(When(owner=user.pk, then=Value(int(Level.OWNER))), default=Value(0))
        return self.annotate(level=Greatest(owned, granted(share), granted(member)))

    def at_level(self, user: "User | AnonymousUser", least: Level) -> Self:
        """The sources on which this person has at least this level."""
        if user.pk is None:
            return self.none()
        return self.with_level(user).filter(level__gte=least)

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The sources that this person may see."""
        return self.at_level(user, Level.READ)

    def writable_by(self, user: "User | AnonymousUser") -> Self:
        """The sources to which this person may add readings."""
        return self.at_level(user, Level.WRITE).exclude(counting="sum")

    def summable_by(self, user: "User | AnonymousUser") -> Self:
        """The sources that a sum of this person's may consist of: what they may see and what adds up."""
        return self.visible_to(user).filter(counting__in=["counter", "amount"])

    def shown(self) -> Self:
        """Those not put away, with home and owner, ready for a page."""
        return self.filter(archived_at=None).select_related("home", "owner")

    def in_walking_order(self) -> Self:
        """Home by home, as its administrators ordered it; what is new there stands at the end, by place and name.

        Sources in no home stand last, by name.
        """
        own = Case(When(home=None, then=Value("")), default=F("place_name"))
        return self.order_by(
            F("home__name").asc(nulls_last=True), "home_id", F("position").asc(nulls_last=True), own, "name", "id"
        )

    def with_latest(self) -> Self:
        """Each source with its last reading that counts, as `latest_value` and `latest_at`; None where there is none.

        Readings live a floor above: they are reached through the relation, so that nothing of theirs is imported here.
        """
        readings: Any = self.model._meta.get_field("readings").related_model
        last = readings.objects.filter(source=OuterRef("pk")).counted().order_by("-recorded_at")
        return self.annotate(
            latest_value=Subquery(last.values("value")[:1]), latest_at=Subquery(last.values("recorded_at")[:1])
        )

    def in_home(self, home: "Home") -> Self:
        """The sources of a home."""
        return self.filter(Q(home=home))


class InvitationQuerySet(models.QuerySet["SourceInvitation"]):
    """Invitations, by where they lead and whether they can be accepted."""

    def of(self, place: "DataSource | Home") -> Self:
        """The invitations to a source or a home."""
        return self.filter(**{place._meta.get_field("invitations").remote_field.name: place})

    def still_open(self, now: datetime) -> Self:
        """Those that are neither used nor taken back nor ended."""
        return self.filter(used_at=None, revoked_at=None, expires_at__gt=now)
