"""People in pages: what the person may do with a source (sources.levels says it), and who wrote a reading down."""

from django import template
from django.utils.translation import gettext as _

from readings.models import Reading
from sources.access import Person
from sources.models import DataSource

register = template.Library()


@register.filter
def may(source: DataSource, what: str) -> bool:
    """Whether the person for whom the source was fetched may do `what` with it."""
    return source.may(what)


@register.filter
def writer(reading: Reading, viewer: Person) -> str:
    """Who wrote a reading down, for `viewer`."""
    if reading.import_batch_id:
        return _("imported")
    if viewer.pk is not None and reading.created_by_id == viewer.pk:
        return _("you")
    return str(reading.created_by) if reading.created_by else _("somebody who left")
