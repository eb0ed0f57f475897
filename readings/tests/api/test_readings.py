"""Readings by the API: written once however often they are sent, judged as on the pages, listed by keyset."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.api.callers import READ
from accounts.current import acting_as
from accounts.ids import uuid7
from accounts.models import User
from accounts.tests.api.calls import Program, program_of
from homelog.testing import START, make_home, make_readings, make_source, make_user, share
from readings.models import Reading
from sources.models import DataSource
from sources.tests.test_keys import new_key

pytestmark = pytest.mark.django_db
AT = "2026-01-04T09:30:00+01:00"


@pytest.fixture
def program(alice: User) -> Program:
    """Alice's."""
    return program_of(alice)


def of(source: DataSource, *more: object) -> str:
    """The address of the readings of a source."""
    return "/".join([f"/sources/{source.public_id}/readings", *map(str, more)])


def stored(source: DataSource) -> list[tuple[str, str]]:
    """Value and quality of every reading, oldest first."""
    with acting_as(source.owner):
        rows = source.readings.order_by("recorded_at").values_list("value", "quality_flag")
        return [(f"{value:f}", quality) for value, quality in rows]


def code(answer: Any) -> tuple[int, str]:
    """The status and the code of a problem."""
    return answer.status_code, answer.json()["code"]


def test_a_reading_is_stored_once_however_often_it_is_sent(program: Program, source: DataSource) -> None:
    sent = {"id": str(uuid7()), "value": "110.50", "recorded_at": AT, "note": "cellar", "details": {"t": 3.25, "n": 2}}
    first = program("POST", of(source), sent)
    again = [program("POST", of(source), sent) for _number in range(3)]
    assert (first.status_code, [answer.status_code for answer in again]) == (201, [200, 200, 200])
    assert {answer.content for answer in again} == {first.content}
    told = first.json()
    assert (told["id"], told["value"], told["recorded_at"]) == (sent["id"], "110.50", "2026-01-04T08:30:00Z")
    assert (told["note"], told["details"], told["quality"], told["created_by"]) == (
        *("cellar", {"t": 3.25, "n": 2}, "good", "Alice"),
    )
    assert program("GET", of(source, sent["id"])).json() == told
    assert stored(source) == [("110.50", "good")]


@pytest.mark.parametrize(
    "changed",
    [
        {"value": "111"},
        {"note": "other"},
        {"recorded_at": "2026-01-04T08:31:00Z"},
        {"details": {"t": 4}},
        {"quality": "bad"},
    ],
    ids=str,
)
def test_another_reading_under_the_same_id_is_shown_with_the_stored_one(
    program: Program, source: DataSource, changed: dict[str, Any]
) -> None:
    sent = {"id": str(uuid7()), "value": "110", "recorded_at": AT, "details": {"t": 3}}
    program("POST", of(source), sent)
    answer = program("POST", of(source), {**sent, **changed})
    assert code(answer) == (409, "id_taken")
    assert answer.json()["stored"]["value"] == "110"
    assert answer.json()["sent"] == {**sent, **changed}
    assert stored(source) == [("110", "good")]


def test_what_a_rule_refuses_and_what_is_doubtful_is_told_apart(program: Program, source: DataSource) -> None:
    make_readings(source, ["100", "110", "121", "130", "140"])
    with acting_as(source.owner):
        source.validators.create(max_value=5000)
    assert code(program("POST", of(source), {"value": "5001"})) == (422, "rule")
    doubtful = program("POST", of(source), {"value": "4000", "recorded_at": "2026-01-06T09:00:00Z"})
    assert code(doubtful) == (422, "doubtful")
    assert len(stored(source)) == 5
    sure = program("POST", of(source), {"value": "4000", "recorded_at": "2026-01-06T09:00:00Z", "confirm": True})
    assert (sure.status_code, sure.json()["quality"]) == (201, "questionable")
    taken = program("POST", of(source), {"value": "4001", "recorded_at": "2026-01-06T09:00:00Z"})
    assert (code(taken), taken.json()["stored"]["id"]) == ((409, "time_taken"), sure.json()["id"])
    good = program("PATCH", of(source, sure.json()["id"]), {"quality": "good"})
    assert (good.status_code, good.json()["quality"]) == (200, "good")


