"""Another unit for a source about which numbers are written down: asked about, converted whole, or only renamed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.current import acting_as
from accounts.deadline import deadline, seconds_left
from accounts.models import User
from accounts.tests.api.calls import program_of
from audit.models import AuditLog
from audit.sentences import sentence
from homelog.testing import START, make_readings, make_source, make_sum, make_user, share
from readings.models import Day, Fall, Reading
from readings.usage import used
from sources.models import DataSource

TYPED = {
    "name": "Water",
    "source_type": "water",
    "unit": "L",
    "unit_seen": "m³",
    "counting": "counter",
    "digits": "5",
    "decimals": "3",
}


@pytest.fixture
def water(alice: User) -> DataSource:
    """A water meter of 5 and 3 digits, with readings, a new dial and limits, all in m³."""
    source = make_source(alice, None, name="Water", source_type="water", unit="m³", digits=5, decimals=3)
    make_readings(source, ["1200", "1234.567", "3.10"])
    with acting_as(alice):
        source.validators.create(min_value=Decimal(0), max_value=Decimal("99999.5"), max_per_day=Decimal("2000.25"))
        source.validators.create(non_decreasing=True)
        at = START + timedelta(days=2)
        source.meter_changes.create(changed_at=at, old_final=Decimal("1235.001"), new_initial=Decimal("0.5"))
    return source


@pytest.fixture
def staff(alice: User) -> User:
    """Staff may do everything there is in Django admin."""
    person = make_user("staff")
    person.is_staff = person.is_superuser = True
    person.save()
    return person


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def settings_of(source: DataSource) -> str:
    return reverse("sources:source_update", args=[source.public_id])


@contextmanager
def as_owner_of(source: DataSource) -> Iterator[DataSource]:
    """The source as it is stored, while its owner acts."""
    with acting_as(source.owner):
        yield DataSource.objects.get(pk=source.pk)


def told(source: DataSource) -> dict[str, Any]:
    """Everything that is told in the unit of a source, as it is stored."""
    with as_owner_of(source) as stored:
        rules = stored.validators.values_list("min_value", "max_value", "max_per_day")
        changes = stored.meter_changes.values_list("old_final", "new_initial")
        return {
            "dial": (stored.unit, stored.digits, stored.decimals),
            "readings": [f"{each.value:f}" for each in stored.readings.order_by("recorded_at")],
            "rules": [tuple(value if value is None else f"{value:f}" for value in row) for row in rules],
            "meter_changes": [tuple(f"{value:f}" for value in row) for row in changes],
        }


IN_M3 = {
    "dial": ("m³", 5, 3),
    "readings": ["1200", "1234.567", "3.10"],
    "rules": [("0", "99999.5", "2000.25"), (None, None, None)],
    "meter_changes": [("1235.001", "0.5")],
}
IN_LITRES = {
    "dial": ("L", 8, 0),
    "readings": ["1200000", "1234567", "3100"],
    "rules": [("0", "99999500", "2000250"), (None, None, None)],
    "meter_changes": [("1235001", "500")],
}


def test_the_page_asks_with_the_numbers_of_the_source_and_nothing_is_saved(
    signed_in: Client, water: DataSource
) -> None:
    answer = signed_in.post(settings_of(water), {**TYPED, "name": "Garden"})
    assert answer.status_code == 422
    assertContains(answer, "<h1>From m³ to L?</h1>", status_code=422, html=True)
    assertContains(answer, "The last reading, <b>3.10 m³</b>, becomes <b>3,100 L</b>.", status_code=422)
    assertContains(
        answer, "The last reading, <b>3.10 m³</b>, is called <b>3.10 L</b> then. No number changes.", status_code=422
    )
    assertContains(answer, "3 readings, 1 rule, 1 meter change.", status_code=422)
    assertContains(answer, '<input type="hidden" name="name" value="Garden" id="id_name">', status_code=422, html=True)
    ways = [f'name="unit_way" value="{way}"' in answer.text for way in ("convert", "rename", "back")]
    assert ways == [True, True, True]
    assert told(water) == IN_M3


def test_everything_that_is_told_in_the_unit_is_converted_and_nothing_is_lost_on_the_way_back(
    signed_in: Client, water: DataSource
) -> None:
    answer = signed_in.post(settings_of(water), {**TYPED, "unit_way": "convert"})
    assertRedirects(answer, water.get_absolute_url(), fetch_redirect_response=False)
    assert told(water) == IN_LITRES
    back = {**TYPED, "unit": "m³", "unit_seen": "L", "digits": "8", "decimals": "0", "unit_way": "convert"}
    assert signed_in.post(settings_of(water), back).status_code == 302
    found = told(water)
    assert found["dial"] == IN_M3["dial"]
    for name in ("readings", "meter_changes"):
        assert _decimals(found[name]) == _decimals(IN_M3[name])
    assert [_decimals(rule) for rule in found["rules"]] == [_decimals(rule) for rule in IN_M3["rules"]]


def _decimals(found: Any) -> Any:
    if isinstance(found, list | tuple):
        return [_decimals(each) for each in found]
    return found if found is None else Decimal(found)


def test_what_is_used_is_the_same_before_and_after(signed_in: Client, water: DataSource) -> None:
    run = [START - timedelta(days=1), START + timedelta(days=1), START + timedelta(days=2)]

    def use() -> list[Any]:
        with as_owner_of(water) as stored:
            return [period.use for period in used([(stored, [run])])[water.pk].runs[0]]

    before = use()
    signed_in.post(settings_of(water), {**TYPED, "unit_way": "convert"})
    assert before == [Decimal("34.567"), Decimal("3.034")]
    assert use() == [Decimal(34567), Decimal(3034)]


def test_what_the_database_keeps_of_readings_follows(signed_in: Client, alice: User) -> None:
    tank = make_source(alice, None, name="Tank", source_type="oil", unit="L", counting="level", digits=None, decimals=0)
    make_readings(tank, ["500", "700"], step=timedelta(hours=1))
    typed = {**TYPED, "name": "Tank", "source_type": "oil", "unit": "m³", "unit_seen": "L", "counting": "level"}
    signed_in.post(settings_of(tank), {**typed, "digits": "", "decimals": "0", "unit_way": "convert"})
    with as_owner_of(tank) as stored:
        assert (stored.unit, stored.digits, stored.decimals) == ("m³", None, 3)
        assert [*Day.objects.filter(source=tank).values_list("total", "low", "high")] == [
            (Decimal("1.2"), Decimal("0.5"), Decimal("0.7"))
        ]


def test_the_fall_of_a_dial_is_still_known(signed_in: Client, water: DataSource) -> None:
    signed_in.post(settings_of(water), {**TYPED, "unit_way": "convert"})
    with as_owner_of(water):
        assert [*Fall.objects.filter(source=water).values_list("at", flat=True)] == [START + timedelta(days=2)]


def test_only_the_unit_is_written_anew_where_it_was_wrong(signed_in: Client, water: DataSource) -> None:
    assert signed_in.post(settings_of(water), {**TYPED, "unit_way": "rename"}).status_code == 302
    assert told(water) == {**IN_M3, "dial": ("L", 5, 3)}


def test_who_goes_back_finds_what_was_typed(signed_in: Client, water: DataSource) -> None:
    answer = signed_in.post(settings_of(water), {**TYPED, "name": "Garden", "unit_way": "back"})
    assertContains(answer, "<h1>Settings</h1>", status_code=422, html=True)
    assertContains(answer, 'value="Garden"', status_code=422)
    assertNotContains(answer, "unit_way", status_code=422)
    assert told(water) == IN_M3


@pytest.mark.parametrize("with_rule", [True, False])
def test_without_readings_it_just_changes_unless_a_rule_names_a_number(
    with_rule: bool, signed_in: Client, alice: User
) -> None:
    source = make_source(alice, None, name="Water", source_type="water", unit="m³", digits=5, decimals=3)
    if with_rule:
        with acting_as(alice):
            source.validators.create(max_per_day=Decimal("0.5"))
    answer = signed_in.post(settings_of(source), TYPED)
    assert answer.status_code == (422 if with_rule else 302)
    assert told(source)["dial"] == ("m³" if with_rule else "L", 5, 3)
    if with_rule:
        assertContains(answer, "0 readings, 1 rule.", status_code=422)
        assertNotContains(answer, "The last reading", status_code=422)


@pytest.mark.parametrize(
    ("fields", "value", "unit", "sentence"),
    [
        ({}, "20.5", "°F", "m³ and °F are not related by a power of ten that HomeLog knows."),
        ({"digits": 10}, "1", "L", "A dial of 10 digits in m³ would have 13 in L. It has 1 to 12."),
        (
            {"unit": "L", "decimals": 4},
            "1",
            "m³",
            "4 digits after the point in L would be 7 in m³. There is room for 6.",
        ),
        ({"unit": "L", "decimals": 0}, "1.2345", "m³", "1 number has too many digits to be written in m³."),
        ({}, "1000000000", "L", "1 number has too many digits to be written in L."),
    ],
)
def test_what_cannot_be_converted_whole_is_refused_with_a_sentence(
    fields: dict[str, Any], value: str, unit: str, sentence: str, signed_in: Client, alice: User
) -> None:
    shape = {"source_type": "water", "unit": "m³", "digits": 5, "decimals": 3, **fields}
    source = make_source(alice, None, name="Water", **shape)
    make_readings(source, [value])
    before = told(source)
    typed = {**TYPED, **{name: str(shape[name]) for name in ("digits", "decimals")}}
    typed |= {"unit": unit, "unit_seen": shape["unit"]}
    for way in ({}, {"unit_way": "convert"}):
        answer = signed_in.post(settings_of(source), {**typed, **way})
        assertContains(answer, f"<p>{sentence}</p>", status_code=422, html=True)
        assertNotContains(answer, 'value="convert"', status_code=422)
        assert told(source) == before


def test_digits_that_are_only_noughts_are_no_reason_to_refuse(signed_in: Client, alice: User) -> None:
    source = make_source(alice, None, name="Water", source_type="water", unit="L", digits=8, decimals=0)
    make_readings(source, ["1500.0000"])
    typed = {**TYPED, "unit": "m³", "unit_seen": "L", "digits": "8", "decimals": "0"}
    signed_in.post(settings_of(source), {**typed, "unit_way": "convert"})
    assert told(source)["readings"] == ["1.500000"]


def test_a_digit_typed_with_the_new_unit_is_meant_in_it(signed_in: Client, water: DataSource) -> None:
    signed_in.post(settings_of(water), {**TYPED, "digits": "9", "decimals": "1", "unit_way": "convert"})
    assert told(water) == {**IN_LITRES, "dial": ("L", 9, 1)}


def test_a_page_that_was_open_since_before_the_change_relabels_nothing(signed_in: Client, water: DataSource) -> None:
    typed = {**TYPED, "unit_way": "convert"}
    assert signed_in.post(settings_of(water), typed).status_code == 302
    for late in (typed, {**TYPED, "unit": "m³"}, {**TYPED, "unit": "m³", "unit_way": "rename"}):
        answer = signed_in.post(settings_of(water), late)
        assertContains(answer, "The unit was changed meanwhile: it is L now. Open the settings anew.", status_code=422)
    assert told(water) == IN_LITRES


def test_a_correction_that_was_open_since_before_is_not_saved_over_it(signed_in: Client, water: DataSource) -> None:
    with as_owner_of(water):
        reading = Reading.objects.of(water).get(value=1200)
    address = reverse("readings:reading_update", args=[water.public_id, reading.public_id])
    signed_in.post(settings_of(water), {**TYPED, "unit_way": "convert"})
    answer = signed_in.post(address, {"value": "1201", "recorded_at": "2026-01-01 09:00", "seen": reading.version})
    assert answer.status_code == 409
    assert told(water) == IN_LITRES


def test_one_entry_of_the_log_tells_of_everything(signed_in: Client, water: DataSource, alice: User) -> None:
    with acting_as(alice):
        before = AuditLog.objects.filter(source_id=water.pk).count()
    signed_in.post(settings_of(water), {**TYPED, "unit_way": "convert"})
    dial = {"digits": "8", "decimals": "0"}
    signed_in.post(settings_of(water), {**TYPED, **dial, "unit": "m³", "unit_seen": "L", "unit_way": "rename"})
    with acting_as(alice):
        entries = AuditLog.objects.filter(source_id=water.pk).order_by("event_time")[before:]
        said = [sentence(entry, None, water.zone) for entry in entries]
    assert [(each.text, each.points) for each in said] == [
        (
            "Alice changed the unit of Water from m³ to L and converted 3 readings, 1 rule, 1 meter change",
            ("Digits before the point: 5 → 8", "Digits after the point: 3 → 0"),
        ),
        ("Alice wrote down another unit for Water, m³ instead of L", ()),
    ]


def test_a_reading_that_was_deleted_before_comes_back_in_the_unit_of_today(
    signed_in: Client, water: DataSource, alice: User
) -> None:
    with as_owner_of(water):
        reading = Reading.objects.of(water).get(value=Decimal("1234.567"))
        reading.source = water
        reading.delete()
    signed_in.post(settings_of(water), {**TYPED, "unit_way": "convert"})
    assertContains(signed_in.get(reading.get_absolute_url()), "1,234,567")
    answer = signed_in.post(reverse("audit:put_back", args=[water.public_id, reading.public_id]), follow=True)
    assertContains(answer, "Put back: 1,234,567 L, read on 2 Jan 2026, 08:00.")
    assert told(water) == IN_LITRES


@pytest.mark.parametrize(
    ("value", "said", "back"),
    [
        ("1500.0000", "Put back: 1.500 m³, read on", ["1.600", "1.500000"]),
        ("1500.1234", "It would be 1.5001234 m³, and there is room for 6 digits after the point.", ["1.600"]),
    ],
)
def test_a_deleted_reading_with_more_places_than_there_is_room_for_comes_back_or_it_is_said_what_to_do(
    value: str, said: str, back: list[str], signed_in: Client, alice: User
) -> None:
    tank = make_source(alice, source_type="water", unit="L", decimals=0)
    reading, _other = make_readings(tank, [value, "1600"])
    with as_owner_of(tank):
        reading.delete()
        tank.unit, tank.unit_way = "m³", "convert"
        tank.full_clean()
        tank.save()
    answer = signed_in.post(reverse("audit:put_back", args=[tank.public_id, reading.public_id]), follow=True)
    assert said in answer.content.decode()
    with as_owner_of(tank):
        assert [f"{each.value:f}" for each in Reading.objects.of(tank)] == back


def test_an_earlier_state_comes_back_in_the_unit_of_today_also_for_who_sees_no_settings(
    client: Client, water: DataSource, alice: User, bob: User
) -> None:
    share(water, bob, "write")
    with as_owner_of(water):
        reading = Reading.objects.of(water).get(value=1200)
        reading.value = Decimal("1200.25")
        reading.save()
    client.force_login(alice)
    client.post(settings_of(water), {**TYPED, "unit_way": "convert"})
    client.force_login(bob)
    page = client.get(reading.get_absolute_url())
    assertContains(page, "corrected 1,200 to 1,200.25 m³")
    (panel,) = page.context["panels"]
    mark = panel.split('name="to" value="')[1].split('"')[0]
    with as_owner_of(water):
        version = Reading.objects.of(water).get(pk=reading.pk).version
    address = reverse("audit:put_back", args=[water.public_id, reading.public_id])
    assert client.post(address, {"to": mark, "version": version}).status_code == 302
    assert told(water) == IN_LITRES
    assertContains(client.get(reading.get_absolute_url()), '<span class="meta">from m³ to L</span>', html=True)


def test_a_rule_that_was_deleted_before_does_not_come_back_with_its_old_numbers(
    signed_in: Client, water: DataSource
) -> None:
    with as_owner_of(water) as stored:
        rule = stored.validators.exclude(max_value=None).get()
    gone = signed_in.post(reverse("sources:rule_delete", args=[water.public_id, rule.public_id]), follow=True)
    (message,) = gone.context["messages"]
    signed_in.post(settings_of(water), {**TYPED, "unit_way": "convert"})
    assert signed_in.post(message.extra_tags).status_code == 404
    assert told(water)["rules"] == [(None, None, None)]


def test_a_conversion_has_the_time_that_it_takes(water: DataSource) -> None:
    with as_owner_of(water) as stored:
        stored.unit, stored.unit_way = "L", "convert"
        stored.full_clean()
        with deadline(8.0):
            stored.save()
            left = seconds_left()
        stored.unit, stored.unit_way = "m³", "convert"
        stored.save()
        unlimited = seconds_left()
    assert left is not None
    assert (left > 590, unlimited) == (True, None)


def test_a_sum_counts_on_as_before(signed_in: Client, water: DataSource, alice: User) -> None:
    other = make_source(alice, None, name="Garden", source_type="water", unit="m³", digits=5, decimals=3)
    total = make_sum(alice, None, [water, other], name="Both", unit="m³", source_type="water")
    answer = signed_in.post(settings_of(water), TYPED)
    assertContains(answer, f'<a href="{total.get_absolute_url()}">Both</a>', status_code=422, html=True)
    signed_in.post(settings_of(water), {**TYPED, "unit_way": "convert"})
    with acting_as(alice):
        assert DataSource.objects.get(pk=total.pk).unit == "m³"


@pytest.mark.parametrize(("level", "status"), [("read", 403), ("write", 403), (None, 404)])
def test_who_may_not_change_the_source_converts_nothing(
    level: str | None, status: int, client: Client, water: DataSource, bob: User
) -> None:
    if level:
        share(water, bob, level)
    client.force_login(bob)
    for way in ("", "convert", "rename"):
        assert client.post(settings_of(water), {**TYPED, "unit_way": way}).status_code == status
        assert (
            program_of(bob)("PATCH", f"/sources/{water.public_id}", {"unit": "L", "unit_change": "convert"}).status_code
            == status
        )
    assert told(water) == IN_M3


def test_visitors_are_sent_to_the_sign_in_page_and_convert_nothing(client: Client, water: DataSource) -> None:
    address = settings_of(water)
    assertRedirects(client.post(address, {**TYPED, "unit_way": "convert"}), f"/account/login/?next={address}")
    assert told(water) == IN_M3


def test_an_answer_that_is_none_is_asked_again(signed_in: Client, water: DataSource) -> None:
    answer = signed_in.post(settings_of(water), {**TYPED, "unit_way": "double"})
    assertContains(answer, "<h1>From m³ to L?</h1>", status_code=422, html=True)
    assert told(water) == IN_M3


def test_the_api_refuses_it_with_409_until_it_is_told_what_is_meant(water: DataSource, alice: User) -> None:
    program, here = program_of(alice), f"/sources/{water.public_id}"
    answer = program("PATCH", here, {"unit": "L", "name": "Garden"})
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (
        409,
        "unit_change",
        "Numbers are written down in m³. Send unit_change along: “convert” to convert them all to L, or “rename” where "
        "they always were in L and only the unit was written down wrong.",
    )
    assert told(water) == IN_M3
    done = program("PATCH", here, {"unit": "L", "unit_change": "convert"})
    assert (done.status_code, done.json()["unit"], done.json()["latest_value"]) == (200, "L", "3100")
    assert told(water) == IN_LITRES
    again = program("PATCH", here, {"unit": "L", "unit_change": "convert"})
    assert (again.status_code, told(water)) == (200, IN_LITRES)
    assert program("PATCH", here, {"unit": "kg", "unit_change": "convert"}).status_code == 422
    assert program("PATCH", here, {"unit": "m³", "unit_change": "both"}).status_code == 422
    assert program("PATCH", here, {"unit": "gal", "unit_change": "rename"}).json()["unit"] == "gal"
    assert told(water) == {**IN_LITRES, "dial": ("gal", 8, 0)}


def test_staff_are_asked_in_django_admin_too(client: Client, staff: User, water: DataSource) -> None:
    address = reverse("admin:sources_datasource_change", args=[water.pk])
    client.force_login(staff)
    blank = {f"{name}-{count}": 0 for name in ("shares", "validators") for count in ("TOTAL_FORMS", "INITIAL_FORMS")}
    typed = {**TYPED, "owner": water.owner_id, "rhythm": "auto", **blank}
    answer = client.post(address, typed)
    assertContains(answer, "Say what is to become of the numbers that are written down in m³.")
    assert told(water) == IN_M3
    assert client.post(address, {**typed, "unit_way": "convert"}).status_code == 302
    assert told(water) == IN_LITRES


def test_asking_and_converting_cost_the_same_for_one_reading_and_for_many(
    signed_in: Client, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 30):
        source = make_source(alice, None, name="Water", source_type="water", unit="m³", digits=5, decimals=3)
        make_readings(source, [str(number) for number in range(count)])
        signed_in.get(settings_of(source))
        with django_assert_num_queries(35):
            assert signed_in.post(settings_of(source), TYPED).status_code == 422
        with django_assert_num_queries(40):
            assert signed_in.post(settings_of(source), {**TYPED, "unit_way": "convert"}).status_code == 302
