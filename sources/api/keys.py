"""Keys for gadgets: making one, taking it back, and who bears one. Their page is sources.views.keys.

A key is shown once, when it is made; its SHA-256 finds it, which is enough for 256 random bits.
"""

import hashlib
import secrets
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone as clock

from accounts.api.callers import SCOPES, Caller
from accounts.models import User
from sources.models import ApiKey

PREFIX = "hlk_"
SHOWN = len(PREFIX) + 6
MOST = 50
"""As many keys that count a person may have."""


def make(person: User, key: ApiKey) -> str:
    """Store a key that a form has filled in; the key itself, which nobody sees again."""
    text = PREFIX + secrets.token_urlsafe(32)
    key.user, key.prefix, key.key_hash = person, text[:SHOWN], hashed(text)
    key.save()
    return text


def take_back(key: ApiKey) -> None:
    """From now on it opens nothing."""
    key.revoked_at = clock.now()
    key.save(update_fields=["revoked_at"])


def read(request: HttpRequest, text: str) -> Caller | None:
    """Who bears this key; None where it opens nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM use_api_key(%s)", [hashed(text)])
        row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        return None
    number, person, scope, source_id, source = row
    scopes = frozenset(scope.split()) & {*SCOPES}
    return Caller(User.objects.get(pk=person), scopes, f"key:{number}", None, source_id, source, number)


def hashed(text: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(text.encode()).hexdigest()
