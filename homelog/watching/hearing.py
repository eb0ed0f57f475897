"""Hears what is counted beside requests: sign-ins that failed, readings kept on a device, pages of the replica."""

from collections.abc import Callable
from typing import Any

from allauth.mfa import signals as mfa
from django.conf import settings
from django.contrib.auth.signals import user_login_failed

from accounts.sign_in_signals import sign_in_refused
from accounts.signals import replica_asked
from homelog.watching import figures
from readings.signals import outbox_answered


def connect() -> None:
    """Connect the receivers, once."""
    for signal, way in (
        (user_login_failed, "password"),
        (mfa.authentication_failed, "factor"),
        (sign_in_refused, "provider"),
    ):
        signal.connect(_failed(way), weak=False, dispatch_uid=f"homelog.failed.{way}")
    replica_asked.connect(note_replica, dispatch_uid="homelog.note_replica")
    outbox_answered.connect(note_outbox, dispatch_uid="homelog.note_outbox")


def note_outbox(sender: object, state: str, **kwargs: Any) -> None:
    """What waited on a device was answered."""
    if settings.METRICS_TOKEN:
        figures.OUTBOX.labels(state).inc()


def note_replica(sender: object, word: str, **kwargs: Any) -> None:
    """A page that may come from the replica was asked for."""
    if settings.METRICS_TOKEN:
        figures.FROM_REPLICA.labels(word).inc()


def _failed(way: str) -> Callable[..., None]:
    def note(sender: object, **kwargs: Any) -> None:
        if settings.METRICS_TOKEN:
            figures.FAILED.labels(way).inc()

    return note
