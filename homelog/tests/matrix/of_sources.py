"""Lines of the addresses in sources/urls.py: homes, sources, rules, sharing, invitations."""

from django.core import signing

from homelog.tests.matrix.household import NOT_SIGNED_IN, ON_HOME, ON_SOURCE, VISITORS, Household
from homelog.tests.matrix.lines import Given, Line
from sources.invitations import hashed
from sources.tests.images import upload
from sources.views.invitations import HELD

NOT_SHOWN = dict.fromkeys(("reader", "writer", "home_reader", "home_writer"), 404)
"""Who may not share a source does not know the shares of others either."""


def _rule_note(house: Household, who: str) -> dict[str, str]:
    """What the message after a deletion carries to bring the rule back."""
    kept = {"public_id": str(house.home.public_id), "min_value": "2", "max_value": None, "max_per_day": None}
    kept |= {"non_decreasing": "False", "on_violation": "flag"}
    return {"rule": signing.dumps(kept, salt=f"sources.rule:{house.source.public_id}:{house.source.unit}")}


HOLDERS = tuple(who for who in VISITORS if who not in NOT_SIGNED_IN)
"""Whoever holds the key of an invitation may accept it once signed in; reading what it offers takes the key alone."""
SETTINGS = {
    "name": "Renamed",
    "source_type": "electricity",
    "unit": "kWh",
    "counting": "counter",
    "digits": "6",
    "decimals": "1",
    "place_name": "",
    "meter_number": "",
    "description": "",
}
INVITE = {"level": "read", "email": "somebody@example.com"}


def _home(house: Household, who: str) -> dict[str, str]:
    return {"home": str(house.home.public_id)}


def _held(name: str) -> Given:
    return lambda house, who: {HELD: hashed(house.known[name])}


def _own_membership(house: Household, who: str) -> dict[str, object]:
    """The membership of `who`; somebody else's for those who have none."""
    return {"right_id": house.members[who].public_id} if who in house.members else {}


HOMES = [
    Line("sources:home_create", "GET", "The form for a new home", of="person"),
    Line(
        *("sources:home_create", "POST", "Make a home"),
        of="person",
        body=lambda h, who: {"name": "Mine", "address": "", "timezone": "Europe/Berlin"},
        changes="home home_member",
    ),
    Line("sources:home_update", "GET", "Name, address, time zone and members of a home", of="home", least="admin"),
    Line(
        *("sources:home_update", "POST", "Change name, address or time zone of a home"),
        of="home",
        least="admin",
        body=lambda h, who: {"name": "Renamed", "address": "", "timezone": "Europe/Rome"},
        changes="home",
    ),
    Line("sources:home_delete", "GET", "What becomes of its sources when a home is deleted", of="home", least="admin"),
    Line(
        *("sources:home_delete", "POST", "Delete a home"),
        of="home",
        least="admin",
        body=lambda h, who: {"typed": h.home.name},
        changes="data_source home home_member import_draft source_invitation",
    ),
    Line("sources:home_order", "GET", "The walking order of a home", of="home", least="admin"),
    Line(
        *("sources:home_order", "POST", "Change the walking order of a home"),
        of="home",
        least="admin",
        body=lambda h, who: {"up": str(h.source.public_id)},
        changes="data_source",
    ),
    Line("sources:home_sharing", "GET", "Who belongs to a home", of="home"),
    Line(
        *("sources:home_sharing", "POST", "Invite somebody to a home"),
        of="home",
        least="admin",
        body=lambda h, who: INVITE,
        changes="source_invitation mail",
    ),
    Line(
        *("sources:home_level", "POST", "Give a member another level"),
        of="home",
        least="admin",
        body=lambda h, who: {"level": "admin"},
        changes="home_member",
    ),
    Line("sources:home_end", "GET", "The question before a member is put out", of="home", least="admin"),
    Line(
        *("sources:home_end", "POST", "Put a member out"),
        of="home",
        least="admin",
        changes="home_member",
    ),
    Line(
        *("sources:home_end", "POST", "Leave a home"),
        of="home",
        keys=_own_membership,
        changes="home_member",
    ),
    Line(
        *("sources:home_uninvite", "POST", "Take an invitation to a home back"),
        of="home",
        least="admin",
        changes="source_invitation",
    ),
]

