"""An entry of the log as a sentence that a household understands, and what changed, point by point.

Plain text, translated and not escaped: templates do that. No look-ups here: an entry carries the names it needs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField, Field, FileField, JSONField
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit.facts import COUNTED, Dial, Facts, counted
from audit.models import AuditLog
from audit.watched import WATCHED, Watch
from readings.metadata import shown
from sources.fields import MeasuredField
from sources.written import moment

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
    "rename_unit": gettext_noop(
        "%(who)s wrote down another unit for %(source)s, %(unit_now)s instead of %(unit_before)s"
    ),
    "convert_source": gettext_noop(
        "%(who)s changed the unit of %(source)s from %(unit_before)s to %(unit_now)s and converted %(converted)s"
    ),
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
    "show_identity": gettext_noop("%(who)s signed in with %(way)s once more, to show that it is them"),
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
_SAID_ONCE = {"value", "recorded_at", "unit"}
_WHOLE = {"create_source", "create_home", "create_person", "publish_source", "unpublish_source"}
_WATCHES = {watch.noun: (model, watch) for model, watch in WATCHED.items()}


@dataclass(frozen=True, slots=True)
class Sentence:
    """What happened, and what changed in detail."""

    text: str
    points: tuple[str, ...] = ()


def sentence(
    entry: AuditLog, viewer_id: int | None, zone: ZoneInfo, of_itself: bool = False, dial: Dial | None = None
) -> Sentence:
    """`entry` as `viewer_id` reads it (their own doings say "You"), with times in `zone` and readings as `dial` has
    them.

    `of_itself` tells it as the page of the reading does that the entry is about.
    """
    facts = Facts(entry, viewer_id, zone, dial)
    words = {**SENTENCES, **OF_ITSELF} if of_itself else SENTENCES
    text = _(words.get(facts.told_as, OTHER)) % facts
    reason = facts.details.get("reason")
    told = _(WITH_REASON) % {"sentence": text, "reason": reason} if reason else text
    return Sentence(told, tuple(_points(facts)))


def _points(facts: Facts) -> Iterator[str]:
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
        if verb == "create" and (value in (None, "", False) or value == field.get_default()):  # type: ignore[union-attr]
            continue
        label, after = _label(field), _words(field, value, facts)
        if verb == "update":
            before = _words(field, facts.old.get(name), facts)
            yield _("%(label)s: %(before)s → %(after)s") % {"label": label, "before": before, "after": after}
        else:
            yield _("%(label)s: %(value)s") % {"label": label, "value": after}


def _of_picture(field: FileField, facts: Facts) -> Iterator[str]:
    """A picture has a name that tells nobody anything: what became of it is said."""
    before, after = facts.old.get(field.name), facts.new.get(field.name)
    if before or after:
        what = _("replaced") if before and after else _("added") if after else _("removed")
        yield _("%(label)s: %(value)s") % {"label": _capital(str(field.verbose_name)), "value": what}


def _of_details(field: JSONField, facts: Facts) -> Iterator[str]:
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


def _went_along(facts: Facts) -> Iterator[str]:
    found = {name: count for name in COUNTED if (count := facts.details.get(name))}
    if facts.entry.event_type == "delete_source":
        found.pop("readings", None)
    lacking = found.pop("sums", 0)
    stay = found.pop("sources", 0) if facts.entry.event_type == "delete_home" else 0
    if found:
        yield _("Gone with it: %(what)s") % {"what": ", ".join(counted(*each) for each in found.items())}
    if stay:
        yield _("In no home any more: %(what)s") % {"what": counted("sources", stay)}
    if lacking:
        yield _("Without this part now: %(what)s") % {"what": counted("sums", lacking)}


def _is_said(name: str, facts: Facts) -> bool:
    if name == "unit":
        return facts.told_as in {"convert_source", "rename_unit"}
    return name == "value" or facts.entry.event_type == "create_reading"


def _column(watch: Watch, name: str) -> str:
    return watch.fields[name].split("__")[0]


def _label(field: Any) -> str:
    """What a field is called, where a form says it in other words as the form does."""
    if field.name == "non_decreasing":
        return _("A value may not be lower than the one before it")
    return _capital(str(field.verbose_name))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _words(field: Any, value: Any, facts: Facts) -> str:
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
