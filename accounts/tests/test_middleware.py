"""What a request has around it: one transaction, one person, their language and time zone."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from pytest_django import Settings

from accounts.current import Actor, actor
from accounts.middleware import ActingMiddleware
from accounts.models import User
from accounts.tests.pages import sign_in
from homelog.testing import PASSWORD

View = Callable[[HttpRequest], HttpResponse]


def ask(user: User, view: View, path: str = "/") -> HttpResponse:
    """The answer of `view` behind the middleware, to a request of `user`."""
    request = RequestFactory().get(path, REMOTE_ADDR="10.2.3.4")
    request.user = user
    return ActingMiddleware(view)(request)


def bound() -> tuple[str, str]:
    """The person and the role that the database knows now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('homelog.user_id', true), current_user")
        person, role = cursor.fetchone()
    return person, role


def test_the_person_is_bound_in_python_and_in_the_database(alice: User) -> None:
    seen: list[object] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.extend([actor(), bound(), connection.in_atomic_block])
        return HttpResponse()

    ask(alice, view)
    assert seen == [Actor(alice.pk, "Alice", "10.2.3.4"), (str(alice.pk), "homelog_app"), True]
    assert actor() == Actor()


def test_staff_see_all_in_django_admin_only(alice: User) -> None:
    alice.is_staff = True
    roles: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        roles.append(bound()[1])
        return HttpResponse()

    for path in ("/admin/", "/administration/", "/"):
        ask(alice, view, path)
    assert roles == ["homelog_staff", "homelog_app", "homelog_app"]


@pytest.mark.parametrize(
    ("status", "name"), [(200, "Changed"), (404, "Changed"), (422, "Changed"), (500, "Alice"), (503, "Alice")]
)
def test_an_answer_of_500_and_above_leaves_nothing_stored(alice: User, status: int, name: str) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        User.objects.filter(pk=alice.pk).update(display_name="Changed")
        return HttpResponse(status=status)

    ask(alice, view)
    alice.refresh_from_db()
    assert alice.display_name == name


def test_an_exception_leaves_nothing_stored_and_nobody_bound(alice: User) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        User.objects.filter(pk=alice.pk).update(display_name="Changed")
        raise LookupError

    with pytest.raises(LookupError):
        ask(alice, view)
    alice.refresh_from_db()
    assert (alice.display_name, actor()) == ("Alice", Actor())


def test_the_person_s_language_and_zone_hold_for_the_request(alice: User, settings: Settings) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    alice.language, alice.timezone = "de", "Asia/Bangkok"
    seen: list[object] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.extend([translation.get_language(), timezone.get_current_timezone()])
        return HttpResponse()

    with translation.override("en"):
        ask(alice, view)
        assert seen == ["de", ZoneInfo("Asia/Bangkok")]
    assert timezone.get_current_timezone() == ZoneInfo("UTC")


def test_after_signing_in_the_rest_of_the_request_is_the_person_s(client: Client, alice: User) -> None:
    sign_in(client, "alice", PASSWORD)
    client.get("/account/")
    assert actor() == Actor()
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_an_inactive_person_is_bound_to_nothing(alice: User) -> None:
    alice.is_active = False
    alice.save()
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(bound()[0])
        return HttpResponse()

    ask(alice, view)
    assert seen == [""]


def test_a_session_lives_thirty_days_after_the_last_visit(client: Client, alice: User) -> None:
    sign_in(client, "alice", PASSWORD)
    start = timezone.now()
    for days in (29, 58):
        with time_machine.travel(start + timedelta(days=days)):
            assert (days, client.get("/account/").status_code) == (days, 200)
    with time_machine.travel(start + timedelta(days=58 + 31)):
        assert client.get("/account/").status_code == 302


def test_who_comes_every_week_signs_in_anew_after_half_a_year(client: Client, alice: User) -> None:
    sign_in(client, "alice", PASSWORD)
    start = timezone.now()
    for days in (*range(20, 180, 20), 179):
        with time_machine.travel(start + timedelta(days=days)):
            assert (days, client.get("/account/").status_code) == (days, 200)
    with time_machine.travel(start + timedelta(days=180, seconds=9)):
        assert client.get("/account/").status_code == 302
        assert Session.objects.count() == 0
    assert client.get("/account/").status_code == 302


def test_a_second_visit_on_a_day_writes_nothing(client: Client, alice: User) -> None:
    sign_in(client, "alice", PASSWORD)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        writes = [[query["sql"] for query in visit(client) if query["sql"].startswith("UPDATE")] for _ in range(2)]
    assert [[sql.split('"')[1] for sql in each] for each in writes] == [
        ["usersessions_usersession", "django_session"],
        [],
    ]


def test_a_session_of_staff_ends_twelve_hours_after_the_sign_in(client: Client, alice: User) -> None:
    alice.is_staff = True
    alice.save()
    sign_in(client, "alice", PASSWORD)
    assert 0 <= 12 * 3600 - int(client.cookies["sessionid"]["max-age"]) < 60
    start = timezone.now()
    statuses = []
    for hours in (1, 11, 13):
        with time_machine.travel(start + timedelta(hours=hours)):
            statuses.append(client.get("/account/").status_code)
    assert statuses == [200, 200, 302]


def visit(client: Client) -> list[dict[str, str]]:
    """What a visit asks of the database."""
    with CaptureQueriesContext(connection) as asked:
        client.get("/account/")
    return asked.captured_queries
