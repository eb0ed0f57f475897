"""The registers of one meter on one page: what is stored, what is asked, and that nothing is stored twice or lost."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains
from time_machine import travel

from accounts.current import acting_as
from accounts.ids import uuid7
from accounts.models import User
from homelog.testing import make_source, share
from readings.models import Reading
from readings.tests.entries import EVEN, NOW, at_noon, eight_a_day, messages, page, stored
from sources.models import DataSource, Home

pytestmark = pytest.mark.usefixtures(at_noon.__name__)

NUMBER = "1 EMH 5541"


@pytest.fixture
def day(client: Client, home: Home, alice: User) -> DataSource:
    """The day register of Alice's meter, with an even past; she is signed in."""
    source = make_source(alice, home, name="Power, day", meter_number=NUMBER)
    eight_a_day(source)
    client.force_login(alice)
    return source


@pytest.fixture
def night(home: Home, alice: User) -> DataSource:
    """The night register, with the same past."""
    source = make_source(alice, home, name="Power, night", meter_number=NUMBER)
    eight_a_day(source)
    return source


def field(source: DataSource, name: str = "value") -> str:
    return f"{source.public_id}-{name}"


def typed(values: dict[DataSource, str], **more: Any) -> dict[str, Any]:
    """The page as it is sent, with a new id for each register."""
    ids = {field(source, "public_id"): str(uuid7()) for source in values}
    return {**{field(source): value for source, value in values.items()}, **ids, **more}


def cuff(owner: User) -> list[DataSource]:
    """The upper and the lower value of one blood pressure."""
    plain: dict[str, Any] = {"source_type": "blood_pressure", "unit": "mmHg", "counting": "level", "digits": None}
    return [
        make_source(owner, name=f"Blood pressure, {name}", meter_number="BP 7", decimals=0, **plain)
        for name in ("upper", "lower")
    ]


def new(source: DataSource) -> list[tuple[Decimal, str, str]]:
    """Value, quality and note of what was stored at NOW."""
    return [(value, quality, note) for value, at, quality, note in stored(source) if at == NOW]


def test_any_register_opens_the_page_of_all(client: Client, day: DataSource, night: DataSource) -> None:
    for source in (day, night):
        answer = client.get(page("entry", source))
        assertContains(answer, "<h1>Power</h1>", html=True)
        for each in (day, night):
            assertContains(answer, f'<label for="id_{field(each)}">{each.name}</label>', html=True)
        assertContains(answer, '<span class="vh">12,431.7 kWh</span>', count=2)
        assertContains(answer, "autofocus", count=1)


def test_both_are_stored_with_one_save_one_time_and_one_note(
    client: Client, day: DataSource, night: DataSource
) -> None:
    answer = client.post(page("entry", day), typed({day: "12615,7", night: "12600"}, notes="by torch"))
    assert (new(day), new(night)) == (
        [(Decimal("12615.7"), "good", "by torch")],
        [(Decimal(12600), "good", "by torch")],
    )
    assert messages(answer) == ["Saved: Power, day 12,615.7 kWh · Power, night 12,600 kWh."]
    home = f"?home={day.home.public_id}" if day.home else ""
    assert answer.status_code == 302
    assert answer["Location"] in {day.get_absolute_url(), f"{reverse('readings:today')}{home}"}


def test_one_time_holds_for_all(client: Client, day: DataSource, night: DataSource) -> None:
    client.post(page("entry", day), typed({day: "12600", night: "12600"}, recorded_at="2026-11-20T18:02"))
    assert [stored(source)[0][1].isoformat() for source in (day, night)] == ["2026-11-20T17:02:00+00:00"] * 2


def test_a_register_that_is_left_empty_is_left_out(client: Client, day: DataSource, night: DataSource) -> None:
    client.post(page("entry", day), typed({day: "", night: "12600"}))
    assert (stored(day), len(new(night))) == (EVEN, 1)


def test_with_nothing_typed_nothing_is_stored_and_the_page_says_so(
    client: Client, day: DataSource, night: DataSource
) -> None:
    answer = client.post(page("entry", day), typed({day: "", night: " "}))
    assertContains(answer, "Nothing was written down yet.", status_code=422)
    assert (stored(day), stored(night)) == (EVEN, EVEN)


def test_what_is_right_is_stored_and_the_doubtful_one_is_asked_about(
    client: Client, day: DataSource, night: DataSource
) -> None:
    sent = typed({day: "12615.7", night: "13431.7"}, notes="by torch")
    answer = client.post(page("entry", day), sent)
    assertContains(answer, "12,615.7 kWh saved.", status_code=422)
    assertContains(answer, "13,431.7 would be 1,000 kWh, 43 a day; usual is 6 to 10. Is it right?", status_code=422)
    assertContains(answer, f'name="{field(night)}" value="13431.7"', status_code=422)
    assertContains(answer, f'<button name="{field(night, "confirm")}" value="13431.7">', status_code=422)
    assert ([row[0] for row in new(day)], new(night)) == ([Decimal("12615.7")], [])


