"""Bringing back what a reading said before: a deleted one, or an earlier state of one that was corrected.

Both go through `Reading.save`: the rules of the source, the rights of who acts and the log meet them as anything else.
"""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from audit.lives import State, life_of, of_field, values
from audit.queries import mark_of, of_reading
from readings.models import ImportBatch, Reading
from sources.access import Person
from sources.models import DataSource
from sources.numbers import MAX_DECIMALS
from sources.written import measured

KEPT = ("created_at", "created_by_id", "updated_at", "updated_by_id")


class Refused(ValueError):
    """It was not put back; str() is the sentence that says why, `instead` the reading to look at, if there is one."""

    def __init__(self, sentence: str, instead: Reading | None = None) -> None:
        super().__init__(sentence)
        self.instead = instead


def may_put_back(source: DataSource, last: State, user: Person) -> bool:
    """Whether `user` may put back a reading that was last as `last` says: any with the admin level, else their own."""
    own = user.pk is not None and last.get("created_by_id") == user.pk
    return source.may("delete_any_reading") or (source.may("delete_own_reading") and own)


def put_back(source: DataSource, public_id: UUID, user: Person) -> Reading:
    """Store a deleted reading again as it was, under its own id, with who wrote it down and when.

    `source` was fetched for writing. One that is there already is left as it is. Raises Http404 where nothing is known
    of it, PermissionDenied where it was somebody else's, Refused where it cannot be stored any more.
    """
    there = _locked(source, public_id)
    if there is not None:
        return there
    life = life_of(source, public_id, None)
    last = life.last
    if last is None:
        raise Http404(_("There is no such reading here, and none that could be put back."))
    if not may_put_back(source, last, user):
        raise PermissionDenied(_("You may put back the readings you wrote down, not those of others."))
    reading = Reading(source=source, public_id=public_id, **values(last), **_kept(source, last))
    reading._audit_restored = True  # type: ignore[attr-defined]  # for audit.receivers
    reading._photo_lost = life.lost_photo  # type: ignore[attr-defined]  # for the page
    _store(reading)
    return reading


def put_back_to(source: DataSource, public_id: UUID, mark: str, version: str) -> Reading:
    """Give a reading the state again that it had after the entry with this mark: a correction like any other.

    `source` was fetched for writing; `version` is that of the reading which the person saw. Raises Http404 for a mark
    that is none of its life and for a reading that never was here, Refused where it was changed since or cannot be
    stored so any more.
    """
    reading = _locked(source, public_id)
    if reading is None:
        if not of_reading(source, public_id).exists():
            raise Http404(_("There is no such reading here, and none that could be put back."))
        raise Refused(_("Somebody deleted this reading in the meantime."), Reading(source=source, public_id=public_id))
    if reading.version != version:
        text = _("This reading was changed since you opened it: it says %(value)s now.")
        raise Refused(text % {"value": measured(reading.value, source.unit, source.decimals)}, reading)
    life = life_of(source, public_id, reading)
    state = next((step.after for step in life.steps if step.after and mark_of(step.entry) == mark), None)
    if state is None:
        raise Http404(_("The history of this reading knows no such state."))
    for name, value in values(state).items():
        setattr(reading, name, value)
    _store(reading)
    return reading


def _locked(source: DataSource, public_id: UUID) -> Reading | None:
    """The reading as it is stored, with its source locked from here on, and the unit of the source as it is then."""
    source.lock()
    source.refresh_from_db(fields=["unit", "conversions"])
    reading = Reading.objects.of(source).filter(public_id=public_id).first()
    if reading is not None:
        reading.source = source
    return reading


def _kept(source: DataSource, last: State) -> dict[str, Any]:
    """Who wrote it down and corrected it, when, and from which import it came: as far as those are still there."""
    kept = {name: of_field(name, last[name]) for name in KEPT if last.get(name)}
    named = [name for name in KEPT if name.endswith("_by_id") and name in kept]
    there = set(User.objects.filter(pk__in=[kept[name] for name in named]).values_list("pk", flat=True))
    for name in named:
        kept[name] = kept[name] if kept[name] in there else None
    brought = str(last.get("import") or "")
    batch = ImportBatch.objects.filter(source=source, public_id=brought).first() if brought else None
    return {**kept, "import_batch": batch}


def _store(reading: Reading) -> None:
    """Save it under the rules of its source. Raises Refused with their sentence."""
    others = Reading.objects.of(reading.source).exclude(public_id=reading.public_id)
    taken = others.filter(recorded_at=reading.recorded_at).first()
    if taken is not None:
        taken.source = reading.source
        text = _("There is a reading at this very time already: %(value)s.")
        raise Refused(text % {"value": measured(taken.value, taken.source.unit, taken.source.decimals)}, taken)
    fitting = round(reading.value, MAX_DECIMALS)
    if fitting != reading.value:
        text = _(
            "It would be %(value)s, and there is room for 6 digits after the point. Write it down anew, rounded:"
            " %(rounded)s."
        )
        unit = reading.source.unit
        raise Refused(text % {"value": measured(reading.value, unit), "rounded": measured(fitting, unit)})
    try:
        with transaction.atomic():
            reading.save()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
