"""An entry of the log as a sentence that a household understands, and what changed, point by point.

Plain text, translated and not escaped: templates do that. No look-ups here: an entry carries the names it needs.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField, Field, FileField, JSONField
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from accounts.agents import browser_of, system_of
from accounts.devices import words_of
from accounts.providers import refusals
from audit.models import AuditLog
from audit.watched import WATCHED, Watch
from readings.metadata import shown
from sources.fields import MeasuredField
from sources.models import Grant, SourcePart
from sources.written import measured, moment, number

SENTENCES = {
    "create_reading": gettext_noop("%(who)s wrote down %(value)s for %(source)s, read on %(read)s"),
    "update_reading": gettext_noop("%(who)s changed the reading %(value)s for %(source)s, read on %(read)s"),
    "correct_reading": gettext_noop("%(who)s corrected %(before)s to %(value)s for %(source)s, read on %(read)s"),
    "restore_reading": gettext_noop("%(who)s put back the reading %(value)s for %(source)s, read on %(read)s"),
    "delete_reading": gettext_noop("%(who)s deleted the reading %(value)s for %(source)s, read on %(read)s"),
    "import_readings": gettext_noop("%(who)s imported %(readings)s for %(source)s from the file %(file)s"),
    "undo_import": gettext_noop(
        "%(who)s took the import of the file %(file)s back: %(readings)s of %(source)s deleted"
    ),
    "create_source": gettext_noop("%(who)s added %(source)s"),
    "update_source": gettext_noop("%(who)s changed the settings of %(source)s"),
    "archive_source": gettext_noop("%(who)s put %(source)s away"),
    "restore_source": gettext_noop("%(who)s took %(source)s back"),
    "hand_over_source": gettext_noop("%(who)s handed %(source)s over"),
    "publish_source": gettext_noop("%(who)s made the page of %(source)s public"),
    "unpublish_source": gettext_noop("%(who)s ended that the page of %(source)s is public"),
    "remove_source": gettext_noop("%(who)s took %(source)s out of %(home)s"),
    "delete_source": gettext_noop("%(who)s deleted the source %(source)s with %(readings)s"),
    "lose_home": gettext_noop("%(who)s deleted the home %(home)s: %(source)s is in no home any more"),
    "export_source": gettext_noop("%(who)s downloaded the readings of %(source)s as %(format)s"),
    "export_home": gettext_noop("%(who)s downloaded the readings of all meters of %(home)s as %(format)s"),
    "view_source": gettext_noop("%(who)s opened %(source)s"),
    "view_reading": gettext_noop("%(who)s opened the reading %(value)s for %(source)s, read on %(read)s"),
    "view_home": gettext_noop("%(who)s opened the home %(home)s"),
    "view_person": gettext_noop("%(who)s opened the account of %(person)s"),
    "prune_views": gettext_noop("Entries about looks from before %(before)s were removed by the rule: %(count)s"),
    "view_log": gettext_noop("%(who)s downloaded from the audit log: %(filter)s"),
    "create_share": gettext_noop("%(who)s shared %(source)s with %(person)s: %(level)s"),
    "update_share": gettext_noop("%(who)s changed what %(person)s may do with %(source)s: %(level)s"),
    "delete_share": gettext_noop("%(who)s stopped sharing %(source)s with %(person)s"),
    "create_invitation": gettext_noop("%(who)s invited %(invited)s to %(place)s: %(level)s"),
    "update_invitation": gettext_noop("%(who)s changed the invitation of %(invited)s to %(place)s"),
    "revoke_invitation": gettext_noop("%(who)s took the invitation of %(invited)s to %(place)s back"),
    "delete_invitation": gettext_noop("%(who)s deleted the invitation of %(invited)s to %(place)s"),
    "accept_invitation": gettext_noop("%(who)s accepted the invitation of %(invited_by)s to %(place)s: %(level)s"),
    "create_rule": gettext_noop("%(who)s set a rule for %(source)s"),
    "update_rule": gettext_noop("%(who)s changed a rule of %(source)s"),
    "delete_rule": gettext_noop("%(who)s deleted a rule of %(source)s"),
    "create_part_of_source": gettext_noop(
        "%(who)s let %(source)s be worked out from one source more, which %(sign)s: %(part)s"
    ),
    "update_part_of_source": gettext_noop(
        "%(who)s changed what becomes of a part of %(source)s, which %(sign)s now: %(part)s"
    ),
    "delete_part_of_source": gettext_noop("%(who)s took a part out of what %(source)s is worked out from: %(part)s"),
    "create_meter_change": gettext_noop("%(who)s noted that another dial counts for %(source)s"),
    "update_meter_change": gettext_noop("%(who)s changed what is noted about the dials of %(source)s"),
    "delete_meter_change": gettext_noop("%(who)s deleted the note that another dial counts for %(source)s"),
    "create_home": gettext_noop("%(who)s made the home %(home)s"),
    "update_home": gettext_noop("%(who)s changed the home %(home)s"),
    "delete_home": gettext_noop("%(who)s deleted the home %(home)s"),
    "create_member": gettext_noop("%(who)s took %(person)s into %(home)s: %(level)s"),
    "join_home": gettext_noop("%(who)s became a member of %(home)s: %(level)s"),
    "update_member": gettext_noop("%(who)s changed what %(person)s may do in %(home)s: %(level)s"),
    "delete_member": gettext_noop("%(who)s ended the membership of %(person)s in %(home)s"),
    "leave_home": gettext_noop("%(who)s left %(home)s"),
    "leave_share": gettext_noop("%(who)s gave up access to %(source)s"),
    "create_person": gettext_noop("The account of %(person)s was made"),
    "update_person": gettext_noop("%(who)s changed the account of %(person)s"),
    "delete_person": gettext_noop("%(who)s deleted the account of %(person)s"),
    "delete_own_account": gettext_noop("%(who)s deleted their account"),
    "create_email": gettext_noop("%(who)s added an e-mail address to the account of %(person)s"),
    "update_email": gettext_noop("%(who)s changed an e-mail address of the account of %(person)s"),
    "delete_email": gettext_noop("%(who)s took an e-mail address from the account of %(person)s"),
    "create_group": gettext_noop("%(who)s made the group of staff %(group)s"),
    "update_group": gettext_noop("%(who)s renamed the group of staff %(group)s"),
    "delete_group": gettext_noop("%(who)s deleted the group of staff %(group)s"),
    "give_rights": gettext_noop("%(who)s gave rights over the site to %(holder)s: %(rights)s"),
    "take_rights": gettext_noop("%(who)s took rights over the site from %(holder)s: %(rights)s"),
    "sign_in": gettext_noop("%(who)s signed in"),
    "sign_in_with": gettext_noop("%(who)s signed in with %(way)s"),
    "sign_in_refused": gettext_noop("A sign-in with %(way)s was refused: %(refusal)s"),
    "connect_identity": gettext_noop("%(who)s connected %(way)s"),
    "disconnect_identity": gettext_noop("%(who)s disconnected %(way)s"),
    "add_second_factor": gettext_noop("%(who)s added a second factor: %(factor)s"),
    "remove_second_factor": gettext_noop("%(who)s removed a second factor: %(factor)s"),
    "fail_second_factor": gettext_noop("Somebody with the password of %(person)s gave a wrong second factor"),
    "make_recovery_codes": gettext_noop("%(who)s made new recovery codes"),
    "show_recovery_codes": gettext_noop("%(who)s looked at the recovery codes"),
    "create_key": gettext_noop("%(who)s made the key %(key)s for a program"),
    "update_key": gettext_noop("%(who)s changed the key %(key)s"),
    "revoke_key": gettext_noop("%(who)s took the key %(key)s back"),
    "delete_key": gettext_noop("%(who)s deleted the key %(key)s"),
    "reuse_token": gettext_noop("A token of %(person)s came a second time, so an app was signed out: %(device)s"),
    "sign_out": gettext_noop("%(who)s signed out"),
    "export_person": gettext_noop("%(who)s took along everything that is theirs"),
    "end_device": gettext_noop("%(who)s signed out on another device: %(device)s"),
    "end_devices": gettext_noop("%(who)s signed out everywhere else: %(device)s"),
    "sign_in_failed": gettext_noop("Somebody tried to sign in as “%(typed)s” and failed"),
    "sign_up": gettext_noop("%(who)s signed up"),
    "set_password": gettext_noop("%(who)s set a password"),
    "change_password": gettext_noop("%(who)s changed the password"),
    "reset_password": gettext_noop("%(who)s reset the password"),
    "confirm_email": gettext_noop("%(who)s confirmed the e-mail address"),
    "change_email": gettext_noop("%(who)s changed the e-mail address"),
}
OTHER = gettext_noop("%(who)s: %(what)s")
WITH_REASON = gettext_noop("%(sentence)s: %(reason)s")

# As told on the page of the one reading, which says of itself where and when it was read; with the time it happened.
OF_ITSELF = {
    "create_reading": gettext_noop("%(who)s wrote down %(value)s on %(when)s"),
    "update_reading": gettext_noop("%(who)s changed it on %(when)s"),
    "correct_reading": gettext_noop("%(who)s corrected %(before)s to %(value)s on %(when)s"),
    "restore_reading": gettext_noop("%(who)s put it back on %(when)s"),
    "delete_reading": gettext_noop("%(who)s deleted it on %(when)s"),
    "import_readings": gettext_noop("%(who)s imported it from the file %(file)s on %(when)s"),
}

# Told by the sentence itself, or of no use to a person.
_UNSAID = {"level", "home_id", "archived_at", "email", "revoked_at", "sign", "part_id"}
_SAID_ONCE = {"value", "recorded_at"}
_NUMBERS = ("stored", "deleted", "readings")
_WHOLE = {"create_source", "create_home", "create_person", "publish_source", "unpublish_source"}

_COUNTED: dict[str, Callable[[int], str]] = {
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


@dataclass(frozen=True, slots=True)
class Sentence:
    """What happened, and what changed in detail."""

    text: str
    points: tuple[str, ...] = ()


def sentence(entry: AuditLog, viewer_id: int | None, zone: ZoneInfo, of_itself: bool = False) -> Sentence:
    """`entry` as `viewer_id` reads it (their own doings say "You"), with times in `zone`.

    `of_itself` tells it as the page of the reading does that the entry is about.
    """
    facts = _Facts(entry, viewer_id, zone)
    words = {**SENTENCES, **OF_ITSELF} if of_itself else SENTENCES
    text = _(words.get(facts.told_as, OTHER)) % facts
    reason = facts.details.get("reason")
    told = _(WITH_REASON) % {"sentence": text, "reason": reason} if reason else text
    return Sentence(told, tuple(_points(facts)))


class _Facts(Mapping[str, str]):
    """What a sentence can say about an entry, worked out when it is asked for."""

    def __init__(self, entry: AuditLog, viewer_id: int | None, zone: ZoneInfo) -> None:
        self.entry, self.viewer_id, self.zone = entry, viewer_id, zone
        self.details: dict[str, Any] = entry.details
        self.old: dict[str, Any] = self.details.get("old") or {}
        self.new: dict[str, Any] = self.details.get("new") or {}

    @property
    def told_as(self) -> str:
        """The event, or what it is told as where one kind of entry needs several sentences."""
        event, own = self.entry.event_type, self.entry.actor_id is not None
        own = own and self.details.get("person_id") == self.entry.actor_id
        if event == "update_reading" and "value" in self.old:
            return "correct_reading"
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
        return measured(Decimal(value), self.details.get("unit", "") if unit else "")

    def _read(self) -> str:
        at = {**self.old, **self.details, **self.new}.get("recorded_at")
        return moment(datetime.fromisoformat(at), self.zone) if at else _("an unknown day")

    def _when(self) -> str:
        return moment(self.entry.event_time, self.zone)

    def _readings(self) -> str:
        return _counted("readings", int(next((self.details[name] for name in _NUMBERS if name in self.details), 0)))

    def _what(self) -> str:
        return self.entry.event_type.replace("_", " ")


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
_OWN = {"create_member": "join_home", "delete_member": "leave_home", "delete_share": "leave_share"}
_WATCHES = {watch.noun: (model, watch) for model, watch in WATCHED.items()}


def _points(facts: _Facts) -> Iterator[str]:
    """What changed, a line for each field; of something new, what it was given beyond what the sentence says; of
    something deleted, what went with it.
    """
    verb, _low, noun = facts.entry.event_type.partition("_")
    if verb == "delete":
        yield from _went_along(facts)
    if noun not in _WATCHES or verb not in {"create", "update"} or facts.told_as in _WHOLE:
        return
    model, watch = _WATCHES[noun]
    for name in watch.fields:
        if name not in facts.new or name in _UNSAID or (name in _SAID_ONCE and _is_said(name, facts)):
            continue
        field = model._meta.get_field(_column(watch, name))
        if isinstance(field, FileField | JSONField):
            yield from _of_picture(field, facts) if isinstance(field, FileField) else _of_details(field, facts)
            continue
        value = facts.new[name]
        label, after = _capital(str(field.verbose_name)), _words(field, value, facts)  # type: ignore[union-attr]
        if verb == "update":
            before = _words(field, facts.old.get(name), facts)
            yield _("%(label)s: %(before)s → %(after)s") % {"label": label, "before": before, "after": after}
        elif value not in (None, "", False) and value != field.get_default():  # type: ignore[union-attr]
            yield _("%(label)s: %(value)s") % {"label": label, "value": after}


def _of_picture(field: FileField, facts: _Facts) -> Iterator[str]:
    """A picture has a name that tells nobody anything: what became of it is said."""
    before, after = facts.old.get(field.name), facts.new.get(field.name)
    if before or after:
        what = _("replaced") if before and after else _("added") if after else _("removed")
        yield _("%(label)s: %(value)s") % {"label": _capital(str(field.verbose_name)), "value": what}


def _of_details(field: JSONField, facts: _Facts) -> Iterator[str]:
    """The details that were added, changed or removed, each by its name."""
    before, after = (values.get(field.name) or {} for values in (facts.old, facts.new))
    for name in sorted({*before, *after}, key=str.casefold):
        old, new = (_detail(values, name) for values in (before, after))
        if old != new and before:
            yield _("%(label)s: %(before)s → %(after)s") % {"label": name, "before": old, "after": new}
        elif old != new:
            yield _("%(label)s: %(value)s") % {"label": name, "value": new}


def _detail(values: Mapping[str, Any], name: str) -> str:
    return Truncator(shown(values[name])).chars(200) if name in values else _("nothing")


def _went_along(facts: _Facts) -> Iterator[str]:
    found = {name: count for name in _COUNTED if (count := facts.details.get(name))}
    if facts.entry.event_type == "delete_source":
        found.pop("readings", None)
    lacking = found.pop("sums", 0)
    stay = found.pop("sources", 0) if facts.entry.event_type == "delete_home" else 0
    if found:
        yield _("Gone with it: %(what)s") % {"what": ", ".join(_counted(*each) for each in found.items())}
    if stay:
        yield _("In no home any more: %(what)s") % {"what": _counted("sources", stay)}
    if lacking:
        yield _("Without this part now: %(what)s") % {"what": _counted("sums", lacking)}


def _counted(name: str, count: int) -> str:
    return _COUNTED[name](count) % {"number": number(Decimal(count))}


def _is_said(name: str, facts: _Facts) -> bool:
    return name == "value" or facts.entry.event_type == "create_reading"


def _column(watch: Watch, name: str) -> str:
    return watch.fields[name].split("__")[0]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _words(field: Any, value: Any, facts: _Facts) -> str:
    """A stored value as a person would write it."""
    if value in (None, ""):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, MeasuredField):
        return facts.measured(value)
    if isinstance(field, DateTimeField):
        return moment(datetime.fromisoformat(value), facts.zone)
    choices = dict(field.flatchoices) if isinstance(field, Field) else {}
    return Truncator(str(choices.get(value, value))).chars(200)