VALUES: tuple[Any, ...] = ("", "1,5", "1e3", "NaN", "1 000", "\u0661", "0x1", None, True, [], "9" * 40)
INSTANTS = (
    *("yesterday", "2026-01-04", "2026-01-04T09:30:00", "", "2026-02-30T00:00:00Z", "2026-01-04T24:01:00Z", 1767500000),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
)
BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "value"),
    *(({"value": value}, "value") for value in VALUES),
    *(({"value": 1, "recorded_at": at}, "recorded_at") for at in INSTANTS),
    ({"value": 1, "recorded_at": "2199-01-01T00:00:00Z"}, "recorded_at"),
    *(({"value": 1, "id": key}, "id") for key in ("x", "01a21941-b741-4d20-8ca5-aa6e944ff8f1", 5)),
    ({"value": 1, "quality": "fine"}, "quality"),
    ({"value": 1, "note": "x" * 1001}, "note"),
    ({"value": 1, "details": {"": 1}}, "metadata"),
    ({"value": 1, "details": {"a": [1]}}, "metadata"),
    ({"value": 1, "details": []}, "details"),
    ({"value": 1, "valeu": 2}, "valeu"),
    ({"value": "1234567890123"}, "value"),
    ({"value": "0.1234567"}, "value"),
]


def test_what_cannot_be_meant_is_refused_with_its_field_and_stores_nothing(
    program: Program, source: DataSource, settings: Any
) -> None:
    settings.API_PER_MINUTE = 1000
    for sent, field in BAD:
        answer = program("POST", of(source), sent)
        assert code(answer) == (422, "invalid"), sent
        assert field in {each["field"].split(".")[0] for each in answer.json()["errors"]}, (sent, answer.json())
    assert stored(source) == []
    for number, value in enumerate((12.5, 1e3, 12, "-0.0", "+7.10")):
        at = f"2026-01-0{number + 1}T00:00:00Z"
        answer = program("POST", of(source), {"value": value, "recorded_at": at, "confirm": True})
        assert answer.status_code == 201, (value, answer.json())
    assert [value for value, _quality in stored(source)] == ["12.5", "1000.0", "12", "0.0", "7.10"]


def test_what_was_measured_in_another_unit_is_refused(program: Program, source: DataSource) -> None:
    named = {"source": str(source.public_id), "at": AT}
    for path, sent in ((of(source), {"recorded_at": AT, "confirm": True}), ("/ingest", named)):
        answer = program("POST", path, {**sent, "value": "0.11", "unit": "MWh"})
        assert code(answer) == (422, "invalid")
        (error,) = answer.json()["errors"]
        assert (error["field"], error["code"]) == ("value", "unit")
        assert "This meter counts in kWh now" in error["detail"]
        assert stored(source) == []
    sent = {"value": "110", "unit": "kwh", "recorded_at": AT}
    assert program("POST", of(source), sent).status_code == 201
    assert stored(source) == [("110", "good")]


def test_of_many_each_is_stored_or_refused_by_itself(program: Program, source: DataSource) -> None:
    with acting_as(source.owner):
        source.validators.create(non_decreasing=True)
    key = str(uuid7())
    sent = [
        {"value": "120", "recorded_at": "2026-01-03T00:00:00Z"},
        {"value": "110", "recorded_at": "2026-01-02T00:00:00Z", "id": key},
        {"value": "90", "recorded_at": "2026-01-04T00:00:00Z"},
        {"value": "110", "recorded_at": "2026-01-02T00:00:00Z", "id": key},
    ]
    told = program("POST", of(source, "batch"), {"readings": sent}).json()
    assert ([result["status"] for result in told["results"]], told["stored"]) == ([201, 201, 422, 200], 3)
    assert told["results"][2]["problem"]["code"] == "rule"
    assert stored(source) == [("110", "good"), ("120", "good")]
    again = program("POST", of(source, "batch"), {"readings": sent[:2]}).json()["results"]
    assert [(result["status"], result["problem"] and result["problem"]["code"]) for result in again] == [
        (409, "time_taken"),
        (200, None),
    ]
    many = {"readings": [{"value": 1}] * 501}
    assert code(program("POST", of(source, "batch"), many)) == (422, "invalid")
    assert code(program("POST", of(source, "batch"), {"readings": []})) == (422, "invalid")