SOURCES = [
    Line("sources:source_list", "GET", "The list of the meters one may see", of="person"),
    Line(
        "sources:source_create", "GET", "The form for a new source", of="person", query=lambda h, who: {"kind": "water"}
    ),
    Line(
        *("sources:source_create", "GET", "The form for a new source in a home (?home=)"),
        of="home",
        least="admin",
        query=lambda h, who: {"kind": "water", **_home(h, who)},
    ),
    Line(
        *("sources:source_create", "POST", "Make a source of one's own"),
        of="person",
        query=lambda h, who: {"kind": "water"},
        body=lambda h, who: {**SETTINGS, "refuse_lower": "on"},
        changes="data_source data_validator",
    ),
    Line(
        *("sources:source_create", "POST", "Make a source in a home (?home=)"),
        of="home",
        least="admin",
        query=lambda h, who: {"kind": "water", **_home(h, who)},
        body=lambda h, who: {**SETTINGS, **_home(h, who)},
        changes="data_source",
    ),
    Line("sources:sum_create", "GET", "The form for a source worked out from others", of="person"),
    Line(
        *("sources:sum_create", "GET", "The form for a source worked out from others, in a home (?home=)"),
        of="home",
        least="admin",
        query=_home,
    ),
    Line(
        *("sources:sum_create", "POST", "Make a source worked out from others, with too little to put together"),
        of="person",
        ok=422,
        body=lambda h, who: {"name": "Rest", f"part-{h.source.public_id}": "1"},
        shows=tuple(ON_SOURCE),
    ),
    Line("sources:source_parts", "GET", "What a source is worked out from", least="admin", ok=302),
    Line(*("sources:source_parts", "POST", "Parts of a source that is read itself"), least="admin"),
    Line("sources:source_update", "GET", "The settings of a source", least="admin"),
    Line(
        *("sources:source_update", "POST", "Change the settings of a source"),
        least="admin",
        body=lambda h, who: {**SETTINGS, **_home(h, who)},
        changes="data_source",
    ),
    Line("sources:source_archive", "POST", "Put a source away, or take it back", least="admin", changes="data_source"),
    Line("sources:source_delete", "GET", "What goes with a source", least="owner"),
    Line(
        *("sources:source_delete", "POST", "Delete a source with its readings"),
        least="owner",
        body=lambda h, who: {"typed": h.source.name},
        changes=(
            "data_source data_validator import_batch import_draft meter_change reading source_access source_invitation"
        ),
    ),
    Line("sources:source_picture", "GET", "The picture of a source"),
    Line("sources:source_picture_small", "GET", "The small picture of a source"),
    Line("sources:source_picture_update", "GET", "The form for the picture of a source", least="admin"),
    Line(
        *("sources:source_picture_update", "POST", "Set the picture of a source"),
        least="admin",
        body=lambda h, who: {"picture": upload()},
        changes="data_source kept_picture",
    ),
    Line("sources:rule_list", "GET", "The rules of a source", least="admin"),
    Line(
        *("sources:rule_list", "POST", "Add a rule"),
        least="admin",
        body=lambda h, who: {"max_value": "99999", "on_violation": "flag"},
        changes="data_validator",
    ),
    Line(
        *("sources:rule_list", "POST", "Try a rule on the stored readings"),
        least="admin",
        ok=200,
        body=lambda h, who: {"max_value": "99999", "on_violation": "flag", "try": "1"},
    ),
    Line("sources:rule_update", "GET", "The form that changes a rule", least="admin"),
    Line(
        *("sources:rule_update", "POST", "Change a rule"),
        least="admin",
        body=lambda h, who: {"max_value": "99999", "on_violation": "flag"},
        changes="data_validator",
    ),
    Line("sources:rule_delete", "POST", "Delete a rule", least="admin", changes="data_validator"),
    Line(
        *("sources:rule_restore", "POST", "Put a deleted rule back"),
        least="admin",
        query=_rule_note,
        changes="data_validator",
    ),
    Line(
        *("sources:source_hand_over", "GET", "The question before a source is handed over"),
        least="owner",
    ),
    Line(
        *("sources:source_hand_over", "POST", "Hand a source over"),
        least="owner",
        body=lambda h, who: {"heir": str(h.people["admin"].public_id)},
        changes="data_source source_access",
    ),
]

