"""Who can see a source or a home: shown, invited, given another level, ended, left. Both kinds of place are alike."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from sources import invitations, inviting, sharing
from sources.access import home_for, home_for_read, source_for, source_for_read
from sources.invitations import Place, TooManyInvitations
from sources.models import Grant, Home
from sources.sharing import Right
from sources.sharing_forms import InvitationForm, LevelForm

LINK = "invitation_link"


@require_http_methods(["GET", "HEAD", "POST"])
def source_sharing(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who can see a source, and a form to invite somebody."""
    return _sharing(request, source_for(request.user, public_id, "share" if request.method == "POST" else "see"))


@require_http_methods(["GET", "HEAD", "POST"])
def home_sharing(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who belongs to a home, and a form to invite somebody."""
    return _sharing(request, home_for(request.user, public_id, "share" if request.method == "POST" else "see"))


@require_POST
def source_level(request: HttpRequest, public_id: UUID, right_id: UUID) -> HttpResponse:
    """Give a share another level."""
    return _level(request, source_for(request.user, public_id, "share"), right_id)


@require_POST
def home_level(request: HttpRequest, public_id: UUID, right_id: UUID) -> HttpResponse:
    """Give a member another level."""
    return _level(request, home_for(request.user, public_id, "share"), right_id)


@require_http_methods(["GET", "HEAD", "POST"])
def source_end(request: HttpRequest, public_id: UUID, right_id: UUID) -> HttpResponse:
    """Ask, then end a share: somebody else's, or one's own."""
    return _end(request, source_for_read(request.user, public_id), right_id)


@require_http_methods(["GET", "HEAD", "POST"])
def home_end(request: HttpRequest, public_id: UUID, right_id: UUID) -> HttpResponse:
    """Ask, then end a membership: somebody else's, or one's own."""
    return _end(request, home_for_read(request.user, public_id), right_id)


@require_POST
def source_uninvite(request: HttpRequest, public_id: UUID, invitation_id: UUID) -> HttpResponse:
    """Take an invitation to a source back."""
    return _uninvite(request, source_for(request.user, public_id, "share"), invitation_id)


@require_POST
def home_uninvite(request: HttpRequest, public_id: UUID, invitation_id: UUID) -> HttpResponse:
    """Take an invitation to a home back."""
    return _uninvite(request, home_for(request.user, public_id, "share"), invitation_id)


def _sharing(request: HttpRequest, place: Place) -> HttpResponse:
    form = InvitationForm(request.POST or None, cast(User, request.user))
    if request.method == "POST" and form.is_valid():
        try:
            _invite(request, place, form)
        except TooManyInvitations as refused:
            page = render(request, "429.html", {"reason": str(refused)}, status=429)
            page.headers["Retry-After"] = str(refused.seconds)
            return page
        if form.is_valid():
            return redirect(sharing.url("sharing", place))
    people = sharing.people_of(place)
    open_ones = invitations.open_ones(place).select_related("invited_by") if place.may("share") else []
    context = _context(place) | {
        "form": form,
        "people": people,
        "levels": Grant.choices,
        "open": [(each, sharing.url("uninvite", place, each.public_id)) for each in open_ones],
        "link": _new_link(request, place),
        "own": next((one for one in people if one.right and one.person == request.user), None),
    }
    return render(request, "sources/sharing.html", context, status=422 if request.method == "POST" else 200)


def _invite(request: HttpRequest, place: Place, form: InvitationForm) -> None:
    """Make the invitation, and say where its link is. Raises TooManyInvitations."""
    made = inviting.invite(request, place, form)
    if made is not None and made.invitation.email:
        messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": made.invitation.email})
    elif made is not None:
        request.session[LINK] = [str(place.public_id), made.link]


def _new_link(request: HttpRequest, place: Place) -> str:
    """The link that was made just now; shown once, then forgotten here too."""
    if request.method != "GET" or request.session.get(LINK, [""])[0] != str(place.public_id):
        return ""
    return str(request.session.pop(LINK)[1])


def _level(request: HttpRequest, place: Place, right_id: UUID) -> HttpResponse:
    right, form = _right(place, right_id), LevelForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the levels. Nothing was changed."))
        return redirect(sharing.url("sharing", place))
    try:
        sharing.change(place, right, form.cleaned_data["level"])
    except ValidationError as refused:
        messages.error(request, refused.message)
        return redirect(sharing.url("sharing", place))
    facts = {"person": right.user, "place": place, "level": right.get_level_display()}
    messages.success(request, _("%(person)s in %(place)s: %(level)s.") % facts)
    return redirect(sharing.url("sharing", place))


def _end(request: HttpRequest, place: Place, right_id: UUID) -> HttpResponse:
    right = _right(place, right_id)
    own = right.user_id == request.user.pk
    if not own and not place.may("share"):
        raise PermissionDenied(_("You may not end what others were granted. Ask somebody who may change everything."))
    refusal = ""
    if request.method == "POST":
        try:
            sharing.end(place, right)
        except ValidationError as error:
            refusal = str(error.message)
        else:
            facts = {"person": right.user, "place": place}
            done = _("You left %(place)s.") if own else _("%(person)s can no longer see %(place)s this way.")
            messages.success(request, done % facts)
            return redirect("home") if own else redirect(sharing.url("sharing", place))
    context = _context(place) | {"right": right, "own": own, "refusal": refusal}
    return render(request, "sources/sharing_end.html", context, status=422 if refusal else 200)


def _uninvite(request: HttpRequest, place: Place, invitation_id: UUID) -> HttpResponse:
    found = invitations.open_ones(place).filter(public_id=invitation_id).select_for_update(no_key=True).first()
    if found is None:
        raise Http404(_("There is no such open invitation. It may have been used, or taken back already."))
    invitations.take_back(found)
    messages.success(request, _("The invitation is taken back: its link does not work any more."))
    return redirect(sharing.url("sharing", place))


def _right(place: Place, right_id: UUID) -> Right:
    right: Right | None = sharing.rights_of(place).filter(public_id=right_id).first()
    if right is None:
        raise Http404(_("There is no such share. It may have ended already."))
    return right


def _context(place: Place) -> dict[str, object]:
    is_home = isinstance(place, Home)
    return {
        "place": place,
        "home": place if isinstance(place, Home) else place.home,
        "source": None if is_home else place,
        "may_share": place.may("share"),
        "sharing_url": sharing.url("sharing", place),
        "section": "home" if is_home else "meters",
    }
