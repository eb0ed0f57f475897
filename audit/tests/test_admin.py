"""The audit log in Django admin: read and searched by staff, changed by nobody."""

import csv
import json
from typing import Any

import pytest
from django.test import Client

from accounts.current import acting_as
from accounts.models import User
from audit.log import write
from audit.models import AuditLog
from audit.tests.conftest import Log
from homelog.testing import make_readings, make_source, make_user
from sources.models import DataSource

LIST = "/admin/audit/auditlog/"


@pytest.fixture
def boss(db: None) -> User:
    """Staff, with every right in admin."""
    return make_user("boss", is_staff=True, is_superuser=True)


@pytest.fixture
def entry(source: DataSource, log: Log) -> AuditLog:
    """Alice wrote down a reading; a failed and a good sign-in and a look are there too."""
    with acting_as(None, "192.0.2.66"):
        write("sign_in_failed", {"typed": "mallory"})
    with acting_as(source.owner):
        write("sign_in", {"person": "Alice"})
        write("view_source", {"source": "Electricity"}, source_id=source.pk)
    make_readings(source, ["100"])
    return log()[-1]


def shown(response: Any) -> list[str]:
    """The kinds of the listed entries, newest first."""
    assert response.status_code == 200
    return [found.event_type for found in response.context["cl"].result_list]


def test_staff_read_every_entry_with_its_address(client: Client, boss: User, entry: AuditLog) -> None:
    client.force_login(boss)
    response = client.get(LIST)
    assert {"create_reading", "view_source", "sign_in_failed", "create_home"} <= set(shown(response))
    assert b"192.0.2.66" in response.content
    page = client.get(f"{LIST}{entry.pk}/change/")
    assert page.status_code == 200
    assert b"Electricity" in page.content


def test_the_list_names_what_each_entry_is_about(client: Client, boss: User, entry: AuditLog) -> None:
    client.force_login(boss)
    listed = client.get(LIST).context["cl"].model_admin
    assert [listed.source_name(AuditLog(details=details)) for details in ({"home": "Flat"}, {"typed": "m"}, {})] == [
        "Flat",
        "m",
        "",
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"kind": "failed"}, ["sign_in_failed"]),
        ({"kind": "views"}, ["view_source"]),
        ({"q": "mallory"}, ["sign_in_failed"]),
        ({"q": "Electricity", "kind": "views"}, ["view_source"]),
        ({"q": "nobody at all"}, []),
    ],
)
def test_the_list_is_filtered_and_searched(
    client: Client, boss: User, entry: AuditLog, query: dict[str, str], expected: list[str]
) -> None:
    client.force_login(boss)
    assert shown(client.get(LIST, query)) == expected


def test_changes_are_neither_looks_nor_sign_ins(client: Client, boss: User, entry: AuditLog) -> None:
    client.force_login(boss)
    kinds = set(shown(client.get(LIST, {"kind": "changes", "days": "1"})))
    assert {"create_reading", "create_source"} <= kinds
    assert kinds & {"view_source", "sign_in", "sign_in_failed"} == set()
    assert "sign_in" in shown(client.get(LIST, {"kind": "sign_ins", "days": "7"}))


def test_entries_are_found_by_who_and_where_as_the_links_of_other_pages_ask(
    client: Client, boss: User, entry: AuditLog, source: DataSource, bob: User
) -> None:
    client.force_login(boss)
    make_readings(make_source(bob, name="Water"), ["5"])
    at_alices = shown(client.get(LIST, {"source_id__exact": source.pk}))
    assert at_alices == ["create_reading", "view_source", "create_source"]
    assert shown(client.get(LIST, {"actor_id__exact": bob.pk})) == ["create_reading", "create_source"]
    assert shown(client.get(f"{LIST}?home_id__exact={source.home_id}&kind=sharing")) == ["create_member"]
    for place in (f"source_id__exact={source.pk}", f"home_id__exact={source.home_id}"):
        assert shown(client.get(f"{LIST}?{place}&kind=readings")) == ["create_reading"]
        assert shown(client.get(f"{LIST}?{place}&kind=imports")) == []
    life: dict[str, Any] = {"source_id__exact": source.pk, "reading_id__exact": str(entry.reading_id)}
    assert shown(client.get(LIST, life)) == ["create_reading"]
    assert b"Alice" in client.get(LIST, {"actor_id__exact": source.owner_id}).content
    assert b"Number 987654, which is gone" in client.get(LIST, {"source_id__exact": "987654"}).content
    assert shown(client.get(LIST, {"q": str(source.public_id)})) == at_alices


