"""Signing an app in and out, refreshing its tokens, and who one is."""

from typing import Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from accounts.api import callers, coming_in, sign_ins
from accounts.api.callers import SCOPES
from accounts.api.framework import MAY_READ, Sent, Told
from accounts.api.problems import Problem
from accounts.api.sign_ins import Tokens
from accounts.models import AppSignIn

router = Router(tags=["auth"])

EVERYTHING = " ".join(SCOPES)


class SignIn(Sent):
    """username: or the e-mail address. code: of the second factor, where there is one. scope: what the app needs."""

    username: str = Field(max_length=254)
    password: str = Field(max_length=1000)
    code: str = Field("", max_length=20)
    scope: str = Field(EVERYTHING, max_length=100)


class ProviderSignIn(Sent):
    """The id_token that LINE or Google gave to the app; nonce: the one that the app asked with, if any."""

    provider: Literal["line", "google"]
    client_id: str = Field(max_length=200)
    id_token: str = Field(max_length=10_000)
    nonce: str | None = Field(None, max_length=200)
    code: str = Field("", max_length=20)
    scope: str = Field(EVERYTHING, max_length=100)


class Refresh(Sent):
    """A refresh token, which is good once."""

    refresh_token: str = Field(max_length=4000)


class TokensOut(Told):
    """The access token is good for an hour, the refresh token once, for seven days."""

    access_token: str
    refresh_token: str
    token_type: str
    scope: str
    expires_in: int
    refresh_expires_in: int


class Me(Told):
    """Who calls: source is set for a key that is for one source only."""

    id: str
    name: str
    username: str
    email: str
    language: str
    time_zone: str
    scope: str
    source: str | None


@router.post("/auth/token", response=TokensOut, operation_id="sign_in", summary="Sign in with a password")
def sign_in(request: HttpRequest, sent: SignIn) -> Tokens:
    """Tokens for a name and a password; 401 `second_factor_needed` asks for `code`. Ten tries a minute."""
    scope = _scope(sent.scope)
    person = coming_in.by_password(request, sent.username, sent.password, sent.code)
    return sign_ins.begin(request, person, "local", scope)


@router.post(
    "/auth/provider", response=TokensOut, operation_id="sign_in_with_provider", summary="Sign in with LINE, Google"
)
def provider(request: HttpRequest, sent: ProviderSignIn) -> Tokens:
    """Tokens for an id_token of LINE or Google, of an account that is connected with it. Ten tries a minute."""
    scope = _scope(sent.scope)
    token = {"client_id": sent.client_id, "id_token": sent.id_token}
    token |= {} if sent.nonce is None else {"nonce": sent.nonce}
    person = coming_in.by_provider(request, sent.provider, token, sent.code)
    return sign_ins.begin(request, person, sent.provider, scope)


@router.post("/auth/refresh", response=TokensOut, operation_id="refresh", summary="Refresh the tokens")
def refresh(request: HttpRequest, sent: Refresh) -> Tokens:
    """New tokens for a refresh token, which is over with that; sent a second time it ends the sign-in."""
    return sign_ins.refresh(sent.refresh_token)


@router.post("/auth/sign-out", response={204: None}, auth=MAY_READ, operation_id="sign_out", summary="Sign out")
def sign_out(request: HttpRequest) -> Status:
    """Ends the access token and its refresh token at once."""
    caller = callers.of(request)
    row = AppSignIn.objects.select_related("user").filter(public_id=caller.sign_in).first() if caller.sign_in else None
    if row is None:
        raise Problem("needs_sign_in", _("A key is ended on the page where it was made."))
    sign_ins.end(row)
    return Status(204, None)


@router.get("/me", response=Me, auth=MAY_READ, tags=["me"], operation_id="me", summary="Who I am")
def me(request: HttpRequest) -> dict[str, str | None]:
    """The person, and what the token or key allows."""
    caller = callers.of(request)
    person = caller.user
    return {
        "id": str(person.public_id),
        "name": person.get_short_name(),
        "username": person.username,
        "email": person.email,
        "language": person.language,
        "time_zone": person.timezone,
        "scope": " ".join(scope for scope in SCOPES if scope in caller.scopes),
        "source": str(caller.source) if caller.source else None,
    }


def _scope(asked: str) -> str:
    """What was asked for, in our order. Raises Problem (422) for what there is not."""
    words = asked.split()
    if not words or not {*words} <= {*SCOPES}:
        raise Problem("invalid", _("The scope is one or both of: %(scopes)s.") % {"scopes": EVERYTHING})
    return " ".join(scope for scope in SCOPES if scope in words)
