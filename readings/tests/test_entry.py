"""Writing down one reading: the entry page, what it says and asks, and what is stored."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_readings, make_source, share
from readings.doubts import rounded
from readings.models import Reading
from readings.tests.entries import (
    EVEN,
    LAST,
    NOW,
    at_noon,
    in_round,
    messages,
    page,
    said,
    save,
    save_in_round,
    stored,
)
from readings.wording import WORDS
from sources.models import DataSource, MeterChange

pytestmark = pytest.mark.usefixtures(at_noon.__name__)

HIGH = "13,431.7 would be 1,000 kWh, 43 a day; usual is 6 to 10. Is it right?"
LOW = (
    "12,421.7 is lower than the last reading, 12,431.7. Was the meter replaced, did the dial roll over, or is the last"
    " one wrong? Save it only if the dial really shows this."
)


def test_the_page_shows_the_last_reading_as_drums_and_what_is_usual(client: Client, meter: DataSource) -> None:
    answer = client.get(page("entry", meter))
    assertContains(
        answer,
        '<span class="vh">12,431.7 kWh</span><span aria-hidden="true"><b>0</b><b>1</b><b>2</b><b>4</b><b>3</b><b>1</b>'
        '<b class="frac">7</b><i>kWh</i></span>',
        html=True,
    )
    assertContains(answer, '<time datetime="2026-10-30T11:00:00+00:00">30 Oct 2026, 12:00</time> · 23 days ago')
    assertContains(answer, "Usual use is 6 to 10 kWh a day.</output>")
    field = answer.context["form"]["value"]
    assert {
        name: field.subwidgets[0].data["attrs"].get(name) for name in ("inputmode", "enterkeyhint", "autofocus")
    } == {
        "inputmode": "decimal",
        "enterkeyhint": "next",
        "autofocus": True,
    }
    assert field.subwidgets[0].data["type"] == "text"


def test_a_meter_without_readings_says_so(client: Client, source: DataSource) -> None:
    client.force_login(source.owner)
    assertContains(client.get(page("entry", source)), "No reading yet: write down what the meter shows now.")
    save(client, source, "7")
    assert stored(source) == [(Decimal(7), NOW, "good", "")]


def test_what_is_typed_is_stored_as_of_now_and_can_be_undone(client: Client, meter: DataSource) -> None:
    answer = save(client, meter, "12615,7")
    assert stored(meter) == [(Decimal("12615.7"), NOW, "good", ""), *EVEN]
    with acting_as(meter.owner):
        made = Reading.objects.of(meter).get(recorded_at=NOW)
    assert made.created_by_id == meter.owner_id
    assertRedirects(answer, meter.get_absolute_url(), fetch_redirect_response=False)
    assert messages(answer) == ["Electricity: 12,615.7 kWh saved. +184 kWh, 8 a day. As usual."]
    follow = client.get(page("reading_list", meter))
    assertContains(follow, f'<form class="undo" method="post" action="{page("reading_undo", meter, made)}">')


def test_time_note_and_estimate_are_stored(client: Client, meter: DataSource) -> None:
    save(client, meter, "12600", recorded_at="2026-11-20T18:02", notes="by torch", quality_flag="estimated")
    at = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)
    assert stored(meter) == [(Decimal(12600), at, "estimated", "by torch"), *EVEN]


def test_in_the_round_the_next_due_meter_of_the_home_comes_after_saving(client: Client, meter: DataSource) -> None:
    water = make_source(meter.owner, meter.home, name="Water")
    assertContains(client.get(in_round(meter)), ">Save and next</button>")
    assertRedirects(save_in_round(client, meter, "12615.7"), in_round(water), fetch_redirect_response=False)
    answer = client.get(in_round(water))
    assertContains(answer, "Reading round: meter 2 of 2")
    assertContains(answer, ">Save</button>")


@pytest.mark.parametrize(("value", "question"), [("13431.7", HIGH), ("12421.7", LOW)])
def test_a_doubtful_value_is_asked_about_and_not_stored(
    value: str, question: str, client: Client, meter: DataSource
) -> None:
    answer = save(client, meter, value)
    assert (answer.status_code, said(answer)) == (422, [question])
    assertContains(answer, f'<button name="confirm" value="{value}">It is right, save it</button>', status_code=422)
    assertContains(answer, f'name="value" value="{value}"', status_code=422)
    assert stored(meter) == EVEN


@pytest.mark.parametrize(("value", "shown"), [("13431.7", "13,431.7"), ("12421.7", "12,421.7")])
def test_a_confirmed_doubtful_value_is_stored_as_questionable(
    value: str, shown: str, client: Client, meter: DataSource
) -> None:
    answer = save(client, meter, value, confirm=value)
    assert stored(meter) == [(Decimal(value), NOW, "questionable", ""), *EVEN]
    assert messages(answer) == [f"Electricity: {shown} kWh saved. Marked as questionable until somebody confirms it."]


def test_confirming_one_value_does_not_confirm_another(client: Client, meter: DataSource) -> None:
    answer = save(client, meter, "13431.7", confirm="15000")
    assert (answer.status_code, said(answer)) == (422, [HIGH])
    assert stored(meter) == EVEN


def test_within_a_day_the_question_names_no_rate(client: Client, meter: DataSource) -> None:
    make_readings(meter, ["12615.7"], start=NOW - timedelta(hours=2))
    assert said(save(client, meter, "12655.7")) == [
        "12,655.7 would be 40 kWh in less than a day; usual is 7.2 to 8.8 a day. Is it right?"
    ]


def test_a_back_dated_value_above_the_reading_after_it_is_asked_about(client: Client, meter: DataSource) -> None:
    answer = save(client, meter, "12440", recorded_at="2026-10-29T12:00")
    assert said(answer) == ["12,440 is higher than the reading after it, 12,431.7. Is it right?"]
    assert stored(meter) == EVEN


def test_a_dial_that_rolled_over_is_taken_and_said(client: Client, source: DataSource) -> None:
    client.force_login(source.owner)
    make_readings(source, ["999700", "999800", "999900"], start=NOW - timedelta(days=30), step=timedelta(days=10))
    answer = save(client, source, "20.5")
    assert messages(answer) == ["Electricity: 20.5 kWh saved. +120.5 kWh, 12 a day. The dial rolled over."]
    assert stored(source)[0] == (Decimal("20.5"), NOW, "good", "")


def test_a_new_meter_is_no_fall(client: Client, meter: DataSource) -> None:
    with acting_as(meter.owner):
        MeterChange.objects.create(source=meter, changed_at=LAST + timedelta(days=1), old_final=12440, new_initial=0)
        meter.validators.create(non_decreasing=True)
    answer = save(client, meter, "170")
    assert messages(answer) == ["Electricity: 170 kWh saved. +178.3 kWh, 7.7 a day. As usual."]


@pytest.mark.parametrize(
    ("counting", "value", "question"),
    [
        ("level", "300", "300 kWh is far above the usual 99 to 121. Is it right?"),
        ("level", "10", "10 kWh is far below the usual 99 to 121. Is it right?"),
        ("amount", "400", "400 kWh is much more than the usual 99 to 121. Is it right?"),
        ("amount", "-1", "\u22121 kWh is below zero. Is it right?"),
    ],
)
def test_levels_and_amounts_are_asked_about_in_their_own_words(
    counting: str, value: str, question: str, client: Client, alice: User
) -> None:
    source = make_source(alice, counting=counting, digits=None, decimals=0)
    make_readings(source, [100, 110, 120, 98, 122], start=NOW - timedelta(days=50), step=timedelta(days=10))
    client.force_login(alice)
    assert said(save(client, source, value)) == [question]


def test_a_rule_that_rejects_refuses_and_shows_the_ways_out(client: Client, meter: DataSource, bob: User) -> None:
    with acting_as(meter.owner):
        meter.validators.create(non_decreasing=True)
    refusal = ["5 is lower than the reading before it, 12,431.7. This dial only grows. Check the digits."]
    answer = save(client, meter, "5", confirm="5")
    assert (answer.status_code, said(answer)) == (422, refusal)
    assertContains(answer, f'<a href="/sources/{meter.public_id}/rules/">Change the rules</a>', status_code=422)
    assertNotContains(answer, "It is right, save it", status_code=422)
    share(meter, bob, "write")
    client.force_login(bob)
    answer = save(client, meter, "5")
    assertContains(answer, "An administrator of this source can change its rules.", status_code=422)
    assert stored(meter) == EVEN


def test_a_rule_that_flags_marks_the_reading_and_says_so(client: Client, meter: DataSource) -> None:
    with acting_as(meter.owner):
        meter.validators.create(max_value=12600, on_violation="flag")
    answer = save(client, meter, "12615.7")
    assert stored(meter)[0] == (Decimal("12615.7"), NOW, "questionable", "")
    assert messages(answer) == [
        "Electricity: 12,615.7 kWh saved. +184 kWh, 8 a day. As usual."
        " Marked as questionable until somebody confirms it."
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type what the meter shows."),
        ("abc", "This is not a number. Use digits, and one point or comma before the decimals."),
        (
            "1.2.3",
            "It is not clear where the decimals begin. Type one point or comma there, and nothing between the"
            " thousands.",
        ),
        ("1234567890123", "This number is too long. Type at most 12 digits before the point."),
        ("1.1234567", "Type at most 6 digits after the point."),
    ],
)
def test_what_is_no_number_is_refused_with_its_sentence(
    typed: str, sentence: str, client: Client, meter: DataSource
) -> None:
    answer = save(client, meter, typed)
    assert (answer.status_code, said(answer)) == (422, [sentence])
    assert stored(meter) == EVEN


def test_the_page_says_what_it_understood_where_another_field_is_wrong(client: Client, meter: DataSource) -> None:
    answer = save(client, meter, "12.615,7", recorded_at="yesterday")
    assertContains(answer, "Understood as 12615.7.</output>", status_code=422)
    assert said(answer, "recorded_at") == ["Write the time like this: 2026-11-30 18:02."]


def test_a_value_can_be_brought_along_by_the_address(client: Client, meter: DataSource) -> None:
    assertContains(client.get(page("entry", meter) + '?value=12"615'), 'name="value" value="12&quot;615"')


def test_anonymous_visitors_are_sent_to_sign_in(client: Client, source: DataSource) -> None:
    assertRedirects(client.get(page("entry", source)), f"/account/login/?next={page('entry', source)}")


def test_a_stranger_finds_nothing(client: Client, meter: DataSource, charlie: User) -> None:
    client.force_login(charlie)
    assert [client.get(page("entry", meter)).status_code, save(client, meter, "12615.7").status_code] == [404, 404]
    assert stored(meter) == EVEN


def test_who_may_only_read_is_refused_and_nothing_is_stored(client: Client, meter: DataSource, bob: User) -> None:
    share(meter, bob, "read")
    client.force_login(bob)
    assert [client.get(page("entry", meter)).status_code, save(client, meter, "12615.7").status_code] == [403, 403]
    assert stored(meter) == EVEN


def test_who_may_write_adds_a_reading_under_their_name(client: Client, meter: DataSource, bob: User) -> None:
    share(meter, bob, "write")
    client.force_login(bob)
    save(client, meter, "12615.7")
    with acting_as(bob):
        assert Reading.objects.of(meter).get(recorded_at=NOW).created_by_id == bob.pk


def test_other_methods_are_refused(client: Client, meter: DataSource) -> None:
    assert [client.put(page("entry", meter)).status_code, client.delete(page("entry", meter)).status_code] == [405, 405]


def test_the_page_costs_the_same_for_one_meter_and_for_many(
    client: Client, meter: DataSource, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(9):
        client.get(page("entry", meter))
    for name in ("Gas", "Water"):
        make_readings(make_source(meter.owner, meter.home, name=name))
    with django_assert_num_queries(9):
        client.get(page("entry", meter))


@pytest.mark.parametrize("rules", [[], [{"non_decreasing": True}, {"max_value": 1, "on_violation": "flag"}]])
def test_a_counter_with_rules_costs_what_one_without_costs(
    rules: list[dict[str, Any]], client: Client, meter: DataSource, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with acting_as(meter.owner):
        for rule in rules:
            meter.validators.create(**rule)
    with django_assert_num_queries(9):
        client.get(page("entry", meter))
    with django_assert_num_queries(12):
        save(client, meter, "12615.7")
    assert stored(meter)[0] == (Decimal("12615.7"), NOW, "questionable" if rules else "good", "")


def test_the_script_gets_the_same_words_and_limits_as_the_server(client: Client, meter: DataSource) -> None:
    data = client.get(page("entry", meter)).context["script"]
    assert '"last":"12431.7","shown":"12,431.7","at":"2026-10-30T11:00:00+00:00"' in data
    assert '"limits":{"low":"6.00' in data
    assert '"digits":6' in data
    assert '"rules":[]' in data
    with acting_as(meter.owner):
        meter.validators.create(non_decreasing=True, min_value=5, max_per_day=100)
        meter.validators.create(max_value=7, on_violation="flag")
    (rule,) = json.loads(client.get(page("entry", meter)).context["script"])["rules"]
    assert rule == {
        "least": ["5", "%(value)s is below 5, the least this source may show."],
        "a_day": [
            "100",
            "That would be %(rate)s a day; this source changes by at most 100 a day.",
            "That would be %(step)s in less than half a day; this source changes by at most 100 a day.",
        ],
        "grows": "%(value)s is lower than the reading before it, %(other)s. This dial only grows. Check the digits.",
    }
    assert '"marks":{"thousands":",","point":"."}' in data


def test_every_placeholder_in_the_words_has_a_fact() -> None:
    known = dict.fromkeys(("value", "unit", "use", "rate", "last", "low", "high", "least", "most"), "1")
    for words in WORDS.values():
        for sentence in words.values():
            assert "%(" not in str(sentence) % known


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("43.4", "43"),
        ("187.5", "188"),
        ("9.96", "10"),
        ("8.14", "8.1"),
        ("0.123", "0.12"),
        ("-0.05", "\u22120.05"),
        ("12345.6", "12,346"),
    ],
)
def test_rates_are_said_as_people_say_them(value: str, text: str) -> None:
    assert rounded(Decimal(value)) == text
