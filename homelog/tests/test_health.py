"""What /healthz and /readyz say, to anybody, and how little."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from homelog import health


def test_the_process_answers_whoever_asks_by_any_name_without_a_look_at_the_database(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz", headers={"host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.json()) == (200, {"process": "ok"})
    assert (answer.headers["Cache-Control"], answer.cookies.output()) == ("no-store", "")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_site_that_can_do_its_work_is_ready(client: Client, db: None) -> None:
    answer = client.get("/readyz", headers={"host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "migrations": "ok"})
    assert client.head("/readyz").status_code == 200


def test_a_site_whose_database_lacks_a_migration_is_not(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_leaves", lambda: (("readings", "0001_initial"), ("readings", "9999_of_tomorrow")))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": "ok", "migrations": "missing"})
    assert answer.headers["Retry-After"] == "5"


def test_a_site_without_its_database_is_not_and_says_nothing_of_the_inside(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = connection.get_connection_params()

    def elsewhere(*args: Any) -> dict[str, Any]:
        return {**params, "port": "1"}

    monkeypatch.setattr(type(connection._connections["default"]), "get_connection_params", elsewhere)  # type: ignore[attr-defined]
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": "unreachable", "migrations": "unknown"})


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_nothing_can_be_sent_there(client: Client, address: str) -> None:
    answer = client.post(address)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
