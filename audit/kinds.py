"""The kinds of things the log tells of, and which events are of which kind. `audit_kind` in migration 0008 is the same.

Looks are no changes; sign-ins belong to a person and to no home.
"""

from django.utils.translation import gettext_lazy as _

VIEWS = ("view_source", "view_reading", "view_home", "view_person")
SIGN_INS = (
    *("sign_in", "sign_out", "sign_up", "set_password", "change_password", "reset_password"),
    *("confirm_email", "change_email", "end_device", "end_devices", "export_person"),
    *("connect_identity", "disconnect_identity", "show_identity", "sign_in_refused"),
    *("add_second_factor", "remove_second_factor", "fail_second_factor", "make_recovery_codes", "show_recovery_codes"),
    *("create_key", "update_key", "delete_key", "reuse_token"),
)

_VERBS = ("create", "update", "delete")


def _of(*nouns: str) -> tuple[str, ...]:
    return tuple(f"{verb}_{noun}" for noun in nouns for verb in _VERBS)


PARTS = _of("part_of_source")

KINDS: dict[str, tuple[str, ...]] = {
    "readings": (*_of("reading"), "restore_reading"),
    "settings": (
        *(*_of("source", "rule", "home"), *PARTS),
        *("remove_source", "lose_home", "export_source", "export_home"),
    ),
    "sharing": (*_of("share", "member", "invitation"), "accept_invitation"),
    "meter_changes": _of("meter_change"),
    "imports": ("import_readings", "undo_import"),
    "views": VIEWS,
    "sign_ins": SIGN_INS,
}

LABELS = {
    "readings": _("Readings"),
    "settings": _("Rules and settings"),
    "sharing": _("Sharing and members"),
    "meter_changes": _("Meter changes"),
    "imports": _("Imports"),
    "views": _("Who looked"),
    "sign_ins": _("My sign-ins"),
}
