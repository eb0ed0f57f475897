"""The sources app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SourcesConfig(AppConfig):
    """Homes, data sources, rules, shares."""

    name = "sources"
    verbose_name = _("sources")

    def ready(self) -> None:
        """Connect the receivers."""
        from sources import receivers

        receivers.connect()
