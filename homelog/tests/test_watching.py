"""Numbers of requests, lines of the log, figures for Prometheus: there, and without anything personal."""

import json
import logging
import re
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import request_ids
from accounts.models import User
from accounts.tests.api.calls import Program, program_of
from homelog import devdb
from homelog.testing import make_home, make_source, share
from homelog.watching import logs
from sources.models import DataSource

TOKEN = "a token of some length"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.mark.django_db
def test_every_answer_has_a_number_of_its_own(client: Client) -> None:
    numbers = [client.get(path).headers["X-Request-ID"] for path in ("/account/login/", "/healthz", "/nowhere/", "/")]
    assert len(set(numbers)) == 4
    assert all(re.fullmatch("[0-9a-f]{16}", number) for number in numbers)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "given", "taken"),
    [
        (1, "abc-123.DEF", True),
        (0, "abc-123.DEF", False),
        (1, "short", False),
        (1, "a" * 65, False),
        (1, "a b" * 4, False),
    ],
)
def test_a_number_is_taken_from_a_trusted_proxy_alone(
    client: Client, settings: Any, proxies: int, given: str, taken: bool
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert (client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given) is taken


@pytest.mark.django_db
def test_the_page_of_a_fault_tells_the_number_of_its_answer(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(alice)
    monkeypatch.setattr("accounts.views.render", lambda *args, **kwargs: 1 // 0)
    answer = browser.get("/account/")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text


@pytest.mark.django_db
def test_figures_are_for_who_has_the_token(client: Client, settings: Any) -> None:
    assert client.get("/metrics", headers=BEARER).status_code == 404
    settings.METRICS_TOKEN = TOKEN
    for headers in ({}, {"Authorization": TOKEN}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": "Bearer "}):
        answer = client.get("/metrics", headers=headers)
        assert (answer.status_code, answer.content, answer.headers["WWW-Authenticate"]) == (401, b"", "Bearer")
    assert client.post("/metrics", headers=BEARER).status_code == 405
    assert not client.get("/metrics", headers=BEARER).cookies


@pytest.mark.django_db
def test_figures_count_views_and_name_nobody(client: Client, settings: Any, alice: User) -> None:
    settings.METRICS_TOKEN = TOKEN
    client.force_login(alice)
    source = make_source(alice, make_home(alice, "Blue house"), name="Garage meter")
    for _number in range(3):
        client.get(reverse("readings:entry", args=[source.public_id]))
        client.get(f"/nowhere/{source.public_id}/")
    text = client.get("/metrics", headers=BEARER).content.decode()
    counted = re.findall(r'^homelog_requests_total\{method="GET",status="(\d+)",view="([\w:]+)"\}', text, re.MULTILINE)
    assert {("200", "readings:entry"), ("404", "none")} <= set(counted)
    assert "homelog_request_seconds_bucket" in text
    assert "homelog_database_up 1.0" in text
    assert float(re.findall(r"^homelog_database_connections (\S+)", text, re.MULTILINE)[0]) >= 1
    for secret in (str(source.public_id), "Garage", "Blue", alice.username, alice.email):
        assert secret not in text


def line_of(formatter: logging.Formatter, message: str, *args: object, **extra: object) -> str:
    record = logging.makeLogRecord(
        {"name": "homelog.errors", "levelname": "ERROR", "msg": message, "args": args, **extra}
    )
    return formatter.format(record)


def test_a_line_in_json_tells_when_what_and_in_which_request() -> None:
    request_ids.bind("0123456789abcdef")
    try:
        told = json.loads(line_of(logs.JsonFormatter(), "Error at %s\nsecond", "/a/", view="home", status=500, ms=1.5))
    finally:
        request_ids.bind("")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", told.pop("time"))
    assert told == {
        "level": "ERROR",
        "logger": "homelog.errors",
        "message": "Error at /a/\nsecond",
        "request": "0123456789abcdef",
        "view": "home",
        "status": 500,
        "ms": 1.5,
    }


def test_a_fault_is_part_of_its_line() -> None:
    try:
        raise ValueError("why")
    except ValueError:
        told = json.loads(line_of(logs.JsonFormatter(), "Broken", exc_info=sys.exc_info()))
    assert told["fault"].startswith("Traceback")
    assert told["fault"].endswith("ValueError: why")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/account/password/reset/key/3-cs8a7b-0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e/", "/account/password/reset/key/…/"),
        ("/invitations/kJ3x_9aZ-kJ3x_9aZkJ3x/", "/invitations/…/"),
        ("/account/login/?next=/a/&code=123", "/account/login/?…"),
        ("/sources/0198f0a0-0000-7000-8000-000000000001/edit/", "/sources/0198f0a0-0000-7000-8000-000000000001/edit/"),
        ("/account/second-factor/recovery-codes/", "/account/second-factor/recovery-codes/"),
    ],
)
def test_keys_in_addresses_stay_out_of_the_log(path: str, shown: str) -> None:
    for form in ("json", "text"):
        formatter = logs.settings_of(form, debug=False)["formatters"]["line"]
        line = line_of(formatter["()"](formatter["format"], style="{"), "Not Found: %s", path)
        assert f"Not Found: {shown}" in (json.loads(line)["message"] if form == "json" else line)


@pytest.mark.django_db
def test_every_request_has_its_line_without_its_address(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "homelog.requests"):
        client.get("/account/login/?next=/secret/")
        client.get("/healthz")
    lines = [record for record in caplog.records if record.name == "homelog.requests"]
    assert [(line.getMessage(), line.view, line.status) for line in lines] == [  # type: ignore[attr-defined]
        ("GET account_login 200", "account_login", 200)
    ]


@pytest.mark.django_db
def test_who_is_refused_is_named_in_the_log_in_any_form(
    client: Client, source: DataSource, bob: User, charlie: User, caplog: pytest.LogCaptureFixture
) -> None:
    share(source, bob, "read")
    here = f"/sources/{source.public_id}/"
    with caplog.at_level(logging.WARNING, "homelog.requests"):
        client.get(f"{here}edit/")
        client.get("/nowhere/")
        for person, path in ((bob, here), (bob, f"{here}edit/"), (charlie, here)):
            client.force_login(person)
            client.get(path)
        client.force_login(source.owner)
        client.post(f"{here}read/", {"value": "no number"})
        client.delete(here)
        program_of(charlie)("GET", f"/sources/{source.public_id}")
        Program("none")("GET", "/me")
    lines = [record for record in caplog.records if record.name == "homelog.requests"]
    assert [line.getMessage() for line in lines] == [
        f"GET sources:source_update 403 by {bob.public_id}",
        f"GET readings:source 404 by {charlie.public_id}",
        f"POST readings:entry 422 by {source.owner.public_id}",
        f"DELETE readings:source 405 by {source.owner.public_id}",
        f"GET api:source 404 by {charlie.public_id}",
        "GET api:me 401 by nobody",
    ]
    assert [line.user for line in lines][:2] == [str(bob.public_id), str(charlie.public_id)]  # type: ignore[attr-defined]


def test_gunicorn_speaks_json_where_the_site_does(monkeypatch: pytest.MonkeyPatch) -> None:
    file = str(Path(devdb.__file__).with_name("gunicorn.conf.py"))
    monkeypatch.delenv("LOG_FORMAT", raising=False)
    assert "logconfig_dict" not in runpy.run_path(file)
    monkeypatch.setenv("LOG_FORMAT", "json")
    assert "JsonFormatter" in str(runpy.run_path(file)["logconfig_dict"])
