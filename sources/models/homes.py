"""Homes and the people who belong to them."""

import zoneinfo
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from accounts.addresses import address
from accounts.ids import uuid7
from accounts.models import valid_timezone
from sources.levels import Level, may
from sources.models.grants import Grant, person_key
from sources.models.rows import HouseholdRow
from sources.querysets import HomeQuerySet


class Home(HouseholdRow):
    """A household: a place with a time zone, and people who belong to it. `level` is set by sources.access."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    address = models.TextField(_("address"), blank=True, max_length=500)
    timezone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[valid_timezone])
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = person_key(_("made by"))

    objects: ClassVar[HomeQuerySet] = HomeQuerySet.as_manager()  # type: ignore[assignment]

    level: int = Level.NONE

    class Meta:
        db_table = "home"
        verbose_name = _("home")
        verbose_name_plural = _("homes")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The home's page."""
        return address("readings:home", self.public_id)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The home's time zone."""
        return zoneinfo.ZoneInfo(self.timezone)

    def may(self, what: str) -> bool:
        """Whether the person whom sources.access fetched this for may do `what` (sources.levels)."""
        return may(self.level, what)


class HomeMember(models.Model):
    """A person of a household: the level holds for every source of the home, now and later."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    home = models.ForeignKey(Home, models.DO_NOTHING, db_constraint=False, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, related_name="memberships"
    )
    level = models.CharField(_("level"), max_length=5, choices=Grant.choices, default=Grant.READ)
    granted_at = models.DateTimeField(default=clock.now, editable=False)
    granted_by = person_key(_("granted by"))

    class Meta:
        db_table = "home_member"
        verbose_name = _("household member")
        verbose_name_plural = _("household members")
        constraints = [
            models.UniqueConstraint(fields=["home", "user"], name="home_member_once"),
            models.CheckConstraint(condition=models.Q(level__in=Grant.values), name="home_member_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_level_display()})"
