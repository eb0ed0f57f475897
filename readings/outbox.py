"""Readings that waited on a device until the network answered: who wrote them, when, and what became of them.

They come as the forms of the entry pages, to the same addresses; only the answer is another one (static/js/worker.js).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.utils.dateparse import parse_datetime
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from accounts.models import User
from readings.forms import EntryForm
from readings.models import Reading
from readings.signals import outbox_answered
from sources.written import measured, moment

Outcome = tuple[EntryForm, Reading | None]
"""A form, and the reading that it made, now or when it came before; None where it made none."""
STATUSES = {"conflict": 409, "refused": 422, "asked": 422, "saved": 201, "stored": 200}
"""What can become of it: of several, the first says it for all."""


def check_writer(person: Any, data: Mapping[str, Any]) -> None:
    """What one person wrote is not sent by another one on the same device. Raises PermissionDenied."""
    writer = data.get("writer")
    if writer and not (isinstance(person, User) and str(person.public_id) == writer):
        raise PermissionDenied(_("Somebody else wrote this down on this device. It is saved once they sign in again."))


def typed_at(data: Mapping[str, Any], now: datetime) -> datetime:
    """When it was typed, where a device says so (`typed_at`, with its offset); else, and never later than, now."""
    try:
        at = parse_datetime(data.get("typed_at", ""))
    except ValueError:
        return now
    return now if at is None or at.tzinfo is None else min(at, now)


def is_asked(request: HttpRequest) -> bool:
    """Whether a device sends what waited, and wants no page."""
    return request.method == "POST" and request.headers.get("Accept") == "application/json"


def answer(outcomes: Iterable[Outcome], otherwise: str = "") -> JsonResponse:
    """What became of it, as {state, texts}: 201 saved, 200 saved before; 409 something else was saved under this id;
    422 where it is asked whether the value is right, or a rule stands in the way. `otherwise`: said if nothing came.
    """
    told = [(_state(form, reading), form) for form, reading in outcomes]
    states = {state for state, _form in told} or {"refused"}
    state = next(each for each in STATUSES if each in states)
    texts = [text for state, form in told for text in _texts(state, form)] if told else [otherwise]
    outbox_answered.send(sender=None, state=state)
    return JsonResponse({"state": state, "texts": texts}, status=STATUSES[state])


def _state(form: EntryForm, reading: Reading | None) -> str:
    if reading is not None:
        return "saved" if form.stored is None else "stored"
    if form.stored is not None:
        return "conflict"
    return "asked" if form.question else "refused"


def _texts(state: str, form: EntryForm) -> list[str]:
    if state in {"saved", "stored"}:
        return []
    if state == "conflict":
        return [_conflict(form)]
    return [strip_tags(str(text)) for texts in form.errors.values() for text in texts]


def _conflict(form: EntryForm) -> str:
    """Both values: what is stored, and what came now."""
    stored, unit = form.stored, form.source.unit
    if stored is None:
        return ""
    said = {"value": measured(stored.value, unit), "at": moment(stored.recorded_at, form.source.zone)}
    return _("This entry was saved before with another content: %(value)s, read on %(at)s.") % said
