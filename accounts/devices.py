"""The devices on which a person is signed in: shown, ended one by one or all others at once.

Each sign-in has a row of allauth.usersessions beside its session. `accounts.sessions` keeps "last used" there. Apps,
which come by the API, have a row of their own (accounts.api.sign_ins).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone as clock
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts.agents import browser_of, system_of
from accounts.models import AppSignIn, User
from accounts.session_store import SessionStore
from accounts.signals import devices_ended


@dataclass(frozen=True, slots=True)
class Device:
    """A browser, or an app, that is signed in: `mark` names it in a form, as its key must not be shown."""

    mark: str
    words: str
    address: str
    since: datetime
    last_used: datetime
    is_this: bool
    key: str
    is_app: bool = False


def devices_of(person: User, this: str | None) -> list[Device]:
    """Where `person` is signed in, this device (the session's key) first, then the one used last; four statements,
    however many there are. Rows of sessions that count no more are deleted.
    """
    rows = list(UserSession.objects.filter(user_id=person.pk).order_by("-last_seen_at"))
    alive = _alive(person, [row.session_key for row in rows])
    gone = [row.pk for row in rows if row.session_key not in alive]
    if gone:
        UserSession.objects.filter(pk__in=gone).delete()
    apps = AppSignIn.objects.filter(user=person, stamp=person.session_stamp, expires_at__gt=clock.now())
    found = [_device(row, this) for row in rows if row.session_key in alive]
    found += [_app(row) for row in apps.order_by("-last_used_at")]
    return sorted(found, key=lambda device: not device.is_this)


def devices_here(request: HttpRequest) -> list[Device]:
    """The devices of who asks; the one they ask from is among them, however they came in."""
    person, key = cast(User, request.user), request.session.session_key
    found = devices_of(person, key)
    if not any(device.is_this for device in found):
        UserSession.objects.create_from_request(request)
        found = devices_of(person, request.session.session_key)
    return found


def end(person: User, devices: Iterable[Device], *, everywhere_else: bool = False) -> int:
    """Sign `person` out on these devices; how many that were."""
    ended = list(devices)
    keys = [device.key for device in ended if not device.is_app]
    AppSignIn.objects.filter(user=person, public_id__in=[device.key for device in ended if device.is_app]).delete()
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user_id=person.pk, session_key__in=keys).delete()
    if ended:
        words = [device.words for device in ended]
        devices_ended.send(sender=None, user=person, words=words, everywhere_else=everywhere_else)
    return len(ended)


def forget(person: User) -> None:
    """Sign `person` out everywhere, this device included, with nothing said: the account is about to go."""
    rows = UserSession.objects.filter(user_id=person.pk)
    Session.objects.filter(session_key__in=list(rows.values_list("session_key", flat=True))).delete()
    rows.delete()
    AppSignIn.objects.filter(user=person).delete()


def words_of(agent: str) -> str:
    """A browser in plain words, such as: Firefox on Android."""
    browser, system = browser_of(agent), system_of(agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("An unknown browser")


def _alive(person: User, keys: Iterable[str]) -> set[str]:
    """The keys of the sessions that are not over and that no change of the password ended."""
    sessions = Session.objects.filter(session_key__in=list(keys), expire_date__gt=clock.now())
    store, stamp = SessionStore(), person.get_session_auth_hash()
    return {
        session.session_key
        for session in sessions
        if constant_time_compare(store.decode(session.session_data).get(HASH_SESSION_KEY, ""), stamp)
    }


def _device(row: UserSession, this: str | None) -> Device:
    return Device(
        hashlib.sha256(row.session_key.encode()).hexdigest()[:32],
        words_of(row.user_agent),
        str(row.ip),
        row.created_at,
        row.last_seen_at,
        row.session_key == this,
        row.session_key,
    )


def _app(row: AppSignIn) -> Device:
    name = _("An app (%(words)s)") % {"words": words_of(row.user_agent)}
    mark = hashlib.sha256(row.public_id.bytes).hexdigest()[:32]
    return Device(mark, name, row.address or "", row.signed_in_at, row.last_used_at, False, str(row.public_id), True)
