"""Keys for gadgets: made and taken back on a page, shown once, never able to do more than their person may."""

from dataclasses import replace
from datetime import timedelta
from html import unescape
from json import loads
from re import search
from shlex import split as shell_words

import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone as clock
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.current import acting, acting_as, actor_of
from accounts.models import User
from accounts.tests.api.calls import Program, program_of
from audit.models import AuditLog
from audit.queries import doings_of
from audit.sentences import sentence
from homelog.testing import PASSWORD, make_source, share
from sources.api.keys import hashed, make
from sources.models import ApiKey, DataSource

KEYS = "/account/keys/"


def new_key(person: User, scope: str = "read:data write:data", source: DataSource | None = None) -> str:
    """A key of a person's."""
    with acting_as(person):
        return make(person, ApiKey(name="Gadget", scope=scope, source=source))


def signed_in(person: User) -> Client:
    """A browser in which somebody has just given the password."""
    client = Client()
    client.force_login(person)
    client.post("/account/reauthenticate/", {"password": PASSWORD, "next": KEYS})
    return client


def test_a_key_is_its_person_s_whoever_else_there_is(alice: User, bob: User) -> None:
    keys = [new_key(person) for person in (alice, bob)]
    assert [Program(key)("GET", "/me").json()["name"] for key in keys] == ["Alice", "Bob"]


def test_a_key_is_made_shown_once_used_and_taken_back(alice: User, source: DataSource) -> None:
    client = signed_in(alice)
    page = client.post(KEYS, {"name": "Camera", "scope": "write:data", "source": str(source.public_id), "life": "30"})
    assert page.status_code == 302
    found = search(r'id="new-key"[^>]*>(hlk_[^<]+)<', client.get(KEYS).text)
    assert found is not None
    text = unescape(found[1])
    assert text not in client.get(KEYS).text
    with acting_as(alice):
        key = ApiKey.objects.get()
    assert (key.key_hash, key.prefix, key.source_id) == (hashed(text), text[:10], source.pk)
    assert timedelta(days=29) < (key.expires_at or key.created_at) - key.created_at <= timedelta(days=30, seconds=5)
    assert Program(text)("GET", "/me").json()["code"] == "scope"
    with acting_as(alice):
        key.refresh_from_db()
        assert key.last_used_at is not None
    assert client.post(f"{KEYS}{key.public_id}/end/").status_code == 302
    assert Program(text)("GET", "/me").json()["code"] == "token_invalid"
    with acting_as(alice):
        told = [
            sentence(each, alice.pk, alice.zone).text for each in doings_of(alice).filter(event_type__endswith="_key")
        ]
    assert told == ["You took the key Camera back", "You made the key Camera for a program"]


def example_of(html: str) -> str:
    """The command that a page shows."""
    found = search(r'id="key-example"[^>]*>([^<]*)<', html)
    return unescape(found[1]) if found else ""


def test_the_example_is_for_a_source_of_ones_own_and_names_the_key_only_once(alice: User, source: DataSource) -> None:
    client = signed_in(alice)
    assert "KEY" in example_of(client.get(KEYS).text)
    client.post(KEYS, {"name": "Camera", "scope": "write:data", "source": str(source.public_id), "life": "30"})
    page = client.get(KEYS).text
    found = search(r'id="new-key"[^>]*>(hlk_[^<]+)<', page)
    assert found is not None
    command = example_of(page).replace("\\\n", " ").split()
    where = f"/sources/{source.public_id}/readings"
    assert command[:2] == ["curl", f"http://testserver/api/v1{where}"]
    assert f"Bearer {found[1]}'" in example_of(page)
    body = loads(shell_words(example_of(page).replace("\\\n", " "))[-1])
    assert body == {"value": "VALUE", "unit": "kWh"}
    assert Program(found[1])("POST", where, body).status_code == 422
    assert Program(found[1])("POST", where, {**body, "value": "12.5"}).status_code == 201
    again = client.get(KEYS).text
    assert found[1] not in again
    assert "'Authorization: Bearer YOUR-KEY'" in example_of(again)


def test_a_key_that_only_reads_has_an_example_that_reads(alice: User, source: DataSource) -> None:
    make_source(alice, None, name="A first one")
    new_key(alice, "read:data", source)
    command = example_of(signed_in(alice).get(KEYS).text)
    assert f"'http://testserver/api/v1/sources/{source.public_id}/readings?limit=3'" in command
    assert "VALUE" not in command


def test_who_has_no_source_has_no_example(charlie: User, source: DataSource) -> None:
    assert "key-example" not in signed_in(charlie).get(KEYS).text


def test_the_history_names_the_key_as_it_was_called_then_and_the_app(alice: User, source: DataSource) -> None:
    gadget, app = Program(new_key(alice)), program_of(alice)
    where = f"/sources/{source.public_id}/readings"
    key = gadget("POST", where, {"value": "12", "recorded_at": "2026-01-04T09:30:00+01:00"}).json()["id"]
    with acting_as(alice):
        ApiKey.objects.filter(user=alice).update(name="Another name")
        app("PATCH", f"{where}/{key}", {"value": "13", "confirm": True})
        entries = list(doings_of(alice).filter(reading_id=key).order_by("event_time"))
    assert [sentence(each, alice.pk, source.zone).text.partition(" for ")[0] for each in entries] == [
        "Your key “Gadget” wrote down 12 kWh",
        "You (by an app) corrected 12 to 13 kWh",
    ]
    told = sentence(entries[0], None, source.zone, of_itself=True).text
    assert told.startswith("The key “Gadget” of Alice wrote down 12 kWh on")
    entries[1].details["by_app"] = "HomeLog/1.0 (Android 15)"
    assert "You (by an app: Android) corrected" in sentence(entries[1], alice.pk, source.zone).text


