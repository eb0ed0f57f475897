"""Keys for gadgets and programs: a person's own, with fewer rights than theirs. How they are used: sources.api.keys."""

from django.conf import settings
from django.db import models
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from sources.models.sources import DataSource


class ApiKey(models.Model):
    """A key for a program, for all sources of its person or one. Only its SHA-256 is stored, and how it begins."""

    class Scope(models.TextChoices):
        """What a key allows."""

        READ = "read:data", _("Read only")
        WRITE = "write:data", _("Add readings only")
        BOTH = "read:data write:data", _("Read, and add and correct readings")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, related_name="+")
    source = models.ForeignKey(
        DataSource,
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("source"),
    )
    name = models.CharField(_("name"), max_length=100)
    scope = models.CharField(_("what it allows"), max_length=30, choices=Scope.choices, default=Scope.BOTH)
    prefix = models.CharField(_("begins with"), max_length=16, editable=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=clock.now, editable=False)
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        db_table = "api_key"
        verbose_name = _("key")
        verbose_name_plural = _("keys")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user"], name="api_key_user"),
            models.Index(fields=["source"], name="api_key_source"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope__in=["read:data", "write:data", "read:data write:data"]),
                name="api_key_scope_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def counts(self) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > clock.now())
