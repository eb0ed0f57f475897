"""Making an invitation that a form was filled in for, and mailing it: the same for the page and for the API."""

import logging
from dataclasses import dataclass
from typing import cast

from allauth.core.ratelimit import consume
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.mailed_keys import link
from accounts.models import User
from sources import invitations
from sources.invitations import Place, TooManyInvitations
from sources.models import SourceInvitation
from sources.sharing_forms import InvitationForm

logger = logging.getLogger("homelog.sharing")


@dataclass(frozen=True, slots=True)
class Made:
    """An invitation, and the whole address that accepts it."""

    invitation: SourceInvitation
    link: str


def invite(request: HttpRequest, place: Place, form: InvitationForm) -> Made | None:
    """The invitation of a valid form, mailed where an address was given; a mail that fails leaves no invitation behind:
    None, and the form is not valid any more. Raises TooManyInvitations.
    """
    email, for_whom = form.cleaned_data["email"], form.cleaned_data["for_whom"]
    try:
        with transaction.atomic():
            made, key = invitations.make(place, cast(User, request.user), form.cleaned_data["level"], email, for_whom)
            # Also for somebody who deletes the place, and what invites to it, and makes another one.
            if not consume(request, action="invite"):
                raise TooManyInvitations(int(invitations.DAY.total_seconds()))
            address = link(request, "sources:invitation", key)
            if email:
                invitations.send(made, address)
    except OSError:
        logger.exception("An invitation could not be mailed")
        sentence = _("The mail could not be sent, so nothing was done. Leave the address empty to get a link instead.")
        form.add_error("email", ValidationError(sentence, code="mail"))
        return None
    return Made(made, address)
