"""What is added up is what was always added up, to the byte, however many stretches are looked at together."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import seals
from audit.log import write
from audit.tests.test_seals import tamper  # noqa: F401

Owner = Callable[[], AbstractContextManager[None]]
Tamper = Callable[[str], None]

# As migration 0010 had it: every seal that was ever made is over such lines.
FIRST_LINE = """
jsonb_build_array(
    e.id, CASE WHEN isfinite(e.event_time) THEN to_jsonb((extract(epoch FROM e.event_time) * 1000000)::bigint)
    ELSE to_jsonb(e.event_time::text) END, e.event_type, e.actor_id,
    e.actor_name, e.home_id, e.source_id, e.reading_id, e.remote_address, e.details
)::text
"""
ENTRY = f"""
WITH e AS (SELECT (jsonb_populate_record(NULL::audit_log, %s::jsonb)).*)
SELECT audit_line(ROW(e.*)::audit_log), {FIRST_LINE} FROM e
"""
ADD = """
INSERT INTO audit_log OVERRIDING SYSTEM VALUE VALUES
({}, '2026-11-01 12:00:00.000001Z', '{}', NULL, 'Zoë "Z"', 7, NULL, '01932f4e-0000-7000-8000-000000000001',
 '2001:db8::1', '{{"a": [1.50, null, "\\\\\\n"]}}')
