"""The readings app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReadingsConfig(AppConfig):
    """Why the product exists: entry, rules of a reading, consumption, import, charts."""

    name = "readings"
    verbose_name = _("readings")

    def ready(self) -> None:
        """Connect the receivers, and tell on the page of a rule what it would mean."""
        from readings import receivers, rule_panels
        from sources.panels import add_rule_panel

        receivers.connect()
        add_rule_panel(rule_panels.of_rule)
