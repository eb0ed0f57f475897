"""The readings app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReadingsConfig(AppConfig):
    """Why the product exists: entry, rules of a reading, consumption, import, charts."""

    name = "readings"
    verbose_name = _("readings")

    def ready(self) -> None:
        """Connect the receivers."""
        from readings import receivers

        receivers.connect()
