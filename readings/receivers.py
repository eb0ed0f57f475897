"""Before a reading is saved, by whatever road: its source is locked, the rules enforced, and who wrote it noted.
Before one is deleted: its source is locked.

Where the unit of a source is changed, its readings are converted.

With a source the pictures go that belong to it and to its readings.
"""

from functools import partial
from typing import Any

from django.core.files.storage import Storage
from django.db import transaction
from django.db.models.signals import pre_delete, pre_save
from django.utils import timezone as clock

from accounts.current import actor
from readings.models import Reading
from readings.rescaling import convert_readings
from sources.models import DataSource
from sources.picture_files import small
from sources.signals import unit_converted


def connect() -> None:
    """Connect the receivers, once."""
    pre_save.connect(enforce_rules, sender=Reading, dispatch_uid="readings.enforce_rules")
    pre_delete.connect(lock_source, sender=Reading, dispatch_uid="readings.lock_source")
    pre_delete.connect(drop_pictures, sender=DataSource, dispatch_uid="readings.drop_pictures")
    unit_converted.connect(convert_readings, sender=DataSource, dispatch_uid="readings.convert_readings")


def enforce_rules(sender: type[Reading], instance: Reading, raw: bool = False, **kwargs: Any) -> None:
    """Refuse what breaks a rule; fill in who and when. Fixtures (raw) are taken as they are."""
    if raw:
        return
    instance.enforce()
    if instance._state.adding:
        instance.created_by_id = instance.created_by_id or actor().user_id
    else:
        instance.updated_at, instance.updated_by_id = clock.now(), actor().user_id


def lock_source(sender: type[Reading], instance: Reading, **kwargs: Any) -> None:
    """Before the log notes what is deleted: no unit is changed between the two."""
    instance.source.lock()


def drop_pictures(sender: type[DataSource], instance: DataSource, **kwargs: Any) -> None:
    """Once the deletion of a source is certain, delete its picture files, of which the database knows but the names."""
    photos: Storage = Reading._meta.get_field("photo").storage
    names = Reading.objects.of(instance).exclude(photo="").values_list("photo", flat=True)
    found = [(photos, name) for name in names]
    if instance.thumbnail:
        found.append((instance.thumbnail.storage, instance.thumbnail.name))
    for storage, name in found:
        for each in (name, small(name)):
            transaction.on_commit(partial(storage.delete, each), robust=True)
