"""Signing in and out: what it tells, how often it may be tried, where it leads, and what becomes of the session."""

from datetime import timedelta
from threading import Event
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.asserts import assertRedirects

from accounts import aside
from accounts.models import User
from accounts.tests.pages import body, counted_hashes, opened, sign_in, the_link
from homelog.testing import PASSWORD, make_user

LOGIN = "/account/login/"
WRONG = "not-the-password-1"
REFUSED = "This name and password do not belong together. Check both, or set a new password."
NOT_SO_FAST = "There were too many attempts in a short time. Wait a few minutes, then try again."


def signed_in(client: Client) -> bool:
    """Whether somebody is signed in here."""
    return "_auth_user_id" in client.session


def make_social(name: str) -> User:
    """Somebody without a password."""
    person = make_user(name)
    person.set_unusable_password()
    person.save()
    return person


def test_an_anonymous_visitor_is_sent_here_from_every_page(client: Client, db: None) -> None:
    assertRedirects(client.get("/account/"), "/account/login/?next=/account/")
    assertRedirects(client.get("/"), "/account/login/?next=/")


@pytest.mark.parametrize(
    ("known", "unknown"),
    [("alice@example.com", "nobody@example.com"), ("alice", "nobody"), ("sam@example.com", "tom@example.com")],
)
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(alice: User, known: str, unknown: str) -> None:
    make_social("sam")
    answers, hashes = [], []
    for name in (known, unknown):
        with counted_hashes() as hashed:
            answers.append(sign_in(Client(), name, WRONG))
        hashes.append(len(hashed))
    assert hashes == [1, 1]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert body(answers[0], known) == body(answers[1], unknown)
    assert answers[0].context["form"].non_field_errors() == [REFUSED]


def test_the_right_password_costs_one_hash_too(client: Client, alice: User) -> None:
    with counted_hashes() as hashed:
        sign_in(client, "alice@example.com", PASSWORD)
    assert hashed == [PASSWORD]


@pytest.mark.parametrize("name", ["alıce", "alice@exam\u00adple.com", "al\u200bice", "ａｌｉｃｅ"])
def test_a_name_that_only_looks_alike_signs_nobody_in(client: Client, alice: User, name: str) -> None:
    sign_in(client, name, PASSWORD)
    assert not signed_in(client)


@pytest.mark.parametrize("name", ["alice@example.com", "alice", "nobody"])
def test_the_sixth_attempt_for_one_account_waits_until_the_window_has_passed(alice: User, name: str) -> None:
    statuses = [sign_in(Client(REMOTE_ADDR=f"10.0.0.{n}"), name, WRONG).status_code for n in range(5)]
    refused, browser = sign_in(Client(), name, PASSWORD), Client()
    assert (statuses, refused.status_code) == ([422] * 5, 429)
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert NOT_SO_FAST in refused.content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        sign_in(browser, name, PASSWORD)
    assert signed_in(browser) is (name != "nobody")


def test_other_accounts_are_not_slowed_down(client: Client, alice: User, bob: User) -> None:
    for number in range(6):
        sign_in(Client(REMOTE_ADDR=f"10.0.0.{number}"), "alice", WRONG)
    sign_in(client, "bob", PASSWORD)
    assert signed_in(client)


def test_twenty_failures_from_one_address_stop_it_for_every_account(client: Client, alice: User) -> None:
    statuses = [sign_in(client, f"nobody{number}", WRONG).status_code for number in range(20)]
    assert statuses == [422] * 20
    assert sign_in(client, "alice", PASSWORD).status_code == 429
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    sign_in(elsewhere, "alice", PASSWORD)
    assert signed_in(elsewhere)


def test_a_forged_forwarding_header_makes_no_other_address(client: Client, db: None) -> None:
    statuses = [
        client.post(
            LOGIN, {"login": f"no{n}", "password": WRONG}, headers={"X-Forwarded-For": f"10.1.0.{n}"}
        ).status_code
        for n in range(21)
    ]
    assert statuses == [422] * 20 + [429]


def test_signing_in_rightly_uses_up_no_attempt(alice: User) -> None:
    for _ in range(7):
        browser = Client()
        sign_in(browser, "alice", PASSWORD)
        assert signed_in(browser)


