"""What an entry of the log can say of itself: who, what, when and how much, each a word or two for a sentence.

No look-ups here: an entry carries the names it needs.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.agents import browser_of, system_of
from accounts.devices import words_of
from accounts.providers import refusals
from audit.models import AuditLog
from sources.models import Grant, SourcePart
from sources.written import measured, moment, number

# What somebody did to themselves.
_OWN = {
    "delete_person": "delete_own_account",
    "create_member": "join_home",
    "delete_member": "leave_home",
    "delete_share": "leave_share",
}
_WAYS = {"passkey": gettext_lazy("a passkey"), "app": gettext_lazy("an app")}
_FACTORS = {
    "totp": gettext_lazy("an authenticator app"),
    "webauthn": gettext_lazy("a passkey"),
    "recovery_codes": gettext_lazy("recovery codes"),
}
_NUMBERS = ("stored", "deleted", "readings")

COUNTED: dict[str, Callable[[int], str]] = {
    "readings": lambda count: ngettext("%(number)s reading", "%(number)s readings", count),
    "rules": lambda count: ngettext("%(number)s rule", "%(number)s rules", count),
    "meter_changes": lambda count: ngettext("%(number)s meter change", "%(number)s meter changes", count),
    "shares": lambda count: ngettext("%(number)s share", "%(number)s shares", count),
    "members": lambda count: ngettext("%(number)s membership", "%(number)s memberships", count),
    "imports": lambda count: ngettext("%(number)s import", "%(number)s imports", count),
    "invitations": lambda count: ngettext("%(number)s invitation", "%(number)s invitations", count),
    "parts": lambda count: ngettext("%(number)s part of a sum", "%(number)s parts of a sum", count),
    "sums": lambda count: ngettext("%(number)s sum", "%(number)s sums", count),
    "sources": lambda count: ngettext("%(number)s source", "%(number)s sources", count),
}
"""What is counted in an entry, by its name there."""


class Dial(NamedTuple):
    """In which unit a source counts by now, with how many digits after the point."""

    unit: str
    decimals: int


class Facts(Mapping[str, str]):
    """What a sentence can say about an entry, worked out when it is asked for. dial: of its source, where it is known:
    readings are told with as many decimals as on other pages, unless the source counted in another unit then.
    """

    def __init__(self, entry: AuditLog, viewer_id: int | None, zone: ZoneInfo, dial: Dial | None = None) -> None:
        self.entry, self.viewer_id, self.zone = entry, viewer_id, zone
        self.details: dict[str, Any] = entry.details
        self.old: dict[str, Any] = self.details.get("old") or {}
        self.new: dict[str, Any] = self.details.get("new") or {}
        knows = dial is not None and entry.reading_id is not None and dial.unit == self.details.get("unit")
        self.decimals = dial.decimals if dial and knows else None

    @property
    def told_as(self) -> str:
        """The event, or what it is told as where one kind of entry needs several sentences."""
        event, own = self.entry.event_type, self.entry.actor_id is not None
        own = own and self.details.get("person_id") == self.entry.actor_id
        if event == "update_reading" and "value" in self.old:
            return "correct_reading"
        if event == "update_source" and "converted" in self.details:
            return "convert_source"
        if event == "update_source" and set(self.new) == {"unit"}:
            return "rename_unit"
        if event == "update_source" and set(self.new) == {"archived_at"}:
            return "archive_source" if self.new["archived_at"] else "restore_source"
        if event == "update_source" and set(self.new) == {"is_public"}:
            return "publish_source" if self.new["is_public"] else "unpublish_source"
        if event == "update_source" and set(self.new) == {"owner"}:
            return "hand_over_source"
        if event == "update_invitation" and self.new.get("revoked_at"):
            return "revoke_invitation"
        if event == "update_key" and self.new.get("revoked_at"):
            return "revoke_key"
        if event == "sign_in" and self.details.get("way"):
            return "sign_in_with"
        if own and event in _OWN:
            return _OWN[event]
        return event

    def __getitem__(self, name: str) -> str:
        words = getattr(self, f"_{name}", None)
        return str(words()) if words else str(self.details.get(name) or _("something"))

    def __iter__(self) -> Iterator[str]:
        return iter(self.details)

    def __len__(self) -> int:
        return len(self.details)

    def _who(self) -> str:
        if self.entry.actor_id is None:
            return str(self.details.get("person") or _("Somebody"))
        mine, name = self.entry.actor_id == self.viewer_id, self.entry.actor_name
        if key := self.details.get("by_key"):
            words = _("Your key “%(key)s”") if mine else _("The key “%(key)s” of %(name)s")
            return words % {"key": key, "name": name}
        who = _("You") if mine else name
        if "by_app" in self.details:
            return self._by_app(who)
        return _("%(name)s (staff)") % {"name": who} if self.details.get("staff") else who

    def _by_app(self, who: str) -> str:
        agent = self.details["by_app"]
        if not (browser_of(agent) or system_of(agent)):
            return _("%(name)s (by an app)") % {"name": who}
        return _("%(name)s (by an app: %(app)s)") % {"name": who, "app": words_of(agent)}

    def _holder(self) -> str:
        return str(self.details.get("group") or self._person())

    def _unit_before(self) -> str:
        return str(self.old.get("unit") or _("something"))

    def _unit_now(self) -> str:
        return str(self.new.get("unit") or _("something"))

    def _converted(self) -> str:
        along = self.details.get("converted") or {}
        found = [counted(name, count) for name in COUNTED if (count := along.get(name))]
        return ", ".join(found) or _("nothing")

    def _filter(self) -> str:
        return str(self.details.get("filter") or _("all of it"))

    def _person(self) -> str:
        mine = self.viewer_id is not None and self.details.get("person_id") == self.viewer_id
        return _("you") if mine else str(self.details.get("person") or _("somebody"))

    def _place(self) -> str:
        return str(self.details.get("source") or self.details.get("home") or _("something"))

    def _way(self) -> str:
        return str(_WAYS.get(self.details.get("way", ""), self.details.get("way") or _("something")))

    def _factor(self) -> str:
        return str(_FACTORS.get(self.details.get("factor", ""), _("something")))

    def _refusal(self) -> str:
        reason = self.details.get("refusal", "")
        return refusals.sentence(reason, self._way()) if reason in refusals.SENTENCES else _("something")

    def _invited(self) -> str:
        return str(self.details.get("invited") or _("somebody (by a link)"))

    def _invited_by(self) -> str:
        return str(self.details.get("invited_by") or _("somebody"))

    def _sign(self) -> str:
        signs = dict(SourcePart.Sign.choices)
        return str(signs.get({**self.old, **self.new}.get("sign", 0), _("something")))

    def _part(self) -> str:
        return self.entry.part_name or _("one that is not shared with you, or is deleted")

    def _level(self) -> str:
        level = {**self.old, **self.new}.get("level", "")
        label = str(dict(Grant.choices).get(level, level))
        return label[:1].lower() + label[1:]

    def _value(self) -> str:
        return self.measured({**self.old, **self.details, **self.new}.get("value"))

    def _before(self) -> str:
        return self.measured(self.old.get("value"), unit=False)

    def measured(self, value: str | None, unit: bool = True) -> str:
        """A stored number in words, with the unit of its source."""
        if value is None:
            return _("something")
        return measured(Decimal(value), self.details.get("unit", "") if unit else "", self.decimals)

    def _read(self) -> str:
        at = {**self.old, **self.details, **self.new}.get("recorded_at")
        return moment(datetime.fromisoformat(at), self.zone) if at else _("an unknown day")

    def _when(self) -> str:
        return moment(self.entry.event_time, self.zone)

    def _readings(self) -> str:
        return counted("readings", int(next((self.details[name] for name in _NUMBERS if name in self.details), 0)))

    def _what(self) -> str:
        return self.entry.event_type.replace("_", " ")


def counted(name: str, count: int) -> str:
    """So many of what `name`, a key of COUNTED, stands for, in words."""
    return COUNTED[name](count) % {"number": number(Decimal(count))}
