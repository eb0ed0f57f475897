"""What a gadget sends: the number on the meter and what it says. A doubtful value is stored and marked, as nobody is
there to be asked; what a rule refuses is refused.
"""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status

from accounts.api import callers
from accounts.api.callers import READ
from accounts.api.framework import MAY_WRITE
from accounts.api.problems import Problem
from readings.api import writing
from readings.api.told import IngestIn, ReadingIn, ReadingOut
from sources.access import Person, source_for_write
from sources.models import Counting, DataSource

router = Router(tags=["gadgets"])


@router.post(
    "/ingest",
    response={201: ReadingOut, 200: ReadingOut},
    auth=MAY_WRITE,
    operation_id="ingest",
    summary="Send a value",
)
def ingest(request: HttpRequest, sent: IngestIn) -> Status:
    """201 for a new reading, 200 where this value is there for this time already. So a retry that names its `at` or
    its `id` stores once; of an amount, which would count twice otherwise, one of them is needed.
    """
    caller = callers.of(request)
    source = _source(caller.user, sent, caller.source)
    if source.counting == Counting.AMOUNT and sent.at is None and sent.id is None:
        raise Problem(
            "invalid", _("at: Of an amount, send at or id, so that it is not counted twice when it is sent again.")
        )
    reading = ReadingIn(id=sent.id, value=sent.value, unit=sent.unit, recorded_at=sent.at, note=sent.note, confirm=True)
    try:
        status, stored = writing.write(source, reading)
        return Status(status, stored if status == 201 else writing.seen_by(caller, stored))
    except Problem as problem:
        there: dict[str, Any] = problem.more.get("stored", {})
        if problem.code == "time_taken" and Decimal(there["value"]) == Decimal(sent.value):
            return Status(200, writing.seen_by(caller, there))
        raise (problem if READ in caller.scopes else problem.untold()) from None


def _source(person: Person, sent: IngestIn, only: UUID | None) -> DataSource:
    """The source that is meant; a key that is for one source needs to name none. Raises Problem or Http404."""
    if sent.source is not None or (only and sent.meter_number is None):
        try:
            named = UUID(sent.source) if sent.source is not None else only
        except ValueError:
            named = None
        if named is None:
            raise Problem("invalid", _("source: Send the id of a source."))
        return source_for_write(person, named)
    number = (sent.meter_number or "").strip()
    if not number:
        raise Problem("invalid", _("Send the meter_number, or the id of the source as source."))
    found = list(DataSource.objects.writable_by(person).filter(meter_number__iexact=number, archived_at=None)[:2])
    if not found:
        raise Http404(_("No meter that you may write to has this number. Its settings have a field for it."))
    if len(found) > 1:
        raise Problem("invalid", _("Several registers have this number. Send the id of one as source."))
    return source_for_write(person, found[0].public_id)