def lines_of(response: Any) -> list[list[str]]:
    """The cells of a file, without its first line."""
    assert (response.status_code, response["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.reader(b"".join(response).decode("utf-8-sig").splitlines()))[1:]


def test_the_file_holds_what_the_list_shows(client: Client, boss: User, entry: AuditLog, log: Log) -> None:
    client.force_login(boss)
    with acting_as(None, "192.0.2.66"):
        write("sign_in_failed", {"typed": '=HYPERLINK("x")'})
    with acting_as(make_user("eve", display_name="=1+1")):
        write("sign_in", {"person": "Eve"})
    log()
    rows = lines_of(client.get(f"{LIST}export.csv", {"kind": "failed"}))
    assert [(row[1], row[-2], json.loads(row[-1])["typed"]) for row in rows] == [
        ("sign_in_failed", "192.0.2.66", '=HYPERLINK("x")'),
        ("sign_in_failed", "192.0.2.66", "mallory"),
    ]
    everything = lines_of(client.get(f"{LIST}export.csv", {"kind": "sign_ins"}))
    assert "'=1+1" in [row[2] for row in everything]
    assert not [cell for row in everything for cell in row if cell.startswith(("=", "+", "-", "@"))]
    taken = [each.details for each in log() if each.event_type == "view_log"]
    assert taken == [{"filter": "kind=failed", "staff": True}, {"filter": "kind=sign_ins", "staff": True}]


def test_the_file_is_written_part_by_part_and_ends_somewhere(
    client: Client, boss: User, source: DataSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_readings(source, range(7))
    client.force_login(boss)
    monkeypatch.setattr("audit.table.PART", 2)
    monkeypatch.setattr("audit.admin.EXPORTED", 5)
    rows = lines_of(client.get(f"{LIST}export.csv", {"kind": "readings"}))
    assert [json.loads(row[-1])["value"] for row in rows] == ["6", "5", "4", "3", "2"]


def test_who_may_not_read_the_log_gets_no_file(client: Client, alice: User) -> None:
    client.force_login(make_user("clerk", is_staff=True))
    assert client.get(f"{LIST}export.csv").status_code == 403
    client.force_login(alice)
    assert client.get(f"{LIST}export.csv").status_code == 302


def test_nobody_adds_changes_or_deletes_an_entry(client: Client, boss: User, entry: AuditLog, log: Log) -> None:
    client.force_login(boss)
    log()
    change = f"{LIST}{entry.pk}/change/"
    answers = [
        client.get(f"{LIST}add/"),
        client.post(f"{LIST}add/", {"event_type": "x"}),
        client.post(change, {"event_type": "x"}),
        client.post(f"{LIST}{entry.pk}/delete/", {"post": "yes"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 403]
    client.post(LIST, {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"})
    assert [found.event_type for found in log()] == []
    assert b"delete_selected" not in client.get(LIST).content


def test_staff_without_the_right_and_others_read_nothing(client: Client, entry: AuditLog, alice: User) -> None:
    client.force_login(make_user("clerk", is_staff=True))
    assert client.get(LIST).status_code == 403
    client.force_login(alice)
    assert client.get(LIST).status_code == 302


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_counts_no_more_than_a_page_needs(
    client: Client, boss: User, source: DataSource, number: int, django_assert_num_queries: Any
) -> None:
    make_readings(source, range(number))
    client.force_login(boss)
    client.get(LIST)
    with django_assert_num_queries(12) as queries:
        client.get(LIST)
    counts = [query["sql"] for query in queries.captured_queries if "COUNT(" in query["sql"]]
    assert counts
    assert all("LIMIT 10000" in sql for sql in counts), counts