"""
LINE = (
    '[{}, 1793534400000001, "{}", null, "Zoë \\"Z\\"", 7, null, "01932f4e-0000-7000-8000-000000000001", "2001:db8::1", '
    '{{"a": [1.50, null, "\\\\\\n"]}}]'
)

LOOKED = "INSERT INTO audit_log (event_time, event_type, actor_name, details) VALUES (%s, 'view_home', '', '{}')"

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
number = st.none() | st.integers(-(2**63), 2**63 - 1)
plain = st.none() | st.booleans() | st.integers() | text | st.decimals(allow_nan=False, allow_infinity=False).map(str)
details = st.recursive(plain, lambda part: st.lists(part, max_size=3) | st.dictionaries(text, part, max_size=3))
entries = st.fixed_dictionaries(
    {
        "id": st.integers(-(2**63), 2**63 - 1),
        "event_time": st.datetimes().map(lambda at: at.isoformat() + "Z") | st.sampled_from(["infinity", "-infinity"]),
        "event_type": text,
        "actor_id": number,
        "actor_name": text,
        "home_id": number,
        "source_id": number,
        "reading_id": st.none() | st.uuids().map(str),
        "remote_address": st.none() | st.ip_addresses().map(str) | st.sampled_from(["10.0.0.0/8", "2001:db8::/32"]),
        "details": details,
    }
)


@given(entries)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_line_of_any_entry_is_what_it_always_was(owner: Owner, entry: dict[str, Any]) -> None:
    with owner(), connection.cursor() as cursor:
        cursor.execute(ENTRY, [json.dumps(entry)])
        now, first = cursor.fetchone()
    assert now == first


def test_a_seal_is_the_hash_that_the_documents_tell(owner: Owner) -> None:
    """By hand: whoever kept a copy of the log elsewhere works it out like this."""
    with owner(), connection.cursor() as cursor:
        for number, event in ((11, "update_source"), (12, "view_home"), (13, "sign_in"), (14, "view_source")):
            cursor.execute(ADD.format(number, event))
        (made,) = seals.seal()
    changes = "\n".join([LINE.format(11, "update_source"), LINE.format(13, "sign_in")])
    looks = "\n".join([LINE.format(12, "view_home"), LINE.format(14, "view_source")])
    looked = sha256(looks.encode()).digest()
    digest = sha256(sha256(changes.encode()).digest() + looked + b"2 1793534400000001").digest()
    assert (made.first, made.last, made.entries, made.digest) == (0, 14, 4, digest)
    assert (made.views, made.views_digest) == (2, looked)
    assert made.views_until == datetime(2026, 11, 1, 12, 0, 0, 1, UTC)


@pytest.fixture
def many(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> list[seals.Seal]:
    """Thirty entries in ten seals, made four at a time; every third one is a look."""
    monkeypatch.setattr(seals, "STRETCH", 3)
    monkeypatch.setattr(seals, "AT_ONCE", 4)
    for number in range(30):
        write("view_home" if number % 3 == 1 else "sign_in", {"person": f"Person {number}"})
    with owner():
        return seals.seal()


def test_however_many_are_sealed_at_once_each_is_over_the_one_before(owner: Owner, many: list[seals.Seal]) -> None:
    assert [each.entries for each in many] == [3] * 10
    assert [each.first for each in many[1:]] == [each.last + 1 for each in many[:-1]]
    with owner(), connection.cursor() as cursor:
        for before, each in zip([b"", *(each.digest for each in many)], many, strict=False):
            cursor.execute(
                "SELECT audit_digest_of(%s, changes_digest, views, views_digest, views_until) FROM audit_sums(%s, %s)",
                [before, each.first, each.last],
            )
            assert bytes(cursor.fetchone()[0]) == each.digest


HARM = [
    "UPDATE audit_log SET actor_name = 'Mallory' WHERE id IN ({1.last}, {2.first}, {9.last})",
    "DELETE FROM audit_log WHERE id BETWEEN {3.first} AND {5.last}",
    "DELETE FROM audit_log",
    "UPDATE audit_log SET id = {7.last} WHERE id = {2.first}",
    "DELETE FROM audit_seal WHERE id = {4.id}",
    "UPDATE audit_seal SET first_id = 1 WHERE id = {4.id}",
    "UPDATE audit_seal SET last_id = {4.last} - 1 WHERE id = {4.id}",
    "UPDATE audit_seal SET last_id = 0 WHERE id = {4.id}",
    "UPDATE audit_seal SET views = 0 WHERE id = {4.id}",
    "UPDATE audit_seal SET views = NULL WHERE id = {4.id}",
    "UPDATE audit_seal SET views_digest = NULL WHERE id = {4.id}",
    "UPDATE audit_seal SET views_until = 'infinity' WHERE id = {4.id}",
    "UPDATE audit_seal SET digest = sha256('') WHERE id IN ({0.id}, {9.id})",
]


@pytest.mark.parametrize("harm", HARM)
def test_harm_is_found_at_its_place_however_many_are_looked_at_together(
    owner: Owner,
    many: list[seals.Seal],
    tamper: Tamper,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    harm: str,
) -> None:
    with owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_seal DROP CONSTRAINT audit_seal_check")
    tamper(harm.format(*many))
    found = []
    for at_once in (1, 3, 100):
        monkeypatch.setattr(seals, "AT_ONCE", at_once)
        with owner():
            found.append(seals.verify())
    assert found[0].faults != []
    assert found[1:] == found[:1] * 2


def test_seals_of_before_are_proved_between_those_of_now(
    owner: Owner,
    many: list[seals.Seal],
    tamper: Tamper,  # noqa: F811
) -> None:
    """The first three become what they were before looks were added up apart; the rest is chained anew."""
    tamper(f"UPDATE audit_seal SET views = NULL, views_digest = NULL, views_until = NULL WHERE id <= {many[2].id}")
    before = b""
    for each in many:
        old = "(SELECT digest FROM audit_digest('\\x{0}', {1}, {2}))"
        new = "(SELECT audit_digest_of('\\x{0}', changes_digest, {3}) FROM audit_sums({1}, {2}))"
        sums = (old if each.id <= many[2].id else new).format(
            before.hex(), each.first, each.last, "views, views_digest, views_until"
        )
        tamper(f"UPDATE audit_seal SET digest = {sums} WHERE id = {each.id}")
        with owner(), connection.cursor() as cursor:
            cursor.execute("SELECT digest FROM audit_seal WHERE id = %s", [each.id])
            before = bytes(cursor.fetchone()[0])
    with owner():
        found = seals.verify()
    assert (found.faults, found.entries, found.head) == ([], 30, before)
    tamper(f"UPDATE audit_log SET actor_name = 'Mallory' WHERE id IN ({many[1].first}, {many[5].first})")
    with owner():
        assert len(seals.verify().faults) == 2


def test_what_went_by_the_rule_while_it_was_proved_is_no_fault(
    owner: Owner,
    many: list[seals.Seal],
    tamper: Tamper,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = [None, datetime(2999, 1, 1, tzinfo=UTC)]
    tamper("DELETE FROM audit_log WHERE event_type = 'view_home'")
    monkeypatch.setattr(seals, "_pruned_until", lambda: asked.pop(0) if len(asked) > 1 else asked[0])
    with owner():
        found = seals.verify()
    assert (found.faults, found.pruned) == ([], 10)


@pytest.mark.parametrize("at", ["infinity", "-infinity", "20000-01-01Z", "0044-03-15Z BC"])
def test_a_look_at_an_endless_time_stops_neither_sealing_nor_proof(
    owner: Owner, many: list[seals.Seal], at: str
) -> None:
    with owner(), connection.cursor() as cursor:
        cursor.execute(LOOKED, [at])
    with owner():
        (made,) = seals.seal()
        found = seals.verify(made.digest)
    assert (made.views, made.views_until, found.entries, found.faults) == (1, None, 31, [])


@pytest.mark.parametrize("at", ["infinity", "-infinity", "20000-01-01Z", "0044-03-15Z BC"])
def test_the_site_adds_no_entry_of_a_time_that_nobody_could_read(db: None, at: str) -> None:
    for role in ("homelog_app", "homelog_staff"):
        with pytest.raises(ProgrammingError, match="violates row-level security"), transaction.atomic():
            connection.cursor().execute(f"SET LOCAL ROLE {role}; {LOOKED}", [at])
