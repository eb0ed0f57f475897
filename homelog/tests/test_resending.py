"""Somebody's session ends while they type: what they sent waits for them, and for nobody else, until they signed in."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.current import acting_as
from accounts.models import User
from homelog.idp.server import DemoIdp
from homelog.idp.testing import go_through, played_by, sign_up_with
from homelog.resending import FORMS
from homelog.testing import PASSWORD, make_readings, make_source, make_user, share
from readings.tests.entries import NOW, at_noon, in_round, page, stored
from sources.models import DataSource

pytestmark = pytest.mark.usefixtures(at_noon.__name__)

KEPT = "This was not saved yet"
AS_OF_THEN = "It will be saved as read at that time; afterwards you can correct it."
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def client() -> Client:
    """A browser in which nobody is signed in."""
    return Client()


@pytest.fixture
def idp(db: None) -> Iterator[DemoIdp]:
    """LINE and Google, played on the loopback."""
    played = DemoIdp()
    played.start()
    with played_by(played):
        yield played
    played.stop()


def send(client: Client, address: str, **typed: Any) -> Any:
    """A form sent at NOW, by whoever is signed in no more."""
    answer = client.post(address, {"csrfmiddlewaretoken": "t", **typed})
    assertRedirects(answer, f"/account/login/?next={address}", fetch_redirect_response=False)
    return answer


def sign_in(client: Client, name: str) -> None:
    """By the form, as a person does."""
    assert client.post("/account/login/", {"login": name, "password": PASSWORD}).status_code == 302


def again(client: Client, address: str) -> Any:
    """Press the button of the page that waits at `address`, at LATER."""
    shown = client.get(address)
    assertContains(shown, KEPT)
    assert "csrfmiddlewaretoken" not in dict(shown.context["again"])
    fields: dict[str, list[str]] = {}
    for name, value in shown.context["again"]:
        fields.setdefault(name, []).append(value)
    with time_machine.travel(LATER, tick=False):
        return client.post(shown.context["address"], fields)


def entered(source: DataSource, value: str, **more: str) -> dict[str, str]:
    """What the entry page sends."""
    return {"value": value, "unit": source.unit, "writer": str(source.owner.public_id), **more}


def test_a_reading_is_stored_as_of_when_it_was_sent_and_waits_no_more(client: Client, source: DataSource) -> None:
    address = page("entry", source)
    send(client, address, **entered(source, "1.234,5", notes="by torch"))
    assertContains(client.get("/account/login/"), "It is kept: sign in, and it is there again.")
    assertNotContains(client.get("/account/login/"), "data-typed-here hidden")
    assert stored(source) == []
    sign_in(client, source.owner.username)
    assertContains(client.get(address), "<h1>1.234,5 kWh is not saved yet</h1>")
    assertContains(client.get(address), AS_OF_THEN)
    assertRedirects(again(client, address), source.get_absolute_url(), fetch_redirect_response=False)
    assert stored(source) == [(Decimal("1234.5"), NOW, "good", "by torch")]
    assertNotContains(client.get(address), KEPT)


@pytest.mark.parametrize("provider", ["line", "google"])
def test_it_waits_for_who_signs_in_with_a_provider_as_well(client: Client, idp: DemoIdp, provider: str) -> None:
    sign_up_with(Client(), provider)
    source = make_source(User.objects.get(socialaccount__provider=provider))
    address = page("entry", source)
    send(client, address, **entered(source, "12"))
    answer = go_through(client, provider, next=address)
    assertRedirects(answer, address, fetch_redirect_response=False)
    again(client, address)
    assert stored(source) == [(Decimal(12), NOW, "good", "")]


def test_its_own_time_and_the_round_are_kept(client: Client, source: DataSource) -> None:
    send(client, in_round(source), **entered(source, "7", recorded_at="2026-11-20T18:02"))
    sign_in(client, source.owner.username)
    assertNotContains(client.get(in_round(source)), AS_OF_THEN)
    again(client, in_round(source))
    assert stored(source) == [(Decimal(7), datetime(2026, 11, 20, 17, 2, tzinfo=UTC), "good", "")]


def test_a_doubtful_value_is_asked_about_as_ever(client: Client, source: DataSource) -> None:
    make_readings(source, ["100", "110"], NOW - timedelta(days=9))
    send(client, page("entry", source), **entered(source, "50"))
    sign_in(client, source.owner.username)
    asked = again(client, page("entry", source))
    assertContains(asked, ">Read at 22 Nov 2026, 13:00</span>", status_code=422)
    assertContains(asked, "Leave empty for the time at which it was typed.", status_code=422)
    assert len(stored(source)) == 2


def test_nobody_else_is_shown_it(client: Client, source: DataSource) -> None:
    other = make_user("bob")
    share(source, other, "write")
    send(client, page("entry", source), **entered(source, "7"))
    sign_in(client, other.username)
    assertNotContains(client.get(page("entry", source)), KEPT)
    assert "unsent" not in client.session


PAGES = ["readings:reading_update", "readings:meter_change_create", "sources:source_update", "sources:rule_list"]


@pytest.mark.parametrize("name", [*PAGES, "sources:home_update"])
def test_nobody_else_is_shown_or_saves_what_was_typed_into_another_form(
    name: str, client: Client, source: DataSource
) -> None:
    (reading,) = make_readings(source, ["100"], NOW)
    home, other = source.home, make_user("bob")
    assert home is not None
    with acting_as(source.owner):
        home.members.create(user=other, level="admin", granted_by=source.owner)
    rows: list[Any] = [home] if name == "sources:home_update" else [source, reading] if name == PAGES[0] else [source]
    address = reverse(name, args=[row.public_id for row in rows])
    client.force_login(source.owner)
    form = client.get(address).content.decode().partition("<form")[2]
    (writer,) = {*re.findall('name="writer" value="(.+?)"', form)}
    assert writer == str(source.owner.public_id)
    typed = {"writer": writer, "name": "Typed by Alice", "reason": "mistyped"}
    typed |= {"value": "101", "recorded_at": "2026-11-22T13:00"} if name == PAGES[0] else {}
    for person in (other, source.owner):
        client = Client()
        send(client, address, **typed)
        sign_in(client, person.username)
        shown = client.get(address)
        is_hers = person == source.owner
        assert (KEPT in shown.content.decode(), shown.status_code) == (is_hers, 200)
        assertNotContains(shown, "saved as read at that time")
        assert ("unsent" in client.session) == is_hers


def test_a_form_that_does_not_say_whose_it_is_is_not_kept(client: Client, source: DataSource) -> None:
    send(client, page("entry", source), value="7")
    assert "unsent" not in client.session


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("sources:source_archive", {}),
        ("sources:source_delete", {"typed": "Main meter"}),
        ("sources:source_hand_over", {"heir": "1"}),
        ("sources:source_sharing", {"who": "bob@example.org", "level": "admin"}),
        ("sources:account_delete", {"typed": "alice"}),
    ],
)
def test_what_deletes_and_gives_away_is_not_kept(
    name: str, typed: dict[str, str], client: Client, source: DataSource
) -> None:
    """A button that says that it saves must not do that."""
    address = reverse(name, args=[] if name == "sources:account_delete" else [source.public_id])
    send(client, address, writer=str(source.owner.public_id), **typed)
    assert "unsent" not in client.session
    send(client, page("entry", source), **entered(source, "7"))
    assert "unsent" in client.session


def test_every_form_that_is_kept_is_there() -> None:
    spaces = get_resolver().namespace_dict.items()
    assert {f"{space}:{name}" for space, (_start, found) in spaces for name in found.reverse_dict} >= FORMS


def test_who_may_not_open_the_page_is_refused_as_ever(client: Client, source: DataSource) -> None:
    (reading,) = make_readings(source, ["100"], NOW)
    address = page("reading_update", source, reading)
    send(client, address, value="101", reason="mistyped", writer=str(source.owner.public_id))
    sign_in(client, make_user("charlie").username)
    answer = client.get(address)
    assertNotContains(answer, KEPT, status_code=404)
    assertNotContains(answer, "101", status_code=404)


def test_several_registers_are_kept(client: Client, source: DataSource) -> None:
    high, low = (make_source(source.owner, source.home, name=f"Heat {name}", meter_number="1") for name in "ab")
    typed = {f"{high.public_id}-value": "10", f"{low.public_id}-value": "20"}
    send(client, page("entry", high), writer=str(source.owner.public_id), **typed)
    sign_in(client, source.owner.username)
    again(client, page("entry", high))
    assert [stored(each)[0][:2] for each in (high, low)] == [(Decimal(10), NOW), (Decimal(20), NOW)]


def test_a_correction_is_kept_too(client: Client, source: DataSource) -> None:
    (reading,) = make_readings(source, ["100"], NOW)
    address = page("reading_update", source, reading)
    typed = {"value": "101", "recorded_at": "2026-11-22T13:00", "quality_flag": "good", "reason": "mistyped"}
    send(client, address, **typed, writer=str(source.owner.public_id))
    sign_in(client, source.owner.username)
    assertNotContains(client.get(address), AS_OF_THEN)
    again(client, address)
    assert stored(source)[0][0] == Decimal(101)


def test_it_can_be_left(client: Client, source: DataSource) -> None:
    send(client, in_round(source), **entered(source, "7"))
    sign_in(client, source.owner.username)
    leave = client.get(in_round(source)).context["leave"]
    assertRedirects(client.get(leave), in_round(source), fetch_redirect_response=False)
    assertNotContains(client.get(in_round(source)), KEPT)
    assert stored(source) == []


@pytest.mark.parametrize(
    "typed", [{"value": "7", "password": "x"}, {"value": "7" * 9_000}, {}], ids=["a secret", "too much", "nothing"]
)
def test_secrets_and_what_is_too_much_are_not_kept(typed: dict[str, str], client: Client, source: DataSource) -> None:
    send(client, page("entry", source), **typed, writer=str(source.owner.public_id))
    assert "unsent" not in client.session


def test_a_device_that_keeps_it_itself_is_left_to_do_so(client: Client, source: DataSource) -> None:
    client.post(page("entry", source), entered(source, "7"), headers={"accept": "application/json"})
    assert "unsent" not in client.session
