"""The storing of everything that a file brings, for all of its meters or for none."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from readings.import_brought import make_room_for_sources, make_sums
from readings.import_items import Item, Prepared
from readings.import_progress import SILENT, Progress
from readings.import_setup import SKIP, shape_of
from readings.imports import CannotStore, Plan, store
from readings.models import ImportBatch
from sources.levels import Level
from sources.models import Counting, DataSource, Home


class NothingStored(ValueError):
    """Every part of the file is left out, or its home changed meanwhile; str() is the sentence."""


def store_all(
    prepared: Prepared, file_name: str, format: str, *, leave_out_refused: bool, progress: Progress = SILENT
) -> list[ImportBatch]:
    """Store everything that is new of what was prepared `to_store` in this transaction; what each import needs to be
    undone with the others.

    Raises CannotStore where rows are refused and not to be left out, or where nothing is new; NothingStored;
    PermissionDenied; sources.quotas.Full.
    """
    ready = sorted(prepared.ready, key=lambda item: (item.is_new, item.source.pk or 0 if item.source else 0))
    if not ready:
        refused = next((item for item in prepared.items if item.plan), None)
        if refused is None or refused.plan is None:
            raise NothingStored(_("Choose at least one meter that a part of this file goes to."))
        raise CannotStore(_("There is nothing new in this file: no reading was stored."), refused.plan)
    skipped = [item.series.key for item in prepared.items if item.target == SKIP]
    how = {**prepared.setup.reading(), "shape": shape_of(prepared.understanding), "skipped": skipped}
    shared = {"file_name": file_name, "format": format, "file_id": uuid4(), "zone": prepared.setup.clock}
    progress.begin("storing", prepared.count)
    with transaction.atomic():
        made = sum(item.is_new for item in ready) + len(prepared.bare)
        if made:
            make_room_for_sources(made)
        batches = [
            _store_one(item, prepared, how, leave_out_refused=leave_out_refused, progress=progress, **shared)
            for item in ready
        ]
        for item in prepared.bare:
            _made(item)
            item.more.note_turns()
            item.more.set_rules()
        make_sums(prepared.understanding.content.origins, prepared.draft.home, prepared.meters)
        progress.begin("finishing")
        if made:
            _check_zone(prepared)
    return batches


def _check_zone(prepared: Prepared) -> None:
    """The days of a new meter go by the zone of its home. Who changes that zone sees no meter that is still filled."""
    home = prepared.draft.home
    if home is not None and Home.objects.values_list("timezone", flat=True).get(pk=home.pk) != home.timezone:
        raise NothingStored(
            _("The time zone of %(home)s changed meanwhile. Look once more, then import.") % {"home": home}
        )


def _store_one(item: Item, prepared: Prepared, how: Mapping[str, object], **shared: Any) -> ImportBatch:
    """Store what is new for one meter, which is made first where it is new. `shared` is the same for the whole file."""
    source = _made(item) if item.is_new else item.source
    if source is None:
        raise ValueError("What is stored goes to a meter.")
    batch = store(
        source,
        item.series.rows,
        answers=prepared.setup.answers.get(item.series.key, {}),
        scale=item.scale or 0,
        mapping={
            **how,
            "series": item.series.key,
            "counts_in": item.counts_in,
            "unit": source.unit,
            "conversions": len(source.conversions or []),
        },
        judged=item.plan,
        more=item.more,
        **shared,
    )
    if item.is_new and not item.series.origin and _only_grows(source, item.plan):
        source.validators.create(non_decreasing=True)
    return batch


def _made(item: Item) -> DataSource:
    source = item.source
    if source is None:
        raise ValueError("Nothing is to be made.")
    source.full_clean(exclude=["owner", "home"])
    source.save()
    source.level = Level.OWNER
    return source


def _only_grows(source: DataSource, found: Plan | None) -> bool:
    return (
        source.counting == Counting.COUNTER
        and found is not None
        and not found.decisions.kept
        and not found.decisions.more
    )
