"""Access and refresh tokens of identities: kept only for a provider that is set to keep them, encrypted at rest.

Row-level security (accounts 0003) shows them to their owner alone; staff see none.
"""

from datetime import timedelta
from typing import Any

from allauth.socialaccount.models import SocialAccount, SocialLogin, SocialToken
from django.conf import settings
from django.db import transaction
from django.utils import timezone as clock

from accounts.encryption import InvalidToken
from accounts.models import IdentityToken
from accounts.providers import addresses, outgoing
from accounts.providers.refusals import Refused

DUE = timedelta(minutes=1)


def keep(account: SocialAccount, token: SocialToken | None) -> None:
    """Store what a sign-in brought, in the place of what was there; a refresh token stays when none came."""
    if token is None or not token.token or not settings.SIGN_IN[account.provider]["keeps_tokens"]:
        return
    new = {"access_token": token.token, "expires_at": token.expires_at}
    if token.token_secret:
        new["refresh_token"] = token.token_secret
    IdentityToken.objects.update_or_create(account_id=account.pk, defaults=new)


def of_login(sociallogin: SocialLogin | None) -> None:
    """Keep the token of a sign-in that is finished, where it was one with a provider."""
    if sociallogin is not None:
        keep(sociallogin.account, sociallogin.token)


def access_token(account: SocialAccount) -> str | None:
    """An access token that works now, refreshed when due; None where none is kept or the provider gives no new one.

    Needs the account's person to act (accounts.current). Raises Refused ("unreachable") where the provider is silent.
    """
    with transaction.atomic():
        try:
            kept = IdentityToken.objects.select_for_update().filter(account_id=account.pk).first()
        except InvalidToken:  # no key fits any more: as good as none
            return None
        if kept is None:
            return None
        if kept.expires_at is None or kept.expires_at > clock.now() + DUE:
            return str(kept.access_token)
        return _refreshed(kept, account.provider)


def _refreshed(kept: IdentityToken, provider_id: str) -> str | None:
    try:
        answer = _ask(kept, provider_id) if kept.refresh_token else {}
    except Refused as refused:
        if refused.reason == "unreachable":
            raise
        answer = {}
    token, seconds = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(token, str) or type(seconds) is not int:
        kept.delete()
        return None
    kept.access_token, kept.expires_at = token, clock.now() + timedelta(seconds=seconds)
    new = answer.get("refresh_token")
    kept.refresh_token = new if isinstance(new, str) and new else kept.refresh_token
    kept.save()
    return token


def _ask(kept: IdentityToken, provider_id: str) -> dict[str, Any]:
    own = settings.SIGN_IN[provider_id]
    fields = {
        "grant_type": "refresh_token",
        "refresh_token": kept.refresh_token,
        "client_id": own["client_id"],
        "client_secret": own["secret"],
    }
    return outgoing.post(addresses.of(provider_id).token, fields)