def test_the_answer_stores_the_rest_at_the_time_of_the_first_try_and_nothing_twice(
    client: Client, day: DataSource, night: DataSource
) -> None:
    sent = typed({day: "12615.7", night: "13431.7"}, notes="by torch")
    answer = client.post(page("entry", day), sent)
    sent["taken"] = answer.context["form"].taken.isoformat()
    sent[field(night, "confirm")] = "13431.7"
    with travel("2026-11-22T12:04:00+00:00", tick=False):
        assert client.post(page("entry", day), sent).status_code == 302
        assert client.post(page("entry", day), sent).status_code == 302
    assert new(day) == [(Decimal("12615.7"), "good", "by torch")]
    assert new(night) == [(Decimal("13431.7"), "questionable", "by torch")]
    assert (len(stored(day)), len(stored(night))) == (5, 5)


@pytest.mark.parametrize("taken", ["nonsense", "2026-11-22T12:00", "2026-11-29T12:00:00+00:00", "2026-11-01T12:00:00Z"])
def test_a_time_of_another_visit_counts_for_nothing(
    taken: str, client: Client, day: DataSource, night: DataSource
) -> None:
    client.post(page("entry", day), typed({day: "12615.7", night: ""}, taken=taken))
    assert len(new(day)) == 1


def test_a_form_that_is_sent_twice_stores_one_reading_for_each_register(
    client: Client, day: DataSource, night: DataSource
) -> None:
    sent = typed({day: "12615.7", night: "12600"})
    for _ in range(2):
        assert client.post(page("entry", day), sent).status_code == 302
    assert (len(new(day)), len(new(night))) == (1, 1)


def test_the_same_form_with_another_value_is_told_so_and_stores_nothing(
    client: Client, day: DataSource, night: DataSource
) -> None:
    sent = typed({day: "12615.7", night: "12600"})
    client.post(page("entry", day), sent)
    answer = client.post(page("entry", day), {**sent, field(night): "12601"})
    assertContains(answer, "This entry is saved already", status_code=409)
    assert new(night) == [(Decimal(12600), "good", "")]


def test_a_lower_value_offers_what_can_have_happened_for_its_register(
    client: Client, day: DataSource, night: DataSource
) -> None:
    answer = client.post(page("entry", day), typed({day: "12615.7", night: "170"}))
    change = reverse("readings:meter_change_create", args=[night.public_id])
    assertContains(answer, f'href="{change}?value=170', status_code=422)
    with acting_as(night.owner):
        last = Reading.objects.of(night).order_by("-recorded_at")[0]
    assertContains(answer, f"{page('reading_update', night, last)}?then=170", status_code=422)
    confirmed = typed({day: "", night: "170"}, **{field(night, "confirm"): "170"})
    client.post(page("entry", day), confirmed)
    assert new(night) == [(Decimal(170), "questionable", "")]


def test_a_dial_that_rolled_over_is_stored_with_its_digits(
    client: Client, day: DataSource, home: Home, alice: User
) -> None:
    dial = make_source(alice, home, name="Power, peak", meter_number=NUMBER, digits=None)
    with acting_as(alice):
        Reading.objects.create(source=dial, value=Decimal(99990), recorded_at=EVEN[0][1])
    answer = client.post(page("entry", day), typed({dial: "12"}))
    assertContains(answer, f'<button name="{field(dial, "rolled_over")}" value="5">', status_code=422)
    client.post(page("entry", day), typed({dial: "12"}, **{field(dial, "rolled_over"): "5"}))
    with acting_as(alice):
        assert (DataSource.objects.get(pk=dial.pk).digits, len(new(dial))) == (5, 1)


def test_a_wrong_time_stores_none_of_them_and_keeps_what_was_typed(
    client: Client, day: DataSource, night: DataSource
) -> None:
    answer = client.post(
        page("entry", day), typed({day: "12615.7", night: "12600"}, recorded_at="2026-03-29T02:30", notes="by torch")
    )
    assertContains(answer, "The clock was moved forward over this time", status_code=422)
    for part in (f'name="{field(day)}" value="12615.7"', f'name="{field(night)}" value="12600"', 'value="by torch"'):
        assertContains(answer, part, status_code=422)
    assert (stored(day), stored(night)) == (EVEN, EVEN)


