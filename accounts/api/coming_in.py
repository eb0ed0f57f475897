"""The roads into the API for an app: a name and a password with a second factor, or an id_token of LINE or Google.

Both use what the pages use: the same backend and limits, the same second factors, and accounts.provider_token.
"""

import json
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.utils import has_verified_email, url_str_to_user_pk
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.adapter import NOT_RIGHT
from accounts.api import limits
from accounts.api.problems import Problem
from accounts.limits import SENTENCE, is_limited, retry_after
from accounts.models import User
from accounts.provider_token import provider_token
from accounts.second_factor import FACTORS
from accounts.second_factor_forms import AuthenticateForm
from accounts.session_store import SessionStore

PENDING = "account_login"


def by_password(request: HttpRequest, name: str, password: str, code: str) -> User:
    """Who has this name and password, and this second factor where they have one. Raises Problem."""
    _count(request, name)
    try:
        person: User | None = get_adapter(request).authenticate(request, username=name, password=password)
    except ImmediateHttpResponse as refused:
        raise _too_many(request) from refused
    if person is None:
        raise Problem("not_right", str(NOT_RIGHT))
    _check(request, person, code)
    return person


def by_provider(request: HttpRequest, provider: str, token: dict[str, Any], code: str) -> User:
    """Whose identity at LINE or Google this id_token shows, and whose second factor. Raises Problem."""
    _count(request, "")
    body = {"provider": provider, "process": "login", "token": token}
    request._body = json.dumps(body).encode()  # what the next line reads
    answer = provider_token(request)
    told = json.loads(answer.content)
    key = told.get("meta", {}).get("session_token", "")
    session = SessionStore(key)
    person = _person_of(session)
    is_in = SESSION_KEY in session
    UserSession.objects.filter(session_key=key).delete()
    session.delete(key)
    if answer.status_code == 429:
        raise _too_many(request)
    if answer.status_code == 401 and person is None:
        raise Problem("not_right", _("There is no account for this yet. Make one in the browser first."))
    if person is None:
        sentences = [str(error["message"]) for error in told.get("errors", ())]
        raise Problem("not_right", " ".join(sentences) or _("This was not believed."))
    _check(request, person, code, must=not is_in)
    return person


def _person_of(session: SessionStore) -> User | None:
    """Who is signed in, or waits for their second factor: allauth writes down that key in another way (base 36)."""
    waiting = session.get(PENDING, {}).get("user_pk")
    key = session.get(SESSION_KEY) or (waiting and url_str_to_user_pk(waiting))
    return User.objects.filter(pk=key).first()


def _check(request: HttpRequest, person: User, code: str, *, must: bool = False) -> None:
    """What else stands between somebody and their account. Raises Problem."""
    if not person.is_active:
        raise Problem("not_right", str(NOT_RIGHT))
    if settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory" and person.email and not has_verified_email(person):
        raise Problem("forbidden", _("First confirm your e-mail address: sign in once in the browser."))
    if not must and not is_mfa_enabled(person, FACTORS):
        return
    if not is_mfa_enabled(person, [Authenticator.Type.TOTP]):
        raise Problem("second_factor_needed", _("Your second factor is a passkey. Make a key in the browser instead."))
    if not code:
        raise Problem("second_factor_needed", _("Send the code of your second factor as well."))
    form = AuthenticateForm({"code": code}, user=person)
    if not form.is_valid():
        raise _too_many(request) if is_limited(form) else Problem("not_right", " ".join(form.errors["code"]))


def _count(request: HttpRequest, name: str) -> None:
    """Ten a minute from an address, and ten for an account, whoever tries it. Raises Problem (429)."""
    allowances = [f"sign-in from {get_adapter(request).get_client_ip(request)}"]
    if name:
        allowances.append(f"sign-in as {name.strip().casefold()}")
    for allowance in allowances:
        if refused := limits.count(allowance, settings.API_SIGN_INS_PER_MINUTE).problem:
            raise refused


def _too_many(request: HttpRequest) -> Problem:
    return Problem("too_many", str(SENTENCE), {"Retry-After": retry_after(request)})
