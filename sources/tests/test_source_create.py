"""A new source: its kind is asked for, then the rest, which starts as usual for that kind."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home
from sources.models import DataSource, Home
from sources.units import KINDS

LIST = "/sources/"
NEW = "/sources/new/"
TYPED = {
    "name": "Main meter",
    "unit": "MWh",
    "place_name": "Cellar",
    "meter_number": "Z 1",
    "counting": "counter",
    "digits": "5",
    "decimals": "2",
    "description": "Behind the door",
}


def test_without_a_kind_the_page_asks_for_it(client: Client, home: Home, alice: User) -> None:
    client.force_login(alice)
    answer = client.get(f"{NEW}?home={home.public_id}")
    for kind in KINDS.values():
        assertContains(answer, f'<a href="?kind={kind.key}&amp;home={home.public_id}">{kind.label}</a>', html=True)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_a_kind_starts_with_its_unit_and_its_dial(kind: Any, client: Client, home: Home, alice: User) -> None:
    client.force_login(alice)
    form = client.get(NEW, {"kind": kind.key}).context["form"]
    started = {name: form[name].value() for name in ("name", "unit", "counting", "digits", "decimals", "home")}
    assert started == {
        "name": "" if kind.key == "other" else kind.label,
        "unit": kind.unit,
        "counting": kind.counting,
        "digits": None if kind.unit == "m³" else kind.digits,
        "decimals": None if kind.unit == "m³" else kind.decimals,
        "home": None if kind.is_personal else home.public_id,
    }
    assert ("refuse_lower" in form.fields) == (kind.counting == "counter")


def test_a_source_is_stored_as_typed_and_one_goes_on_to_its_first_reading(
    client: Client, home: Home, alice: User
) -> None:
    client.force_login(alice)
    typed = {**TYPED, "home": home.public_id, "refuse_lower": "on"}
    answer = client.post(f"{NEW}?kind=electricity", typed)
    with acting_as(alice):
        source = DataSource.objects.get()
        expected = {
            **TYPED,
            "digits": 5,
            "decimals": 2,
            "source_type": "electricity",
            "owner": alice,
            "home": home,
        }
        assert {name: getattr(source, name) for name in expected} == expected
        names = ("min_value", "max_value", "max_per_day", "non_decreasing", "on_violation")
        assert list(source.validators.values_list(*names)) == [(None, None, None, True, "reject")]
    entry = reverse("readings:entry", args=[source.public_id])
    assertRedirects(answer, entry, fetch_redirect_response=False)
    assertContains(client.get(LIST), "Main meter is there. What does it say now?")


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("electricity", {}),
        ("electricity", {"refuse_lower": "on", "counting": "level"}),
        ("weight", {"refuse_lower": "on"}),
        ("weight", {"refuse_lower": "on", "counting": "level"}),
    ],
)
def test_no_rule_is_made_that_was_not_asked_for_or_makes_no_sense(
    kind: str, typed: dict[str, str], client: Client, alice: User
) -> None:
    client.force_login(alice)
    assert client.post(f"{NEW}?kind={kind}", {**TYPED, **typed}).status_code == 302
    with acting_as(alice):
        assert not DataSource.objects.get().validators.exists()


def test_somebody_without_a_home_may_keep_a_source_all_the_same(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert "home" not in client.get(NEW, {"kind": "odometer"}).context["form"].fields
    client.post(f"{NEW}?kind=odometer", TYPED)
    with acting_as(alice):
        assert DataSource.objects.get().home is None


DIGITS = "A dial has 1 to 12 digits before the point."
DECIMALS = "A dial has 0 to 6 digits after the point."


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "This field is required."),
        ("unit", "", "This field is required."),
        ("unit", "x" * 21, "Ensure this value has at most 20 characters (it has 21)."),
        ("digits", "0", DIGITS),
        ("digits", "13", DIGITS),
        ("digits", "six", "Enter a whole number."),
        ("decimals", "7", DECIMALS),
        ("decimals", "-1", DECIMALS),
        ("counting", "tally", "Select a valid choice. tally is not one of the available choices."),
    ],
)
def test_what_cannot_be_a_source_comes_back_with_its_reason_and_the_fold_open(
    field: str, value: str, message: str, client: Client, alice: User
) -> None:
    client.force_login(alice)
    answer = client.post(f"{NEW}?kind=gas", {**TYPED, field: value})
    assert (answer.status_code, answer.context["form"].errors) == (422, {field: [message]})
    folded = field not in ("name", "unit")
    assertContains(answer, '<details class="more" open>' if folded else '<details class="more">', status_code=422)
    with acting_as(alice):
        assert not DataSource.objects.exists()


def test_where_every_dial_of_a_kind_has_as_many_digits_after_the_point_they_are_asked_for(
    client: Client, alice: User
) -> None:
    client.force_login(alice)
    answer = client.post(f"{NEW}?kind=electricity", {**TYPED, "decimals": ""})
    assert answer.context["form"].errors == {"decimals": ["This field is required."]}


@pytest.mark.parametrize(
    ("kind", "unit", "typed", "dial"),
    [
        ("gas", "m³", ("", ""), (5, 3)),
        ("gas", "kWh", ("", ""), (5, 3)),
        ("gas", "ccf", ("", ""), (4, 0)),
        ("gas", "ft³", ("", ""), (6, 0)),
        ("gas", "CCF", ("5", "2"), (5, 2)),
        ("water", "gallons", ("", ""), (7, 0)),
        ("hot_water", "L", ("", ""), (8, 3)),
        ("hot_water", "m3", ("4", "0"), (4, 0)),
    ],
)
def test_the_digits_of_the_dial_are_as_typed_or_as_usual_for_the_unit(
    kind: str, unit: str, typed: tuple[str, str], dial: tuple[int, int], client: Client, alice: User
) -> None:
    client.force_login(alice)
    usual = "Leave it empty for what is usual: 3 with m³, none with ft³, CCF, gal."
    page = client.get(f"{NEW}?kind={kind}")
    assertContains(page, usual)
    assertContains(page, "5 with m³, 6 with ft³, 4 with CCF, 7 with gal.")
    sent = {**TYPED, "unit": unit, "digits": typed[0], "decimals": typed[1]}
    assert client.post(f"{NEW}?kind={kind}", sent).status_code == 302
    with acting_as(alice):
        source = DataSource.objects.get()
    assert (source.digits, source.decimals) == dial


def test_of_a_dial_that_is_no_gas_or_water_nobody_need_know_the_digits(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.post(f"{NEW}?kind=electricity", {**TYPED, "digits": ""}).status_code == 302
    with acting_as(alice):
        assert DataSource.objects.get().digits is None


def test_a_form_that_was_sent_without_a_kind_is_asked_for_it(client: Client, alice: User) -> None:
    client.force_login(alice)
    for address in (NEW, f"{NEW}?kind=coal"):
        assertContains(client.post(address, TYPED), "What do you want to read?", status_code=422)
    with acting_as(alice):
        assert not DataSource.objects.exists()


@pytest.mark.parametrize(("level", "status"), [("read", 403), ("write", 403), (None, 404)])
def test_a_home_that_one_does_not_administer_takes_no_source(
    level: str | None, status: int, client: Client, home: Home, alice: User, bob: User
) -> None:
    if level:
        with acting_as(alice):
            home.members.create(user=bob, level=level, granted_by=alice)
    client.force_login(bob)
    address = f"{NEW}?kind=gas&home={home.public_id}"
    assert (client.get(address).status_code, client.post(address, TYPED).status_code) == (status, status)
    make_home(bob, "Bob's flat")
    answer = client.post(f"{NEW}?kind=gas", {**TYPED, "home": home.public_id})
    reason = "Select a valid choice. That choice is not one of the available choices."
    assert answer.context["form"].errors == {"home": [reason]}
    with acting_as(alice):
        assert not DataSource.objects.exists()


@pytest.mark.parametrize("home", ["", "1", "nonsense", "019a0000-0000-7000-8000-000000000000"])
def test_an_address_of_no_home_is_not_found(home: str, client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get(NEW, {"kind": "gas", "home": home}).status_code == 404


def test_visitors_are_sent_to_the_sign_in_page(client: Client, db: None) -> None:
    assertRedirects(client.post(NEW, TYPED), f"/account/login/?next={NEW}")


def test_other_methods_are_refused(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.delete(NEW).status_code == 405
