"""Who can see a source or a home, why, and what they may do; changing and ending what was granted.

Whose right it is to change anything is said by the views, and once more by the policies of the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.statements import Fixed, columns
from sources.invitations import Place, open_ones, take_back
from sources.levels import Level
from sources.models import DataSource, Grant, Home, HomeMember, SourceAccess
from sources.written import day

Right = SourceAccess | HomeMember

NUMBERS = {Grant.READ: Level.READ, Grant.WRITE: Level.WRITE, Grant.ADMIN: Level.ADMIN}

OTHERS = f"""
SELECT {columns(User, "person")}, best.level AS best FROM (
    SELECT user_id, max(homelog_level(level)) AS level FROM (
        SELECT user_id, level FROM source_access WHERE source_id = %s
        UNION ALL SELECT user_id, level FROM home_member WHERE home_id = %s
    ) AS granted GROUP BY user_id
) AS best JOIN "user" AS person ON person.id = best.user_id
WHERE person.id <> %s ORDER BY best.level DESC, person.display_name, person.username
"""  # noqa: S608 - names of our columns


@dataclass(slots=True)
class Known:
    """A person who can see a place: what they may do at most, each reason for it in words, and the right that can be
    changed or ended here (None for an owner, and for what another page grants).
    """

    person: User
    level: Level = Level.NONE
    reasons: list[str] = field(default_factory=list)
    right: Right | None = None
    end_url: str = ""

    @property
    def words(self) -> str:
        """What they may do."""
        if self.level == Level.OWNER:
            return _("Owns it")
        return str(next(grant.label for grant, level in NUMBERS.items() if level == self.level))

    def because(self, level: Level, reason: str) -> None:
        """One more reason; the highest level counts."""
        self.level = max(self.level, level)
        self.reasons.append(reason)


def rights_of(place: Place) -> QuerySet[HomeMember] | QuerySet[SourceAccess]:
    """What was granted on a place itself, as far as the acting person may see it, the oldest first."""
    rights = place.members.all() if isinstance(place, Home) else place.shares.all()
    return rights.select_related("user", "granted_by").order_by("granted_at", "pk")


def people_of(place: Place) -> list[Known]:
    """Who can see a place, as far as the acting person may know it; the highest level first."""
    known: dict[int, Known] = {}

    def entry(person: User) -> Known:
        return known.setdefault(person.pk, Known(person))

    if isinstance(place, DataSource):
        entry(place.owner).level = Level.OWNER
        for member in _members(place.home):
            reason = _("Belongs to %(home)s.") % {"home": place.home}
            entry(member.user).because(NUMBERS[Grant(member.level)], reason)
    for right in rights_of(place):
        one = entry(right.user)
        one.because(NUMBERS[Grant(right.level)], _reason(right, place.zone))
        one.right, one.end_url = right, url("end", place, right.public_id)
    return sorted(known.values(), key=lambda one: -one.level)


def others_of(source: DataSource) -> list[tuple[User, str]]:
    """Who can see a source beside its owner, with what they may do in words; the highest level first, in one query."""
    words = {int(level): str(grant.label) for grant, level in NUMBERS.items()}
    found = User.objects.raw(Fixed(OTHERS), [source.pk, source.home_id, source.owner_id])
    return [(person, words[person.best]) for person in found]  # type: ignore[attr-defined]


def heirs_of(source: DataSource) -> QuerySet[User]:
    """Who a source can be handed over to: whoever may change everything of it already."""
    admins = Q(shares__source=source, shares__level=Grant.ADMIN)
    if source.home_id is not None:
        admins |= Q(memberships__home=source.home_id, memberships__level=Grant.ADMIN)
    found = User.objects.filter(admins, is_active=True).exclude(pk=source.owner_id).values("pk")
    return User.objects.filter(pk__in=found).order_by("display_name", "username")


def change(place: Place, right: Right, level: str) -> None:
    """Give a right another level. Raises ValidationError where a home would be left without an administrator."""
    if level != Grant.ADMIN:
        _give_up_admin(place, right)
    right.level = level
    right.save(update_fields=["level"])


def end(place: Place, right: Right) -> None:
    """End a right. Raises ValidationError where a home would be left without an administrator."""
    _give_up_admin(place, right)
    right.delete()


def url(name: str, place: Place, *keys: object) -> str:
    """The address of one of the sharing pages of a place."""
    kind = "home" if isinstance(place, Home) else "source"
    return reverse(f"sources:{kind}_{name}", args=[place.public_id, *keys])


def _give_up_admin(place: Place, right: Right) -> None:
    """Whoever may not share any more leaves no open invitations behind, and no home without an administrator."""
    if right.level != Grant.ADMIN:
        return
    if isinstance(place, Home):
        # The lock lets two administrators who leave at once wait for one another.
        Home.objects.select_for_update(no_key=True).filter(pk=place.pk).first()
        others = place.members.filter(level=Grant.ADMIN, user__is_active=True).exclude(pk=right.pk)
        if not others.exists():
            raise ValidationError(
                _("Nobody else may change this home. First let somebody else change everything."), code="last_admin"
            )
    for invitation in open_ones(place).filter(invited_by=right.user_id):
        take_back(invitation)


def _members(home: Home | None) -> Iterable[HomeMember]:
    return home.members.select_related("user").order_by("granted_at", "pk") if home else ()


def _reason(right: Right, zone: ZoneInfo) -> str:
    facts = {"person": right.granted_by, "day": day(right.granted_at, zone)}
    if right.granted_by is None:
        return _("Since %(day)s.") % facts
    if isinstance(right, HomeMember):
        if right.granted_by_id == right.user_id:
            return _("Belongs to it since %(day)s.") % facts
        return _("Taken in by %(person)s on %(day)s.") % facts
    return _("Shared by %(person)s on %(day)s.") % facts
