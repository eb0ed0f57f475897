"""The keys that sign tokens, and what is in a signed token (JWT, HS256): we alone sign, and we alone check.

The first of settings.API_SIGNING_KEYS signs, every one of them is believed, and the token names its key (`kid`): so a
new one is put first, and the old one taken away after a week. Where none is set, one is made of SECRET_KEY.
"""

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils import timezone as clock

from accounts.ids import uuid7

ALGORITHM = "HS256"
AUDIENCE = "homelog-api"
PURPOSE = b"homelog: tokens of the API"
NEEDED = ["sub", "sid", "jti", "iat", "exp", "aud", "iss", "typ"]


class Expired(Exception):
    """The token was ours and is over."""


class NotOurs(Exception):
    """The token is none of ours, or not for this."""


def sign(kind: str, person: UUID, sign_in: UUID, until: datetime, **more: Any) -> tuple[str, UUID]:
    """A token of a kind ("access", "refresh") for a person, and its own id."""
    (name, key), *_others = _keys().items()
    number = uuid7()
    claims = {
        "iss": settings.API_ISSUER,
        "aud": AUDIENCE,
        "typ": kind,
        "sub": str(person),
        "sid": str(sign_in),
        "jti": str(number),
        "iat": int(clock.now().timestamp()),
        "exp": int(until.timestamp()),
    }
    return jwt.encode({**claims, **more}, key, algorithm=ALGORITHM, headers={"kid": name}), number


def read(kind: str, token: str) -> dict[str, Any]:
    """The claims of a token of this kind. Raises Expired or NotOurs."""
    try:
        key = _keys().get(str(jwt.get_unverified_header(token).get("kid")), "")
        if not key:
            raise NotOurs
        # PyJWT looks at the clock of this machine only, so the time is looked at here, by ours.
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=settings.API_ISSUER,
            options={"require": NEEDED, "verify_exp": False, "verify_iat": False},
        )
        UUID(claims["sub"]), UUID(claims["sid"]), UUID(claims["jti"])
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError) as error:
        raise NotOurs from error
    if claims["typ"] != kind or not isinstance(claims["exp"], int):
        raise NotOurs
    if claims["exp"] <= clock.now().timestamp():
        raise Expired
    return claims


def _keys() -> dict[str, bytes]:
    return _named(tuple(settings.API_SIGNING_KEYS), (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=8)
def _named(keys: tuple[str, ...], secrets: tuple[str, ...]) -> dict[str, bytes]:
    """The keys by their names, the one that signs first."""
    found = [key.encode() for key in keys] or [_made_of(secret) for secret in secrets]
    return {hashlib.sha256(PURPOSE + key).hexdigest()[:16]: key for key in found}


def _made_of(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
