"""Fetch is permission, for a reading, a draft, an import: always through its source, so that an id of another source
finds nothing.
"""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from readings.models import ImportBatch, ImportDraft, Reading
from sources.access import Person, home_for_read, source_for
from sources.models import DataSource, Home


class NoReading(Http404):
    """Nothing is stored under this id in a source that the person may see; floors above may know what was."""

    def __init__(self, source: DataSource, public_id: UUID) -> None:
        super().__init__(_("There is no such reading here. It may have been deleted."))
        self.source, self.public_id = source, public_id


def reading_for(user: Person, source_id: UUID, public_id: UUID, what: str, *, locked: bool = False) -> Reading:
    """The reading, if `user` may do `what` (sources.levels) on its source; `locked`: as nobody can change it any more
    until the transaction ends. Raises Http404 (NoReading where only the reading is missing) or PermissionDenied.
    """
    source = source_for(user, source_id, what)
    if locked:
        source.lock()
    reading = Reading.objects.of(source).filter(public_id=public_id).select_related("created_by", "updated_by").first()
    if reading is None:
        raise NoReading(source, public_id)
    reading.source = source
    return reading


def reading_for_read(user: Person, source_id: UUID, public_id: UUID) -> Reading:
    """The reading, if `user` may see it. Raises Http404."""
    return reading_for(user, source_id, public_id, "see")


def reading_for_write(user: Person, source_id: UUID, public_id: UUID, *, locked: bool = False) -> Reading:
    """The reading, if `user` may correct it. Raises Http404 or PermissionDenied."""
    return reading_for(user, source_id, public_id, "correct_reading", locked=locked)


def reading_for_delete(user: Person, source_id: UUID, public_id: UUID, *, locked: bool = False) -> Reading:
    """The reading, if `user` may delete it: any with the admin level, their own with the write level.

    Raises Http404 or PermissionDenied.
    """
    reading = reading_for(user, source_id, public_id, "delete_own_reading", locked=locked)
    if not may_delete(user, reading):
        raise PermissionDenied(_("You may delete the readings you wrote down, not those of others."))
    return reading


def may_delete(user: Person, reading: Reading) -> bool:
    """Whether `user` may delete this reading; its source must have been fetched by sources.access."""
    source = reading.source
    return source.may("delete_any_reading") or (source.may("delete_own_reading") and reading.created_by_id == user.pk)


def draft_for(user: Person, source_id: UUID, public_id: UUID, *, locked: bool = False) -> ImportDraft:
    """The file that `user` brought for a source they may import into; `locked`: who sends it a second time waits, and
    finds it gone once it is imported. Raises Http404 or PermissionDenied.
    """
    source = source_for(user, source_id, "import")
    draft = _draft(public_id, locked=locked, source=source, created_by=user.pk)
    draft.source = source
    return draft


def home_for_import(user: Person, home_id: UUID) -> tuple[Home, list[DataSource]]:
    """The home and those of its sources that `user` may import into. Raises Http404 for somebody who does not belong to
    it, PermissionDenied for somebody who may neither add readings to one of its sources nor make a new one.
    """
    home = home_for_read(user, home_id)
    sources = list(DataSource.objects.writable_by(user).shown().filter(home=home))
    if not sources and not home.may("edit_source"):
        raise PermissionDenied(_("You may see this home, but not add readings. Ask one of its administrators."))
    return home, sources


def home_for_export(user: Person, home_id: UUID) -> tuple[Home, list[DataSource]]:
    """The home, and all of its sources that `user` may export, also those put away. Raises Http404."""
    home = home_for_read(user, home_id)
    visible = DataSource.objects.visible_to(user).in_home(home).select_related("home", "owner")
    return home, [source for source in visible.order_by("position", "name", "pk") if source.may("export")]


def home_draft_for(
    user: Person, home_id: UUID, public_id: UUID, *, locked: bool = False
) -> tuple[ImportDraft, list[DataSource]]:
    """The file that `user` brought for a home, `locked` as above, and the sources that may take it.

    Raises Http404 or PermissionDenied.
    """
    home, sources = home_for_import(user, home_id)
    draft = _draft(public_id, locked=locked, home=home, created_by=user.pk)
    draft.home = home
    return draft, sources


def _draft(public_id: UUID, *, locked: bool, **whose: object) -> ImportDraft:
    drafts = ImportDraft.objects.select_for_update() if locked else ImportDraft.objects.all()
    # Megabytes, which a page that says how far an import is does not need.
    draft = drafts.defer("content", "found").filter(public_id=public_id, **whose).first()
    if draft is None:
        raise Http404(_("This file is not here any more: it was imported, or brought more than a day ago."))
    return draft


def import_for_undo(user: Person, source_id: UUID, public_id: UUID) -> ImportBatch:
    """The import, if `user` may undo it: any with the admin level, their own with the write level.

    Raises Http404 or PermissionDenied.
    """
    source = source_for(user, source_id, "import")
    batch = ImportBatch.objects.filter(source=source, public_id=public_id).first()
    if batch is None:
        raise Http404(_("There is no such import here."))
    batch.source = source
    if not may_undo(user, batch):
        raise PermissionDenied(_("You may undo your own imports, not those of others."))
    return batch


def imports_for_undo(user: Person, home_id: UUID, file_id: UUID) -> list[ImportBatch]:
    """Every import that one file brought into a home, if `user` may undo all of them that are not undone yet.

    Raises Http404 or PermissionDenied.
    """
    home = home_for_read(user, home_id)
    sources = {source.pk: source for source in DataSource.objects.visible_to(user).filter(home=home)}
    batches = list(ImportBatch.objects.filter(file_id=file_id, source__in=list(sources)))
    if not batches:
        raise Http404(_("There is no such import here."))
    for batch in batches:
        batch.source = sources[batch.source_id]
    if not all(may_undo(user, batch) for batch in batches if batch.undone_at is None):
        raise PermissionDenied(_("You may undo your own imports, not those of others."))
    return batches


def may_undo(user: Person, batch: ImportBatch) -> bool:
    """Whether `user` may undo this import; its source must have been fetched by sources.access."""
    source = batch.source
    return source.may("delete_any_reading") or (source.may("delete_own_reading") and batch.created_by_id == user.pk)
