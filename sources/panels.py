"""What floors above add to a page: the page asks here, so that it needs to know nobody above it."""

from collections.abc import Callable
from typing import Generic, TypeVar

from django.http import HttpRequest
from django.utils.safestring import SafeString

from sources.models import DataSource, DataValidator

Shown = TypeVar("Shown")


class Panels(Generic[Shown]):
    """The sections that others add to the page of one kind of thing. A panel answers with "" where it has nothing."""

    def __init__(self) -> None:
        self._panels: list[Callable[[HttpRequest, Shown], SafeString]] = []

    def add(self, panel: Callable[[HttpRequest, Shown], SafeString]) -> None:
        """Add a section; called once, from an app's ready()."""
        if panel not in self._panels:
            self._panels.append(panel)

    def rendered(self, request: HttpRequest, shown: Shown) -> list[SafeString]:
        """The rendered sections for this page, in the order they were added."""
        return [html for panel in self._panels if (html := panel(request, shown))]


_of_sources: Panels[DataSource] = Panels()
add_panel = _of_sources.add
panels_for = _of_sources.rendered

_of_rules: Panels[DataValidator] = Panels()
add_rule_panel = _of_rules.add
rule_panels_for = _of_rules.rendered
