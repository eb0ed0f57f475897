"""What floors above add to the source's page: a page asks here, so that it needs to know nobody above it."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from sources.models import DataSource

Panel = Callable[[HttpRequest, DataSource], SafeString]
_panels: list[Panel] = []


def add_panel(panel: Panel) -> None:
    """Add a section to the source's page; called once, from an app's ready()."""
    if panel not in _panels:
        _panels.append(panel)


def panels_for(request: HttpRequest, source: DataSource) -> list[SafeString]:
    """The rendered sections that others add to this source's page, in the order they were added."""
    return [html for panel in _panels if (html := panel(request, source))]