def test_a_link_of_a_reset_dies_after_an_hour(client: Client, alice: User) -> None:
    client.post("/account/password/reset/", {"email": "alice@example.com"})
    link, asked = the_link(), timezone.now()
    with time_machine.travel(asked + timedelta(minutes=59)):
        assert 'name="password1"' in opened(Client(), link).text
    with time_machine.travel(asked + timedelta(minutes=61)):
        assert 'name="password1"' not in opened(Client(), link).text


def test_a_reset_by_mail_frees_an_account_that_was_slowed_down(client: Client, alice: User) -> None:
    for number in range(5):
        sign_in(Client(REMOTE_ADDR=f"10.0.0.{number}"), "alice@example.com", WRONG)
    client.post("/account/password/reset/", {"email": "alice@example.com"})
    form = opened(client, the_link())
    new = {"password1": "seven-brass-kettles-9", "password2": "seven-brass-kettles-9"}
    client.post(form.redirect_chain[-1][0], new)
    sign_in(client, "alice@example.com", new["password1"])
    assert signed_in(client)


@pytest.mark.parametrize("address", ["alice@example.com", "sam@example.com"])
def test_asking_for_a_reset_does_not_tell_whether_the_address_is_known(alice: User, address: str) -> None:
    make_social("sam")
    pages = []
    for each in (address, "nobody@example.com"):
        browser = Client()
        with counted_hashes() as hashed, CaptureQueriesContext(connection) as asked:
            answer = browser.post("/account/password/reset/", {"email": each})
        assertRedirects(answer, "/account/password/reset/done/", fetch_redirect_response=False)
        pages.append((body(browser.get("/account/password/reset/done/"), each), hashed, len(asked)))
    assert pages[0] == pages[1]
    assert [letter.to for letter in mail.outbox] == [[address]]


def test_a_mail_server_that_is_away_does_not_tell_either(alice: User, settings: Any, caplog: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    for each, told in (("nobody@example.com", 0), ("alice@example.com", 1)):
        answer = Client().post("/account/password/reset/", {"email": each})
        assertRedirects(answer, "/account/password/reset/done/", fetch_redirect_response=False)
        assert caplog.messages.count("A link for a new password was not sent") == told


def test_what_is_started_aside_is_not_waited_for() -> None:
    go, done = Event(), Event()

    def work() -> None:
        go.wait(10)
        done.set()

    aside.start(work)
    assert not done.is_set()
    go.set()
    assert done.wait(10)


@pytest.mark.parametrize(
    "typed", ["mıke@example.com", "MİKE@example.com", "mike@example.com\u200b", "mike@ｅxample.com"]
)
def test_a_reset_for_a_look_alike_sends_nothing(client: Client, db: None, typed: str) -> None:
    make_user("mike")
    client.post("/account/password/reset/", {"email": typed})
    assert mail.outbox == []


def test_a_reset_for_the_address_in_capitals_goes_to_the_stored_one(client: Client, alice: User) -> None:
    client.post("/account/password/reset/", {"email": "ALICE@example.com"})
    assert [letter.to for letter in mail.outbox] == [["alice@example.com"]]


def test_resets_are_limited_for_an_account(alice: User) -> None:
    answers = [
        Client(REMOTE_ADDR=f"10.0.0.{n}").post("/account/password/reset/", {"email": "alice@example.com"})
        for n in range(6)
    ]
    assert ([answer.status_code for answer in answers], len(mail.outbox)) == ([302] * 5 + [429], 5)
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 900
    assert NOT_SO_FAST in answers[-1].text


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host"])
def test_a_forged_host_gets_no_mail_written(client: Client, alice: User, header: str) -> None:
    answer = client.post("/account/password/reset/", {"email": "alice@example.com"}, headers={header: "evil.example"})
    assert "evil.example" not in "".join(str(letter.body) for letter in mail.outbox)
    assert (answer.status_code, len(mail.outbox)) == {"Host": (400, 0), "X-Forwarded-Host": (302, 1)}[header]


def test_a_name_that_is_not_served_is_said_plainly(client: Client) -> None:
    answer = client.get("/account/login/", headers={"Host": "192.168.7.7"})
    assert answer.status_code == 400
    assert "adds this one to SITE_ADDRESS" in answer.text
    assert "/account/" not in answer.text  # by this name no link leads anywhere
    assert "192.168.7.7" not in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "http://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "////evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https:/\\evil.example",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "\thttps://evil.example/",
        "http://testserver@evil.example/",
        "https://testserver.evil.example/",
        "/\n/evil.example",
    ],
)
def test_signing_in_leads_nowhere_else(client: Client, alice: User, target: str) -> None:
    answer = sign_in(client, "alice", PASSWORD, next=target)
    assertRedirects(answer, "/", fetch_redirect_response=False)