def test_a_reading_is_corrected_deleted_and_put_back(program: Program, source: DataSource) -> None:
    (reading,) = make_readings(source, ["100"])
    path, seen = of(source, reading.public_id), reading.version
    told = program("PATCH", path, {"value": "101", "reason": "mistyped", "version": seen}).json()
    assert (told["value"], told["note"], told["recorded_at"], told["updated_by"]) == (
        *("101", "", "2026-01-01T08:00:00Z", "Alice"),
    )
    assert code(program("PATCH", path, {"value": "102", "version": seen})) == (409, "outdated")
    assert program("DELETE", path).status_code == 204
    assert [code(program(method, path, {})) for method in ("GET", "PATCH", "DELETE")] == [(404, "not_found")] * 3
    assert program("POST", f"{path}/put-back").json() == told
    assert program("POST", f"{path}/put-back").json() == told
    assert code(program("POST", of(source, uuid7(), "put-back"))) == (404, "not_found")
    texts = [entry["text"] for entry in program("GET", f"/sources/{source.public_id}/history").json()["entries"]]
    assert texts[:3] == [
        "You (by an app) put back the reading 101 kWh for Electricity, read on 1 Jan 2026, 09:00",
        "You (by an app) deleted the reading 101 kWh for Electricity, read on 1 Jan 2026, 09:00",
        "You (by an app) corrected 100 to 101 kWh for Electricity, read on 1 Jan 2026, 09:00: mistyped",
    ]


