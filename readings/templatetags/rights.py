"""What the person may do with a source, asked in pages; sources.levels says it."""

from django import template

from sources.models import DataSource

register = template.Library()


@register.filter
def may(source: DataSource, what: str) -> bool:
    """Whether the person for whom the source was fetched may do `what` with it."""
    return source.may(what)
