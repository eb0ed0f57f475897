"""Hears what the floors below do and writes it down; nothing else. Fixtures (raw) are not news."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from django.contrib.auth import signals as auth
from django.contrib.auth.models import Group, Permission
from django.db.models import Model
from django.db.models.signals import ModelSignal, m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.http import HttpRequest

from accounts.current import actor
from accounts.models import User
from accounts.signals import app_signed_in, app_signed_out, devices_ended
from audit import identities, looks
from audit.changes import Plain, changed, state
from audit.log import write
from audit.watched import WATCHED, Watch, of_place, person
from readings.models import ImportBatch, Reading
from readings.signals import home_exported, readings_exported, readings_import_undone, readings_imported
from sources.models import DataSource, Home
from sources.signals import invitation_accepted


def connect() -> None:
    """Connect to every watched model and to the signals of the account pages."""
    heard: list[tuple[ModelSignal, Callable[..., None], str]] = [
        (pre_save, remember, "remember"),
        (post_save, note_saved, "saved"),
        (pre_delete, remember_deleted, "remember_deleted"),
        (post_delete, note_deleted, "deleted"),
    ]
    for model in WATCHED:
        for signal, receiver, name in heard:
            signal.connect(receiver, sender=model, dispatch_uid=f"audit.{name}.{model.__name__}")
    readings_exported.connect(note_export, dispatch_uid="audit.note_export")
    home_exported.connect(note_home_export, dispatch_uid="audit.note_home_export")
    for through in (User.groups.through, User.user_permissions.through, Group.permissions.through):
        m2m_changed.connect(note_rights, sender=through, dispatch_uid=f"audit.rights.{through.__name__}")
    invitation_accepted.connect(note_accepted, dispatch_uid="audit.note_accepted")
    readings_imported.connect(note_import, dispatch_uid="audit.note_import")
    readings_import_undone.connect(note_import_undone, dispatch_uid="audit.note_import_undone")
    auth.user_logged_in.connect(note_sign_in, dispatch_uid="audit.note_sign_in")
    auth.user_logged_out.connect(note_sign_out, dispatch_uid="audit.note_sign_out")
    auth.user_login_failed.connect(note_failed_sign_in, dispatch_uid="audit.note_failed_sign_in")
    devices_ended.connect(note_devices_ended, dispatch_uid="audit.note_devices_ended")
    app_signed_in.connect(note_app, dispatch_uid="audit.note_app")
    app_signed_out.connect(note_app_out, dispatch_uid="audit.note_app_out")
    identities.connect()
    looks.connect()
    for name, receiver in ACCOUNT_EVENTS.items():
        getattr(account, name).connect(receiver, dispatch_uid=f"audit.{name}")


def remember(
    sender: type[Model], instance: Any, raw: bool = False, update_fields: Collection[str] | None = None, **kwargs: Any
) -> None:
    """Read the old values once, before they are overwritten or deleted."""
    watch = WATCHED[sender]
    if raw or _is_left_out(watch) or not watch.touches(watch.fields.values(), update_fields):
        return
    instance._audit_before = {} if instance.pk is None else watch.stored(instance)


def remember_deleted(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    """Read once what is about to be deleted, and count what goes with it: the database's cascade is silent."""
    instance._audit_before = WATCHED[sender].stored(instance, whole=True)
    instance._audit_along = WATCHED[sender].counts(instance)
    if sender is Home:
        instance._audit_sources = list(instance.sources.values_list("pk", "name"))


def note_saved(
    sender: type[Model],
    instance: Any,
    created: bool,
    raw: bool = False,
    update_fields: Collection[str] | None = None,
    **kwargs: Any,
) -> None:
    """One entry for what was added or put back, or for the fields that changed; none where nothing did.

    Why it changed is told by the instance, where its model has words for that (`Reading.change_reason`), and what was
    changed along with it (`DataSource.converted`).
    """
    watch = WATCHED[sender]
    if raw or _is_left_out(watch) or not watch.touches(watch.fields.values(), update_fields):
        return
    old, new = changed(instance._audit_before, watch.given(instance, update_fields))
    if created:
        verb = "restore" if getattr(instance, "_audit_restored", False) else "create"
        _note(f"{verb}_{watch.noun}", instance, {"new": new})
    elif new:
        told = {"reason": getattr(instance, "change_reason", ""), "converted": getattr(instance, "converted", None)}
        more = {name: value for name, value in told.items() if value}
        _note(f"update_{watch.noun}", instance, {"old": old, "new": new, **more, **_converted(instance)})
        if sender is DataSource and old.get("home_id") is not None:
            _note_left(instance, old)


def _note_left(source: DataSource, old: dict[str, Plain]) -> None:
    """The home that a source left would otherwise never hear of it: the other entry belongs to the new one."""
    write("remove_source", {"source": source.name, "home": old["home"]}, home_id=cast(int, old["home_id"]))