def test_readings_are_listed_page_by_page_and_by_range(
    program: Program, source: DataSource, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_readings(source, range(100, 107))
    seen, cursor, pages = [], "", 0
    while pages < 5:
        told = program("GET", f"{of(source)}?limit=3{cursor}").json()
        seen += [reading["value"] for reading in told["readings"]]
        pages += 1
        if told["next"] is None:
            break
        cursor = f"&cursor={told['next']}"
    assert (seen, pages) == ([str(number) for number in range(106, 99, -1)], 3)
    some = program("GET", f"{of(source)}?order=oldest&from=2026-01-02T08:00:00Z&to=2026-01-04T09:00:00%2B01:00").json()
    assert [reading["value"] for reading in some["readings"]] == ["101", "102"]
    assert program("GET", f"{of(source)}?quality=bad").json()["readings"] == []
    for query in (
        "limit=0",
        "limit=1001",
        "order=up",
        "from=2026",
        "cursor=x",
        "from=9999-12-31T23:59:59-14:00",
        "quality=x",
    ):
        assert code(program("GET", f"{of(source)}?{query}")) == (422, "invalid"), query
    assert code(program("GET", f"{of(source)}?from=2026-01-04T00:00:00Z&to=2026-01-04T00:00:00Z")) == (422, "invalid")
    with django_assert_num_queries(8):
        program("GET", f"{of(source)}?limit=1")
    with django_assert_num_queries(8):
        program("GET", f"{of(source)}?limit=7")


def test_a_gadget_names_the_meter_and_says_what_it_shows(alice: User, home: Any, source: DataSource) -> None:
    gadget, camera = Program(new_key(alice)), Program(new_key(alice, "write:data", source))
    key = str(source.public_id)
    first = gadget("POST", "/ingest", {"meter_number": " mea 7741", "value": 100.5, "at": AT})
    again = gadget("POST", "/ingest", {"source": str(source.public_id), "value": "100.50", "at": AT})
    assert (first.status_code, again.status_code, again.json()["id"]) == (201, 200, first.json()["id"])
    assert code(gadget("POST", "/ingest", {"source": key, "value": 7, "at": AT})) == (
        409,
        "time_taken",
    )
    doubtful = camera("POST", "/ingest", {"value": "50.0"})
    assert (doubtful.status_code, doubtful.json()["quality"]) == (201, "questionable")
    other = make_source(alice, home, name="Night", meter_number="MEA 7741")
    assert code(gadget("POST", "/ingest", {"meter_number": "MEA 7741", "value": 1})) == (422, "invalid")
    assert code(gadget("POST", "/ingest", {"meter_number": "none", "value": 1})) == (404, "not_found")
    assert code(gadget("POST", "/ingest", {"value": 1})) == (422, "invalid")
    assert code(camera("POST", "/ingest", {"source": str(other.public_id), "value": 1})) == (404, "not_found")
    assert code(camera("GET", of(source))) == (403, "scope")
    assert len(stored(source)) == 2


def test_who_may_only_add_neither_sees_nor_changes_what_is_there(alice: User, source: DataSource) -> None:
    (reading,) = make_readings(source, ["777"])
    with acting_as(alice):
        reading.notes = "private"
        reading.save()
    adds, at = Program(new_key(alice, "write:data", source)), reading.recorded_at.isoformat()
    for answer in (
        adds("POST", of(source), {"value": "780", "recorded_at": at}),
        adds("POST", of(source), {"value": "5"}),
        adds("POST", "/ingest", {"value": "780", "at": at}),
    ):
        assert answer.status_code in {409, 422}
        assert [word in answer.content.decode() for word in ("777", "private", "stored")] == [False, False, False]
    same = adds("POST", "/ingest", {"value": "777", "at": at})
    assert (same.status_code, same.json()["note"], same.json()["created_by"]) == (200, "", "")
    batch = adds("POST", f"{of(source)}/batch", {"readings": [{"value": "780", "recorded_at": at}]})
    assert (batch.json()["stored"], "777" in batch.content.decode()) == (0, False)
    one = of(source, reading.public_id)
    for method, path in (("PATCH", one), ("DELETE", one), ("POST", f"{one}/put-back")):
        assert code(adds(method, path, {"value": "1"} if method == "PATCH" else None)) == (403, "scope")
    assert code(adds("POST", f"/sources/{source.public_id}/imports")) == (403, "scope")
    assert stored(source) == [("777", "good")]


@pytest.mark.parametrize("number", ["1e99999999999999999999", "-1e-99999999999999999999", "1e400"])
def test_an_exponent_without_end_is_refused(number: str, alice: User, source: DataSource) -> None:
    answer = program_of(alice)("POST", of(source), f'{{"value": {number}}}')
    assert code(answer) == (422, "invalid")
    assert stored(source) == []


def test_an_amount_comes_with_its_time_or_id(alice: User, home: Any) -> None:
    wood = make_source(alice, home, name="Wood", source_type="pellets", unit="kg", counting="amount", digits=None)
    gadget, sent = Program(new_key(alice)), {"source": str(wood.public_id), "value": "15"}
    assert code(gadget("POST", "/ingest", sent)) == (422, "invalid")
    assert [gadget("POST", "/ingest", {**sent, "at": AT}).status_code for _each in range(2)] == [201, 200]
    assert len(stored(wood)) == 1


def test_a_key_may_not_manage_and_a_scope_not_do_the_other(alice: User, source: DataSource) -> None:
    here = f"/sources/{source.public_id}"
    key, reads = Program(new_key(alice)), program_of(alice, READ)
    assert code(key("PATCH", here, {"name": "Mine"})) == (403, "needs_sign_in")
    assert code(key("POST", f"{here}/invitations", {"level": "admin"})) == (403, "needs_sign_in")
    assert code(reads("POST", of(source), {"value": 1})) == (403, "scope")
    assert (key("GET", here).status_code, reads("GET", here).status_code) == (200, 200)


def test_rights_are_those_of_the_pages(alice: User, bob: User, charlie: User, source: DataSource) -> None:
    (reading,) = make_readings(source, ["100"])
    share(source, bob, "read")
    sent = {"value": "101", "recorded_at": "2026-01-02T00:00:00Z"}
    for person, expected in ((bob, (403, "forbidden")), (charlie, (404, "not_found"))):
        program = program_of(person)
        assert code(program("POST", of(source), sent)) == expected
        assert code(program("PATCH", of(source, reading.public_id), {"note": "x"})) == expected
        assert code(program("DELETE", of(source, reading.public_id))) == expected
    assert stored(source) == [("100", "good")]


@pytest.mark.django_db(transaction=True)
def test_of_many_that_send_the_same_at_once_one_stores_it() -> None:
    alice = make_user("alice")
    source, program = make_source(alice, make_home(alice)), program_of(alice)
    sent = {"id": str(uuid7()), "value": "110", "recorded_at": AT}

    def one(_number: int) -> tuple[int, bytes]:
        try:
            answer = Program(client=None)
            answer.headers = program.headers
            found = answer("POST", of(source), sent)
            return found.status_code, found.content
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(16)))
    assert sorted(status for status, _content in answers) == [200] * 15 + [201]
    assert len({content for _status, content in answers}) == 1
    assert stored(source) == [("110", "good")]


