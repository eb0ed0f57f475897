"""Where a message waits for the next page: in a cookie, so that it costs no write to the database."""

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.messages.storage.base import BaseStorage
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.core.signing import get_cookie_signer


class CookieOfOnePerson(CookieStorage):
    """Django's, signed for who is signed in: who uses the same browser next is not told what it was about.

    Over HTTPS its name is one that browsers take from this host alone.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if settings.SESSION_COOKIE_SECURE:
            self.cookie_name = "__Host-messages"

    def _get(self, *args: Any, **kwargs: Any) -> Any:
        self._sign_for_this_person()
        return super()._get(*args, **kwargs)  # type: ignore[misc]

    def _store(self, *args: Any, **kwargs: Any) -> Any:
        self._sign_for_this_person()
        return super()._store(*args, **kwargs)  # type: ignore[misc]

    def _sign_for_this_person(self) -> None:
        self.signer = get_cookie_signer(salt=f"homelog.messages.{self.request.session.get(SESSION_KEY, '')}")


class CookieFirst(FallbackStorage):
    """What is too long for a cookie waits in the session."""

    storage_classes = (CookieOfOnePerson, SessionStorage)

    _used_storages: set[BaseStorage]

    def _get(self, *args: Any, **kwargs: Any) -> Any:
        """As above; a cookie that this person cannot read goes as if it was shown: its text lies open in it."""
        found, is_all = super()._get(*args, **kwargs)  # type: ignore[misc]
        cookie = self.storages[0]
        if not found and cookie.cookie_name in self.request.COOKIES:
            self._used_storages.add(cookie)
            self.used = True
        return found, is_all
