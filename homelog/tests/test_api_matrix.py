"""Every operation of the API, tried by every visitor of the access matrix: the status, what changes, what leaks.

An operation that is new in the OpenAPI document fails here until it has its line in OPERATIONS: of what ("source",
"home", "person", "anybody"), the least right, the status of those who may, what is sent, which tables that changes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import override_settings

from accounts.tests.api.calls import Program, tokens_of
from homelog.api import api
from homelog.tests.matrix.household import (
    NOT_SIGNED_IN,
    ON_HOME,
    ON_SOURCE,
    SECRET,
    Household,
    rolled_back,
    stored,
)
from homelog.tests.matrix.lines import RANK

pytestmark = pytest.mark.django_db
OF_CALLS = {"app_sign_in", "api_count", "audit_log"}
WORKED_OUT = {"reading_day", "reading_fall"}


@dataclass(frozen=True)
class Op:
    """A line: see above. own: the reading, import or right in the address is the visitor's own; but: exceptions."""

    of: str
    least: str
    ok: int
    sent: Any = None
    changes: str = ""
    own: bool = False
    but: tuple[tuple[str, int], ...] = ()


READING = {"value": "77411", "recorded_at": "2026-06-01T10:00:00Z", "confirm": True}
CHANGE = {"changed_at": "2026-09-01T10:00:00Z", "old_final": "77412", "new_initial": "0"}
HIDDEN = tuple((who, 404) for who in ("reader", "writer", "home_reader", "home_writer"))
"""To whom a right of others is not shown."""
FEW = ("anonymous", "stranger", "owner")
MANY = ("anonymous", "stranger", "former", "invited", *ON_SOURCE)
IMPORT = "reading import_batch"

OPERATIONS = {
    "sign_in": Op("anybody", "", 401, {"username": "nobody", "password": "x"}),
    "sign_in_with_provider": Op("anybody", "", 401, {"provider": "line", "client_id": "x", "id_token": "x"}),
    "refresh": Op("anybody", "", 401, {"refresh_token": "x"}),
    "sign_out": Op("person", "", 204),
    "me": Op("person", "", 200),
    "homes": Op("person", "", 200),
    "home_create": Op("person", "", 201, {"name": "Hut"}, "home home_member"),
    "home": Op("home", "read", 200),
    "home_update": Op("home", "admin", 200, {"name": "Renamed"}, "home"),
    "home_history": Op("home", "admin", 200),
    "members": Op("home", "read", 200),
    "member_update": Op("home", "admin", 200, {"level": "write"}, "home_member"),
    "member_end": Op("home", "admin", 204, changes="home_member"),
    "home_invitation_create": Op("home", "admin", 201, {"level": "read"}, "source_invitation"),
    "home_invitation_end": Op("home", "admin", 204, changes="source_invitation"),
    "sources": Op("person", "", 200),
    "source_create": Op("person", "", 201, {"kind": "water"}, "data_source data_validator"),
    "source": Op("source", "read", 200),
    "source_update": Op("source", "admin", 200, {"description": "By the door"}, "data_source"),
    "shares": Op("source", "read", 200),
    "share_update": Op("source", "admin", 200, {"level": "write"}, "source_access"),
    "share_end": Op("source", "admin", 204, changes="source_access", but=HIDDEN),
    "invitations": Op("source", "admin", 200),
    "invitation_create": Op("source", "admin", 201, {"level": "read"}, "source_invitation"),
    "invitation_end": Op("source", "admin", 204, changes="source_invitation"),
    "validators": Op("source", "admin", 200),
    "validator_create": Op("source", "admin", 201, {"max_value": "99999", "on_violation": "flag"}, "data_validator"),
    "validator_update": Op("source", "admin", 200, {"max_value": "99999"}, "data_validator"),
    "validator_delete": Op("source", "admin", 204, changes="data_validator"),
    "readings": Op("source", "read", 200),
    "reading": Op("source", "read", 200),
    "reading_create": Op("source", "write", 201, READING, "reading"),
    "readings_create": Op("source", "write", 200, {"readings": [READING]}, "reading"),
    "reading_update": Op("source", "write", 200, {"note": "by torch"}, "reading"),
    "reading_delete": Op("source", "write", 204, changes="reading", own=True),
    "reading_put_back": Op("source", "write", 200, changes="reading", own=True),
    "ingest": Op("source", "write", 201, {"value": "77411", "at": "2026-06-01T10:00:00Z"}, "reading"),
    "consumption": Op("source", "read", 200),
    "meter_changes": Op("source", "read", 200),
    "meter_change_create": Op("source", "admin", 201, CHANGE, "meter_change"),
    "meter_change_update": Op("source", "admin", 200, {"new_number": "N 9"}, "meter_change"),
    "meter_change_delete": Op("source", "admin", 204, changes="meter_change"),
    "export_csv": Op("source", "read", 200),
    "export_json": Op("source", "read", 200),
    "imports": Op("source", "write", 200),
    "import_create": Op("source", "write", 201, "date;kWh\n2026-08-01 08:00;77420\n", IMPORT),
    "import_undo": Op("source", "write", 200, changes=IMPORT, own=True),
    "history": Op("source", "read", 200),
}


