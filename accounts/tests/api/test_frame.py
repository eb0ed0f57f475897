"""What holds for every call: errors, cookies, sizes, origins, counts, headers."""

import json
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings

from accounts.api.callers import READ
from accounts.api.limits import count
from accounts.api.problems import CODES
from accounts.models import User
from accounts.tests.api.calls import Program, program_of, sign_in
from homelog.testing import make_user

pytestmark = pytest.mark.django_db
OURS = "https://app.example.org"


@pytest.fixture
def one_minute(db: None) -> None:
    """A test that counts begins where enough of the minute is left for all of it."""
    left = count("test", 1).seconds
    if left < 10:
        sleep(left)


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The answer, which is problem details."""
    told: dict[str, Any] = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert (told["status"], told["code"], told["type"]) == (status, code, f"/api/v1/docs/#{code}")
    assert told["detail"].endswith(".")
    assert status == CODES[code][0]
    return told


def test_every_kind_of_error_is_problem_details(alice: User) -> None:
    program, nobody = program_of(alice), Program()
    problem(nobody("GET", "/me"), 401, "not_signed_in")
    problem(program("GET", "/nowhere"), 404, "not_found")
    problem(program("GET", "/"), 404, "not_found")
    assert problem(program("PUT", "/me"), 405, "method")["detail"] == "Use one of: GET."
    for bad in ("{", "[]x", '{"username": NaN}', '{"username": "\\u0000"}', '{"a": "\\ud800"}', "[" * 99 + "]" * 99):
        problem(nobody("POST", "/auth/token", bad), 400, "malformed")
    problem(program("GET", "/me?x=%00"), 400, "malformed")
    told = problem(nobody("POST", "/auth/token", {"username": "a", "more": 1}), 422, "invalid")
    assert [each["field"] for each in told["errors"]] == ["password", "more"]
    problem(nobody("POST", "/auth/token", "x" * 1_000_001), 413, "too_large")
    problem(program_of(alice, "write:data")("GET", "/me"), 403, "scope")


def test_a_fault_of_ours_has_a_number_and_tells_nothing_else(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_of(alice)

    def breaks(error: Exception) -> None:
        def fail(*args: Any) -> None:
            raise error

        monkeypatch.setattr("accounts.api.routes.callers.of", fail)

    breaks(ZeroDivisionError("secret"))
    answer = program("GET", "/me")
    assert "secret" not in answer.text
    assert problem(answer, 500, "broken")["error_id"] in answer.json()["detail"]

    breaks(OperationalError("secret"))
    answer = program("GET", "/me")
    problem(answer, 503, "unreachable")
    assert answer.headers["Retry-After"] == "5"


def test_a_cookie_never_signs_anybody_in_and_none_is_set(alice: User, client: Client) -> None:
    client.force_login(alice)
    assert client.get("/account/").status_code == 200
    problem(Program(client=client)("GET", "/me"), 401, "not_signed_in")
    answer = sign_in(alice)
    assert (answer.status_code, answer.cookies.output()) == (200, "")


def test_answers_are_kept_nowhere_and_carry_the_headers_of_every_page(alice: User) -> None:
    with override_settings(SECURE_HSTS_SECONDS=31536000, SECURE_HSTS_INCLUDE_SUBDOMAINS=True, SECURE_HSTS_PRELOAD=True):
        answer = program_of(alice)("GET", "/me", secure=True)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert (answer.headers["X-Content-Type-Options"], answer.headers["X-Frame-Options"]) == ("nosniff", "DENY")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_only_configured_origins_may_read_answers(alice: User, settings: Any) -> None:
    settings.API_ORIGINS = [OURS]
    program = program_of(alice)
    asking = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}
    for origin, allowed in ((OURS, OURS), (OURS + ".evil.org", None), ("https://evil.org", None), ("null", None)):
        answer = program("GET", "/me", headers={"Origin": origin})
        assert (answer.status_code, answer.headers.get("Access-Control-Allow-Origin")) == (200, allowed)
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Origin" in answer.headers["Vary"]
        asked = Program()("OPTIONS", "/me", headers={"Origin": origin, **asking})
        assert (asked.headers.get("Access-Control-Allow-Origin"), asked.status_code == 204) == (allowed, bool(allowed))
    page = Client().get("/account/login/", headers={"Origin": OURS})
    assert "Access-Control-Allow-Origin" not in page.headers


def test_a_program_that_calls_by_http_is_refused_and_not_led_on(alice: User, settings: Any) -> None:
    program = program_of(alice)
    settings.SECURE_SSL_REDIRECT = True
    answer = problem(program("GET", "/me"), 403, "needs_https")
    assert answer["detail"] == "Call this site by https:// alone, and replace the key or token: it came by http."
    assert program("GET", "/me", secure=True).status_code == 200
    door = Client().post("/_allauth/app/v1/auth/provider/token", {}, content_type="application/json")
    problem(door, 403, "needs_https")
    for path in ("/api/v1/docs/", "/account/login/"):
        led = Client().get(path)
        assert (led.status_code, led.headers["Location"]) == (301, f"https://testserver{path}")


def test_a_person_has_a_hundred_calls_a_minute_with_any_token(
    one_minute: None, alice: User, bob: User, settings: Any
) -> None:
    settings.API_PER_MINUTE = 5
    first, second = program_of(alice), program_of(alice, READ)
    answers = [program("GET", "/me") for program in (first, second, first, second, first, second)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0"]
    problem(answers[-1], 429, "too_many")
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert program_of(bob)("GET", "/me").status_code == 200


def test_sign_ins_are_ten_a_minute_for_an_address_and_for_an_account(
    one_minute: None, alice: User, settings: Any
) -> None:
    settings.API_SIGN_INS_PER_MINUTE = 3
    settings.ACCOUNT_RATE_LIMITS = {}

    def tries(name: str, address: str) -> int:
        sent = {"username": name, "password": "wrong"}
        return int(Program()("POST", "/auth/token", sent, REMOTE_ADDR=address).status_code)

    assert [tries(f"name{number}", "192.0.2.1") for number in range(4)] == [401, 401, 401, 429]
    assert [tries("Alice " if number else "alice", f"192.0.2.{number + 10}") for number in range(4)] == [401] * 3 + [
        429
    ]


def test_a_forwarded_address_counts_only_from_configured_proxies(one_minute: None, settings: Any) -> None:
    settings.API_PER_MINUTE = 2

    def status(forwarded: str) -> int:
        return int(Program()("GET", "/me", headers={"X-Forwarded-For": forwarded}).status_code)

    assert [status(f"198.51.100.{number}") for number in range(3)] == [401, 401, 429]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert [status(f"198.51.100.{number}") for number in range(3)] == [401, 401, 401]
    assert [status(f"203.0.113.{number}, 198.51.100.77") for number in range(3)] == [401, 401, 429]


@pytest.mark.django_db(transaction=True)
def test_counts_of_many_workers_at_once_are_exact(transactional_db: None, one_minute: None) -> None:
    def one(_number: int) -> int:
        try:
            return count("many", 1000).calls
        finally:
            connection.close()

    make_user("alice")
    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(one, range(80))) == [*range(1, 81)]


def test_counts_that_are_an_hour_old_are_thrown_away(one_minute: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.api.limits.CLEANED_ONCE_IN", 1)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO api_count SELECT name || '-old', minute - 61, calls FROM api_count")
        cursor.execute("INSERT INTO api_count SELECT 'recent', max(minute) - 30, 1 FROM api_count")
        count("new", 1)
        cursor.execute("SELECT name FROM api_count ORDER BY name")
        assert cursor.fetchall() == [("new",), ("recent",), ("test",)]


def test_the_document_and_the_docs_page_are_for_everybody(client: Client) -> None:
    answer = client.get("/api/v1/openapi.json")
    document = json.loads(answer.content)
    assert (answer.status_code, document["openapi"][:2], document["info"]["title"]) == (200, "3.", "HomeLog")
    page = client.get("/api/v1/docs/").text
    for path, methods in document["paths"].items():
        assert all(f"{method.upper()} {path}" in page for method in methods)
    assert all(f'id="{code}"' in page for code in CODES)
    assert "<h2>What was used</h2>" in page
