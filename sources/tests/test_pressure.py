"""Blood pressure is two values: both are made with one press, read together, and offered where somebody makes one."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.current import acting_as
from accounts.ids import uuid7
from accounts.models import User
from audit.models import AuditLog
from readings.models import Reading
from sources.models import DataSource, Home
from sources.units import KINDS, Kind

NEW = "/sources/new/"
BLOOD = f"{NEW}?kind=blood_pressure"
ASKED = "This sounds like blood pressure, which has an upper and a lower value."


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    """Alice is signed in."""
    client.force_login(alice)
    return client


def filled(signed_in: Client, address: str = BLOOD, **more: Any) -> dict[str, Any]:
    """The form as it opens, with `more` in it; what is None is not sent."""
    form = signed_in.get(address).context["form"]
    told = {name: form[name].value() for name in form.fields}
    ticks = {name: "on" for name, value in told.items() if value is True}
    plain = {name: value for name, value in told.items() if not isinstance(value, bool) and value not in (None, "")}
    return {name: value for name, value in {**plain, **ticks, **more}.items() if value is not None}


def made(alice: User) -> list[tuple[str, str, str, str, str]]:
    """What there is, in the order in which it was made."""
    names = ("name", "source_type", "unit", "counting", "meter_number")
    with acting_as(alice):
        return list(DataSource.objects.order_by("pk").values_list(*names))


UPPER, LOWER = (
    (f"Blood pressure, {which}", "blood_pressure", "mmHg", "level", "Cuff 1") for which in ("upper", "lower")
)
PULSE = ("Blood pressure, pulse", "pulse", "/min", "level", "Cuff 1")


@pytest.mark.parametrize(("more", "expected"), [({}, [UPPER, LOWER]), ({"pulse": "on"}, [UPPER, LOWER, PULSE])])
def test_one_press_makes_both_and_they_are_read_on_one_page_the_upper_first(
    more: dict[str, str], expected: list[Any], signed_in: Client, alice: User, home: Home
) -> None:
    address = f"{BLOOD}&home={home.public_id}"
    answer = signed_in.post(address, filled(signed_in, address, home=str(home.public_id), **more))
    assert made(alice) == expected
    with acting_as(alice):
        assert {*DataSource.objects.values_list("home", "owner", "decimals")} == {(home.pk, alice.pk, 0)}
        assert AuditLog.objects.filter(event_type="create_source").count() == len(expected)
        sources = list(DataSource.objects.order_by("pk"))
    entry = reverse("readings:entry", args=[sources[0].public_id])
    assertRedirects(answer, entry, fetch_redirect_response=False)
    page = signed_in.get(entry)
    assertContains(page, "Blood pressure is there. What does it say now?")
    assert [row["source"].name for row in page.context["rows"]] == [name for name, *_ in expected]
    values = {f"{source.public_id}-value": value for source, value in zip(sources, (121, 80, 62), strict=False)}
    signed_in.post(entry, values)
    with acting_as(alice):
        assert [int(each) for each in Reading.objects.order_by("source_id").values_list("value", flat=True)] == [
            121,
            80,
            62,
        ][: len(expected)]


def test_in_the_round_they_are_one_stop(signed_in: Client, alice: User) -> None:
    signed_in.post(BLOOD, filled(signed_in))
    with acting_as(alice):
        upper = DataSource.objects.get(name__endswith="upper")
    answer = signed_in.get("/read/")
    assertRedirects(answer, f"{reverse('readings:entry', args=[upper.public_id])}?round=1")


def test_sent_twice_they_are_made_once(signed_in: Client, alice: User) -> None:
    sent = filled(signed_in, public_id=str(uuid7()))
    places = {signed_in.post(BLOOD, sent)["Location"] for _ in range(2)}
    assert (len(places), made(alice)) == (1, [UPPER, LOWER])


def test_another_pair_has_a_cuff_of_its_own_and_one_with_a_number_keeps_it(signed_in: Client, alice: User) -> None:
    for more in ({}, {"name": "Bob"}, {"name": "Eve", "meter_number": "BP 7"}):
        signed_in.post(BLOOD, filled(signed_in, **more))
    assert [(name, number) for name, *_rest, number in made(alice)] == [
        ("Blood pressure, upper", "Cuff 1"),
        ("Blood pressure, lower", "Cuff 1"),
        ("Bob, upper", "Cuff 2"),
        ("Bob, lower", "Cuff 2"),
        ("Eve, upper", "BP 7"),
        ("Eve, lower", "BP 7"),
    ]


def test_what_is_typed_about_it_is_stored_with_each_and_of_the_dial_with_both_values(
    signed_in: Client, alice: User
) -> None:
    about = {"place_name": "Bathroom", "description": "Left arm", "rhythm": "day"}
    dial = {"unit": "kPa", "counting": "amount", "digits": "3", "decimals": "1"}
    signed_in.post(BLOOD, {**filled(signed_in, pulse="on"), **about, **dial})
    with acting_as(alice):
        upper, lower, pulse = DataSource.objects.order_by("pk").values(*about, *dial)
    assert upper == lower == {**about, **dial, "digits": 3, "decimals": 1}
    assert pulse == {**about, "unit": "/min", "counting": "level", "digits": None, "decimals": 0}


def test_the_word_by_which_both_are_read_together_is_not_shown_as_the_number_of_a_meter(
    signed_in: Client, alice: User
) -> None:
    for more in ({}, {"name": "Eve", "meter_number": "BP 7"}):
        signed_in.post(BLOOD, filled(signed_in, **more))
    with acting_as(alice):
        made_up, of_eve = (DataSource.objects.get(name=f"{name}, upper") for name in ("Blood pressure", "Eve"))
    for name in ("readings:entry", "readings:source"):
        assertNotContains(signed_in.get(reverse(name, args=[made_up.public_id])), "Cuff 1")
        assertContains(signed_in.get(reverse(name, args=[of_eve.public_id])), "BP 7")
    for address in ("/sources/", "/read/labels/"):
        assertNotContains(signed_in.get(address), "Cuff 1")
        assertContains(signed_in.get(address), "BP 7")
    field = signed_in.get(reverse("sources:source_update", args=[made_up.public_id])).context["form"]["meter_number"]
    assert (field.label, field.value()) == ("Read together as", "Cuff 1")


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
@pytest.mark.parametrize("asks", [True, False])
def test_what_tells_of_a_person_is_theirs_alone_unless_they_choose_a_home(
    kind: Kind, asks: bool, signed_in: Client, alice: User, home: Home
) -> None:
    address = f"{NEW}?kind={kind.key}{f'&home={home.public_id}' if asks else ''}"
    answer = signed_in.get(address)
    form, told = answer.context["form"], "Everybody in a home sees what is in it. Without a home only you see it"
    assert kind.is_personal == (kind.key in {"blood_pressure", "pulse", "weight"})
    assert ("home" in [field.name for field in form.shown()], told in answer.content.decode()) == (
        kind.is_personal,
    ) * 2
    assert form["home"].value() == (None if kind.is_personal else home.public_id)
    alone = "No home: only I see it" if kind.is_personal else "No home"
    assertContains(answer, f'<option value=""{" selected" if kind.is_personal else ""}>{alone}</option>', html=True)
    signed_in.post(address, filled(signed_in, address, name="Mine", unit="kg"))
    signed_in.post(address, filled(signed_in, address, name="Ours", unit="kg", home=str(home.public_id)))
    with acting_as(alice):
        found = {name.split(",")[0]: place for name, place in DataSource.objects.values_list("name", "home")}
        assert not DataSource.objects.filter(is_public=True).exists()
    assert found == {"Mine": None if kind.is_personal else home.pk, "Ours": home.pk}


def test_who_asks_for_a_kind_reads_that_what_tells_of_a_person_is_theirs_alone(signed_in: Client, home: Home) -> None:
    told = "What tells of a person is yours alone, unless you choose otherwise."
    assertContains(signed_in.get(f"{NEW}?home={home.public_id}"), told)


def test_who_wants_one_value_gets_one(signed_in: Client, alice: User) -> None:
    signed_in.post(BLOOD, filled(signed_in, both=None, pulse="on"))
    assert made(alice) == [("Blood pressure", "blood_pressure", "mmHg", "level", "")]


def test_a_name_with_no_room_for_the_word_behind_it_is_refused(signed_in: Client, alice: User) -> None:
    answer = signed_in.post(BLOOD, filled(signed_in, name="x" * 94))
    assertContains(answer, "Choose a shorter name: “upper” and “lower” are put behind it.", status_code=422)
    assert made(alice) == []
    signed_in.post(BLOOD, filled(signed_in, name="x" * 93))
    assert len(made(alice)) == 2


def test_there_must_be_room_for_both(signed_in: Client, alice: User, settings: Any) -> None:
    settings.SOURCES_PER_PERSON = 2
    answer = signed_in.post(BLOOD, filled(signed_in, pulse="on"))
    assertContains(answer, "One person may own 2 meters, and these would be more.", status_code=422)
    assert made(alice) == []
    signed_in.post(BLOOD, filled(signed_in))
    assert made(alice) == [UPPER, LOWER]


@pytest.mark.parametrize("told", [{"name": "Barometer", "unit": "mmHg"}, {"name": "Dad's blood pressure", "unit": "x"}])
def test_something_else_that_sounds_like_it_is_asked_about_once(
    told: dict[str, str], signed_in: Client, alice: User, home: Home
) -> None:
    address = f"{NEW}?kind=other&home={home.public_id}"
    answer = signed_in.post(address, filled(signed_in, address, **told))
    assertContains(answer, ASKED, status_code=422)
    assertContains(answer, '<input type="hidden" name="alone" value="1">', status_code=422, html=True)
    assert made(alice) == []
    (link,) = [part.split('"')[0] for part in answer.content.decode().split('href="') if "kind=blood" in part[:60]]
    opened = signed_in.get(link.replace("&amp;", "&"))
    assert (opened.context["form"]["name"].value(), opened.context["home"]) == (told["name"], home)
    signed_in.post(address, filled(signed_in, address, **told, alone="1"))
    assert [name for name, *_ in made(alice)] == [told["name"]]


def test_nothing_is_asked_of_other_kinds(signed_in: Client, alice: User) -> None:
    assertNotContains(signed_in.get(f"{NEW}?kind=pulse"), "Upper and lower")
    signed_in.post(f"{NEW}?kind=other", filled(signed_in, f"{NEW}?kind=other", name="Bags", unit="kg"))
    signed_in.post(f"{NEW}?kind=pulse", filled(signed_in, f"{NEW}?kind=pulse", unit="mmHg"))
    assert [name for name, *_ in made(alice)] == ["Bags", "Pulse"]
