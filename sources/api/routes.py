"""Homes and sources: listed, made, changed. Whose right it is says sources.access; what may be typed, sources.forms."""

from typing import Any
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from ninja import Router, Status

from accounts.api import callers
from accounts.api.filled import checked, over, refused
from accounts.api.framework import MAY_MANAGE, MAY_READ
from accounts.api.problems import Problem
from accounts.models import User
from accounts.replica import from_replica
from sources.access import home_for_admin, home_for_read, source_for_admin, source_for_read
from sources.api import told
from sources.api.told import HomeChange, HomeIn, HomeOut, SourceChange, SourceIn, SourceOut
from sources.conversion import ASKED, OUTDATED
from sources.forms import OF_WHAT_IS_READ, HomeForm, NewHomeForm, NewSourceForm, SourceSettingsForm, started
from sources.models import DataSource, Grant, Home
from sources.once import OnceForm
from sources.units import KINDS

router = Router(tags=["homes and sources"])

NAMES = {
    "id": "public_id",
    "time_zone": "timezone",
    "place": "place_name",
    "kind": "source_type",
    "unit_change": "unit_way",
}
"""What the API calls otherwise than the forms."""


@router.get("/homes", response=list[HomeOut], auth=MAY_READ, operation_id="homes", summary="My homes")
def homes(request: HttpRequest) -> list[dict[str, Any]]:
    """The homes that one belongs to."""
    return [told.of_home(home) for home in Home.objects.visible_to(_person(request))]


@router.post(
    "/homes",
    response={201: HomeOut, 200: HomeOut},
    auth=MAY_MANAGE,
    operation_id="home_create",
    summary="Make a home",
)
def home_create(request: HttpRequest, sent: HomeIn) -> Status:
    """201 for a new home, 200 where this id made the same home before, 409 where it made another one."""
    person = _person(request)
    home = Home(created_by=person, timezone=person.timezone)
    form = checked(
        NewHomeForm(over(NewHomeForm(instance=home), _named(sent.model_dump(exclude_unset=True))), instance=home)
    )
    row, is_new = _once(form, person)
    if is_new:
        row.members.create(user=person, level=Grant.ADMIN, granted_by=person)
    found = told.of_home(home_for_read(person, row.public_id))
    same = all(found[name] == getattr(sent, name) for name in ("name", "address"))
    return Status(told.kept(is_new, same, found, sent.model_dump()), found)


@router.get("/homes/{home_id}", response=HomeOut, auth=MAY_READ, operation_id="home", summary="A home")
def home(request: HttpRequest, home_id: UUID) -> dict[str, Any]:
    """One home."""
    return told.of_home(home_for_read(_person(request), home_id))


@router.patch(
    "/homes/{home_id}", response=HomeOut, auth=MAY_MANAGE, operation_id="home_update", summary="Change a home"
)
def home_update(request: HttpRequest, home_id: UUID, sent: HomeChange) -> dict[str, Any]:
    """Name, address, time zone."""
    found = home_for_admin(_person(request), home_id)
    checked(HomeForm(over(HomeForm(instance=found), _said(sent)), instance=found)).save()
    return told.of_home(found)


@router.get("/sources", response=list[SourceOut], auth=MAY_READ, operation_id="sources", summary="My sources")
@from_replica
def sources(
    request: HttpRequest, home: UUID | None = None, meter_number: str = "", archived: bool | None = None
) -> list[dict[str, Any]]:
    """Every source that one may see, in walking order; those of one home, with a number, put away or not, if asked."""
    found = DataSource.objects.visible_to(_person(request)).with_latest().select_related("home", "owner")
    found = found.filter(home__public_id=home) if home else found
    found = found.filter(meter_number=meter_number) if meter_number else found
    found = found.filter(archived_at__isnull=not archived) if archived is not None else found
    return [told.of_source(source) for source in found.in_walking_order()]