def test_the_page_is_for_whoever_gave_the_password_just_now(alice: User, client: Client) -> None:
    assert client.get(KEYS).headers["Location"].startswith("/account/login/")
    client.force_login(alice)
    assert client.get(KEYS).headers["Location"].startswith("/account/reauthenticate/")


def test_what_was_sent_before_a_question_left_open_is_not_done_after_a_later_one(alice: User, client: Client) -> None:
    client.force_login(alice)
    client.post(KEYS, {"name": "Camera", "scope": "read:data"})
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        asked = client.get(KEYS).headers["Location"]
        assert asked == "/account/reauthenticate/?next=%2Faccount%2Fkeys%2F"
        assert client.post(asked, {"password": PASSWORD}).headers["Location"] == KEYS
    with acting_as(alice):
        assert not ApiKey.objects.exists()


def test_bad_input_is_told_and_makes_no_key(alice: User, charlie: User, source: DataSource) -> None:
    client = signed_in(charlie)
    answer = client.post(KEYS, {"name": "", "scope": "everything", "source": str(source.public_id)})
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"name", "scope", "source"})
    with acting_as(charlie):
        for _number in range(50):
            make(charlie, ApiKey(name="Gadget"))
    answer = client.post(KEYS, {"name": "One more", "scope": "read:data"})
    assert "You have 50 keys" in answer.text
    assert client.put(KEYS).status_code == 405


def test_nobody_takes_back_the_key_of_another(alice: User, bob: User) -> None:
    new_key(alice)
    with acting_as(alice):
        key = ApiKey.objects.get()
    assert signed_in(bob).post(f"{KEYS}{key.public_id}/end/").status_code == 404
    with acting_as(alice):
        key.refresh_from_db()
    assert key.revoked_at is None


def test_a_key_that_is_over_or_of_somebody_switched_off_opens_nothing(alice: User, bob: User) -> None:
    over, off = new_key(alice), new_key(bob)
    with acting_as(alice):
        ApiKey.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    User.objects.filter(pk=bob.pk).update(is_active=False)
    for text in (over, off, "hlk_", "hlk_nothing"):
        assert Program(text)("GET", "/me").json()["code"] == "token_invalid"


def test_me_says_what_a_key_is_for(alice: User, source: DataSource) -> None:
    told = Program(new_key(alice, "read:data", source))("GET", "/me").json()
    assert (told["id"], told["scope"], told["source"]) == (str(alice.public_id), "read:data", str(source.public_id))
    assert Program(new_key(alice))("POST", "/auth/sign-out").json()["code"] == "needs_sign_in"


def settings_of(only: DataSource | None, reads_only: bool, person: User) -> dict[str, str]:
    """What row-level security goes by while a program acts for somebody."""
    names = ("readable", "writable", "administered", "owned", "homes", "homes_administered", "homes_seen")
    who = replace(actor_of(person), only_source=only.pk if only else None, reads_only=reads_only)
    with acting(who), connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"current_setting('homelog.{name}')" for name in names))
        return dict(zip(names, cursor.fetchone(), strict=True))


def test_the_database_holds_a_program_to_one_source_and_to_reading(alice: User, bob: User, source: DataSource) -> None:
    other, foreign = make_source(alice, name="Other"), make_source(bob, name="Foreign")
    share(foreign, alice, "read")
    here, home = f"{{{source.pk}}}", f"{{{source.home_id}}}"
    assert settings_of(source, False, alice) == {
        **dict.fromkeys(("readable", "writable", "administered", "owned"), here),
        **dict.fromkeys(("homes", "homes_administered"), "{}"),
        "homes_seen": home,
    }
    reading = settings_of(None, True, alice)
    assert {
        name: reading[name] for name in ("writable", "administered", "owned", "homes_administered")
    } == dict.fromkeys(("writable", "administered", "owned", "homes_administered"), "{}")
    assert set(reading["readable"][1:-1].split(",")) == {str(each.pk) for each in (source, other, foreign)}
    assert settings_of(foreign, False, alice)["writable"] == "{}"
    share_gone = settings_of(make_source(bob, name="Never shared"), False, alice)
    assert (share_gone["readable"], share_gone["homes_seen"]) == ("{}", "{}")


def test_staff_see_keys_and_delete_them_but_make_none(admin_client: Client, alice: User) -> None:
    new_key(alice)
    with acting_as(alice):
        key = ApiKey.objects.get()
    page = admin_client.get("/admin/sources/apikey/")
    assert (page.status_code, "Gadget" in page.text, key.key_hash in page.text) == (200, True, False)
    assert admin_client.get("/admin/sources/apikey/add/").status_code == 403
    assert admin_client.post(f"/admin/sources/apikey/{key.pk}/delete/", {"post": "yes"}).status_code == 302
    with acting_as(alice):
        assert not ApiKey.objects.exists()
        assert AuditLog.objects.filter(event_type="delete_key").count() == 0


def test_the_last_use_is_noted_at_most_once_a_minute(alice: User) -> None:
    text = new_key(alice)
    Program(text)("GET", "/me")
    with acting_as(alice):
        first = ApiKey.objects.get().last_used_at
    with time_machine.travel(clock.now() + timedelta(seconds=30)):
        Program(text)("GET", "/me")
    with acting_as(alice):
        assert ApiKey.objects.get().last_used_at == first


def test_the_page_costs_the_same_with_one_key_and_with_three(
    alice: User, source: DataSource, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(alice)
    new_key(alice, source=source)
    with CaptureQueriesContext(connection) as once:
        client.get(KEYS)
    new_key(alice, source=source)
    new_key(alice)
    with django_assert_num_queries(len(once)):
        client.get(KEYS)