def operations() -> Iterator[tuple[str, str, str]]:
    """Every operation of the document: its id, method and path."""
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method.upper(), path


def test_every_operation_has_its_line() -> None:
    assert {name for name, _method, _path in operations()} == set(OPERATIONS)


def expected(op: Op, who: str) -> int:
    """The status that a visitor is answered with."""
    if op.of == "anybody":
        return op.ok
    if who in NOT_SIGNED_IN:
        return 401
    if op.of == "person":
        return op.ok
    held = (ON_HOME if op.of == "home" else ON_SOURCE).get(who, "")
    usual = 404 if not held else 403 if RANK[held] < RANK[op.least] else op.ok
    return dict(op.but).get(who, usual)


def address(house: Household, name: str, path: str, who: str) -> str:
    """The path with Alice's things, or what is the visitor's own of them."""
    own, known = house.owned_by(who), house.known
    of_home = "{home_id}" in path
    keys = {
        "home_id": house.home.public_id,
        "source_id": house.source.public_id,
        "reading_id": own.gone if name == "reading_put_back" else own.reading.public_id,
        "right_id": known["member_id"] if of_home else known["right_id"],
        "invitation_id": known["joining_id"] if of_home else known["invitation_id"],
        "rule_id": known["rule_id"],
        "change_id": known["change_id"],
        "batch_id": own.batch.public_id,
    }
    return path.removeprefix("/api/v1").format(**keys)


def call(house: Household, name: str, method: str, path: str, who: str, bearer: str) -> tuple[int, str]:
    """The answer's status and text."""
    sent = OPERATIONS[name].sent
    sent = {**sent, "source": str(house.source.public_id)} if name == "ingest" else sent
    more: dict[str, Any] = {"data": sent, "content_type": "text/csv"} if isinstance(sent, str) else {}
    answer = Program(bearer)(method, address(house, name, path, who), None if more else sent, **more)
    assert "Set-Cookie" not in answer.headers
    return answer.status_code, answer.getvalue().decode(errors="replace")


def look() -> dict[str, str]:
    """What is stored, but for what every call leaves behind."""
    return {name: digest for name, digest in stored().items() if name not in OF_CALLS | WORKED_OUT}


@pytest.mark.parametrize(("name", "method", "path"), operations(), ids=str)
def test_everybody_meets_what_the_table_says(name: str, method: str, path: str, house: Household) -> None:
    op = OPERATIONS[name]
    visitors = FEW if op.of in {"anybody", "person"} else MANY
    together = [who for who in visitors if expected(op, who) >= 400 or method == "GET"]
    with override_settings(API_PER_MINUTE=10_000, API_SIGN_INS_PER_MINUTE=1000), rolled_back():
        bearers = {who: tokens_of(house.people[who]).access_token for who in visitors if who in house.people}
        before = look()
        others = [[who] for who in visitors if who not in together]
        for group in (together, *others):
            with rolled_back():
                for who in group:
                    status, text = call(house, name, method, path, who, bearers.get(who, ""))
                    assert status == expected(op, who), (who, text)
                    assert SECRET not in text or who in ON_SOURCE or who in ON_HOME, who
                if group not in (together, *others[:1]):
                    continue
                changed = {table for table, digest in look().items() if before[table] != digest}
                assert changed == (set() if group is together else set(op.changes.split())), group
