"""The audit log in Django admin: read and searched by staff, changed by nobody."""

from typing import Any

import pytest
from django.test import Client

from accounts.current import acting_as
from accounts.models import User
from audit.log import write
from audit.models import AuditLog
from audit.tests.conftest import Log
from homelog.testing import make_readings, make_user
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
