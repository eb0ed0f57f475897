"""The shares of data sources."""

from django.conf import settings
from django.db import models
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from sources.models.grants import Grant, person_key
from sources.models.sources import DataSource


class SourceAccess(models.Model):
    """One person's share of one source."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.ForeignKey(DataSource, models.DO_NOTHING, db_constraint=False, related_name="shares")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, related_name="shares")
    level = models.CharField(_("level"), max_length=5, choices=Grant.choices, default=Grant.READ)
    granted_at = models.DateTimeField(default=clock.now, editable=False)
    granted_by = person_key(_("granted by"))

    class Meta:
        db_table = "source_access"
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        constraints = [
            models.UniqueConstraint(fields=["user", "source"], name="source_access_once"),
            models.CheckConstraint(condition=models.Q(level__in=Grant.values), name="source_access_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_level_display()})"
