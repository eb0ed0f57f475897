"""Meter changes: where another dial began to count."""

from typing import Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from accounts.api import callers
from accounts.api.filled import refused, typed
from accounts.api.framework import MAY_MANAGE, MAY_READ, Sent, Told
from readings.api.forms import ChangeForm
from readings.api.told import Instant
from readings.meter_changes import other_registers
from sources.access import source_for_admin, source_for_read
from sources.api.told import Number, instant, number
from sources.models import DataSource, MeterChange

router = Router(tags=["meter changes"])

Reason = Literal["replaced", "rollover", "reset"]
NAMES = ("reason", "old_final", "new_initial", "old_number", "new_number")


class ChangeIn(Sent):
    """From changed_at on another dial counts: it began at new_initial when the old one stood at old_final. take_number:
    the new number is that of the meter from now on. write_down: both values become readings.
    """

    changed_at: Instant
    old_final: Number
    new_initial: Number
    reason: Reason = "replaced"
    old_number: str = Field("", max_length=100)
    new_number: str = Field("", max_length=100)
    take_number: bool = False
    write_down: bool = False


class ChangeChange(Sent):
    """What is not named stays as it is."""

    changed_at: Instant | None = None
    old_final: Number | None = None
    new_initial: Number | None = None
    reason: Reason | None = None
    old_number: str | None = Field(None, max_length=100)
    new_number: str | None = Field(None, max_length=100)


class ChangeOut(Told):
    """A meter change."""

    id: str
    changed_at: str
    reason: Reason
    old_final: str
    new_initial: str
    old_number: str
    new_number: str


@router.get(
    "/sources/{source_id}/meter-changes",
    response=list[ChangeOut],
    auth=MAY_READ,
    operation_id="meter_changes",
    summary="Meter changes",
)
def meter_changes(request: HttpRequest, source_id: UUID) -> list[dict[str, Any]]:
    """The changes of a source, the newest first."""
    source = source_for_read(callers.of(request).user, source_id)
    return [_told(change) for change in source.meter_changes.order_by("-changed_at")]


@router.post(
    "/sources/{source_id}/meter-changes",
    response={201: ChangeOut},
    auth=MAY_MANAGE,
    operation_id="meter_change_create",
    summary="Note a meter change",
)
def meter_change_create(request: HttpRequest, source_id: UUID, sent: ChangeIn) -> Status:
    """A new meter, a rollover or a reset."""
    source = _counter(request, source_id)
    change = MeterChange(source=source)
    others = other_registers(source, callers.of(request).user)
    return Status(
        201, _stored(ChangeForm(typed(sent.model_dump()), instance=change, now=clock.now(), registers=others))
    )


@router.patch(
    "/sources/{source_id}/meter-changes/{change_id}",
    response=ChangeOut,
    auth=MAY_MANAGE,
    operation_id="meter_change_update",
    summary="Correct a meter change",
)
def meter_change_update(request: HttpRequest, source_id: UUID, change_id: UUID, sent: ChangeChange) -> dict[str, Any]:
    """What is noted about it."""
    change = _change(request, source_id, change_id, locked=True)
    start = {"changed_at": change.changed_at, **{name: getattr(change, name) for name in NAMES}}
    given = {name: value for name, value in sent.model_dump(exclude_unset=True).items() if value is not None}
    others = other_registers(change.source, callers.of(request).user)
    return _stored(ChangeForm({**start, **given}, instance=change, now=clock.now(), registers=others))


@router.delete(
    "/sources/{source_id}/meter-changes/{change_id}",
    response={204: None},
    auth=MAY_MANAGE,
    operation_id="meter_change_delete",
    summary="Delete a meter change",
)
def meter_change_delete(request: HttpRequest, source_id: UUID, change_id: UUID) -> Status:
    """Readings stay as they are."""
    _change(request, source_id, change_id).delete()
    return Status(204, None)


def _stored(form: ChangeForm) -> dict[str, Any]:
    if not (form.is_valid() and form.stored()):
        raise refused(form)
    form.instance.refresh_from_db()
    return _told(form.instance)


def _counter(request: HttpRequest, source_id: UUID) -> DataSource:
    source = source_for_admin(callers.of(request).user, source_id)
    if source.counting != "counter":
        raise Http404(_("Only a dial that grows can go on from another value."))
    return source


def _change(request: HttpRequest, source_id: UUID, change_id: UUID, *, locked: bool = False) -> MeterChange:
    source = source_for_admin(callers.of(request).user, source_id)
    if locked and not source.is_sum:
        source.lock_unless_gone()
    change = MeterChange.objects.filter(source=source, public_id=change_id).first()
    if change is None:
        raise Http404(_("There is no such change here. It may have been deleted."))
    change.source = source
    return change


def _told(change: MeterChange) -> dict[str, Any]:
    texts = {name: getattr(change, name) for name in ("reason", "old_number", "new_number")}
    values = {name: number(getattr(change, name)) for name in ("old_final", "new_initial")}
    return {"id": str(change.public_id), "changed_at": instant(change.changed_at), **texts, **values}
