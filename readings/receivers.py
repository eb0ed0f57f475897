"""Before a reading is saved, by whatever road: its source is locked, the rules enforced, and who wrote it noted."""

from typing import Any

from django.db.models.signals import pre_save
from django.utils import timezone as clock

from accounts.current import actor
from readings.models import Reading


def connect() -> None:
    """Connect the receiver, once."""
    pre_save.connect(enforce_rules, sender=Reading, dispatch_uid="readings.enforce_rules")


def enforce_rules(sender: type[Reading], instance: Reading, raw: bool = False, **kwargs: Any) -> None:
    """Refuse what breaks a rule; fill in who and when. Fixtures (raw) are taken as they are."""
    if raw:
        return
    instance.enforce()
    if instance._state.adding:
        instance.created_by_id = instance.created_by_id or actor().user_id
    else:
        instance.updated_at, instance.updated_by_id = clock.now(), actor().user_id
