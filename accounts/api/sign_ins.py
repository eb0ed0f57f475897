"""The sign-ins of apps: an access token for an hour and a refresh token for seven days, which is good once.

Both belong to a row that says whether they still count: it ends with the sign-out, with a new password, on the page of
devices, after seven days without a refresh, and at once where a refresh token comes a second time, as then somebody
else has it. For the first ten seconds that is taken for an app that refreshed twice at once: the second only loses.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from accounts.api import signing
from accounts.api.callers import SCOPES, Caller
from accounts.api.problems import Problem
from accounts.current import actor, actor_of, bind
from accounts.devices import words_of
from accounts.ids import uuid7
from accounts.models import AppSignIn, User
from accounts.signals import app_signed_in, app_signed_out

ACCESS, REFRESH = timedelta(hours=1), timedelta(days=7)
AT_ONCE = timedelta(seconds=10)
NOTED_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an app gets."""

    access_token: str
    refresh_token: str
    scope: str
    expires_in: int = int(ACCESS.total_seconds())
    refresh_expires_in: int = int(REFRESH.total_seconds())
    token_type: str = "Bearer"  # noqa: S105 - the kind of token


def begin(request: HttpRequest, person: User, provider: str, scope: str) -> Tokens:
    """Sign a person in, who has shown who they are."""
    agent = request.headers.get("User-Agent", "").replace("\0", "")[:200]
    row = AppSignIn(user=person, stamp=person.session_stamp, provider=provider, scope=scope, user_agent=agent)
    row.address = actor().address
    bind(actor_of(person, row.address))
    tokens = _renewed(row, person)
    row.save()
    person.last_login = clock.now()
    person.save(update_fields=["last_login"])
    app_signed_in.send(sender=AppSignIn, user=person, provider=provider, words=words_of(agent))
    return tokens


def refresh(token: str) -> Tokens:
    """New tokens for a refresh token, which is over with that. Raises Problem (401)."""
    claims = _claims("refresh", token)
    row = AppSignIn.objects.select_for_update(of=("self",)).select_related("user").filter(public_id=claims["sid"])
    found = row.first()
    if found is None or not _counts(found):
        raise _ended()
    if str(found.refresh_id) != claims["jti"]:
        if clock.now() - found.rotated_at < AT_ONCE:
            raise Problem("token_reused", _("Another request used this refresh token just now. Use its answer."))
        end(found, reused=True)
        raise Problem(
            "token_reused",
            _("This refresh token was used before, so its sign-in is ended, for safety. Sign in once more."),
        )
    tokens = _renewed(found, found.user)
    found.save()
    return tokens


def end(row: AppSignIn, *, reused: bool = False) -> None:
    """From now on none of its tokens counts."""
    row.delete()
    app_signed_out.send(sender=AppSignIn, user=row.user, words=words_of(row.user_agent), reused=reused)


def read(request: HttpRequest, token: str) -> Caller | None:
    """Who bears an access token. Raises Problem (401) where it counts no more."""
    claims = _claims("access", token)
    row = AppSignIn.objects.select_related("user").filter(public_id=claims["sid"]).first()
    if row is None or not _counts(row) or str(row.user.public_id) != claims["sub"]:
        raise _ended()
    if clock.now() - row.last_used_at > NOTED_EVERY:
        AppSignIn.objects.filter(pk=row.pk).update(last_used_at=clock.now())
    scopes = frozenset(str(claims.get("scope", "")).split()) & frozenset(row.scope.split()) & {*SCOPES}
    return Caller(row.user, scopes, allowance_of(row.user), sign_in=row.public_id, app=row.user_agent)


def allowance_of(person: User) -> str:
    """Whose calls are counted together: a refreshed token brings no new ones."""
    return f"person:{person.pk}"


def _renewed(row: AppSignIn, person: User) -> Tokens:
    """Tokens for a sign-in, and in its row which refresh token is good from now on."""
    now = clock.now()
    row.expires_at, row.last_used_at, row.rotated_at = now + REFRESH, now, now
    about: dict[str, Any] = {
        "auth_provider": row.provider,
        "auth_time": int(row.signed_in_at.timestamp()),
        "scope": row.scope,
    }
    row.public_id = row.public_id or uuid7()
    access, _number = signing.sign("access", person.public_id, row.public_id, now + ACCESS, **about)
    again, row.refresh_id = signing.sign("refresh", person.public_id, row.public_id, row.expires_at, **about)
    return Tokens(access, again, row.scope)


def _counts(row: AppSignIn) -> bool:
    """Whether it was not ended by a new password, a switched-off account, or time since its refresh or beginning."""
    is_over = row.signed_in_at + timedelta(seconds=settings.SESSION_MOST_AGE) <= clock.now()
    return row.user.is_active and row.stamp == row.user.session_stamp and row.expires_at > clock.now() and not is_over


def _claims(kind: str, token: str) -> dict[str, Any]:
    try:
        return signing.read(kind, token)
    except signing.Expired as error:
        raise Problem("token_expired", _("This token is over. Refresh it, or sign in once more.")) from error
    except signing.NotOurs as error:
        raise Problem("token_invalid", _("This is no token of this site, or not one for this.")) from error


def _ended() -> Problem:
    return Problem("token_ended", _("This sign-in was ended. Sign in once more."))
