"""The addresses of homes and sources as one looks at them, and of readings, reached through their source."""

from django.urls import path

from readings.views import (
    confirming,
    entry,
    exporting,
    importing,
    labels,
    meters,
    overview,
    photos,
    registers,
    round,
    table,
    undo,
)

app_name = "readings"

urlpatterns = [
    path("read/", round.read, name="read"),
    path("read/today/", round.today, name="today"),
    path("read/labels/", labels.labels, name="labels"),
    path("read/sheet/", labels.sheet, name="sheet"),
    path("p/<uuid:public_id>/", overview.public, name="public"),
    path("homes/<uuid:public_id>/", overview.home, name="home"),
    path("sources/<uuid:public_id>/", overview.source, name="source"),
    path("sources/<uuid:public_id>/read/", entry.entry, name="entry"),
    path("sources/<uuid:public_id>/read/skip/", round.skip, name="skip"),
    path("sources/<uuid:public_id>/read/undo/", registers.registers_undo, name="registers_undo"),
    path("sources/<uuid:public_id>/readings/", table.reading_list, name="reading_list"),
    path("sources/<uuid:source_id>/readings/<uuid:public_id>/", table.reading, name="reading"),
    path("sources/<uuid:source_id>/readings/<uuid:public_id>/correct/", table.reading_update, name="reading_update"),
    path(
        "sources/<uuid:source_id>/readings/<uuid:public_id>/confirm/",
        confirming.reading_confirm,
        name="reading_confirm",
    ),
    path("sources/<uuid:source_id>/readings/<uuid:public_id>/photo/", photos.photo, name="photo"),
    path("sources/<uuid:source_id>/readings/<uuid:public_id>/photo/small/", photos.photo_small, name="photo_small"),
    path("sources/<uuid:source_id>/readings/<uuid:public_id>/delete/", table.reading_delete, name="reading_delete"),
    path("sources/<uuid:source_id>/readings/<uuid:public_id>/undo/", undo.reading_undo, name="reading_undo"),
    path("sources/<uuid:public_id>/export.csv", exporting.export_csv, name="export_csv"),
    path("sources/<uuid:public_id>/export.json", exporting.export_json, name="export_json"),
    path("sources/<uuid:public_id>/import/", importing.import_upload, name="import_upload"),
    path("sources/<uuid:public_id>/import/<uuid:draft_id>/", importing.import_preview, name="import_preview"),
    path("sources/<uuid:public_id>/imports/<uuid:batch_id>/undo/", importing.import_undo, name="import_undo"),
    path("homes/<uuid:public_id>/import/", importing.home_import, name="home_import"),
    path("homes/<uuid:public_id>/import/<uuid:draft_id>/", importing.home_import_preview, name="home_import_preview"),
    path("homes/<uuid:public_id>/imports/<uuid:file_id>/undo/", importing.home_import_undo, name="home_import_undo"),
    path("sources/<uuid:public_id>/meter-changes/", meters.meter_change_list, name="meter_change_list"),
    path("sources/<uuid:public_id>/meter-changes/add/", meters.meter_change_create, name="meter_change_create"),
    path("sources/<uuid:public_id>/meter-changes/restore/", meters.meter_change_restore, name="meter_change_restore"),
    path(
        "sources/<uuid:public_id>/meter-changes/<uuid:change_id>/",
        meters.meter_change_update,
        name="meter_change_update",
    ),
    path(
        "sources/<uuid:public_id>/meter-changes/<uuid:change_id>/delete/",
        meters.meter_change_delete,
        name="meter_change_delete",
    ),
]
