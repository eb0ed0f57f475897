"""Who came with LINE or Google alone signs in there once more before something delicate: allauth knows no such way.

It asks for the password or the second factor, and whoever has one of them is asked for that alone: neither a provider
nor a mail takes its place. What a provider showed counts as long as a password does.
"""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.providers import addresses, claims
from accounts.providers.refusals import Refused
from accounts.sign_in_signals import identity_shown

PROCESS = "reauthenticate"
"""How such a sign-in is told from one that signs in, and from one that connects."""
METHOD = "socialaccount"
BY_MAIL = "reauthenticate_by_code"
BY_PROVIDER = "reauthenticate_by_provider"

Way = dict[str, Any]


def ways(known: list[Way], person: User | AnonymousUser) -> list[Way]:
    """The ways to ask this person, the first of which is taken: those of allauth, for who has a password or a second
    factor; else our page of the providers, and a code by mail. Never none, so that nobody meets a page without a word.
    """
    if not person.is_authenticated:
        return []
    if own := [way for way in known if way["id"] != BY_MAIL]:
        return own
    mailed = [{**way, "description": _("Have a code sent by mail")} for way in known]
    by_provider = {
        "id": BY_PROVIDER,
        "description": _("Sign in with LINE or Google again"),
        "url": reverse("accounts:reauthenticate"),
    }
    return [by_provider, *mailed] if connected(person) or not mailed else mailed


def connected(person: User | AnonymousUser) -> list[str]:
    """The providers with which the person can sign in here, in the order of their buttons."""
    theirs = set(SocialAccount.objects.filter(user_id=person.pk).values_list("provider", flat=True))
    return [provider_id for provider_id in addresses.offered() if provider_id in theirs]


def is_way(person: User | AnonymousUser, provider_id: str) -> bool:
    """Whether this person is asked to sign in there."""
    asked = [way["id"] for way in get_adapter().get_reauthentication_methods(person)]
    return BY_PROVIDER in asked and provider_id in connected(person)


def begin(request: HttpRequest) -> dict[str, Any]:
    """What is kept of a sign-in once more until its answer comes: whose it is, and since when it is awaited."""
    return {"person": request.user.pk, "since": time.time()}


def finish(request: HttpRequest, login: SocialLogin, tells_when: bool) -> None:
    """Believe that it is the person whose session this is.

    `login` has `signed_in_at`, when they signed in at the provider: a claim that may be anything, None where it says
    nothing of it, which is believed unless the provider always `tells_when`.
    Raises Refused: "begun" by somebody else, "another" identity than theirs, or "stale".
    """
    begun = login.state.get("data") or {}
    if not request.user.is_authenticated or begun.get("person") != request.user.pk:
        raise Refused("begun")
    if not login.is_existing or login.user.pk != request.user.pk:
        raise Refused("another")
    claims.check_anew(login.signed_in_at, since=begun["since"], now=time.time(), tells_when=tells_when)
    said = {"provider": login.account.provider, "uid": login.account.uid}
    record_authentication(request, request.user, METHOD, reauthenticated=True, **said)
    identity_shown.send(sender=SocialAccount, account=login.account)


def is_recent(request: HttpRequest | None) -> bool:
    """Whether the person of this session showed by a provider who they are, as long ago as is believed at most."""
    if request is None or not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    shown = [each["at"] for each in records if each["method"] == METHOD and each.get("reauthenticated")]
    return bool(shown) and 0 <= time.time() - shown[-1] < app_settings.REAUTHENTICATION_TIMEOUT


def page(goes_to: str | None) -> str:
    """The address of the page that asks, and goes on to another one afterwards."""
    return with_next(reverse("accounts:reauthenticate"), goes_to)


def with_next(address: str, goes_to: str | None) -> str:
    """An address that passes on where to go afterwards."""
    return f"{address}?{urlencode({'next': goes_to})}" if goes_to else address
