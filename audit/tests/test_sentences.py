"""What a household reads about each kind of entry; every kind that is written has words of its own."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import audit
from audit.kinds import SIGN_INS, VIEWS
from audit.models import AuditLog
from audit.receivers import ACCOUNT_EVENTS
from audit.sentences import SENTENCES, Sentence, sentence
from audit.watched import WATCHED

BERLIN = ZoneInfo("Europe/Berlin")
READ = {"source": "Electricity", "unit": "kWh", "value": "12619.1", "recorded_at": "2026-05-03T16:02:00+00:00"}
SHARE = {"source": "Electricity", "person": "Bob", "person_id": 2}
MEMBER = {"home": "Rama IX flat", "person": "Bob", "person_id": 2}


def told(event_type: str, details: dict[str, Any], actor: int | None = 1, viewer: int | None = None) -> Sentence:
    name = "" if actor is None else "Alice"
    entry = AuditLog(event_type=event_type, actor_id=actor, actor_name=name, details=json.loads(json.dumps(details)))
    return sentence(entry, viewer, BERLIN)


@pytest.mark.parametrize(
    ("event_type", "details", "text", "points"),
    [
        (
            "create_reading",
            {**READ, "new": {"value": "12619.1", "quality_flag": "estimated", "notes": "lens <b>wet</b>"}},
            "Alice wrote down 12,619.1 kWh for Electricity, read on 3 May 2026, 18:02",
            ("Quality: Estimated", "Note: lens <b>wet</b>"),
        ),
        (
            "update_reading",
            {**READ, "old": {"value": "12691.1"}, "new": {"value": "12619.1"}},
            "Alice corrected 12,691.1 to 12,619.1 kWh for Electricity, read on 3 May 2026, 18:02",
            (),
        ),
        (
            "update_reading",
            {
                **READ,
                "old": {"recorded_at": "2026-05-03T15:00:00+00:00", "quality_flag": "questionable", "notes": "x"},
                "new": {"recorded_at": "2026-05-03T16:02:00+00:00", "quality_flag": "good", "notes": ""},
            },
            "Alice changed the reading 12,619.1 kWh for Electricity, read on 3 May 2026, 18:02",
            (
                "Read at: 3 May 2026, 17:00 → 3 May 2026, 18:02",
                "Quality: Questionable → Good",
                "Note: x → nothing",
            ),
        ),
        (
            "update_reading",
            {**READ, "old": {"value": "12691.1"}, "new": {"value": "12619.1"}, "reason": "100% <b>mistyped</b>"},
            "Alice corrected 12,691.1 to 12,619.1 kWh for Electricity, read on 3 May 2026, 18:02: 100% <b>mistyped</b>",
            (),
        ),
        (
            "restore_reading",
            {**READ, "new": {"value": "12619.1", "quality_flag": "estimated"}},
            "Alice put back the reading 12,619.1 kWh for Electricity, read on 3 May 2026, 18:02",
            (),
        ),
        (
            "delete_reading",
            {**READ, "old": {"value": "12619.1"}},
            "Alice deleted the reading 12,619.1 kWh for Electricity, read on 3 May 2026, 18:02",
            (),
        ),
        (
            "import_readings",
            {"source": "Water", "unit": "m³", "file": "Water.csv", "stored": 1204},
            "Alice imported 1,204 readings for Water from the file Water.csv",
            (),
        ),
        (
            "undo_import",
            {"source": "Water", "unit": "m³", "file": "Water.csv", "deleted": 1, "corrected": 0},
            "Alice took the import of the file Water.csv back: 1 reading of Water deleted",
            (),
        ),
        ("create_source", {"source": "Electricity", "new": {"name": "Electricity"}}, "Alice added Electricity", ()),
        (
            "update_source",
            {
                "source": "Power",
                "old": {"name": "Electricity", "digits": 6, "home": "Flat", "home_id": 3, "is_public": False},
                "new": {"name": "Power", "digits": None, "home": "House", "home_id": 4, "is_public": True},
            },
            "Alice changed the settings of Power",
            (
                "Name: Electricity → Power",
                "Digits before the point: 6 → nothing",
                "Public: no → yes",
                "Home: Flat → House",
            ),
        ),
        (
            "update_source",
            {"source": "Gas", "old": {"unit": "L", "decimals": 0}, "new": {"unit": "m³", "decimals": 3}},
            "Alice changed the settings of Gas",
            ("Unit: L → m³", "Digits after the point: 0 → 3"),
        ),
        (
            "update_source",
            {"source": "Gas", "old": {"unit": "l"}, "new": {"unit": "L"}},
            "Alice wrote down another unit for Gas, L instead of l",
            (),
        ),
        (
            "update_source",
            {
                "source": "Gas",
                "old": {"unit": "L", "digits": 8},
                "new": {"unit": "m³", "digits": 5},
                "converted": {"rules": 2, "meter_changes": 0, "readings": 1320},
            },
            "Alice changed the unit of Gas from L to m³ and converted 1,320 readings, 2 rules",
            ("Digits before the point: 8 → 5",),
        ),
        (
            "update_source",
            {"source": "Power", "old": {"archived_at": None}, "new": {"archived_at": "2026-05-03T15:00:00+00:00"}},
            "Alice put Power away",
            (),
        ),
        (
            "update_source",
            {"source": "Power", "old": {"archived_at": "2026-05-03T15:00:00+00:00"}, "new": {"archived_at": None}},
            "Alice took Power back",
            (),
        ),
        ("remove_source", {"source": "Power", "home": "Flat"}, "Alice took Power out of Flat", ()),
        (
            "delete_source",
            {"source": "Power", "readings": 1, "old": {}},
            "Alice deleted the source Power with 1 reading",
            (),
        ),
        (
            "delete_source",
            {"source": "Power", "readings": 1234, "rules": 2, "shares": 1, "meter_changes": 0, "old": {}},
            "Alice deleted the source Power with 1,234 readings",
            ("Gone with it: 2 rules, 1 share",),
        ),
        (
            "lose_home",
            {"source": "Power", "home": "Flat"},
            "Alice deleted the home Flat: Power is in no home any more",
            (),
        ),
        ("export_source", {"source": "Power", "format": "CSV"}, "Alice downloaded the readings of Power as CSV", ()),
        ("view_source", {"source": "Power"}, "Alice opened Power", ()),
        (
            "create_share",
            {**SHARE, "new": {"level": "write"}},
            "Alice shared Electricity with Bob: may add and correct readings",
            (),
        ),
        (
            "update_share",
            {**SHARE, "old": {"level": "write"}, "new": {"level": "read"}},
            "Alice changed what Bob may do with Electricity: may see",
            (),
        ),
        ("delete_share", {**SHARE, "old": {"level": "read"}}, "Alice stopped sharing Electricity with Bob", ()),
        (
            "create_rule",
            {
                "source": "Electricity",
                "unit": "kWh",
                "new": {"min_value": "0", "max_value": None, "non_decreasing": False, "on_violation": "flag"},
            },
            "Alice set a rule for Electricity",
            ("Least value: 0 kWh", "What happens: Keep it, marked as questionable"),
        ),
        (
            "update_rule",
            {"source": "Power", "unit": "kWh", "old": {"non_decreasing": False}, "new": {"non_decreasing": True}},
            "Alice changed a rule of Power",
            ("A value may not be lower than the one before it: no → yes",),
        ),
        ("delete_rule", {"source": "Power", "old": {}}, "Alice deleted a rule of Power", ()),
        (
            "create_meter_change",
            {
                "source": "Power",
                "unit": "kWh",
                "new": {"changed_at": "2026-05-03T15:00:00+00:00", "old_final": "9999.9", "reason": "rollover"},
            },
            "Alice noted that another dial counts for Power",
            (
                "Changed at: 3 May 2026, 17:00",
                "Last value of the old dial: 9,999.9 kWh",
                "Reason: The dial rolled over",
            ),
        ),
        ("create_home", {"home": "Flat", "new": {"name": "Flat"}}, "Alice made the home Flat", ()),
        (
            "update_home",
            {"home": "Flat", "old": {"timezone": "UTC"}, "new": {"timezone": "Asia/Bangkok"}},
            "Alice changed the home Flat",
            ("Time zone: UTC → Asia/Bangkok",),
        ),
        ("delete_home", {"home": "Flat", "old": {}}, "Alice deleted the home Flat", ()),
        (
            "delete_home",
            {"home": "Flat", "members": 2, "sources": 3, "old": {}},
            "Alice deleted the home Flat",
            ("Gone with it: 2 memberships", "In no home any more: 3 sources"),
        ),
        (
            "create_member",
            {**MEMBER, "new": {"level": "read"}},
            "Alice took Bob into Rama IX flat: may see",
            (),
        ),
        (
            "create_member",
            {**MEMBER, "person": "Alice", "person_id": 1, "new": {"level": "admin"}},
            "Alice became a member of Rama IX flat: may change everything",
            (),
        ),
        ("delete_member", {**MEMBER, "old": {}}, "Alice ended the membership of Bob in Rama IX flat", ()),
        ("delete_member", {**MEMBER, "person_id": 1, "old": {}}, "Alice left Rama IX flat", ()),
        ("delete_person", {"person": "Bob", "person_id": 2, "old": {}}, "Alice deleted the account of Bob", ()),
        ("delete_person", {"person": "Alice", "person_id": 1, "old": {}}, "Alice deleted their account", ()),
        ("delete_share", {**SHARE, "person_id": 1, "old": {}}, "Alice gave up access to Electricity", ()),
        (
            "update_person",
            {"person": "Bob", "person_id": 2, "old": {"is_staff": False}, "new": {"is_staff": True}},
            "Alice changed the account of Bob",
            ("Staff: no → yes",),
        ),
        ("sign_in", {"person": "Alice", "person_id": 1}, "Alice signed in", ()),
    ],
)
def test_an_entry_is_told_in_the_words_of_a_household(
    event_type: str, details: dict[str, Any], text: str, points: tuple[str, ...]
) -> None:
    assert told(event_type, details) == Sentence(text, points)


@pytest.mark.parametrize("event_type", sorted(SENTENCES))
def test_an_entry_without_any_details_is_still_a_sentence(event_type: str) -> None:
    text = told(event_type, {}).text
    assert text
    assert "%" not in text
    assert "None" not in text


@pytest.mark.parametrize(
    ("event_type", "details", "text"),
    [
        ("create_reading", READ, "Alice wrote down 12,619.1 kWh on 4 May 2026, 09:30"),
        (
            "update_reading",
            {**READ, "old": {"value": "12619.1"}, "new": {"value": "12691.1"}, "reason": "mistyped"},
            "Alice corrected 12,619.1 to 12,691.1 kWh on 4 May 2026, 09:30: mistyped",
        ),
        (
            "update_reading",
            {**READ, "old": {"notes": ""}, "new": {"notes": "x"}},
            "Alice changed it on 4 May 2026, 09:30",
        ),
        ("delete_reading", {**READ, "old": {}}, "Alice deleted it on 4 May 2026, 09:30"),
        ("restore_reading", {**READ, "new": {}}, "Alice put it back on 4 May 2026, 09:30"),
        ("import_readings", {"file": "Water.csv"}, "Alice imported it from the file Water.csv on 4 May 2026, 09:30"),
        ("seal_month", {}, "Alice: seal month"),
    ],
)
def test_a_reading_is_told_of_on_its_own_page_with_the_time_it_happened(
    event_type: str, details: dict[str, Any], text: str
) -> None:
    at = datetime(2026, 5, 4, 7, 30, tzinfo=UTC)
    entry = AuditLog(event_type=event_type, actor_id=1, actor_name="Alice", details=details, event_time=at)
    assert sentence(entry, None, BERLIN, of_itself=True).text == text


def test_ones_own_doings_say_you() -> None:
    assert told("view_source", {"source": "Water"}, viewer=1).text == "You opened Water"
    assert told("create_share", {**SHARE, "new": {"level": "read"}}, viewer=2).text == (
        "Alice shared Electricity with you: may see"
    )


def test_who_was_not_signed_in_is_named_where_the_entry_knows() -> None:
    assert told("sign_up", {"person": "Dora", "person_id": 9}, actor=None).text == "Dora signed up"
    assert told("reset_password", {}, actor=None).text == "Somebody reset the password"
    assert told("sign_in_failed", {"typed": "<root>"}, actor=None).text == (
        "Somebody tried to sign in as “<root>” and failed"
    )


def test_an_unknown_kind_of_entry_is_still_readable() -> None:
    assert told("seal_month", {}).text == "Alice: seal month"


def test_an_unknown_field_of_a_later_version_is_passed_over() -> None:
    details = {**READ, "old": {"colour": "red"}, "new": {"colour": "blue"}}
    assert told("update_reading", details).points == ()


def test_every_kind_of_entry_that_is_written_has_its_own_words() -> None:
    verbs = ("create", "update", "delete")
    written = {f"{verb}_{watch.noun}" for watch in WATCHED.values() for verb in verbs}
    folder = Path(audit.__file__).parent
    source = (folder / "receivers.py").read_text() + (folder / "looks.py").read_text()
    named = {word for word in source.replace("(", '"').split('"') if word in {*SENTENCES, *SIGN_INS, *VIEWS}}
    assert written - set(SENTENCES) == set()
    assert set(SIGN_INS) | set(VIEWS) <= set(SENTENCES)
    assert {
        *VIEWS,
        "import_readings",
        "undo_import",
        "sign_in",
        "sign_out",
        "sign_in_failed",
        "remove_source",
    } <= named
    with_their_own = {"sign_in", "sign_out", "end_device", "end_devices", "reuse_token"}
    assert len(ACCOUNT_EVENTS) == len(named & set(SIGN_INS) - with_their_own)
