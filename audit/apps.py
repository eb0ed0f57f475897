"""The audit app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Sees all, seen by none: receivers, log, history pages."""

    name = "audit"
    verbose_name = _("audit")

    def ready(self) -> None:
        """Connect the receivers to the models and signals they watch."""
        from audit import receivers

        receivers.connect()