@pytest.mark.parametrize("day", ["0", "1767225600", "20260101", "2026-01-01T00:00:00", "2026-1-1", "2026-02-30", "1.5"])
@pytest.mark.parametrize("where", ["consumption?to=", "export.csv?since=", "export.json?until="])
def test_a_day_is_written_out_and_never_taken_for_seconds(
    where: str, day: str, program: Program, source: DataSource
) -> None:
    make_readings(source, ["100", "131"])
    refused = program("GET", f"/sources/{source.public_id}/{where}{day}")
    (error,) = refused.json()["errors"]
    assert (code(refused), error["field"]) == ((422, "invalid"), where.partition("?")[2].strip("="))
    if day != "2026-02-30":
        assert error["detail"] == "Send a day as 2026-11-27."
    assert program("GET", f"/sources/{source.public_id}/{where}2026-01-02").status_code == 200


def test_no_more_than_a_thousand_readings_and_four_hundred_periods_are_told_at_once(
    program: Program, source: DataSource
) -> None:
    here = f"/sources/{source.public_id}"
    statuses = [program("GET", f"{here}/readings?limit={limit}").status_code for limit in (1000, 1001, 0)]
    assert statuses == [200, 422, 422]
    assert len(program("GET", f"{here}/consumption?by=day&from=2025-01-01&to=2026-02-04").json()["periods"]) == 400
    refused = program("GET", f"{here}/consumption?by=day&from=2025-01-01&to=2026-02-05")
    sentence = "That is more than 400 periods. Ask for fewer, or longer ones."
    assert (code(refused), refused.json()["detail"]) == ((422, "invalid"), sentence)


def test_use_per_period_is_what_the_pages_say(program: Program, alice: User, source: DataSource) -> None:
    make_readings(source, ["100", "131", "162"], step=timedelta(days=31), start=datetime(2025, 12, 31, 23, tzinfo=UTC))
    here = f"/sources/{source.public_id}/consumption"
    told = program("GET", f"{here}?by=month&from=2026-01-15&to=2026-03-01").json()
    assert [(period["start"], period["use"], period["state"]) for period in told["periods"]] == [
        ("2025-12-31T23:00:00Z", "31", "measured"),
        ("2026-01-31T23:00:00Z", "28", "measured"),
        ("2026-02-28T23:00:00Z", "3", "measured"),
    ]
    assert (told["by"], told["time_zone"], told["unit"]) == ("month", "Europe/Berlin", "kWh")
    level = make_source(alice, name="Tank", counting="level", unit="l", source_type="oil")
    make_readings(level, ["5", "7"], start=START)
    periods = program("GET", f"/sources/{level.public_id}/consumption?by=day&from=2026-01-01&to=2026-01-03").json()[
        "periods"
    ]
    assert [(period["low"], period["count"]) for period in periods] == [("5", 1), ("7", 1), (None, 0)]
    for query in (
        "by=hour",
        "by=day&from=2020-01-01",
        "from=2026-02-01&to=2026-01-01",
        "from=0001-01-01",
        "to=9999-12-31",
    ):
        assert code(program("GET", f"{here}?{query}")) == (422, "invalid"), query
    for by in ("day", "week", "month", "year"):
        assert program("GET", f"{here}?by={by}&from=2026-01-01&to=2026-12-31").status_code == 200


def test_meter_changes_are_noted_corrected_and_deleted(program: Program, source: DataSource) -> None:
    make_readings(source, ["100", "5"], step=timedelta(days=2))
    here = f"/sources/{source.public_id}/meter-changes"
    sent = {"changed_at": "2026-01-02T08:00:00Z", "old_final": "103.5", "new_initial": 0, "new_number": "N 2"}
    made = program("POST", here, {**sent, "take_number": True})
    assert (made.status_code, made.json()["old_final"], made.json()["reason"]) == (201, "103.5", "replaced")
    assert code(program("POST", here, {**sent, "old_final": "1"})) == (422, "invalid")
    path = f"{here}/{made.json()['id']}"
    told = program("PATCH", path, {"old_final": "104", "reason": "reset"}).json()
    assert (told["old_final"], told["reason"], told["changed_at"]) == ("104", "reset", "2026-01-02T08:00:00Z")
    assert program("GET", here).json() == [told]
    assert program("GET", f"/sources/{source.public_id}").json()["meter_number"] == "N 2"
    assert (program("DELETE", path).status_code, program("GET", here).json()) == (204, [])


