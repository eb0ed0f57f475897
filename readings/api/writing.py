"""One reading, written down or found to be there: 201 for a new one, 200 where the same was sent before, 409 where its
id or its time is another one's, 422 where a rule refuses it or it is doubtful and nobody says that it is right.
"""

from typing import Any
from uuid import UUID

from django.utils import timezone as clock
from django.utils.translation import gettext as _

from accounts.api.callers import READ, Caller
from accounts.api.filled import refused
from accounts.api.problems import Problem
from readings.api import told
from readings.api.forms import ChangedReadingForm, NewReadingForm
from readings.api.told import ReadingChange, ReadingIn
from readings.models import Reading
from readings.validators import RULES
from sources.models import DataSource

VERSION = 7
BY_OTHERS = {"note": "", "details": {}, "created_by": "", "updated_by": ""}


def add(caller: Caller, source: DataSource, sent: ReadingIn) -> tuple[int, dict[str, Any]]:
    """As `write`; who may add but not read is told nothing of what was there before."""
    try:
        status, reading = write(source, sent)
    except Problem as problem:
        raise (problem if READ in caller.scopes else problem.untold()) from None
    return status, reading if status == 201 else seen_by(caller, reading)


def seen_by(caller: Caller, there: dict[str, Any]) -> dict[str, Any]:
    """A stored reading whose value the caller sent: for who may not read, without what other people wrote to it."""
    return there if READ in caller.scopes else {**there, **BY_OTHERS}


def write(source: DataSource, sent: ReadingIn) -> tuple[int, dict[str, Any]]:
    """The status and the reading; `source` was fetched for writing. Raises Problem."""
    data = {
        "public_id": str(given_id(sent.id) or ""),
        "value": sent.value,
        "unit": sent.unit,
        "recorded_at": sent.recorded_at or "",
        "quality_flag": sent.quality or "",
        "notes": sent.note,
        "metadata": sent.details,
        "confirm": sent.value if sent.confirm else "",
    }
    form = NewReadingForm(data, instance=Reading(source=source), now=clock.now())
    valid = form.is_valid()
    if form.stored is not None:
        there = told.stored(source, form.stored.public_id)
        if form.says_the_same:
            return 200, there
        text = _("Another reading is stored under this id. Look at both; what is right can be sent as a correction.")
        raise Problem("id_taken", text, stored=there, sent=sent.model_dump(exclude_unset=True))
    if not valid:
        raise _refusal(form, source)
    return 201, told.stored(source, form.save().public_id)


def correct(reading: Reading, sent: ReadingChange) -> dict[str, Any]:
    """The reading as it is then; it was fetched for writing, its source locked. Raises Problem."""
    source, given = reading.source, sent.model_dump(exclude_unset=True)
    value = given.get("value") or f"{reading.value:f}"
    data = {
        "value": value,
        "recorded_at": given.get("recorded_at") or reading.recorded_at,
        "quality_flag": given.get("quality") or reading.quality_flag,
        "notes": reading.notes if given.get("note") is None else given["note"],
        "metadata": given.get("details"),
        "confirm": value if sent.confirm else "",
        "reason": sent.reason,
        "seen": reading.version if sent.version is None else sent.version,
    }
    form = ChangedReadingForm(data, instance=reading, now=clock.now())
    if form.is_valid():
        form.save()
        return told.stored(source, reading.public_id)
    if form.is_outdated:
        raise refused(form, "outdated", stored=told.stored(source, reading.public_id))
    raise _refusal(form, source)


def given_id(text: str | None) -> UUID | None:
    """The id that a program gave a reading. Raises Problem (422) for one that is no UUIDv7."""
    if text is None:
        return None
    try:
        found = UUID(text)
    except ValueError:
        found = None
    if found is None or found.version != VERSION:
        sentence = _("id: Send a UUIDv7 (RFC 9562), made once for each reading.")
        raise Problem("invalid", sentence, errors=[{"field": "id", "code": "uuid", "detail": sentence}])
    return found


def _refusal(form: NewReadingForm | ChangedReadingForm, source: DataSource) -> Problem:
    """Why it is not stored, with what would have to be known to decide."""
    codes = {error.code for errors in form.errors.as_data().values() for error in errors}
    if "taken" in codes:
        others = Reading.objects.of(source).exclude(public_id=form.instance.public_id)
        there = others.get(recorded_at=form.at or form.now)
        return refused(form, "time_taken", stored=told.stored(source, there.public_id))
    if codes & {*RULES}:
        return refused(form, "rule")
    if "doubt" in codes:
        return refused(form, "doubtful", how=_("If it is right, send it again with confirm: true."))
    return refused(form)
