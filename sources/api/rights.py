"""Who can see a source or a home, invitations to them, and the rules of a source."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status

from accounts.api import callers
from accounts.api.filled import checked, over, refused, typed
from accounts.api.framework import MAY_MANAGE, MAY_READ
from accounts.api.problems import Problem, invalid
from accounts.models import User
from sources import inviting, sharing
from sources.access import home_for, home_for_read, source_for, source_for_read
from sources.api import told
from sources.api.told import InvitationIn, InvitationOut, LevelIn, Share, ValidatorChange, ValidatorIn, ValidatorOut
from sources.forms import RuleForm
from sources.invitations import Place, TooManyInvitations, open_ones, take_back
from sources.models import DataValidator, SourceInvitation
from sources.rules import sentences
from sources.sharing import Right
from sources.sharing_forms import InvitationForm, LevelForm

router = Router(tags=["sharing"])
rules = Router(tags=["validators"])

GONE = {204: None}


@router.get(
    "/sources/{source_id}/shares", response=list[Share], auth=MAY_READ, operation_id="shares", summary="Who sees it"
)
def shares(request: HttpRequest, source_id: UUID) -> list[dict[str, Any]]:
    """Who can see a source, as far as one may know it, and why."""
    return _shares(source_for_read(_person(request), source_id))


@router.patch(
    "/sources/{source_id}/shares/{right_id}",
    response=list[Share],
    auth=MAY_MANAGE,
    operation_id="share_update",
    summary="Another level",
)
def share_update(request: HttpRequest, source_id: UUID, right_id: UUID, sent: LevelIn) -> list[dict[str, Any]]:
    """Give a share another level."""
    return _change(source_for(_person(request), source_id, "share"), right_id, sent.level)


@router.delete(
    "/sources/{source_id}/shares/{right_id}", response=GONE, auth=MAY_MANAGE, operation_id="share_end", summary="End it"
)
def share_end(request: HttpRequest, source_id: UUID, right_id: UUID) -> Status:
    """End a share: somebody else's, or one's own."""
    return _end(_person(request), source_for_read(_person(request), source_id), right_id)


@router.get(
    "/homes/{home_id}/members", response=list[Share], auth=MAY_READ, operation_id="members", summary="Who belongs to it"
)
def members(request: HttpRequest, home_id: UUID) -> list[dict[str, Any]]:
    """Who belongs to a home."""
    return _shares(home_for_read(_person(request), home_id))


@router.patch(
    "/homes/{home_id}/members/{right_id}",
    response=list[Share],
    auth=MAY_MANAGE,
    operation_id="member_update",
    summary="Another level",
)
def member_update(request: HttpRequest, home_id: UUID, right_id: UUID, sent: LevelIn) -> list[dict[str, Any]]:
    """Give a member another level."""
    return _change(home_for(_person(request), home_id, "share"), right_id, sent.level)


@router.delete(
    "/homes/{home_id}/members/{right_id}", response=GONE, auth=MAY_MANAGE, operation_id="member_end", summary="End it"
)
def member_end(request: HttpRequest, home_id: UUID, right_id: UUID) -> Status:
    """End a membership: somebody else's, or one's own."""
    return _end(_person(request), home_for_read(_person(request), home_id), right_id)


@router.get(
    "/sources/{source_id}/invitations",
    response=list[InvitationOut],
    auth=MAY_MANAGE,
    operation_id="invitations",
    summary="Open invitations",
)
def invitations(request: HttpRequest, source_id: UUID) -> list[dict[str, Any]]:
    """The invitations to a source that can still be accepted."""
    return [_told(each) for each in open_ones(source_for(_person(request), source_id, "share"))]


@router.post(
    "/sources/{source_id}/invitations",
    response={201: InvitationOut},
    auth=MAY_MANAGE,
    operation_id="invitation_create",
    summary="Share a source",
)
def invitation_create(request: HttpRequest, source_id: UUID, sent: InvitationIn) -> Status:
    """Invite somebody to a source, by mail or by a link. It can be used once within 14 days."""
    return _invite(request, source_for(_person(request), source_id, "share"), sent)


@router.delete(
    "/sources/{source_id}/invitations/{invitation_id}",
    response=GONE,
    auth=MAY_MANAGE,
    operation_id="invitation_end",
    summary="Take an invitation back",
)
def invitation_end(request: HttpRequest, source_id: UUID, invitation_id: UUID) -> Status:
    """From now on nobody can accept it."""
    return _uninvite(source_for(_person(request), source_id, "share"), invitation_id)


@router.post(
    "/homes/{home_id}/invitations",
    response={201: InvitationOut},
    auth=MAY_MANAGE,
    operation_id="home_invitation_create",
    summary="Take somebody into a home",
)
def home_invitation_create(request: HttpRequest, home_id: UUID, sent: InvitationIn) -> Status:
    """Invite somebody to a home: what they may do holds for all its sources."""
    return _invite(request, home_for(_person(request), home_id, "share"), sent)


@router.delete(
    "/homes/{home_id}/invitations/{invitation_id}",
    response=GONE,
    auth=MAY_MANAGE,
    operation_id="home_invitation_end",
    summary="Take an invitation back",
)
def home_invitation_end(request: HttpRequest, home_id: UUID, invitation_id: UUID) -> Status:
    """From now on nobody can accept it."""
    return _uninvite(home_for(_person(request), home_id, "share"), invitation_id)


@rules.get(
    "/sources/{source_id}/validators",
    response=list[ValidatorOut],
    auth=MAY_READ,
    operation_id="validators",
    summary="The rules of a source",
)
def validators(request: HttpRequest, source_id: UUID) -> list[dict[str, Any]]:
    """What readings of a source must pass. They hold on every road: form, API, import."""
    return [_rule(each) for each in source_for(_person(request), source_id, "set_rules").validators.all()]


@rules.post(
    "/sources/{source_id}/validators",
    response={201: ValidatorOut},
    auth=MAY_MANAGE,
    operation_id="validator_create",
    summary="Add a rule",
)
def validator_create(request: HttpRequest, source_id: UUID, sent: ValidatorIn) -> Status:
    """A rule that holds from now on; readings that are stored stay as they are."""
    rule = DataValidator(source=source_for(_person(request), source_id, "set_rules"))
    made = checked(RuleForm(typed(sent.model_dump()), instance=rule)).save()
    return Status(201, _rule(made))


@rules.patch(
    "/sources/{source_id}/validators/{rule_id}",
    response=ValidatorOut,
    auth=MAY_MANAGE,
    operation_id="validator_update",
    summary="Change a rule",
)
def validator_update(request: HttpRequest, source_id: UUID, rule_id: UUID, sent: ValidatorChange) -> dict[str, Any]:
    """Another limit, or another consequence."""
    rule = _found(request, source_id, rule_id, locked=True)
    given = over(RuleForm(instance=rule), sent.model_dump(exclude_unset=True))
    return _rule(checked(RuleForm(given, instance=rule)).save())


@rules.delete(
    "/sources/{source_id}/validators/{rule_id}",
    response=GONE,
    auth=MAY_MANAGE,
    operation_id="validator_delete",
    summary="Delete a rule",
)
def validator_delete(request: HttpRequest, source_id: UUID, rule_id: UUID) -> Status:
    """It holds no more; readings that are stored stay as they are."""
    _found(request, source_id, rule_id).delete()
    return Status(204, None)


def _person(request: HttpRequest) -> User:
    return callers.of(request).user


def _found(request: HttpRequest, source_id: UUID, rule_id: UUID, *, locked: bool = False) -> DataValidator:
    source = source_for(_person(request), source_id, "set_rules")
    if locked:
        source.lock_unless_gone()
    rule = source.validators.filter(public_id=rule_id).first()
    if rule is None:
        raise Http404(_("There is no such rule. It may have been deleted already."))
    rule.source = source
    return rule


def _rule(rule: DataValidator) -> dict[str, Any]:
    return told.of_validator(rule, sentences(rule, rule.source.unit))


def _shares(place: Place) -> list[dict[str, Any]]:
    return [
        {
            "id": str(one.right.public_id) if one.right else None,
            "person": told.of_person(one.person),
            "level": told.WORDS[one.level],
            "reasons": one.reasons,
        }
        for one in sharing.people_of(place)
    ]


def _right(place: Place, right_id: UUID) -> Right:
    right: Right | None = sharing.rights_of(place).filter(public_id=right_id).first()
    if right is None:
        raise Http404(_("There is no such share. It may have ended already."))
    return right


def _change(place: Place, right_id: UUID, level: str) -> list[dict[str, Any]]:
    form = checked(LevelForm({"level": level}))
    try:
        sharing.change(place, _right(place, right_id), form.cleaned_data["level"])
    except ValidationError as error:
        raise invalid(error, "refused") from error
    return _shares(place)


def _end(person: User, place: Place, right_id: UUID) -> Status:
    right = _right(place, right_id)
    if right.user_id != person.pk and not place.may("share"):
        raise PermissionDenied(_("You may not end what others were granted. Ask somebody who may change everything."))
    try:
        sharing.end(place, right)
    except ValidationError as error:
        raise invalid(error, "refused") from error
    return Status(204, None)


def _invite(request: HttpRequest, place: Place, sent: InvitationIn) -> Status:
    form = checked(InvitationForm(typed(sent.model_dump()), _person(request)))
    try:
        made = inviting.invite(request, place, form)
    except TooManyInvitations as error:
        raise Problem("too_many", str(error), {"Retry-After": str(error.seconds)}) from error
    if made is None:
        raise refused(form, "refused")
    link = None if made.invitation.email else made.link
    return Status(201, {**_told(made.invitation), "link": link})


def _uninvite(place: Place, invitation_id: UUID) -> Status:
    found = open_ones(place).filter(public_id=invitation_id).select_for_update(no_key=True).first()
    if found is None:
        raise Http404(_("There is no such open invitation. It may have been used, or taken back already."))
    take_back(found)
    return Status(204, None)


def _told(invitation: SourceInvitation) -> dict[str, Any]:
    return {
        "id": str(invitation.public_id),
        "email": invitation.email,
        "for_whom": invitation.for_whom,
        "level": invitation.level,
        "created_at": told.instant(invitation.created_at),
        "expires_at": told.instant(invitation.expires_at),
    }
