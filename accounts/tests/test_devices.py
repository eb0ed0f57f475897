"""The devices on which a person is signed in."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.agents import browser_of, system_of
from accounts.current import acting_as
from accounts.devices import words_of
from accounts.models import User
from accounts.sessions import NOTED_EVERY
from accounts.tests.pages import NEW, sign_in
from audit.models import AuditLog
from homelog.testing import PASSWORD, make_home, make_user

DEVICES = "/account/devices/"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PHONE = "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"
LAPTOP = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15"
AGENTS = [
    (PHONE, "Firefox", "Android"),
    (LAPTOP, "Safari", "Mac"),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36",
        "Chrome",
        "Windows",
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
        "Edge",
        "Windows",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 CriOS/130.0 Mobile/15E148 Safari/604.1",
        "Chrome",
        "iPhone",
    ),
    (
        "Mozilla/5.0 (Linux; Android 14; SM-S911B) SamsungBrowser/26.0 Chrome/122.0 Mobile Safari/537.36",
        "Samsung Internet",
        "Android",
    ),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox", "Linux"),
    ("curl/8.5.0", "", ""),
    ("", "", ""),
]


def browser(agent: str, address: str = "192.0.2.7", name: str = "alice", password: str = PASSWORD) -> Client:
    """A browser in which a person signed in through the form."""
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    assertRedirects(sign_in(client, name, password), "/", fetch_redirect_response=False)
    return client


def shown(client: Client) -> list[tuple[str, bool]]:
    """The devices on the page, and which of them is this one."""
    return [(device.words, device.is_this) for device in client.get(DEVICES).context["devices"]]


@pytest.mark.parametrize(("agent", "name", "system"), AGENTS)
def test_a_browser_is_named_as_people_call_it(agent: str, name: str, system: str) -> None:
    assert (browser_of(agent), system_of(agent)) == (name, system)


def test_words_for_what_is_half_known_or_not_at_all() -> None:
    assert [words_of(agent) for agent in (PHONE, "Firefox/1", "(iPad)", "curl/8.5.0")] == [
        "Firefox on Android",
        "Firefox",
        "iPad",
        "An unknown browser",
    ]


def test_the_list_shows_each_device_this_one_first(alice: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        phone = browser(PHONE, "192.0.2.7")
        clock.shift(timedelta(days=1))
        browser(LAPTOP, "2001:db8::7")
        clock.shift(timedelta(hours=1))
        answer = phone.get(DEVICES)
    assert [(each.words, each.address, each.is_this) for each in answer.context["devices"]] == [
        ("Firefox on Android", "192.0.2.7", True),
        ("Safari on Mac", "2001:db8::7", False),
    ]
    assertContains(answer, "Last used 23 Nov 2026, 12:00 · signed in on 23 Nov 2026")
    assert {row.session_key for row in UserSession.objects.all()}.isdisjoint(answer.text.split('"'))


def test_one_device_is_signed_out_and_the_others_are_not(alice: User) -> None:
    phone, laptop, third = browser(PHONE), browser(LAPTOP), browser("(Windows)")
    (mark,) = (each.mark for each in phone.get(DEVICES).context["devices"] if each.words == "Safari on Mac")
    answer = phone.post(DEVICES, {"device": mark}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Signed out on 1 other device."]
    assert [client.get("/account/").status_code for client in (phone, laptop, third)] == [200, 302, 200]
    assert phone.post(DEVICES, {"device": mark}).status_code == 404
    with acting_as(alice):
        (told,) = AuditLog.objects.filter(event_type="end_device")
    assert (told.actor_name, told.details["device"]) == ("Alice", "Safari on Mac")


def test_everywhere_else_is_signed_out_at_once(alice: User, bob: User) -> None:
    phone, laptop, third, bobs = browser(PHONE), browser(LAPTOP), browser("(Windows)"), browser(PHONE, name="bob")
    answer = phone.post(DEVICES, {"device": "others"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Signed out on 2 other devices."]
    assert [client.get("/account/").status_code for client in (phone, laptop, third, bobs)] == [200, 302, 302, 200]
    assert shown(phone) == [("Firefox on Android", True)]
    history = phone.get(f"/homes/{make_home(alice).public_id}/history/?kind=sign_ins")
    assertContains(history, "You signed out everywhere else: ")


def test_this_device_and_those_of_others_cannot_be_ended_here(alice: User, bob: User) -> None:
    phone, bobs = browser(PHONE), browser(LAPTOP, name="bob")
    marks = [client.get(DEVICES).context["devices"][0].mark for client in (phone, bobs)]
    for mark in [*marks, "", "\0", "x"]:
        assert phone.post(DEVICES, {"device": mark}).status_code == 404
    assert [client.get("/account/").status_code for client in (phone, bobs)] == [200, 200]


def test_a_new_password_signs_out_everywhere_else(alice: User) -> None:
    phone, laptop = browser(PHONE), browser(LAPTOP)
    phone.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert [client.get("/account/").status_code for client in (phone, laptop)] == [200, 302]
    assert shown(phone) == [("Firefox on Android", True)]
    assert UserSession.objects.count() == 1


def test_a_session_is_noted_every_ten_minutes_and_costs_nothing_between(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        phone = browser(PHONE)
        phone.get("/account/")
        clock.shift(timedelta(seconds=NOTED_EVERY - 1))
        with django_assert_num_queries(7) as made:
            phone.get("/account/")
        assert not [query["sql"] for query in made if query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]
        assert UserSession.objects.get().last_seen_at == NOW
        clock.shift(timedelta(seconds=1))
        phone.get("/account/", headers={"user-agent": LAPTOP}, REMOTE_ADDR="192.0.2.9")
        row = UserSession.objects.get()
        assert (row.last_seen_at, row.ip, row.user_agent) == (
            NOW + timedelta(seconds=NOTED_EVERY),
            "192.0.2.9",
            LAPTOP,
        )


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_many_there_are(
    alice: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    clients = [browser(PHONE) for _ in range(count)]
    with django_assert_num_queries(9):
        clients[0].get(DEVICES)


def test_staff_get_no_more_time_by_what_is_noted(db: None, settings: pytest.FixtureRequest) -> None:
    root = make_user("root", is_staff=True)
    with time_machine.travel(NOW, tick=False) as clock:
        client = browser(PHONE, name="root")
        for hours in (5, 6):
            clock.shift(timedelta(hours=hours))
            assert client.get("/account/").status_code == 200
        clock.shift(timedelta(hours=1, seconds=1))
        assert client.get("/account/").status_code == 302
    assert root.is_staff


def test_nobody_is_asked_to_sign_in_and_other_methods_are_refused(client: Client, alice: User) -> None:
    assertRedirects(client.get(DEVICES), f"/account/login/?next={DEVICES}")
    client.force_login(alice)
    assert client.put(DEVICES).status_code == 405
    assert len(client.get(DEVICES).context["devices"]) == 1
