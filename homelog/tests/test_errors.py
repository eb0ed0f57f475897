"""What people see when something is refused or breaks."""

import errno
import re
from typing import Any

import psycopg
import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils.html import escape

from accounts.models import User
from homelog.testing import make_readings, share
from sources.models import DataSource


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError("a secret of the inside")


def unreachable(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection to server at 10.0.0.1 refused")


def no_room(request: HttpRequest) -> HttpResponse:
    if request.GET.get("of") == "pictures":
        raise OSError(errno.ENOSPC, "No space left on device", "/srv/homelog/var/media")
    raise OperationalError("could not extend file") from psycopg.errors.DiskFull("could not extend file base/1/2")


urlpatterns = [path("broken/", broken), path("unreachable/", unreachable), path("full/", no_room)]
handler500 = "homelog.errors.server_error"


def without_tokens(answer: Any) -> str:
    """The page without what is new in each: the token of its forms."""
    return re.sub(r'(csrfmiddlewaretoken" value=)"[^"]+"', r"\1", answer.text)


def test_an_unknown_address_is_a_page_with_a_way_on(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.get("/no/such/page/")
    assert (answer.status_code, b"There is nothing here" in answer.content, b'href="/"' in answer.content) == (
        404,
        True,
        True,
    )


def test_a_refusal_says_why(client: Client, source: DataSource, bob: User) -> None:
    make_readings(source)
    share(source, bob, "read")
    client.force_login(bob)
    answer = client.get(f"/sources/{source.public_id}/read/")
    assert answer.status_code == 403
    assert escape("You may see this source, but not change this. Ask its owner for more rights.") in answer.text


@pytest.mark.parametrize("path", ["no/such/page/", "sources/019a0000-0000-7000-8000-000000000000/", "api/v1/nothing"])
def test_what_is_not_there_looks_the_same_while_somebody_tries_homelog(
    client: Client, alice: User, settings: Any, path: str
) -> None:
    client.force_login(alice)
    answer = client.get(f"/{path}")
    settings.DEBUG = True
    tried = client.get(f"/{path}")
    assert (tried.status_code, answer.status_code) == (404, 404)
    assert without_tokens(tried) == without_tokens(answer)


@pytest.mark.parametrize("debug", [True, False])
def test_a_refusal_leaves_a_line_without_a_traceback_in_the_log(
    client: Client, source: DataSource, bob: User, settings: Any, caplog: pytest.LogCaptureFixture, debug: bool
) -> None:
    settings.DEBUG = debug
    share(source, bob, "read")
    client.force_login(bob)
    address = f"/sources/{source.public_id}/read/"
    assert client.get(address).status_code == 403
    lines = [(record.getMessage(), record.exc_info) for record in caplog.records if record.name == "django.request"]
    assert lines == [(f"Forbidden: {address}", None)]


def test_a_wrong_method_has_a_page(client: Client, alice: User, source: DataSource) -> None:
    client.force_login(alice)
    answer = client.get(f"/sources/{source.public_id}/archive/")
    assert (answer.status_code, answer.headers["Allow"], "Not that way" in answer.text) == (405, "POST", True)


def test_a_body_that_is_too_large_is_refused_unread(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.post("/account/", data=b"", content_type="text/plain", CONTENT_LENGTH="21000001")
    assert (answer.status_code, "larger than 20 MB, and nothing was saved" in answer.text) == (413, True)


def test_a_form_of_too_many_fields_is_refused(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.post("/account/", "&".join(["a=1"] * 201), content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, "nothing was saved" in answer.text) == (413, True)


def test_a_form_that_is_too_large_is_refused(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.post("/account/", {"display_name": "x" * 1_100_000})
    assert (answer.status_code, "nothing was saved" in answer.text) == (413, True)


@override_settings(ROOT_URLCONF="homelog.tests.test_errors")
def test_a_fault_shows_a_number_and_nothing_of_the_inside(
    client: Client, db: None, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    client.raise_request_exception = False
    client.force_login(alice)
    answer = client.get("/broken/")
    assert (answer.status_code, "a secret" in answer.text) == (500, False)
    number = next(record.args[0] for record in caplog.records if record.name == "homelog.errors")  # type: ignore[index]
    assert str(number) in answer.text


@override_settings(ROOT_URLCONF="homelog.tests.test_errors")
def test_what_was_typed_waits_on_the_page_for_the_database_but_no_secret(client: Client, db: None, alice: User) -> None:
    client.raise_request_exception = False
    client.force_login(alice)
    answer = client.post("/unreachable/?a=1", {"value": '12 "345', "notes": ["x", "y"]})
    assert (answer.status_code, 'action="/unreachable/?a=1"' in answer.text) == (503, True)
    for field in ('name="value" value="12 &quot;345"', 'name="notes" value="x"', 'name="notes" value="y"'):
        assert f'<input type="hidden" {field}>' in answer.text
    secret = client.post("/unreachable/", {"login": "alice", "password": "warm-lamp"})
    assert (secret.status_code, "warm-lamp" in secret.text, "<form" in secret.text) == (503, False, False)
    assert "go back and send it once more: a reading sent twice is stored once." in secret.text


@override_settings(ROOT_URLCONF="homelog.tests.test_errors")
def test_a_database_that_is_not_there_is_said_plainly(client: Client, db: None, alice: User) -> None:
    client.raise_request_exception = False
    client.force_login(alice)
    answer = client.get("/unreachable/?a=1")
    assert (answer.status_code, answer.headers["Retry-After"], "10.0.0.1" in answer.text) == (503, "5", False)
    assert ("What you just sent" in answer.text, "What you saved before is safe." in answer.text) == (False, True)
    assert '<a class="btn primary" href="/unreachable/?a=1">Try again</a>' in answer.text


@pytest.mark.parametrize("of", ["pictures", "database"])
@override_settings(ROOT_URLCONF="homelog.tests.test_errors")
def test_a_full_disk_is_said_plainly_and_what_was_typed_is_kept(client: Client, of: str, alice: User) -> None:
    client.raise_request_exception = False
    client.force_login(alice)
    answer = client.post(f"/full/?of={of}", {"value": "12345"})
    assert (answer.status_code, answer.headers["Retry-After"], "srv" in answer.text) == (503, "5", False)
    assert "The server has no room left, so nothing was saved." in answer.text
    assert "<h1>HomeLog has no room left</h1>" in answer.text
    assert '<input type="hidden" name="value" value="12345">' in answer.text