@router.post(
    "/sources",
    response={201: SourceOut, 200: SourceOut},
    auth=MAY_MANAGE,
    operation_id="source_create",
    summary="Make a source",
)
def source_create(request: HttpRequest, sent: SourceIn) -> Status:
    """201 for a new source, 200 where this id made the same source before, 409 where it made another one."""
    person, said = _person(request), _said(sent)
    place = home_for_admin(person, _uuid(sent.home)) if sent.home else None
    source = started(KINDS[said.pop("source_type")], person, place)
    blank = NewSourceForm(instance=source, person=person)
    form = NewSourceForm(over(blank, said), instance=source, person=person)
    form.are_digits_unknown = said.get("digits", 0) is None
    checked(form)
    row, is_new = _once(form, person)
    if is_new and form.wants_growing():
        row.validators.create(non_decreasing=True)
    found = _source(person, row.public_id)
    same = (found["name"], found["kind"], found["unit"]) == (source.name, source.source_type, source.unit)
    return Status(told.kept(is_new, same, found, sent.model_dump(exclude_unset=True)), found)


@router.get("/sources/{source_id}", response=SourceOut, auth=MAY_READ, operation_id="source", summary="A source")
def source(request: HttpRequest, source_id: UUID) -> dict[str, Any]:
    """One source, with its last reading."""
    return _source(_person(request), source_id)


@router.patch(
    "/sources/{source_id}",
    response=SourceOut,
    auth=MAY_MANAGE,
    operation_id="source_update",
    summary="Change a source",
)
def source_update(request: HttpRequest, source_id: UUID, sent: SourceChange) -> dict[str, Any]:
    """Its settings. Another unit for a source that has numbers needs unit_change: 409 without it."""
    person, said = _person(request), _said(sent)
    found = source_for_admin(person, source_id)
    archived = said.pop("archived", None)
    if found.is_sum and not said.keys().isdisjoint(OF_WHAT_IS_READ):
        raise Problem("invalid", _("This source is worked out from others: its unit is theirs, and it has no dial."))
    if said:
        start = SourceSettingsForm(instance=found, person=person)
        _settled(SourceSettingsForm(over(start, said), instance=found, person=person)).save()
    if archived is not None and archived != found.is_archived:
        found.archived_at = clock.now() if archived else None
        found.save(update_fields=["archived_at"])
    return _source(person, source_id)


def _settled(form: SourceSettingsForm) -> SourceSettingsForm:
    """The form. Raises Problem: 409 where it must be said what another unit means for the numbers that are there, or
    somebody else changed it meanwhile; 422 where it is not valid otherwise.
    """
    if form.has_error("unit", OUTDATED):
        raise refused(form, "outdated")
    if not form.has_error("unit", ASKED):
        return checked(form)
    text = _(
        "Numbers are written down in %(old)s. Send unit_change along: “convert” to convert them all to %(new)s, or"
        " “rename” where they always were in %(new)s and only the unit was written down wrong."
    )
    raise Problem("unit_change", text % {"old": form.unit_before, "new": form.instance.unit})


def _person(request: HttpRequest) -> User:
    return callers.of(request).user


def _source(person: User, public_id: UUID) -> dict[str, Any]:
    source_for_read(person, public_id)
    rows = DataSource.objects.visible_to(person).with_latest().select_related("home", "owner")
    return told.of_source(rows.get(public_id=public_id))


def _said(sent: Any) -> dict[str, Any]:
    """What was named, as the forms call it; null says nothing, but for what can be taken away."""
    given = sent.model_dump(exclude_unset=True)
    return _named({name: value for name, value in given.items() if value is not None or name in ("digits", "home")})


def _named(given: dict[str, Any]) -> dict[str, Any]:
    return {NAMES.get(name, name): value for name, value in given.items()}


def _once(form: OnceForm, person: User) -> tuple[Any, bool]:
    """What the form made now or before. Raises Problem (409) for the id of somebody else's, or without room."""
    row, is_new = form.save_once(person)
    if form.has_error(NON_FIELD_ERRORS, "full"):
        raise refused(form, "full")
    if row is None:
        raise Problem("id_taken", _("This id is taken. Make a new one, and send it with that."))
    return row, is_new


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Problem("invalid", _("home: Send the id of a home.")) from error
