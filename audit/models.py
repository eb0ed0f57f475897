"""The audit log: who saw, added, changed or deleted what. Append-only, partitioned by month, without foreign keys.

The table is made by SQL in migration 0001; PostgreSQL's key is (event_time, id), Django's state keeps id as the key.
"""

from django.db import models
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _


class AuditLog(models.Model):
    """One thing that happened. Ids and names are copied, so that history outlives its objects."""

    id = models.BigAutoField(primary_key=True)
    event_time = models.DateTimeField(_("when"), default=clock.now)
    event_type = models.CharField(_("what"), max_length=50)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("who"), max_length=150, blank=True)
    home_id = models.BigIntegerField(null=True)
    source_id = models.BigIntegerField(null=True)
    reading_id = models.UUIDField(null=True)
    remote_address = models.GenericIPAddressField(_("from"), null=True)
    details = models.JSONField(_("details"), default=dict)

    part_name: str = ""
    """What the part of a sum that it tells of is called, for who reads it. Not a column: audit.queries looks it up."""

    class Meta:
        db_table = "audit_log"
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-event_time", "-id"]

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_time:%Y-%m-%d %H:%M}"
