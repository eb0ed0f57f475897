"""Hears what the floors below do and writes it down; nothing else. Fixtures (raw) are not news."""

from collections.abc import Callable
from typing import Any

from allauth.account import signals as account
from django.contrib.auth import signals as auth
from django.db.models import Model
from django.db.models.signals import ModelSignal, post_delete, post_save, pre_delete, pre_save

from audit.changes import Plain, changed
from audit.log import write
from audit.watched import WATCHED
from readings.models import ImportBatch, Reading
from readings.signals import readings_imported, source_viewed
from sources.models import DataSource


def connect() -> None:
    """Connect to every watched model and to the signals of the account pages."""
    heard: list[tuple[ModelSignal, Callable[..., None], str]] = [
        (pre_save, remember, "remember"),
        (post_save, note_saved, "saved"),
        (pre_delete, remember, "remember_deleted"),
        (post_delete, note_deleted, "deleted"),
    ]
    for model in WATCHED:
        for signal, receiver, name in heard:
            signal.connect(receiver, sender=model, dispatch_uid=f"audit.{name}.{model.__name__}")
    source_viewed.connect(note_view, dispatch_uid="audit.note_view")
    readings_imported.connect(note_import, dispatch_uid="audit.note_import")
    auth.user_logged_in.connect(note_sign_in, dispatch_uid="audit.note_sign_in")
    auth.user_logged_out.connect(note_sign_out, dispatch_uid="audit.note_sign_out")
    auth.user_login_failed.connect(note_failed_sign_in, dispatch_uid="audit.note_failed_sign_in")
    for name in ("user_signed_up", "password_set", "password_changed", "password_reset", "email_confirmed"):
        getattr(account, name).connect(ACCOUNT_EVENTS[name], dispatch_uid=f"audit.{name}")


def remember(sender: type[Model], instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Read the old values once, before they are overwritten or deleted."""
    if raw:
        return
    instance._audit_before = {} if instance._state.adding else WATCHED[sender].stored(instance)
    if sender is DataSource and kwargs.get("origin") is not None:
        instance._audit_readings = Reading.objects.of(instance).count()


def note_saved(sender: type[Model], instance: Any, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """One entry for what was added, or for the fields that changed; none where nothing did."""
    if raw:
        return
    watch = WATCHED[sender]
    old, new = changed(instance._audit_before, watch.given(instance))
    if created:
        _note(f"create_{watch.noun}", instance, {"new": new})
    elif new:
        _note(f"update_{watch.noun}", instance, {"old": old, "new": new})


def note_deleted(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    """One entry with all that was deleted, so that it can be put back."""
    details: dict[str, Plain] = {"old": instance._audit_before}
    if sender is DataSource:
        details["readings"] = instance._audit_readings
    _note(f"delete_{WATCHED[sender].noun}", instance, details)


def _note(event_type: str, instance: Model, details: dict[str, Plain]) -> None:
    belongs = WATCHED[type(instance)].belongs(instance)
    write(
        event_type,
        {**belongs.names, **details},
        home_id=belongs.home_id,
        source_id=belongs.source_id,
        reading_id=belongs.reading_id,
    )


def note_view(sender: object, source: DataSource, **kwargs: Any) -> None:
    """Somebody opened a source's page."""
    write("view_source", {"source": source.name}, home_id=source.home_id, source_id=source.pk)


def note_import(sender: object, batch: ImportBatch, **kwargs: Any) -> None:
    """One entry for a whole import, naming the range that it brought."""
    source = batch.source
    details: dict[str, Plain] = {"source": source.name, "unit": source.unit, "file": batch.file_name}
    details.update(
        {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in kwargs["facts"].items()}
    )
    write("import_readings", details, home_id=source.home_id, source_id=source.pk)


def note_sign_in(sender: object, user: Any, **kwargs: Any) -> None:
    """Somebody signed in."""
    write("sign_in")


def note_sign_out(sender: object, user: Any, **kwargs: Any) -> None:
    """Somebody signed out."""
    if user is not None:
        write("sign_out")


def note_failed_sign_in(sender: object, credentials: dict[str, Any], **kwargs: Any) -> None:
    """A sign-in failed: what was typed as the name is kept, the password never."""
    typed = str(credentials.get("username") or credentials.get("email") or "")
    write("sign_in_failed", {"typed": typed[:150]})


def _account_event(event_type: str) -> Any:
    def note(sender: object, **kwargs: Any) -> None:
        write(event_type)

    return note


ACCOUNT_EVENTS = {
    "user_signed_up": _account_event("sign_up"),
    "password_set": _account_event("set_password"),
    "password_changed": _account_event("change_password"),
    "password_reset": _account_event("reset_password"),
    "email_confirmed": _account_event("confirm_email"),
}
