"""The sources app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SourcesConfig(AppConfig):
    """Homes, data sources, rules, shares."""

    name = "sources"
    verbose_name = _("sources")

    def ready(self) -> None:
        """Connect the receivers, and let the API know keys."""
        from accounts.api.callers import add_reader
        from sources import receivers
        from sources.api import keys

        receivers.connect()
        add_reader(keys.PREFIX, keys.read)
