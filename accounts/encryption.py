"""Secrets at rest: kept tokens and second factors are encrypted with MultiFernet (settings.TOKEN_KEYS).

The first key encrypts, every key decrypts, so that keys can be changed: put a new one first, run
`manage.py rotate_token_keys`, take the old one away. Behind them stand keys made of SECRET_KEY and its fallbacks, so
that second factors are encrypted on a site that set no TOKEN_KEYS.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

__all__ = ["InvalidToken", "decrypt", "encrypt", "rotate"]

PURPOSE = b"homelog: tokens and second factors"


def encrypt(text: str) -> str:
    """The text under the first key."""
    return _keys().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """The text again. Raises InvalidToken where no key fits."""
    return _keys().decrypt(encrypted).decode()


def rotate(encrypted: str) -> str:
    """The same text under the first key. Raises InvalidToken where no key fits."""
    return _keys().rotate(encrypted.encode()).decode()


def _keys() -> MultiFernet:
    return _fernet(tuple(settings.TOKEN_KEYS), (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=8)
def _fernet(keys: tuple[str, ...], secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([*(Fernet(key) for key in keys), *(Fernet(_made_of(secret)) for secret in secrets)])


def _made_of(secret: str) -> bytes:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(made)
