"""Hears of LINE and Google, of second factors and of refused sign-ins, and writes it down; wired by audit.receivers."""

from collections.abc import Iterable, Mapping
from typing import Any

from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from allauth.socialaccount.models import SocialAccount
from django.db import connection

from accounts.current import acting, actor
from accounts.models import User
from accounts.providers.addresses import NAMES
from accounts.sign_in_signals import identity_shown, recovery_codes_shown, sign_in_refused
from audit.changes import Plain
from audit.log import write
from audit.watched import person


def connect() -> None:
    """Connect to what allauth and the account pages tell."""
    social.social_account_added.connect(note_connected, dispatch_uid="audit.note_connected")
    social.social_account_removed.connect(note_disconnected, dispatch_uid="audit.note_disconnected")
    mfa.authenticator_added.connect(note_factor_added, dispatch_uid="audit.note_factor_added")
    mfa.authenticator_removed.connect(note_factor_removed, dispatch_uid="audit.note_factor_removed")
    mfa.authenticator_reset.connect(note_codes_made, dispatch_uid="audit.note_codes_made")
    mfa.authentication_failed.connect(note_factor_failed, dispatch_uid="audit.note_factor_failed")
    identity_shown.connect(note_shown, dispatch_uid="audit.note_shown")
    recovery_codes_shown.connect(note_codes_shown, dispatch_uid="audit.note_codes_shown")
    sign_in_refused.connect(note_refused, dispatch_uid="audit.note_refused")


def way(records: Iterable[Mapping[str, Any]]) -> dict[str, Plain]:
    """By which way somebody came in, of allauth's records of this session; nothing for the password."""
    last = [record for record in records if record["method"] != "mfa" or record.get("passwordless")][-1:]
    for record in last:
        if record["method"] == "socialaccount":
            return {"way": NAMES.get(record["provider"], record["provider"])}
        if record["method"] == "mfa":
            return {"way": "passkey"}
    return {}


def note_connected(sender: object, sociallogin: Any, **kwargs: Any) -> None:
    """From now on an identity signs somebody in."""
    write("connect_identity", _identity(sociallogin.account))


def note_disconnected(sender: object, socialaccount: SocialAccount, **kwargs: Any) -> None:
    """An identity signs nobody in any more."""
    write("disconnect_identity", _identity(socialaccount))


def note_shown(sender: object, account: SocialAccount, **kwargs: Any) -> None:
    """Somebody signed in with an identity once more, before something delicate."""
    write("show_identity", _identity(account))


def note_factor_added(sender: object, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """A second factor was added."""
    _after_commit("add_second_factor", {**person(user), "factor": authenticator.type})


def note_factor_removed(sender: object, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """A second factor was removed."""
    _after_commit("remove_second_factor", {**person(user), "factor": authenticator.type})


def note_codes_made(sender: object, user: User, **kwargs: Any) -> None:
    """New recovery codes took the place of the old ones."""
    _after_commit("make_recovery_codes", person(user))


def note_codes_shown(sender: object, user: User, **kwargs: Any) -> None:
    """Somebody looked at their recovery codes."""
    write("show_recovery_codes", person(user))


def note_factor_failed(sender: object, user: User, **kwargs: Any) -> None:
    """The password was right, the second factor was not."""
    write("fail_second_factor", person(user))


def note_refused(sender: object, provider: str, reason: str, **kwargs: Any) -> None:
    """What LINE or Google answered was not believed."""
    write("sign_in_refused", {"way": provider, "refusal": reason})


def _identity(account: SocialAccount) -> dict[str, Plain]:
    return {**person(account.user), "way": NAMES.get(account.provider, account.provider)}


def _after_commit(event_type: str, details: dict[str, Plain]) -> None:
    """allauth tells some of this when the transaction is over: then whoever acted acts once more, for the entry."""
    if connection.in_atomic_block:
        write(event_type, details)
        return
    with acting(actor()):
        write(event_type, details)