def note_deleted(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    """One entry with all that was deleted, so that it can be put back, and the count of what went with it."""
    if _is_left_out(WATCHED[sender]):
        return
    along = {**instance._audit_along, **_converted(instance)}
    _note(f"delete_{WATCHED[sender].noun}", instance, {"old": instance._audit_before, **along})
    for source_id, name in getattr(instance, "_audit_sources", ()):
        write("lose_home", {"source": name, "home": instance.name}, source_id=source_id)


def _converted(instance: Model) -> dict[str, Plain]:
    """How often the source of a reading, which is locked, had been converted: so its old value is understood later."""
    return {"conversions": len(instance.source.conversions or [])} if isinstance(instance, Reading) else {}


def _is_left_out(watch: Watch) -> bool:
    return watch.staff_only and not actor().staff


def _note(event_type: str, instance: Model, details: dict[str, Plain]) -> None:
    belongs = WATCHED[type(instance)].belongs(instance)
    write(
        event_type,
        {**belongs.names, **details},
        home_id=belongs.home_id,
        source_id=belongs.source_id,
        reading_id=belongs.reading_id,
    )


def note_rights(
    sender: type[Model], instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any
) -> None:
    """Rights over the site were given or taken: which ones, and who or which group has them now."""
    given, taken = action == "post_add", action in {"post_remove", "pre_clear"}
    if reverse or not (given or taken):
        return
    kind: Any = Group if sender is User.groups.through else Permission
    rows = kind.objects.filter(pk__in=pk_set or ())
    if action == "pre_clear":
        rows = instance.groups.all() if sender is User.groups.through else _permissions(instance)
    rights = sorted(map(str, rows))
    if rights:
        about = person(instance) if isinstance(instance, User) else {"group": instance.name}
        write("give_rights" if given else "take_rights", {**about, "rights": ", ".join(rights)})


def _permissions(holder: User | Group) -> Any:
    return holder.user_permissions.all() if isinstance(holder, User) else holder.permissions.all()


def note_export(sender: object, source: DataSource, format: str, **kwargs: Any) -> None:
    """Somebody took all readings of a source along as a file."""
    details: dict[str, Plain] = {"source": source.name, "format": format.upper()}
    write("export_source", details, home_id=source.home_id, source_id=source.pk)


def note_home_export(sender: object, home: Home, format: str, **kwargs: Any) -> None:
    """Somebody took the readings of a whole home along as a file."""
    write("export_home", {"home": home.name, "format": format.upper()}, home_id=home.pk)


def note_accepted(sender: object, place: DataSource | Home, level: str, invited_by: str, **kwargs: Any) -> None:
    """Somebody took what an invitation offered: the database wrote the right down, so no save was heard."""
    belongs = of_place(place)
    details: dict[str, Plain] = {**belongs.names, "invited_by": invited_by, "new": {"level": level}}
    write("accept_invitation", details, home_id=belongs.home_id, source_id=belongs.source_id)


def note_import(sender: object, batch: ImportBatch, **kwargs: Any) -> None:
    """One entry for a whole import, naming the range that it brought."""
    _note_batch("import_readings", batch, kwargs["facts"])


def note_import_undone(sender: object, batch: ImportBatch, **kwargs: Any) -> None:
    """One entry for an import that was taken back whole."""
    _note_batch("undo_import", batch, kwargs["facts"])


def _note_batch(event_type: str, batch: ImportBatch, facts: Mapping[str, object]) -> None:
    source = batch.source
    about = {"source": source.name, "unit": source.unit, "file": batch.file_name, "import": str(batch.public_id)}
    write(event_type, {**about, **state(facts)}, home_id=source.home_id, source_id=source.pk)


def note_sign_in(sender: object, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Somebody signed in, and by which way if it was not the password."""
    write("sign_in", {**person(user), **identities.way(get_authentication_records(request, user))})


def note_app(sender: object, user: User, provider: str, **kwargs: Any) -> None:
    """Somebody signed in with an app; of LINE and Google allauth tells already."""
    if provider == "local":
        write("sign_in", {**person(user), "way": "app"})


def note_app_out(sender: object, user: User, words: str, reused: bool, **kwargs: Any) -> None:
    """An app was signed out: by its person, or because somebody else had its token."""
    write("reuse_token" if reused else "sign_out", {**person(user), "device": words})


def note_sign_out(sender: object, user: User | None, **kwargs: Any) -> None:
    """Somebody signed out."""
    if user is not None:
        write("sign_out", person(user))


def note_failed_sign_in(sender: object, credentials: dict[str, Any], **kwargs: Any) -> None:
    """A sign-in failed: what was typed as the name is kept, the password never."""
    typed = str(credentials.get("username") or credentials.get("email") or "")
    write("sign_in_failed", {"typed": typed[:150]})


def note_devices_ended(sender: object, user: User, words: list[str], everywhere_else: bool, **kwargs: Any) -> None:
    """Somebody signed out on other devices than the one they use."""
    event_type = "end_devices" if everywhere_else else "end_device"
    write(event_type, {**person(user), "device": ", ".join(words)})


def _account_event(event_type: str) -> Callable[..., None]:
    def note(sender: object, user: User | None = None, email_address: EmailAddress | None = None, **kw: Any) -> None:
        # Whoever signs up or resets a password is not signed in yet, so the entry itself says who it was.
        about = user or (email_address.user if email_address else None)
        write(event_type, person(about) if about else {})

    return note


def note_changed_email(sender: object, user: User, from_email_address: EmailAddress | None, **kwargs: Any) -> None:
    """Another address took the place of an earlier one; the first address of a new account is no change."""
    if from_email_address is not None:
        write("change_email", person(user))


ACCOUNT_EVENTS = {
    "user_signed_up": _account_event("sign_up"),
    "password_set": _account_event("set_password"),
    "password_changed": _account_event("change_password"),
    "password_reset": _account_event("reset_password"),
    "email_confirmed": _account_event("confirm_email"),
    "email_changed": note_changed_email,
}
