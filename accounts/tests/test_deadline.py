"""How long who asks waits for the database."""

from time import sleep

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from accounts.deadline import LONG, SECONDS, deadline, seconds_left, takes_long
from accounts.models import User

ASLEEP = "SELECT pg_sleep(60)"
said: list[float] = []


def quick(request: HttpRequest) -> HttpResponse:
    said.append(seconds_left() or 0)
    return HttpResponse()


@takes_long
def slow(request: HttpRequest) -> HttpResponse:
    return quick(request)


def hanging(request: HttpRequest) -> HttpResponse:
    with deadline(0.1), connection.cursor() as cursor:
        cursor.execute(ASLEEP)
    return HttpResponse()


urlpatterns = [
    path("quick/", quick),
    path("slow/", slow),
    path("hanging/", hanging),
    path("admin/", include(([path("some/", quick)], "admin"))),
]
handler500 = "homelog.errors.server_error"


def test_who_waits_too_long_is_told_and_what_comes_late_is_no_answer_to_what_is_asked_next(
    transactional_db: None,
) -> None:
    with deadline(0.1), connection.cursor() as cursor, pytest.raises(OperationalError, match="did not answer in time"):
        cursor.execute(ASLEEP)
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 5")
        assert cursor.fetchone() == (5,)


def test_what_nobody_waits_for_any_more_is_taken_back(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
        with deadline(0.1), pytest.raises(OperationalError):
            cursor.execute(ASLEEP)
    connection.close()
    with connection.cursor() as cursor:
        for _try in range(100):
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [backend])
            if cursor.fetchone() == (0,):
                return
            sleep(0.1)
    pytest.fail("It is still at it.")


def test_a_commit_is_waited_for_no_longer_than_a_question(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE late (n int PRIMARY KEY)")
        cursor.execute(
            "CREATE FUNCTION pg_temp.linger() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(60); END' LANGUAGE plpgsql"
        )
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION pg_temp.linger()"
        )
        connection.set_autocommit(False)
        cursor.execute("INSERT INTO late VALUES (1)")
        with deadline(0.1), pytest.raises(OperationalError, match="did not answer in time"):
            connection.commit()
    connection.close()


def test_outside_of_requests_nothing_is_limited() -> None:
    assert seconds_left() is None


@override_settings(ROOT_URLCONF="accounts.tests.test_deadline")
def test_a_request_has_its_time_and_what_takes_long_and_admin_have_more(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.deadline.SECONDS", SECONDS)
    client.force_login(alice)
    said.clear()
    for address in ("/quick/", "/slow/", "/admin/some/"):
        assert client.get(address).status_code == 200
    assert [0 < left <= SECONDS for left in said] == [True, False, False]
    assert [SECONDS < left <= LONG for left in said] == [False, True, True]
    assert seconds_left() is None


@override_settings(ROOT_URLCONF="accounts.tests.test_deadline")
def test_a_page_whose_database_hangs_says_so(client: Client, transactional_db: None) -> None:
    client.raise_request_exception = False
    client.force_login(User.objects.create(username="nok", email="nok@example.com"))
    answer = client.get("/hanging/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "not reachable just now" in answer.text