def test_a_text_that_is_no_number_is_kept_and_explained(client: Client, day: DataSource, night: DataSource) -> None:
    answer = client.post(page("entry", day), typed({day: "12615.7", night: "many"}))
    assertContains(answer, f'name="{field(night)}" value="many"', status_code=422)
    assert (len(new(day)), stored(night)) == (1, EVEN)


def test_undo_takes_all_of_them_back_and_keeps_the_values_at_hand(
    client: Client, day: DataSource, night: DataSource
) -> None:
    client.post(page("entry", day), typed({day: "12615.7", night: "12600"}))
    with acting_as(day.owner):
        ids = [str(key) for key in Reading.objects.filter(recorded_at=NOW).values_list("public_id", flat=True)]
    undo = reverse("readings:registers_undo", args=[day.public_id])
    answer = client.post(f"{undo}?reading={ids[0]}&reading={ids[1]}&reading=nonsense")
    assert (stored(day), stored(night)) == (EVEN, EVEN)
    again = client.get(answer["Location"])
    assertContains(again, f'name="{field(day)}" value="12615.7"')
    assertContains(again, f'name="{field(night)}" value="12600"')
    assertContains(again, "is deleted.")
    for _ in range(2):
        sent = {row.add_prefix(name): row[name].value() for row in again.context["form"].rows for name in ("value",)}
        sent |= {row.id_name: str(row.id_to_send) for row in again.context["form"].rows}
        assert client.post(page("entry", day), sent).status_code == 302
    assert (len(new(day)), len(new(night))) == (1, 1)
    back = client.get(answer["Location"])
    assert [row["value"].value() for row in back.context["form"].rows] == ["", ""]
    assert client.post(f"{undo}?reading={ids[0]}").status_code == 302


def test_undo_keeps_the_time_that_was_typed(client: Client, day: DataSource, night: DataSource) -> None:
    client.post(page("entry", day), typed({day: "12600", night: "12600"}, recorded_at="2026-11-20T18:02"))
    with acting_as(day.owner):
        key = Reading.objects.of(day).order_by("-recorded_at")[0].public_id
    undo = reverse("readings:registers_undo", args=[day.public_id])
    answer = client.get(client.post(f"{undo}?reading={key}")["Location"])
    assertContains(answer, 'name="recorded_at" value="2026-11-20T18:02"', count=1)


def test_nobody_undoes_what_others_wrote_down(client: Client, day: DataSource, night: DataSource, bob: User) -> None:
    client.post(page("entry", day), typed({day: "12615.7", night: "12600"}))
    with acting_as(day.owner):
        key = Reading.objects.of(day).get(recorded_at=NOW).public_id
    for source in (day, night):
        share(source, bob, "write")
    client.force_login(bob)
    assert client.post(f"{reverse('readings:registers_undo', args=[day.public_id])}?reading={key}").status_code == 403
    assert len(new(day)) == 1


def test_a_register_that_one_may_not_write_to_is_not_on_the_page(
    client: Client, day: DataSource, night: DataSource, bob: User
) -> None:
    peak = make_source(day.owner, day.home, name="Power, peak", meter_number=NUMBER)
    share(day, bob, "write")
    share(night, bob, "read")
    share(peak, bob, "write")
    client.force_login(bob)
    assertNotContains(client.get(page("entry", day)), "Power, night")
    client.post(page("entry", day), typed({day: "12615.7", night: "12600", peak: "3"}))
    assert (len(new(day)), stored(night), len(new(peak))) == (1, EVEN, 1)
    assert client.get(page("entry", night)).status_code == 403


def test_a_stranger_finds_no_page_and_stores_nothing(
    client: Client, day: DataSource, night: DataSource, charlie: User
) -> None:
    client.force_login(charlie)
    assert client.post(page("entry", day), typed({day: "12615.7"})).status_code == 404
    assert stored(day) == EVEN


def test_outside_homes_the_registers_of_one_owner_are_one_meter(client: Client, alice: User) -> None:
    upper, lower = cuff(alice)
    client.force_login(alice)
    assertContains(client.get(page("entry", upper)), "<h1>Blood pressure</h1>", html=True)
    client.post(page("entry", upper), typed({upper: "121", lower: "79"}))
    assert [new(source)[0][0] for source in (upper, lower)] == [Decimal(121), Decimal(79)]


