"""Meter changes: noted, looked at beforehand, corrected, deleted and put back; and what they make of the use."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.current import acting_as
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import make_readings, make_source, share
from readings import usage
from readings.localtime import day_starts
from readings.models import Reading
from readings.tests.entries import EVEN, LAST, NOW, at_noon, messages, page, said, stored
from sources.models import DataSource, MeterChange

pytestmark = pytest.mark.usefixtures(at_noon.__name__)

AT = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)
TYPED = {
    "reason": "replaced",
    "changed_at": "2026-11-09T10:00",
    "old_final": "12511.7",
    "new_initial": "0",
    "old_number": "MEA 7741",
    "new_number": "",
}
WORDS = "The meter was replaced on 9 Nov 2026, 10:00: it ended at 12,511.7, and went on from 0.0."


def address(source: DataSource, name: str = "create", change: MeterChange | None = None) -> str:
    keys = [source.public_id, *([change.public_id] if change else [])]
    return reverse(f"readings:meter_change_{name}", args=keys)


def make_change(source: DataSource, **fields: Any) -> MeterChange:
    values = {"changed_at": AT, "old_final": Decimal("12511.7"), "new_initial": Decimal(0), **fields}
    with acting_as(source.owner):
        return MeterChange.objects.create(source=source, **values)


def noted(source: DataSource) -> list[tuple[Any, ...]]:
    """The changes as they are stored, oldest first."""
    names = ("changed_at", "old_final", "new_initial", "old_number", "new_number", "reason")
    with acting_as(source.owner):
        return list(MeterChange.objects.filter(source=source).values_list(*names))


def carrying(source: DataSource, value: str, at: datetime = NOW, **more: str) -> str:
    """The address of the wizard with a reading in it."""
    return f"{address(source)}?{urlencode({'value': value, 'at': at.isoformat(), **more})}"


def daily(source: DataSource, first: datetime, count: int) -> list[str | None]:
    """Use per day of a source, to one decimal."""
    run = day_starts(first.date(), count, source.zone)
    with acting_as(source.owner):
        periods = usage.used([(source, [run])])[source.pk].runs[0]
    return [None if period.use is None else f"{period.use:.1f}" for period in periods]


def test_the_list_says_so_where_nothing_is_noted(client: Client, meter: DataSource) -> None:
    answer = client.get(address(meter, "list"))
    assertContains(answer, "No change noted")
    assertContains(answer, f'<a class="btn primary" href="{address(meter)}">Note a meter change</a>')


def test_the_list_tells_each_change_in_words_to_everybody_who_may_see(
    client: Client, meter: DataSource, bob: User
) -> None:
    change = make_change(meter, old_number="MEA 7741", new_number="MEA 9")
    answer = client.get(address(meter, "list"))
    assertContains(answer, f"{WORDS} The new meter is MEA 9.</p>")
    assertContains(answer, "The old meter was MEA 7741.")
    assertContains(answer, address(meter, "update", change))
    share(meter, bob, "read")
    client.force_login(bob)
    answer = client.get(address(meter, "list"))
    assertContains(answer, f"{WORDS} The new meter is MEA 9.</p>")
    assertNotContains(answer, address(meter, "update", change))
    assertNotContains(answer, address(meter))


def test_the_list_costs_the_same_for_one_change_and_for_three(
    client: Client, meter: DataSource, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_change(meter)
    with django_assert_num_queries(8):
        client.get(address(meter, "list"))
    for days in (1, 2):
        make_change(meter, changed_at=AT + timedelta(days=days), old_final=8 * days, new_initial=8 * days)
    with django_assert_num_queries(8):
        client.get(address(meter, "list"))


def test_an_old_end_value_that_nobody_knows_is_that_of_the_last_reading(client: Client, meter: DataSource) -> None:
    assertContains(client.get(address(meter)), "Not known? Leave it empty: the last reading counts.")
    answer = client.post(address(meter), {**TYPED, "old_final": ""})
    assertContains(answer, "was left empty: its last reading counts, 12,431.7 kWh.")
    assertContains(answer, 'name="old_final" value="12431.7"')
    client.post(address(meter), {**TYPED, "old_final": "12431.7", "save": "1"})
    assert [row[1] for row in noted(meter)] == [Decimal("12431.7")]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reason": "rollover"}, "Where the dial rolled over: 1 and as many zeros as it has digits before the point."),
        (
            {"changed_at": "2001-01-01T10:00"},
            "No reading before the change tells it: type what the old meter showed.",
        ),
    ],
)
def test_an_old_end_value_that_no_reading_tells_must_be_typed(
    typed: dict[str, str], sentence: str, client: Client, meter: DataSource
) -> None:
    assert said(client.post(address(meter), {**TYPED, "old_final": "", **typed}), "old_final") == [sentence]
    assert noted(meter) == []


def test_the_form_starts_with_the_last_value_and_the_number_of_the_meter(client: Client, meter: DataSource) -> None:
    form = client.get(address(meter)).context["form"]
    shown = {name: form[name].value() for name in ("reason", "old_final", "new_initial", "old_number", "take_number")}
    assert shown == {
        "reason": "replaced",
        "old_final": "12431.7",
        "new_initial": "0",
        "old_number": "MEA 7741",
        "take_number": True,
    }
    assert form["changed_at"].value() == datetime(2026, 11, 22, 13, 0)  # noqa: DTZ001 (as the clock on the wall)


@pytest.mark.parametrize(("value", "first"), [("170", "0"), ("9000", "9000")])
def test_a_fall_that_was_stored_fills_the_form(value: str, first: str, client: Client, meter: DataSource) -> None:
    (after,) = make_readings(meter, [value], start=NOW)
    answer = client.get(f"{address(meter)}?after={after.public_id}")
    form = answer.context["form"]
    assert [form[name].value() for name in ("old_final", "new_initial")] == ["12431.7", first]


def test_the_preview_says_which_months_change_and_stores_nothing(client: Client, meter: DataSource) -> None:
    make_readings(meter, ["104"], start=NOW)
    answer = client.post(address(meter), TYPED)
    assertContains(answer, WORDS)
    assertContains(
        answer, "<li><b>October 2026</b> 236.3 → 248.3 kWh</li><li><b>November 2026</b> 0.0 → 172.0 kWh</li>"
    )
    assertNotContains(answer, "September 2026</b>")
    assertContains(answer, '<button class="primary" name="save" value="1">Save</button>')
    assert noted(meter) == []
    with acting_as(meter.owner):
        assert not AuditLog.objects.filter(event_type="create_meter_change").exists()


def test_what_was_previewed_is_saved_and_told_in_the_history(client: Client, meter: DataSource) -> None:
    make_readings(meter, ["104"], start=NOW)
    answer = client.post(address(meter), {**TYPED, "save": "1"})
    assertRedirects(answer, meter.get_absolute_url(), fetch_redirect_response=False)
    assert messages(answer) == [f"Noted: {WORDS}"]
    assert noted(meter) == [(AT, Decimal("12511.7"), Decimal(0), "MEA 7741", "", "replaced")]
    history = client.get(reverse("audit:source_history", args=[meter.public_id]))
    assertContains(history, "You noted that another dial counts for Electricity")


def test_one_can_go_back_from_the_preview_with_everything_kept(client: Client, meter: DataSource) -> None:
    answer = client.post(address(meter), {**TYPED, "new_number": "N 5", "change": "1"})
    assert answer.status_code == 200
    assertContains(answer, 'name="new_number" value="N 5"')
    assertContains(answer, "See what it changes")


def test_a_replaced_meter_never_shows_a_negative_day(client: Client, meter: DataSource) -> None:
    make_readings(meter, ["104"], start=NOW)
    client.post(address(meter), {**TYPED, "save": "1"})
    used = daily(meter, datetime(2026, 11, 1, tzinfo=UTC), 21)
    assert used == ["8.0"] * 20
    answer = client.get(meter.get_absolute_url())
    assertContains(answer, WORDS)
    assertNotContains(answer, "Was the meter replaced?")


def test_both_values_can_be_written_down_as_readings(client: Client, meter: DataSource) -> None:
    make_readings(meter, ["104"], start=NOW)
    client.post(address(meter), {**TYPED, "old_final": "12440", "write_down": "on", "save": "1"})
    assert stored(meter) == [
        (Decimal(104), NOW, "good", ""),
        (Decimal(0), AT, "good", ""),
        (Decimal(12440), AT - timedelta(microseconds=1), "good", ""),
        *EVEN,
    ]
    used = daily(meter, datetime(2026, 11, 8, tzinfo=UTC), 3)
    assert [each for each in used if each is None or Decimal(each) < 0] == []


def test_a_new_number_becomes_the_number_of_the_meter_if_wished(client: Client, meter: DataSource) -> None:
    client.post(address(meter), {**TYPED, "new_number": "MEA 9", "save": "1"})
    meter_number = DataSource.objects.values_list("meter_number", flat=True)
    with acting_as(meter.owner):
        assert meter_number.get(pk=meter.pk) == "MEA 7741"
    again = {**TYPED, "changed_at": "2026-11-10T10:00", "old_final": "9", "new_number": "MEA 10", "take_number": "on"}
    client.post(address(meter), {**again, "save": "1"})
    with acting_as(meter.owner):
        assert meter_number.get(pk=meter.pk) == "MEA 10"


def test_all_registers_of_a_meter_take_its_new_number_and_one_is_led_to_the_others(
    client: Client, meter: DataSource, bob: User
) -> None:
    night, other = (make_source(meter.owner, meter.home, name=name) for name in ("Night", "Elsewhere"))
    with acting_as(meter.owner):
        DataSource.objects.filter(pk=night.pk).update(meter_number="MEA 7741")
        DataSource.objects.filter(pk=other.pk).update(meter_number="MEA 7742")
    sent = {**TYPED, "new_number": "MEA 9", "take_number": "on"}
    client.post(address(meter), sent)
    with acting_as(meter.owner):
        assert set(DataSource.objects.values_list("meter_number", flat=True)) == {"MEA 7741", "MEA 7742"}
    answer = client.post(address(meter), {**sent, "save": "1"})
    link = f'<a href="{address(night)}">Night</a>'
    assert messages(answer)[1:] == [f"Note it for the other registers of this meter too: {link}"]
    with acting_as(meter.owner):
        numbers = dict(DataSource.objects.values_list("name", "meter_number"))
        assert numbers == {meter.name: "MEA 9", "Night": "MEA 9", "Elsewhere": "MEA 7742"}
        assert AuditLog.objects.filter(event_type="update_source", source_id=night.pk).count() == 1
    client.post(address(night), {**TYPED, "old_number": "MEA 7741", "new_number": "MEA 9", "save": "1"})
    assert [len(noted(each)) for each in (meter, night, other)] == [1, 1, 0]
    assert [text for text in messages(client.get(address(meter))) if link in text] == [
        f"Note it for the other registers of this meter too: {link}"
    ]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        (
            {"old_final": "12000"},
            "old_final",
            "It cannot have ended at 12,000: it showed 12,431.7 on 30 Oct 2026, 12:00 already.",
        ),
        (
            {"new_initial": "170.5"},
            "new_initial",
            "It cannot have begun at 170.5: it showed only 104 on 22 Nov 2026, 13:00.",
        ),
        (
            {"changed_at": "2026-11-23T10:00"},
            "changed_at",
            "This time is in the future. Note a change once it is made.",
        ),
        ({"changed_at": "1800-01-01T10:00"}, "changed_at", "Choose a year from 1900 to 2200."),
        ({"changed_at": ""}, "changed_at", "This field is required."),
        (
            {"changed_at": "2026-03-29T02:30"},
            "changed_at",
            "The clock was moved forward over this time, so it never was. Choose 03:00 or later.",
        ),
        (
            {"changed_at": "2026-10-25T02:30"},
            "changed_at",
            "The clock was moved back, so this time was twice. Choose which it was.",
        ),
        (
            {"old_final": "abc"},
            "old_final",
            "This is not a number. Use digits, and one point or comma before the decimals.",
        ),
        (
            {"changed_at": "2026-11-22T13:00", "write_down": "on"},
            "write_down",
            "There is a reading at this very time. Choose an earlier time for the change.",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(
    typed: dict[str, str], field: str, sentence: str, client: Client, meter: DataSource
) -> None:
    make_readings(meter, ["104"], start=NOW)
    for button in ("look", "save"):
        answer = client.post(address(meter), {**TYPED, **typed, button: "1"})
        assert (answer.status_code, said(answer, field)) == (422, [sentence])
    assert noted(meter) == []


def test_two_changes_at_one_time_are_refused(client: Client, meter: DataSource) -> None:
    make_change(meter)
    answer = client.post(address(meter), {**TYPED, "save": "1"})
    assert said(answer, "changed_at") == ["A change at this very time is noted already. Correct that one instead."]
    assert len(noted(meter)) == 1


def test_the_change_before_bounds_the_next_one(client: Client, meter: DataSource) -> None:
    make_change(meter, new_initial=50)
    typed = {**TYPED, "changed_at": "2026-11-10T10:00", "old_final": "49", "save": "1"}
    assert said(client.post(address(meter), typed), "old_final") == [
        "It cannot have ended at 49: it showed 50 on 9 Nov 2026, 10:00 already."
    ]


def test_an_old_dial_that_rolled_over_first_needs_its_last_value_as_a_reading(
    client: Client, source: DataSource
) -> None:
    client.force_login(source.owner)
    make_readings(source, ["999700", "999800", "999900"], start=LAST - timedelta(days=20), step=timedelta(days=10))
    make_readings(source, ["100"], start=NOW)
    typed = {**TYPED, "old_final": "20", "save": "1"}
    assert said(client.post(address(source), typed), "old_final") == [
        "It cannot have ended at 20: it showed 999,900 on 30 Oct 2026, 12:00 already."
        " If it rolled over since, also write both values down."
    ]
    client.post(address(source), {**typed, "write_down": "on"})
    with acting_as(source.owner):
        used = usage.used([(source, [[LAST, AT, NOW]])])[source.pk]
    assert ([period.use for period in used.runs[0]], used.falls) == ([Decimal(120), Decimal(100)], [])


def test_a_reading_that_breaks_a_rule_is_not_stored_with_the_change(client: Client, meter: DataSource) -> None:
    with acting_as(meter.owner):
        meter.validators.create(min_value=5)
    answer = client.post(address(meter), {**TYPED, "write_down": "on", "save": "1"})
    assert (answer.status_code, said(answer, "__all__")) == (
        422,
        ["0 is below 5, the least this source may show."],
    )
    assert (noted(meter), stored(meter)) == ([], EVEN)


def test_a_reading_carried_along_is_stored_with_the_change(client: Client, meter: DataSource) -> None:
    with acting_as(meter.owner):
        meter.validators.create(non_decreasing=True)
    path = carrying(meter, "104.0", notes="by torch")
    assertContains(client.get(path), "Your reading of 104.0 kWh on 22 Nov 2026, 13:00 is kept")
    looked = client.post(path, TYPED)
    assertContains(looked, "<li><b>November 2026</b> – → 172.0 kWh</li>")
    answer = client.post(path, {**TYPED, "save": "1"})
    assertRedirects(answer, meter.get_absolute_url(), fetch_redirect_response=False)
    assert stored(meter) == [(Decimal(104), NOW, "good", "by torch"), *EVEN]
    assert daily(meter, datetime(2026, 11, 1, tzinfo=UTC), 21) == ["8.0"] * 20


def test_a_carried_reading_that_is_still_doubtful_is_marked(client: Client, meter: DataSource) -> None:
    client.post(carrying(meter, "5000"), {**TYPED, "save": "1"})
    assert stored(meter)[0] == (Decimal(5000), NOW, "questionable", "")


def test_a_carried_value_bounds_the_new_dial(client: Client, meter: DataSource) -> None:
    answer = client.post(carrying(meter, "104"), {**TYPED, "new_initial": "105", "save": "1"})
    assert said(answer, "new_initial") == ["It cannot have begun at 105: it showed only 104 on 22 Nov 2026, 13:00."]
    assert (noted(meter), stored(meter)) == ([], EVEN)


@pytest.mark.parametrize("query", ["value=5", "value=x&at=2026-11-22T12:00Z", "after=7", f"after={'0' * 32}"])
def test_half_an_address_finds_nothing(query: str, client: Client, meter: DataSource) -> None:
    assert client.get(f"{address(meter)}?{query}").status_code == 404


def test_a_change_is_corrected_and_keeps_its_seconds(client: Client, meter: DataSource) -> None:
    at = AT + timedelta(seconds=42)
    change = make_change(meter, changed_at=at)
    path = address(meter, "update", change)
    assertContains(client.get(path), "Correct a meter change")
    client.post(path, {**TYPED, "old_final": "12500", "save": "1"})
    assert noted(meter) == [(at, Decimal(12500), Decimal(0), "MEA 7741", "", "replaced")]


def test_a_deleted_change_is_put_back_by_undo(client: Client, meter: DataSource) -> None:
    change = make_change(meter, old_number="A", new_number="B")
    before = noted(meter)
    answer = client.post(address(meter, "delete", change))
    assertRedirects(answer, address(meter, "list"), fetch_redirect_response=False)
    assert (noted(meter), messages(answer)) == (
        [],
        [f"Deleted: {WORDS} The new meter is B. Readings stay as they are."],
    )
    (message,) = client.get(address(meter, "list")).context["messages"]
    client.post(message.extra_tags)
    assert noted(meter) == before
    assert messages(client.post(message.extra_tags))[-1:] == [
        "It is not put back: a change at this very time is noted again."
    ]
    with acting_as(meter.owner):
        assert MeterChange.objects.get().public_id == change.public_id


def test_a_note_of_another_source_puts_nothing_back(client: Client, meter: DataSource) -> None:
    change = make_change(meter)
    client.post(address(meter, "delete", change))
    (message,) = client.get(address(meter, "list")).context["messages"]
    other = make_source(meter.owner, meter.home, name="Gas")
    answers = [client.post(f"{address(other, 'restore')}?{message.extra_tags.partition('?')[2]}")]
    answers.append(client.post(f"{address(meter, 'restore')}?change=x"))
    assert ([answer.status_code for answer in answers], noted(other), noted(meter)) == ([404, 404], [], [])


@pytest.mark.parametrize(("level", "status"), [(None, 404), ("read", 403), ("write", 403)])
def test_without_the_admin_level_nothing_can_be_changed(
    level: str | None, status: int, client: Client, meter: DataSource, bob: User
) -> None:
    change = make_change(meter)
    before = noted(meter)
    if level:
        share(meter, bob, level)
    client.force_login(bob)
    tried = [
        client.get(address(meter)),
        client.post(address(meter), {**TYPED, "changed_at": "2026-11-12T10:00", "old_final": "9", "save": "1"}),
        client.post(carrying(meter, "104"), {**TYPED, "save": "1"}),
        client.get(address(meter, "update", change)),
        client.post(address(meter, "update", change), {**TYPED, "old_final": "12600", "save": "1"}),
        client.post(address(meter, "delete", change)),
        client.post(f"{address(meter, 'restore')}?change=x"),
    ]
    assert [answer.status_code for answer in tried] == [status] * 7
    assert (noted(meter), stored(meter)) == (before, EVEN)


def test_who_has_the_admin_level_may_note_a_change(client: Client, meter: DataSource, bob: User) -> None:
    share(meter, bob, "admin")
    client.force_login(bob)
    client.post(address(meter), {**TYPED, "save": "1"})
    assert len(noted(meter)) == 1


def test_anonymous_visitors_are_sent_to_sign_in(client: Client, source: DataSource) -> None:
    assertRedirects(client.get(address(source)), f"/account/login/?next={address(source)}")


def test_other_methods_are_refused(client: Client, meter: DataSource) -> None:
    change = make_change(meter)
    tried = [
        client.post(address(meter, "list")),
        client.put(address(meter)),
        client.delete(address(meter, "update", change)),
        client.get(address(meter, "delete", change)),
        client.get(address(meter, "restore")),
    ]
    assert [answer.status_code for answer in tried] == [405] * 5


def test_only_a_dial_that_grows_has_changes(client: Client, alice: User) -> None:
    source = make_source(alice, counting="level", digits=None)
    client.force_login(alice)
    assertNotContains(client.get(address(source, "list")), "Note a meter change")
    assert client.get(address(source)).status_code == 404


def test_a_meter_that_is_put_away_takes_a_change_but_no_readings(client: Client, meter: DataSource) -> None:
    client.post(reverse("sources:source_archive", args=[meter.public_id]))
    assert client.post(carrying(meter, "104"), {**TYPED, "save": "1"}).status_code == 403
    client.post(address(meter), {**TYPED, "write_down": "on", "save": "1"})
    assert (len(noted(meter)), stored(meter)) == (1, EVEN)


def test_an_unexplained_fall_and_a_doubtful_reading_lead_to_the_filled_form(client: Client, meter: DataSource) -> None:
    (fallen,) = make_readings(meter, ["170"], start=NOW - timedelta(days=1), quality_flag="questionable")
    link = f'href="{address(meter)}?after={fallen.public_id}"'
    assert meter.home is not None
    for path in (meter.get_absolute_url(), meter.home.get_absolute_url(), page("reading", meter, fallen)):
        assertContains(client.get(path), link)
    make_change(meter)
    for path in (meter.get_absolute_url(), meter.home.get_absolute_url(), page("reading", meter, fallen)):
        assertNotContains(client.get(path), link)


def test_settings_lead_to_the_changes_of_a_dial(client: Client, meter: DataSource) -> None:
    settings = reverse("sources:source_update", args=[meter.public_id])
    assertContains(client.get(settings), f'<a href="{address(meter, "list")}">Meter changes</a>')


def test_readings_of_a_source_are_never_written_past_its_rules_by_a_preview(client: Client, meter: DataSource) -> None:
    client.post(carrying(meter, "104"), {**TYPED, "write_down": "on", "new_number": "X", "take_number": "on"})
    with acting_as(meter.owner):
        assert Reading.objects.of(meter).count() == 4
        assert DataSource.objects.get(pk=meter.pk).meter_number == "MEA 7741"
