"""Invitations: making one, sending it, what it offers, accepting it. Whose right it is to invite is the views' matter.

The key is shown or mailed once and never stored; its SHA-256 finds the invitation. Whoever holds it reads and accepts
through functions of the database (sources 0011), because they may not see the place yet.
"""

import hashlib
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.mail import send_mail
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from accounts.current import rebind
from accounts.models import User
from sources.models import DataSource, Grant, Home, SourceInvitation
from sources.querysets import InvitationQuerySet
from sources.signals import invitation_accepted

LIFE = timedelta(days=14)
PER_DAY = 20
DAY = timedelta(days=1)

Place = DataSource | Home


class TooManyInvitations(Exception):
    """A person made as many invitations within 24 hours as anybody may; says so in a sentence.

    `seconds` until the oldest of them counts no more.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(
            _("You made %(count)d invitations within a day, which is as many as anybody may. Try again tomorrow.")
            % {"count": PER_DAY}
        )
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation offers to who acts now. state: as the database function invitation_state has it; source and
    source_id are None where it leads to a home, home and home_id where it leads to a source outside any.
    """

    state: str
    level: str
    source: str | None
    source_id: UUID | None
    home: str | None
    home_id: UUID | None
    invited_by: str
    expires_at: datetime

    @property
    def url(self) -> str:
        """The page of the place."""
        if self.source_id is not None:
            return reverse("readings:source", args=[self.source_id])
        return reverse("readings:home", args=[self.home_id])

    @property
    def words(self) -> str:
        """What the level allows."""
        return str(Grant(self.level).label)


def hashed(key: str) -> str:
    """What is stored of a key: SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def make(place: Place, person: User, level: str, email: str = "", for_whom: str = "") -> tuple[SourceInvitation, str]:
    """A new invitation by `person`, and its key. Raises TooManyInvitations."""
    # The lock lets the same person's next invitation wait until this one counts.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    now = clock.now()
    newest = SourceInvitation.objects.filter(invited_by=person, created_at__gt=now - DAY).order_by("-created_at")
    times = list(newest.values_list("created_at", flat=True)[:PER_DAY])
    if len(times) == PER_DAY:
        raise TooManyInvitations(math.ceil((times[-1] + DAY - now).total_seconds()))
    key = secrets.token_urlsafe(32)
    invitation = place.invitations.create(
        level=level,
        email=email,
        for_whom=for_whom,
        token_hash=hashed(key),
        invited_by=person,
        created_at=now,
        expires_at=now + LIFE,
    )
    return invitation, key


def send(invitation: SourceInvitation, link: str) -> None:
    """Mail the whole address `link` to whom it is for. Raises OSError where no mail could be sent."""
    context = {"invitation": invitation, "place": invitation.place, "link": link, "key": link.partition("#")[2]}
    subject = render_to_string("sources/invitation_subject.txt", context)
    body = render_to_string("sources/invitation_mail.txt", context)
    send_mail(" ".join(subject.split()), body, None, [invitation.email])


def offered(token_hash: str) -> Offer | None:
    """What the invitation with this hash offers to who acts now; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM invitation_offered(%s)", [token_hash])
        row = cursor.fetchone()
    return None if row is None else Offer(*row)


def accept(token_hash: str, offer: Offer) -> str:
    """Take what is offered, once; answers with the state that was found, "open" where it was accepted just now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accept_invitation(%s)", [token_hash])
        state: str = cursor.fetchone()[0]
    if state == "open":
        rebind()
        invitation_accepted.send(sender=None, place=_place(offer), level=offer.level, invited_by=offer.invited_by)
    return state


def _place(offer: Offer) -> Place:
    if offer.source_id is not None:
        return DataSource.objects.get(public_id=offer.source_id)
    return Home.objects.get(public_id=offer.home_id or "")


def open_ones(place: Place) -> InvitationQuerySet:
    """The invitations to a place that can still be accepted."""
    return SourceInvitation.objects.of(place).still_open(clock.now())


def take_back(invitation: SourceInvitation) -> None:
    """From now on nobody can accept it."""
    invitation.revoked_at = clock.now()
    invitation.save(update_fields=["revoked_at"])
