"""Google: the id_token's signature is checked with its published keys, also when it came straight from Google."""

import time
from collections.abc import Mapping
from typing import Any

import jwt
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache

from accounts.providers import addresses, claims, outgoing
from accounts.providers.google.views import GoogleAdapter
from accounts.providers.oauth import SafeProvider
from accounts.providers.refusals import Refused

ISSUERS = ("https://accounts.google.com", "accounts.google.com")
KEYS = "google-keys"
KEYS_LIVE = 3600
KEYS_ASKED = 60
"""Seconds: an unknown key makes us ask anew, but not more often than this."""


class GoogleProvider(SafeProvider):
    """People of Google, of one's own organisation only where GOOGLE_HOSTED_DOMAINS names its domains."""

    id = "google"
    name = "Google"
    oauth2_adapter_class = GoogleAdapter
    scope = ("openid", "profile", "email")
    tells_when = False
    # It says so only where the site is told to (docs/deploy.md), and never asks anybody to sign in anew:
    # https://developers.google.com/identity/siwg/security-bundle

    def get_auth_params(self) -> dict[str, str]:
        """Always ask which account; hint at the domain; for tokens that are kept, ask for one to refresh them."""
        domains = settings.SIGN_IN[self.id]["domains"]
        params = {"prompt": "select_account"}
        if domains:
            params["hd"] = domains[0] if len(domains) == 1 else "*"
        if settings.SIGN_IN[self.id]["keeps_tokens"]:
            params["access_type"] = "offline"
        return params

    def read(self, id_token: str, *, nonce: str | None, by_app: bool) -> Mapping[str, Any]:
        """What the token says, believed. Raises Refused."""
        said = claims.check(
            _signed(id_token),
            issuers=ISSUERS,
            client_id=self.app.client_id,
            nonce=nonce,
            now=time.time(),
            by_app=by_app,
        )
        domains = settings.SIGN_IN[self.id]["domains"]
        if domains and said.get("hd") not in domains:
            raise Refused("domain")
        return said

    def extract_email_addresses(self, data: Mapping[str, Any]) -> list[EmailAddress]:
        """The address; confirmed only if Google says so in so many words."""
        email = claims.text(data.get("email"), 254)
        return [EmailAddress(email=email, verified=data.get("email_verified") is True, primary=True)] if email else []


def _signed(id_token: str) -> dict[str, Any]:
    """What the token says, once its signature fits. What it says is judged elsewhere."""
    only_signature = {"verify_signature": True, **dict.fromkeys(("verify_exp", "verify_iat", "verify_nbf"), False)}
    only_signature |= dict.fromkeys(("verify_aud", "verify_iss", "verify_sub", "verify_jti"), False)
    try:
        header = jwt.get_unverified_header(id_token)
        key = _key(header.get("kid"))
        said: dict[str, Any] = jwt.decode(id_token, key, algorithms=["RS256"], options=only_signature)  # type: ignore[arg-type]
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise Refused("signature") from error
    return said


def _key(key_id: object) -> jwt.PyJWK:
    """Google's key of this name; asked for again when it is unknown, as Google changes them every few days."""
    known = cache.get(KEYS) or {}
    if key_id not in known and (cache.add(f"{KEYS}-asked", 1, KEYS_ASKED) or not known):
        known = {key["kid"]: key for key in _published() if "kid" in key}
        cache.set(KEYS, known, KEYS_LIVE)
    if key_id not in known:
        raise Refused("signature")
    return jwt.PyJWK.from_dict(known[key_id], algorithm="RS256")


def _published() -> list[dict[str, Any]]:
    keys = outgoing.get(addresses.of("google").certificates).get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise Refused("nonsense")
    return [{name: value for name, value in key.items() if isinstance(value, str)} for key in keys]


provider_classes = [GoogleProvider]
