"""The audit app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Sees all, seen by none: receivers, log, history pages."""

    name = "audit"
    verbose_name = _("audit")

    def ready(self) -> None:
        """Connect the receivers to what they watch, and show the history on the pages of sources and readings."""
        from audit import panels, receivers, taken_along
        from readings.exports.sections import add_history
        from readings.panels import add_gone_panel
        from readings.panels import add_panel as add_reading_panel
        from sources.panels import add_panel as add_source_panel

        receivers.connect()
        add_source_panel(panels.of_source)
        add_reading_panel(panels.of_one_reading)
        add_gone_panel(panels.of_gone)
        add_history(taken_along.entries)
