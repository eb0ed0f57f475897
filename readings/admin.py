"""Readings and imports in Django admin, for staff: what is saved and deleted here meets the same rules and log."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from readings.models import ImportBatch, Reading


@admin.register(Reading)
class ReadingAdmin(admin.ModelAdmin):
    """Search and correct readings. Ordered as the table's index is; no count of the whole table."""

    list_display = ("source", "value", "recorded_at", "quality_flag", "created_by")
    list_display_links = ("value",)
    list_filter = ("quality_flag", "recorded_at")
    list_select_related = ("source", "created_by")
    search_fields = ("source__name", "source__meter_number", "notes")
    ordering = ("source", "-recorded_at")
    raw_id_fields = ("source",)
    readonly_fields = (
        "public_id",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "import_batch",
        "picture",
    )
    show_full_result_count = False

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


@admin.register(ImportBatch)
class ImportBatchAdmin(admin.ModelAdmin):
    """Imports, to look at only: they are made and undone by the import page and the command."""

    list_display = ("file_name", "source", "format", "created_at", "created_by", "undone_at")
    list_filter = ("undone_at",)
    list_select_related = ("source", "created_by")
    search_fields = ("file_name", "source__name")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False
