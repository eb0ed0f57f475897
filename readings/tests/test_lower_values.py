"""A value lower than the last: what the entry page offers, to whom, and what each answer does."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_readings, share
from readings.models import Reading
from readings.tests.entries import EVEN, NOW, at_noon, led_to, messages, page, save, stored
from sources.models import DataSource

pytestmark = pytest.mark.usefixtures(at_noon.__name__)

START = NOW - timedelta(days=40)


@pytest.fixture
def nearly_full(source: DataSource, client: Client) -> DataSource:
    """A dial of five digits near its end, of which the source says six; Alice is signed in."""
    make_readings(source, ["99600", "99700", "99800", "99900"], start=START, step=timedelta(days=10))
    client.force_login(source.owner)
    return source


def forbid_falls(source: DataSource) -> None:
    with acting_as(source.owner):
        source.validators.create(non_decreasing=True)


def digits(source: DataSource) -> int | None:
    with acting_as(source.owner):
        return DataSource.objects.get(pk=source.pk).digits


def last_of(source: DataSource) -> Reading:
    with acting_as(source.owner):
        reading = Reading.objects.of(source).order_by("-recorded_at")[0]
    reading.source = source
    return reading


def replaced(source: DataSource, value: str, **more: str) -> str:
    """The link to the wizard, as it stands in the page."""
    query = urlencode({"value": value, "unit": "kWh", "at": NOW.isoformat(), "notes": "", **more})
    address = f"{reverse('readings:meter_change_create', args=[source.public_id])}?{query}"
    return f'<a class="btn" href="{address.replace("&", "&amp;")}">The meter was replaced</a>'


def test_a_point_that_marks_thousands_is_understood_at_a_press(client: Client, meter: DataSource) -> None:
    make_readings(meter, ["13001"], start=NOW - timedelta(hours=1))
    button = '<button name="meant" value="13100">The meter shows 13,100</button>'
    assertContains(save(client, meter, "13.100"), button, 1, status_code=422)
    assertNotContains(save(client, meter, "12.999"), 'name="meant"', status_code=422)
    assertNotContains(save(client, meter, "131"), 'name="meant"', status_code=422)
    assert stored(meter)[0][0] == Decimal(13001)
    assert save(client, meter, "13.100", meant="13100", confirm="13100").status_code == 302
    assert stored(meter)[0][0] == Decimal(13100)


def test_a_lower_value_offers_what_can_have_happened(client: Client, meter: DataSource) -> None:
    answer = save(client, meter, "170")
    assertContains(answer, '<h2 id="answers">What happened?</h2>', status_code=422)
    assertContains(answer, replaced(meter, "170"), status_code=422)
    correct = f"{page('reading_update', meter, last_of(meter))}?then=170&amp;unit=kWh"
    assertContains(answer, f'<a class="btn" href="{correct}">Correct the last one</a>', status_code=422)
    assertContains(answer, '<button name="confirm" value="170">It is right, save it</button>', 1, status_code=422)
    assertNotContains(answer, "rolled_over", status_code=422)
    assert stored(meter) == EVEN


def test_note_and_estimate_go_along_to_the_wizard(client: Client, meter: DataSource) -> None:
    answer = save(client, meter, "170", notes="by torch", quality_flag="estimated")
    assertContains(answer, replaced(meter, "170", notes="by torch", estimated="on"), status_code=422)


def test_where_a_rule_rejects_falls_all_but_the_last_answer_are_offered(client: Client, meter: DataSource) -> None:
    forbid_falls(meter)
    answer = save(client, meter, "170", confirm="170")
    assertContains(answer, replaced(meter, "170"), status_code=422)
    assertContains(answer, ">Correct the last one</a>", status_code=422)
    assertContains(answer, ">Change the rules</a>", status_code=422)
    assertNotContains(answer, "It is right, save it", status_code=422)
    assert stored(meter) == EVEN


@pytest.mark.parametrize("rejects", [False, True])
def test_who_may_only_write_is_told_whom_to_ask(rejects: bool, client: Client, meter: DataSource, bob: User) -> None:
    if rejects:
        forbid_falls(meter)
    share(meter, bob, "write")
    client.force_login(bob)
    answer = save(client, meter, "170")
    ask = "Was the meter replaced? Ask Alice or another administrator of this source to note it."
    assertContains(answer, ask, status_code=422)
    assertNotContains(answer, "The meter was replaced</a>", status_code=422)
    kept = b"Until then you may save the value: it is marked as questionable." in answer.content
    assert kept is not rejects
    save(client, meter, "170", confirm="170")
    added = [] if rejects else [(Decimal(170), NOW, "questionable", "")]
    assert stored(meter) == [*added, *EVEN]


def test_a_higher_value_offers_none_of_it(client: Client, meter: DataSource) -> None:
    answer = save(client, meter, "13431.7")
    assertNotContains(answer, "What happened?", status_code=422)
    assertContains(answer, "It is right, save it", status_code=422)


@pytest.mark.parametrize("rejects", [False, True])
def test_a_dial_that_rolled_over_tells_its_digits(rejects: bool, client: Client, nearly_full: DataSource) -> None:
    if rejects:
        forbid_falls(nearly_full)
    before = stored(nearly_full)
    answer = save(client, nearly_full, "20.5")
    assertContains(
        answer,
        '<button name="rolled_over" value="5">It rolled over: the dial has 5 digits</button>',
        status_code=422,
    )
    assert (digits(nearly_full), stored(nearly_full)) == (6, before)
    answer = save(client, nearly_full, "20.5", rolled_over="5")
    assert messages(answer) == ["Electricity: 20.5 kWh saved. +120.5 kWh, 12 a day. The dial rolled over."]
    assert (digits(nearly_full), stored(nearly_full)) == (5, [(Decimal("20.5"), NOW, "good", ""), *before])


def test_digits_that_explain_nothing_are_not_taken(client: Client, meter: DataSource) -> None:
    answer = save(client, meter, "170", rolled_over="5")
    assert (answer.status_code, digits(meter), stored(meter)) == (422, 6, EVEN)
    answer = save(client, meter, "170", rolled_over="13")
    assert (answer.status_code, digits(meter), stored(meter)) == (422, 6, EVEN)


def test_digits_are_forgotten_where_the_reading_is_not_stored(client: Client, nearly_full: DataSource) -> None:
    with acting_as(nearly_full.owner):
        nearly_full.validators.create(min_value=50)
    answer = save(client, nearly_full, "20.5", rolled_over="5")
    assert (answer.status_code, answer.context["source"].digits, digits(nearly_full)) == (422, 6, 6)


def test_who_may_only_write_cannot_tell_other_digits(client: Client, nearly_full: DataSource, bob: User) -> None:
    before = stored(nearly_full)
    share(nearly_full, bob, "write")
    client.force_login(bob)
    assertNotContains(save(client, nearly_full, "20.5"), "rolled_over", status_code=422)
    answer = save(client, nearly_full, "20.5", rolled_over="5")
    assert (answer.status_code, digits(nearly_full), stored(nearly_full)) == (422, 6, before)


def test_who_may_only_write_can_say_that_it_rolled_over_fast(
    client: Client, nearly_full: DataSource, bob: User
) -> None:
    with acting_as(nearly_full.owner):
        DataSource.objects.filter(pk=nearly_full.pk).update(digits=5)
    before = stored(nearly_full)
    share(nearly_full, bob, "write")
    client.force_login(bob)
    answer = save(client, nearly_full, "1000")
    assertContains(answer, '<button name="rolled_over" value="5">It rolled over</button>', status_code=422)
    save(client, nearly_full, "1000", rolled_over="5")
    assert stored(nearly_full) == [(Decimal(1000), NOW, "questionable", ""), *before]


KEPT = "The value that you typed, 12,300, is kept: it is there again once this is saved."


def test_after_correcting_the_last_one_the_typed_value_is_there_again(client: Client, meter: DataSource) -> None:
    path = f"{page('reading_update', meter, last_of(meter))}?then=12300&unit=kWh"
    typed = {"value": "12291.7", "recorded_at": "2026-10-30T12:00", "quality_flag": "good", "notes": ""}
    assertContains(client.get(path), KEPT)
    assertContains(client.post(path, {**typed, "value": "x"}), KEPT, status_code=422)
    answer = client.post(path, typed)
    assert led_to(answer) == f"{page('entry', meter)}?value=12300&unit=kWh"
    assertContains(client.get(answer["Location"]), 'name="value" value="12300"')


@pytest.mark.parametrize("then", ["", "?then=", "?then=Call+0800+1"])
def test_nothing_is_said_to_be_kept_that_is_no_number(then: str, client: Client, meter: DataSource) -> None:
    assertNotContains(client.get(page("reading_update", meter, last_of(meter)) + then), "that you typed")


def test_a_value_typed_before_the_meter_was_converted_is_not_put_beside_the_new_unit(
    client: Client, meter: DataSource
) -> None:
    with acting_as(meter.owner):
        meter.convert_to("MWh")
    answer = client.get(f"{page('entry', meter)}?value=12300&unit=kWh")
    assertContains(answer, "This meter counts in MWh now, and you typed this in kWh. Write it down in MWh.")
    assertNotContains(answer, 'value="12300"')
    answer = client.get(f"{page('entry', meter)}?value=12.3&unit=Megawatthours")
    assertNotContains(answer, "and you typed this in")
    assertContains(answer, 'name="value" value="12.3"')