def test_an_upper_value_below_the_lower_one_is_asked_about_and_stored_once_confirmed(
    client: Client, alice: User
) -> None:
    upper, lower = cuff(alice)
    client.force_login(alice)
    sent = typed({upper: "82", lower: "128"})
    answer = client.post(page("entry", upper), sent)
    asked = "The upper value is lower than the lower one. Did they change places?"
    assertContains(answer, asked, count=1, status_code=422)
    assertContains(answer, "It is right, save it", count=1, status_code=422)
    for source, value in ((upper, "82"), (lower, "128")):
        assertContains(answer, f'name="{field(source)}" value="{value}"', status_code=422)
    assertContains(answer, '<button name="swap" value="1">Swap them: upper 128, lower 82</button>', status_code=422)
    assert (stored(upper), stored(lower)) == ([], [])
    kept = client.post(page("entry", upper), sent, headers={"accept": "application/json"})
    assert kept.json() == {"state": "asked", "texts": [asked]}
    right = client.post(page("entry", upper), {**sent, field(upper, "confirm"): "82"})
    assert right.status_code == 302
    assert [new(source)[0][:2] for source in (upper, lower)] == [
        (Decimal(82), "questionable"),
        (Decimal(128), "good"),
    ]


def test_values_that_changed_places_are_swapped_with_one_press_and_stored_once(client: Client, alice: User) -> None:
    upper, lower = cuff(alice)
    client.force_login(alice)
    sent = typed({upper: "82", lower: "128"}, swap="1")
    for _ in range(2):
        assert client.post(page("entry", upper), sent).status_code == 302
    assert [new(source) for source in (upper, lower)] == [[(Decimal(128), "good", "")], [(Decimal(82), "good", "")]]


def test_swapping_means_nothing_to_other_registers(client: Client, day: DataSource, night: DataSource) -> None:
    client.post(page("entry", day), typed({day: "12615.7", night: "12600"}, swap="1"))
    assert [new(each)[0][0] for each in (day, night)] == [Decimal("12615.7"), Decimal(12600)]


@pytest.mark.parametrize(("given", "missing"), [("upper", "lower"), ("lower", "upper")])
def test_half_a_blood_pressure_says_what_is_missing_and_can_be_undone(
    given: str, missing: str, client: Client, alice: User
) -> None:
    pair = dict(zip(("upper", "lower"), cuff(alice), strict=True))
    client.force_login(alice)
    answer = client.post(page("entry", pair["upper"]), typed({pair[given]: "121", pair[missing]: ""}))
    assert messages(answer)[0] == (
        f"Saved: Blood pressure, {given} 121 mmHg. Still missing: Blood pressure, {missing}."
    )
    shown = client.get(answer["Location"])
    assertContains(shown, reverse("readings:registers_undo", args=[pair["upper"].public_id]), count=1)
    assert (len(new(pair[given])), stored(pair[missing])) == (1, [])


@pytest.mark.parametrize(("first", "then"), [("lower", "upper"), ("upper", "lower")])
def test_values_that_changed_places_in_two_steps_are_asked_about_all_the_same(
    first: str, then: str, client: Client, alice: User
) -> None:
    pair, values = dict(zip(("upper", "lower"), cuff(alice), strict=True)), {"upper": "82", "lower": "128"}
    client.force_login(alice)
    sent = typed({pair[first]: values[first], pair[then]: "x"})
    client.post(page("entry", pair["upper"]), sent)
    sent |= {field(pair[then]): values[then]}
    answer = client.post(page("entry", pair["upper"]), sent)
    assertContains(answer, "Did they change places?", count=1, status_code=422)
    assertContains(answer, f"{values[first]} mmHg saved.", status_code=422)
    assertNotContains(answer, "Swap them", status_code=422)
    assert (len(new(pair[first])), stored(pair[then])) == (1, [])
    sure = client.post(page("entry", pair["upper"]), {**sent, field(pair[then], "confirm"): values[then]})
    assert (sure.status_code, new(pair[then])[0][:2]) == (302, (Decimal(values[then]), "questionable"))


@pytest.mark.parametrize("count", [2, 4])
def test_the_page_costs_the_same_for_two_registers_and_for_four(
    count: int, client: Client, home: Home, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sources = [make_source(alice, home, name=f"R {number}", meter_number=NUMBER) for number in range(count)]
    for source in sources:
        eight_a_day(source)
    client.force_login(alice)
    with django_assert_num_queries(10):
        client.get(page("entry", sources[0]))


def test_what_comes_back_by_undo_is_not_put_beside_another_unit(
    client: Client, day: DataSource, night: DataSource
) -> None:
    client.post(page("entry", day), typed({day: "12615.7", night: "12600"}))
    with acting_as(day.owner):
        ids = [str(each.readings.latest("recorded_at").public_id) for each in (day, night)]
    undone = client.post(reverse("readings:registers_undo", args=[day.public_id], query={"reading": ids}))
    with acting_as(day.owner):
        night.unit, night.unit_way = "MWh", "convert"
        night.full_clean()
        night.save()
    shown = client.get(undone["Location"])
    assert {row["source"]: row["form"]["value"].value() for row in shown.context["rows"]} == {day: "12615.7", night: ""}
