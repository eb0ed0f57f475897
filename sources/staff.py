"""What staff find of homes and sources in Django admin, and the pages over what belongs to a source."""

from typing import Any, ClassVar

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.staff import StaffAdmin, as_uuid, keys
from sources.models import DataSource, Home


def homes_like(request: HttpRequest, term: str) -> list[int]:
    """The keys of the homes whose name begins with `term`, or whose public id it is."""
    key = as_uuid(term)
    return keys(request, Home.objects.filter(public_id=key) if key else Home.objects.filter(name__istartswith=term))


def sources_like(request: HttpRequest, term: str) -> list[int]:
    """The keys of the sources whose name or meter number begins with `term`, or whose public id it is."""
    key = as_uuid(term)
    begins = Q(name__istartswith=term) | Q(meter_number__istartswith=term)
    return keys(request, DataSource.objects.filter(Q(public_id=key) if key else begins))


class OfSource(StaffAdmin):
    """A page over rows that belong to a source: found by the source's name, meter number or public id."""

    list_select_related: ClassVar[Any] = ("source",)
    autocomplete_fields: ClassVar[Any] = ("source",)
    links: ClassVar[tuple[str, ...]] = ("source",)
    search_help_text = _("How the name or meter number of the source begins, or a public id.")

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """Its own names, or those of its source."""
        return super().fitting(request, term) | Q(source__in=sources_like(request, term))

    def in_log(self, row: Any) -> dict[str, Any]:
        """What happened to its source."""
        return {"source_id__exact": row.source_id}
