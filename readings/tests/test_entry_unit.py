"""What was typed beside a unit is meant in it: after the source counts in another one it is asked for anew."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from accounts.current import acting_as
from accounts.ids import uuid7
from accounts.models import User
from homelog.testing import START, make_readings, make_source, make_user
from readings.tests.entries import messages, page, said, save, stored
from sources.models import DataSource, Home

SENTENCE = "This meter counts in MWh now, and you typed this in kWh. Write it down in MWh."
Convert = Callable[[DataSource], None]


@pytest.fixture
def convert(alice: User) -> Convert:
    """Lets a source that counts in kWh count in MWh, all its readings along."""

    def done(source: DataSource) -> None:
        with acting_as(alice):
            changed = DataSource.objects.get(pk=source.pk)
            changed.unit, changed.unit_way = "MWh", "convert"
            changed.full_clean()
            changed.save()

    return done


def values(source: DataSource) -> list[str]:
    """What is stored, newest first."""
    return [f"{value:f}" for value, *_others in stored(source)]


def test_a_page_that_was_open_before_stores_nothing_and_comes_back_in_the_new_unit(
    client: Client, source: DataSource, convert: Convert
) -> None:
    make_readings(source, ["100"])
    client.force_login(source.owner)
    assertContains(client.get(page("entry", source)), '<input type="hidden" name="unit" value="kWh">', html=True)
    convert(source)
    answer = save(client, source, "110", unit="kWh")
    assert (answer.status_code, said(answer), values(source)) == (422, [SENTENCE], ["0.100"])
    assertContains(answer, '<input type="hidden" name="unit" value="MWh">', status_code=422, html=True)
    assertContains(answer, 'value="110"', status_code=422)
    assert save(client, source, "0.110", unit="MWh").status_code == 302
    assert values(source) == ["0.110", "0.100"]


@pytest.mark.parametrize("unit", ["kWh", "KWH", ""])
def test_the_unit_that_it_counts_in_is_taken_however_it_is_spelled(
    unit: str, client: Client, source: DataSource
) -> None:
    client.force_login(source.owner)
    assert save(client, source, "100", unit=unit).status_code == 302
    assert values(source) == ["100"]


@pytest.mark.parametrize("unit", ["m³", "x" * 400, "kWh\0"])
def test_another_unit_is_refused_with_a_page(unit: str, client: Client, source: DataSource) -> None:
    client.force_login(source.owner)
    assert (save(client, source, "100", unit=unit).status_code, values(source)) == (422, [])


def test_what_waited_on_a_device_is_refused_with_the_same_sentence(
    client: Client, source: DataSource, convert: Convert
) -> None:
    make_readings(source, ["100"])
    convert(source)
    client.force_login(source.owner)
    data: dict[str, Any] = {"writer": str(source.owner.public_id), "value": "110", "unit": "kWh"}
    answer = client.post(page("entry", source), data, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (422, {"state": "refused", "texts": [SENTENCE]})
    assert values(source) == ["0.100"]


def test_of_several_registers_each_has_its_own_unit(client: Client, alice: User, home: Home, convert: Convert) -> None:
    day, night = (make_source(alice, home, name=name, meter_number="1 EMH") for name in ("Day", "Night"))
    client.force_login(alice)
    opened = client.get(page("entry", day))
    for each in (day, night):
        hidden = f'<input type="hidden" name="{each.public_id}-unit" value="kWh">'
        assertContains(opened, hidden, count=1, html=True)
    convert(day)
    form: dict[str, str] = {}
    for each, value in ((day, "100"), (night, "20")):
        facts = {"value": value, "unit": "kWh", "public_id": str(uuid7())}
        form |= {f"{each.public_id}-{name}": fact for name, fact in facts.items()}
    answer = client.post(page("entry", day), form)
    assertContains(answer, SENTENCE, count=1, status_code=422)
    assertContains(answer, f'<input type="hidden" name="{day.public_id}-unit" value="MWh">', status_code=422, html=True)
    assert (values(day), values(night)) == ([], ["20"])


@pytest.mark.parametrize("is_new", [True, False])
def test_a_rule_that_was_typed_before_is_not_taken_for_the_new_unit(
    is_new: bool, client: Client, source: DataSource, convert: Convert
) -> None:
    make_readings(source, ["100"])
    with acting_as(source.owner):
        rule = source.validators.create(max_per_day=Decimal(500))
    ids = [source.public_id, *([] if is_new else [rule.public_id])]
    address = reverse("sources:rule_list" if is_new else "sources:rule_update", args=ids)
    client.force_login(source.owner)
    opened = client.get(address)
    assertContains(opened, '<input type="hidden" name="unit" value="kWh">', html=True)
    convert(source)
    form = {"max_per_day": "500", "on_violation": "reject"}
    answer = client.post(address, {**form, "unit": "kWh"})
    assertContains(answer, SENTENCE, status_code=422)
    assertContains(answer, '<input type="hidden" name="unit" value="MWh">', status_code=422, html=True)
    with acting_as(source.owner):
        assert [each.max_per_day for each in source.validators.all()] == [Decimal("0.5")]
    assert client.post(address, {**form, "max_per_day": "0.75", "unit": "MWh"}).status_code == 302
    with acting_as(source.owner):
        limits = [*source.validators.order_by("pk").values_list("max_per_day", flat=True)]
    assert limits == ([Decimal("0.5")] if is_new else []) + [Decimal("0.75")]


@pytest.mark.parametrize("is_new", [True, False])
def test_a_meter_change_that_was_typed_before_is_not_taken_for_the_new_unit(
    is_new: bool, client: Client, source: DataSource, convert: Convert
) -> None:
    make_readings(source, ["100", "3"])
    name, ids = "meter_change_create", [source.public_id]
    if not is_new:
        with acting_as(source.owner):
            at = START + timedelta(hours=1)
            change = source.meter_changes.create(changed_at=at, old_final=Decimal(120), new_initial=Decimal(1))
        name, ids = "meter_change_update", [source.public_id, change.public_id]
    address = reverse(f"readings:{name}", args=ids)
    client.force_login(source.owner)
    assertContains(client.get(address), '<input type="hidden" name="unit" value="kWh">', html=True)
    form = {"reason": "replaced", "changed_at": "2026-01-01T12:00", "old_final": "121", "new_initial": "0"}
    previewed = client.post(address, {**form, "unit": "kWh"})
    assertContains(previewed, '<input type="hidden" name="unit" value="kWh" id="id_unit">', html=True)
    convert(source)
    answer = client.post(address, {**form, "unit": "kWh", "save": "1"})
    assertContains(answer, SENTENCE, status_code=422)
    assertContains(answer, '<input type="hidden" name="unit" value="MWh">', status_code=422, html=True)

    def noted() -> list[tuple[Decimal, Decimal]]:
        with acting_as(source.owner):
            return [*source.meter_changes.values_list("old_final", "new_initial")]

    assert noted() == ([] if is_new else [(Decimal("0.12"), Decimal("0.001"))])
    again = client.post(address, {**form, "old_final": "0.121", "unit": "MWh", "save": "1"})
    assert (again.status_code, noted()) == (302, [(Decimal("0.121"), Decimal(0))])


def test_staff_who_had_a_reading_open_before_do_not_save_its_old_number(
    client: Client, source: DataSource, convert: Convert
) -> None:
    (reading,) = make_readings(source, ["100"])
    staff = make_user("staff")
    staff.is_staff = staff.is_superuser = True
    staff.save()
    client.force_login(staff)
    address = reverse("admin:readings_reading_change", args=[reading.pk])
    assertContains(client.get(address), '<input type="hidden" name="unit" value="kWh" id="id_unit">', html=True)
    convert(source)
    at = {"recorded_at_0": "2026-01-01", "recorded_at_1": "08:00:00"}
    form = {"value": "100", "quality_flag": "good", "notes": "Looked at", "metadata": "{}", **at}
    answer = client.post(address, {**form, "unit": "kWh"})
    assertContains(answer, SENTENCE)
    assertContains(answer, '<input type="hidden" name="unit" value="MWh" id="id_unit">', html=True)
    assert values(source) == ["0.100"]
    assert client.post(address, {**form, "value": "0.101", "unit": "MWh"}).status_code == 302
    assert values(source) == ["0.101"]


def test_a_reading_that_an_address_carries_to_the_meter_change_is_asked_for_anew(
    client: Client, source: DataSource, convert: Convert
) -> None:
    make_readings(source, ["12000"])
    client.force_login(source.owner)
    carried = f"{save(client, source, '5', unit='kWh').context['answers'].replaced}&round=1"
    assert "value=5&unit=kWh&at=" in carried
    form = client.get(carried).context["form"]
    sent = {name: form[name].value() for name in ("reason", "changed_at", "old_final", "new_initial")}
    convert(source)
    for answer in (client.get(carried), client.post(carried, {**sent, "unit": "kWh", "save": "1"})):
        assertRedirects(answer, f"{page('entry', source)}?round=1", fetch_redirect_response=False)
        assert messages(answer)[-1] == SENTENCE
    assert (values(source), source.meter_changes.count()) == (["12.000"], 0)
    assert client.get(carried.replace("unit=kWh", "unit=MWh")).status_code == 200
