"""Invitations to a source or a home. What they are made of and how they are used is said in sources.invitations."""

from typing import ClassVar

from django.db import models
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from sources.models.grants import Grant, person_key
from sources.models.homes import Home
from sources.models.sources import DataSource
from sources.querysets import InvitationQuerySet


class SourceInvitation(models.Model):
    """An offer of a level on one source or one home, for whoever holds its token: once, and until it ends.

    Only the token's SHA-256 is stored. Who accepts does so by the database function `accept_invitation`.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.ForeignKey(
        DataSource, models.DO_NOTHING, db_constraint=False, null=True, blank=True, related_name="invitations"
    )
    home = models.ForeignKey(
        Home, models.DO_NOTHING, db_constraint=False, null=True, blank=True, related_name="invitations"
    )
    level = models.CharField(_("level"), max_length=5, choices=Grant.choices, default=Grant.READ)
    email = models.EmailField(_("e-mail address"), blank=True)
    for_whom = models.CharField(_("for whom"), max_length=100, blank=True, db_default="", default="")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = person_key(_("invited by"))
    created_at = models.DateTimeField(_("made"), default=clock.now, editable=False)
    expires_at = models.DateTimeField(_("ends"))
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True, editable=False)
    used_at = models.DateTimeField(_("used"), null=True, blank=True, editable=False)
    used_by = person_key(_("used by"))

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table = "source_invitation"
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["invited_by", "created_at"], name="source_invitation_made")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(source__isnull=False, home__isnull=True)
                | models.Q(source__isnull=True, home__isnull=False),
                name="source_invitation_one_place",
            ),
            models.CheckConstraint(condition=models.Q(level__in=Grant.values), name="source_invitation_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.for_whom or self.email or self.public_id} ({self.get_level_display()})"

    @property
    def place(self) -> DataSource | Home:
        """What it leads to."""
        place = self.source or self.home
        assert place is not None  # noqa: S101 - the database's own check; for the type checker
        return place