def test_a_file_in_another_unit_is_stored_in_that_of_the_source_or_refused(
    program: Program, source: DataSource
) -> None:
    here = f"/sources/{source.public_id}"

    def brought(head: str, query: str = "") -> Any:
        file = f"Date;Reading ({head})\n2026-01-03 08:00;12,1\n2026-01-04 08:00;12,2\n"
        path = f"/api/v1{here}/imports{query}"
        return program.client.post(path, file, content_type="text/csv", headers=program.headers)

    assert brought("MWh", "?dry_run=true").json()["total"] == "100"
    assert brought("MWh").status_code == 201
    assert [each["value"] for each in program("GET", f"{here}/readings").json()["readings"]] == ["12200", "12100"]
    refused = brought("m³")
    assert code(refused) == (422, "invalid")
    assert refused.json()["detail"] == "The file counts in m³, this source in kWh. Send it in kWh; nothing was saved."
    assert len(program("GET", f"{here}/readings").json()["readings"]) == 2


def test_a_file_that_says_no_unit_is_taken_in_the_one_that_is_sent_along(program: Program, source: DataSource) -> None:
    here = f"/sources/{source.public_id}"

    def brought(query: str, head: str = "Reading") -> Any:
        file = f"Date;{head}\n2026-01-03 08:00;12100\n2026-01-04 08:00;12200\n"
        path = f"/api/v1{here}/imports?{query}"
        return program.client.post(path, file, content_type="text/csv", headers=program.headers)

    refusals = {
        "L": "The file counts in L, this source in kWh. Send it in kWh; nothing was saved.",
        "mwh": "The file counts in mwh, this source in kWh. Send it in kWh; nothing was saved.",
        "x" * 21: "unit: String should have at most 20 characters.",
    }
    for unit, sentence in refusals.items():
        refused = brought(f"unit={unit}")
        assert (code(refused), refused.json()["detail"]) == ((422, "invalid"), sentence)
    twice = brought("unit=Wh", "Reading (MWh)")
    assert (code(twice), twice.json()["detail"]) == (
        (422, "invalid"),
        "unit: The file says itself that it counts in MWh. Leave unit out, or send another file.",
    )
    assert stored(source) == []
    assert brought("unit=kwh&dry_run=true").json()["total"] == "100"
    assert brought("unit=wh").status_code == 201
    assert [each["value"] for each in program("GET", f"{here}/readings").json()["readings"]] == ["12.200", "12.100"]


def test_files_go_out_and_come_in(program: Program, source: DataSource) -> None:
    make_readings(source, ["100", "110"])
    here = f"/sources/{source.public_id}"
    table = program("GET", f"{here}/export.csv")
    assert table.headers["Content-Type"].startswith("text/csv")
    assert len(table.getvalue().splitlines()) == 3
    assert b'"format":"homelog/source"' in program("GET", f"{here}/export.json").getvalue()
    file = "date;kWh\n2026-01-03 08:00;120\n2026-01-04 08:00;x\n"

    def brought(query: str = "") -> Any:
        path = f"/api/v1{here}/imports{query}"
        return program.client.post(path, file, content_type="text/csv", headers=program.headers)

    tried = brought("?dry_run=true")
    assert (tried.status_code, tried.json()["counts"]["new"], tried.json()["refused"][0]["line"]) == (200, 1, 3)
    assert (code(brought()), len(stored(source))) == ((422, "refused"), 2)
    done = brought("?leave_out_refused=true&file=may.csv").json()
    assert (done["counts"]["stored"], done["file"], len(stored(source))) == (1, "may.csv", 3)
    assert [each["id"] for each in program("GET", f"{here}/imports").json()] == [done["id"]]
    assert program("POST", f"{here}/imports/{done['id']}/undo").json() == {"deleted": 1, "corrected": 0}
    assert code(program("POST", f"{here}/imports/{done['id']}/undo")) == (409, "gone")
    assert code(brought("?column=none")) == (422, "invalid")
    file = "\0\1\2"
    assert code(brought()) == (422, "invalid")
    assert Reading.objects.count() == 0
