"""Homes, sources, sharing and rules by the API: made once, changed in part, shared as on the pages."""

from typing import Any

import pytest
from django.core import mail

from accounts.ids import uuid7
from accounts.models import User
from accounts.tests.api.calls import Program, program_of
from homelog.testing import make_readings, share
from sources.models import DataSource, Home

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(alice: User) -> Program:
    """Alice's."""
    return program_of(alice)


def code(answer: Any) -> tuple[int, str]:
    """The status and the code of a problem."""
    return answer.status_code, answer.json()["code"]


def test_a_home_is_made_once_and_changed_in_part(program: Program, alice: User) -> None:
    sent = {"id": str(uuid7()), "name": "Hut", "time_zone": "Europe/Oslo"}
    answers = [program("POST", "/homes", sent) for _number in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json() == program("GET", "/homes").json()[0]
    other = program("POST", "/homes", {**sent, "name": "Other"})
    assert (code(other), other.json()["stored"]["name"]) == ((409, "id_taken"), "Hut")
    told = program("PATCH", f"/homes/{sent['id']}", {"address": "Hill 1"}).json()
    assert (told["name"], told["address"], told["time_zone"], told["level"]) == (
        "Hut",
        "Hill 1",
        "Europe/Oslo",
        "admin",
    )
    assert code(program("PATCH", f"/homes/{sent['id']}", {"time_zone": "Mars"})) == (422, "invalid")


def test_a_source_is_made_of_its_kind_once_and_changed_in_part(program: Program, home: Home, bob: User) -> None:
    sent = {"id": str(uuid7()), "kind": "water", "name": "Garden", "home": str(home.public_id)}
    answers = [program("POST", "/sources", sent) for _number in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    told = answers[0].json()
    assert (told["unit"], told["counting"], told["level"], told["home"]) == (
        "m³",
        "counter",
        "owner",
        str(home.public_id),
    )
    assert code(program("POST", "/sources", {**sent, "name": "Other"})) == (409, "id_taken")
    assert code(program_of(bob)("POST", "/sources", {"kind": "water", "id": sent["id"]})) == (409, "id_taken")
    assert code(program_of(bob)("POST", "/sources", {"kind": "water", "home": sent["home"]})) == (404, "not_found")
    here = f"/sources/{sent['id']}"
    assert [rule["non_decreasing"] for rule in program("GET", f"{here}/validators").json()] == [True]
    changed = program("PATCH", here, {"meter_number": "W 1", "digits": None, "archived": True}).json()
    assert (changed["name"], changed["meter_number"], changed["digits"]) == ("Garden", "W 1", None)
    assert changed["archived_at"] is not None
    assert code(program("POST", f"{here}/readings", {"value": 1})) == (403, "forbidden")
    assert program("GET", "/sources?archived=false").json() == []
    assert [each["id"] for each in program("GET", f"/sources?meter_number=W%201&home={sent['home']}").json()] == [
        sent["id"]
    ]
    assert code(program("POST", "/sources", {"kind": "soup"})) == (422, "invalid")
    assert code(program("POST", "/sources", {"kind": "other"})) == (422, "invalid")


def test_the_list_has_the_last_value_and_costs_the_same(program: Program, source: DataSource) -> None:
    make_readings(source, ["100", "110.5"])
    (told,) = program("GET", "/sources").json()
    assert (told["latest_value"], told["latest_at"]) == ("110.5", "2026-01-02T08:00:00Z")
    assert told == program("GET", f"/sources/{source.public_id}").json()


def test_a_source_is_shared_changed_and_ended(program: Program, source: DataSource, bob: User) -> None:
    here = f"/sources/{source.public_id}"
    by_link = program("POST", f"{here}/invitations", {"level": "write"}).json()
    assert by_link["link"].startswith("http://testserver/invitation/#")
    by_mail = program("POST", f"{here}/invitations", {"email": "dora@example.com"})
    assert (by_mail.status_code, by_mail.json()["link"], len(mail.outbox)) == (201, None, 1)
    listed = program("GET", f"{here}/invitations").json()
    assert [(each["email"], each["link"]) for each in listed] == [("", None), ("dora@example.com", None)]
    assert program("DELETE", f"{here}/invitations/{by_link['id']}").status_code == 204
    assert code(program("DELETE", f"{here}/invitations/{by_link['id']}")) == (404, "not_found")
    right = share(source, bob, "read")
    found = program("PATCH", f"{here}/shares/{right.public_id}", {"level": "write"}).json()
    assert [(each["person"]["name"], each["level"]) for each in found] == [("Alice", "owner"), ("Bob", "write")]
    assert program_of(bob)("DELETE", f"{here}/shares/{right.public_id}").status_code == 204
    assert code(program_of(bob)("GET", here)) == (404, "not_found")


def test_the_last_administrator_of_a_home_stays(program: Program, home: Home) -> None:
    (me,) = program("GET", f"/homes/{home.public_id}/members").json()
    assert code(program("DELETE", f"/homes/{home.public_id}/members/{me['id']}")) == (422, "refused")
    assert code(program("PATCH", f"/homes/{home.public_id}/members/{me['id']}", {"level": "read"})) == (422, "refused")


def test_rules_are_added_changed_and_deleted_and_hold_at_once(program: Program, source: DataSource) -> None:
    here = f"/sources/{source.public_id}"
    made = program("POST", f"{here}/validators", {"max_value": 50.5})
    assert (made.status_code, made.json()["max_value"], made.json()["sentences"]) == (
        *(201, "50.5", ["Refuses values above 50.5 kWh."]),
    )
    assert code(program("POST", f"{here}/readings", {"value": "51"})) == (422, "rule")
    path = f"{here}/validators/{made.json()['id']}"
    told = program("PATCH", path, {"on_violation": "flag"}).json()
    assert (told["max_value"], told["on_violation"]) == ("50.5", "flag")
    assert program("POST", f"{here}/readings", {"value": "51"}).json()["quality"] == "questionable"
    assert code(program("PATCH", path, {"max_value": None})) == (422, "invalid")
    assert (program("DELETE", path).status_code, program("GET", f"{here}/validators").json()) == (204, [])