SHARING = [
    Line("sources:source_sharing", "GET", "Who can see a source"),
    Line(
        *("sources:source_sharing", "POST", "Invite somebody to a source"),
        least="admin",
        body=lambda h, who: INVITE,
        changes="source_invitation mail",
    ),
    Line(
        *("sources:source_level", "POST", "Give a share another level"),
        least="admin",
        body=lambda h, who: {"level": "admin"},
        changes="source_access",
    ),
    Line("sources:source_end", "GET", "The question before a share ends", least="admin", but=NOT_SHOWN),
    Line(
        *("sources:source_end", "POST", "End somebody's share"),
        least="admin",
        but=NOT_SHOWN,
        changes="source_access",
    ),
    Line(
        *("sources:source_end", "POST", "Leave a source that is shared with oneself"),
        least="admin",
        but={**NOT_SHOWN, "reader": 302, "writer": 302},
        keys=lambda h, who: {"right_id": h.shares[who].public_id} if who in h.shares else {},
        changes="source_access",
    ),
    Line(
        *("sources:source_uninvite", "POST", "Take an invitation to a source back"),
        least="admin",
        changes="source_invitation",
    ),
    Line(
        *("sources:source_public", "POST", "Make a source public, or end that"),
        least="admin",
        body=lambda h, who: {"public": "yes"},
        changes="data_source",
    ),
    Line("sources:invitation", "GET", "Where the key of an invitation is pasted", of="anybody"),
    Line(
        *("sources:invitation", "POST", "Come with the key of an invitation"),
        of="anybody",
        body=lambda h, who: {"key": h.known["invitation_key"]},
    ),
    Line(
        *("sources:invitation", "POST", "Come with a key that was never given out"),
        of="anybody",
        ok=422,
        body=lambda h, who: {"key": "no-such-key"},
    ),
    Line("sources:invitation_link", "GET", "A link of before, with the key in its path", of="anybody", ok=302),
    Line("sources:invitation_offer", "GET", "What is offered to who came with no key", of="anybody", ok=302),
    Line(
        *("sources:invitation_offer", "GET", "What an invitation to a source offers to whoever came with its key"),
        of="anybody",
        holds=_held("invitation_key"),
        shows=tuple(VISITORS),
    ),
    Line(
        *("sources:invitation_offer", "POST", "Accept an invitation to a source"),
        of="person",
        holds=_held("invitation_key"),
        but={"owner": 409, "admin": 409, "writer": 409, "reader": 409, **dict.fromkeys(ON_HOME, 409)},
        changes="source_access source_invitation",
        shows=HOLDERS,
    ),
    Line(
        *("sources:invitation_offer", "GET", "What an invitation to a home offers to whoever came with its key"),
        of="anybody",
        holds=_held("home_invitation_key"),
        shows=tuple(VISITORS),
    ),
    Line(
        *("sources:invitation_offer", "POST", "Accept an invitation to a home"),
        of="person",
        holds=_held("home_invitation_key"),
        but=dict.fromkeys(ON_HOME, 409),
        changes="home_member source_invitation",
        shows=HOLDERS,
    ),
    Line(
        *("sources:invitation_offer", "POST", "Accept an invitation that is not there any more"),
        of="person",
        ok=404,
        holds=lambda h, who: {HELD: hashed("no-such-key")},
    ),
]

AREAS = {"Homes": HOMES, "Sources and rules": SOURCES, "Sharing": SHARING}
