"""Readings and imports in Django admin, for staff: what is saved and deleted here meets the same rules and log."""

import re
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from readings.models import ImportBatch, ImportDraft, Quality, Reading
from sources.staff import OfSource, sources_like
from sources.unit_forms import StaffNumbersForm

ADDRESS = re.compile(r"sources/([0-9a-fA-F-]{36})/readings/([0-9a-fA-F-]{36})")


class QualityFilter(admin.SimpleListFilter):
    """Those that are not good: few among many, with an index of their own."""

    title = _("quality")
    parameter_name = "quality"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """All but good."""
        return [(value, label) for value, label in Quality.choices if value != Quality.GOOD]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Reading]) -> QuerySet[Reading]:
        """The readings of that quality."""
        offered = {value for value, _label in self.lookups(request, None)}
        return queryset.filter(quality_flag=self.value()) if self.value() in offered else queryset


@admin.register(Reading)
class ReadingAdmin(OfSource):
    """Search and correct readings. Ordered as the table's index is; no count of the whole table."""

    form = StaffNumbersForm
    list_display = ("source", "value", "recorded_at", "quality_flag", "created_by")
    list_display_links = ("value",)
    list_filter = (QualityFilter,)
    list_select_related = ("source", "created_by")
    links = ("source", "import_batch")
    search_help_text = _("How the name or meter number of the source begins, or the address of a reading's page.")
    # Not "source": Django would order by the names of the sources then, for which ten million rows are sorted.
    ordering = ("source_id", "-recorded_at")
    readonly_fields = (
        "public_id",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "import_batch",
        "picture",
    )

    def fitting(self, request: HttpRequest, term: str) -> Q:
        """By the source; a reading has no key without it, so one is found by the address of its page."""
        address = ADDRESS.search(term)
        if address:
            return Q(source__public_id=address[1], public_id=address[2])
        return Q(source__in=sources_like(request, term))

    @admin.display(description=_("photo"))
    def picture(self, reading: Reading) -> str:
        """The way to the photo; whoever has no right on the source meets the page of what is not there."""
        if not reading.photo:
            return str(_("none"))
        address = reverse("readings:photo", args=[reading.source.public_id, reading.public_id])
        return format_html('<a href="{}">{}</a>', address, reading.photo.name)

    def get_readonly_fields(self, request: HttpRequest, obj: Reading | None = None) -> tuple[str, ...]:
        """A reading stays with its source, which leads its key: saved with another one, it would be there twice."""
        return self.readonly_fields if obj is None else ("source", *self.readonly_fields)

    def in_log(self, row: Reading) -> dict[str, Any]:
        """The whole life of this reading."""
        return {"source_id__exact": row.source_id, "reading_id__exact": row.public_id}


class OnlyLookedAt(OfSource):
    """Pages that nobody writes on."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(ImportBatch)
class ImportBatchAdmin(OnlyLookedAt):
    """Imports, to look at only: they are made and undone by the import page and the command."""

    list_display = ("file_name", "source", "format", "created_at", "created_by", "undone_at")
    list_filter = (("undone_at", admin.EmptyFieldListFilter),)
    list_select_related = ("source", "created_by")
    begins = ("file_name",)
    search_help_text = _("How the name of the file or of the source begins, or a public id.")


@admin.register(ImportDraft)
class ImportDraftAdmin(OnlyLookedAt):
    """Files that were brought and not imported yet: that they are there, not what is in them."""

    list_display = ("file_name", "source", "created_by", "created_at")
    list_select_related = ("source", "created_by")
    fields = ("public_id", "source", "file_name", "created_by", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportDraft]:
        """Without what is in the files."""
        return super().get_queryset(request).defer("content")