def test_signing_in_leads_back_to_where_somebody_came_from(client: Client, alice: User) -> None:
    page = client.get("/account/login/?next=/account/%3Fa%3D1").content.decode()
    assert '<input type="hidden" name="next" value="/account/?a=1">' in page
    answer = sign_in(client, "alice", PASSWORD, next="/account/?a=1")
    assertRedirects(answer, "/account/?a=1", fetch_redirect_response=False)


def test_the_session_key_and_the_form_token_change_at_sign_in(client: Client, alice: User) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    client.get(LOGIN)
    before = (client.session.session_key, client.cookies["csrftoken"].value)
    sign_in(client, "alice", PASSWORD)
    after = (client.session.session_key, client.cookies["csrftoken"].value)
    assert signed_in(client)
    assert not set(before) & set(after)
    assert not client.session.exists(str(before[0]))


def test_the_session_lasts_thirty_days(client: Client, alice: User) -> None:
    sign_in(client, "alice", PASSWORD)
    assert client.cookies["sessionid"]["max-age"] == 30 * 24 * 3600
    assert (client.cookies["sessionid"]["httponly"], client.cookies["sessionid"]["samesite"]) == (True, "Lax")


def test_a_closed_account_is_told_so_only_with_the_right_password(alice: User) -> None:
    alice.is_active = False
    alice.save()
    browser = Client()
    assertRedirects(sign_in(browser, "alice", PASSWORD), "/account/inactive/")
    assert not signed_in(browser)
    assert body(sign_in(Client(), "alice", WRONG), "alice") == body(sign_in(Client(), "nobody", WRONG), "nobody")
    assert "This account is closed" in browser.get("/account/inactive/").content.decode()


def test_closing_an_account_ends_its_sessions(client: Client, alice: User) -> None:
    client.force_login(alice)
    alice.is_active = False
    alice.save()
    assertRedirects(client.get("/account/"), "/account/login/?next=/account/")


def test_signing_out_takes_a_post(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert (client.get("/account/logout/").status_code, signed_in(client)) == (200, True)
    assertRedirects(client.post("/account/logout/"), LOGIN)
    assert not signed_in(client)


def test_signing_out_without_the_form_token_does_nothing(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert (browser.post("/account/logout/").status_code, signed_in(browser)) == (403, True)


def test_who_has_no_address_signs_in_and_uses_the_account_pages(client: Client, db: None) -> None:
    make_user("frank", email="")
    make_user("gina", email="")
    assertRedirects(sign_in(client, "frank", PASSWORD), "/", fetch_redirect_response=False)
    for path in ("/account/", "/account/email/", "/account/password/change/", "/account/logout/"):
        assert (path, client.get(path).status_code) == (path, 200)
    new = "seven-brass-kettles-9"
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert User.objects.get(username="frank").check_password(new)


def test_staff_sign_in_for_django_admin_on_the_same_page(client: Client, db: None) -> None:
    make_user("root", is_staff=True, is_superuser=True)
    assertRedirects(client.get("/admin/", follow=True), "/account/login/?next=/admin/")
    assertRedirects(sign_in(client, "root", PASSWORD, next="/admin/"), "/admin/")


def test_django_admin_has_no_sign_in_of_its_own(client: Client, db: None) -> None:
    make_user("root", is_staff=True, is_superuser=True)
    client.post("/admin/login/", {"username": "root", "password": PASSWORD})
    assert not signed_in(client)


def test_django_admin_refuses_who_is_no_staff(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/admin/", follow=True).status_code == 403
