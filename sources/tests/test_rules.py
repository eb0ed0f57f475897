"""The rules of a source: their sentences, and the pages on which they are read, added and deleted."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.current import acting_as
from accounts.ids import uuid7
from accounts.models import User
from homelog.testing import make_readings, make_source, share
from sources.models import DataSource, DataValidator
from sources.rules import sentences

EMPTY = {"min_value": "", "max_value": "", "max_per_day": "", "on_violation": "reject"}


def rules_of(source: DataSource) -> str:
    return reverse("sources:rule_list", args=[source.public_id])


def deleting(rule: DataValidator, source: DataSource | None = None) -> str:
    return reverse("sources:rule_delete", args=[(source or rule.source).public_id, rule.public_id])


def make_rule(source: DataSource, **fields: Any) -> DataValidator:
    with acting_as(source.owner):
        return source.validators.create(**{"min_value": Decimal(0), **fields})


def stored(source: DataSource) -> list[tuple[Any, ...]]:
    """The rules of a source as they are stored."""
    names = ("min_value", "max_value", "max_per_day", "non_decreasing", "on_violation")
    with acting_as(source.owner):
        return list(source.validators.values_list(*names))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"min_value": "0"}, ["Refuses values below 0 kWh."]),
        ({"max_value": "999999.9"}, ["Refuses values above 999,999.9 kWh."]),
        ({"non_decreasing": True}, ["Refuses a value lower than the one before it."]),
        ({"max_per_day": "40.50"}, ["Refuses a change of more than 40.50 kWh a day."]),
        (
            {"min_value": "-1", "max_value": "2", "non_decreasing": True, "max_per_day": "3", "on_violation": "flag"},
            [
                "Marks as questionable: values below \u22121 kWh.",
                "Marks as questionable: values above 2 kWh.",
                "Marks as questionable: a value lower than the one before it.",
                "Marks as questionable: a change of more than 3 kWh a day.",
            ],
        ),
    ],
)
def test_a_rule_reads_as_sentences(fields: dict[str, Any], expected: list[str]) -> None:
    numbers = {
        name: Decimal(value) if isinstance(value, str) and name != "on_violation" else value
        for name, value in fields.items()
    }
    assert sentences(DataValidator(**numbers), "kWh") == expected


def test_a_rule_of_a_source_without_a_unit_ends_without_a_gap() -> None:
    assert sentences(DataValidator(min_value=Decimal(5)), "") == ["Refuses values below 5."]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"min_value": "0", "max_value": "12.431,70"}, (Decimal("0"), Decimal("12431.70"), None, False, "reject")),
        ({"max_per_day": "40", "on_violation": "flag"}, (None, None, Decimal("40"), False, "flag")),
        ({"non_decreasing": "on"}, (None, None, None, True, "reject")),
    ],
)
def test_a_rule_is_added(
    typed: dict[str, str], expected: tuple[Any, ...], client: Client, source: DataSource, alice: User
) -> None:
    client.force_login(alice)
    answer = client.post(rules_of(source), {**EMPTY, **typed}, follow=True)
    assertRedirects(answer, rules_of(source))
    assertContains(answer, "The rule holds from now on. Readings that are stored stay as they are.")
    assert stored(source) == [expected]


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({}, {"__all__": ["Say at least one thing that this rule forbids."]}),
        ({"min_value": "2", "max_value": "1"}, {"__all__": ["The least value is above the greatest one."]}),
        ({"max_per_day": "0"}, {"__all__": ["The largest change in a day must be above 0."]}),
        ({"min_value": "1", "max_per_day": "-3"}, {"__all__": ["The largest change in a day must be above 0."]}),
        (
            {"min_value": "few"},
            {"min_value": ["This is not a number. Use digits, and one point or comma before the decimals."]},
        ),
        (
            {"min_value": "1", "on_violation": "shout"},
            {"on_violation": ["Select a valid choice. shout is not one of the available choices."]},
        ),
    ],
)
def test_what_is_no_rule_comes_back_with_its_reason(
    typed: dict[str, str], errors: dict[str, list[str]], client: Client, source: DataSource, alice: User
) -> None:
    client.force_login(alice)
    answer = client.post(rules_of(source), {**EMPTY, **typed})
    assert (answer.status_code, answer.context["form"].errors) == (422, errors)
    assert stored(source) == []


@pytest.mark.parametrize("fields", [{"min_value": None}, {"max_per_day": 0}, {"min_value": 2, "max_value": 1}])
def test_the_database_refuses_a_rule_that_forbids_nothing_or_everything(
    fields: dict[str, Any], source: DataSource
) -> None:
    with acting_as(source.owner), pytest.raises(IntegrityError, match="data_validator"), transaction.atomic():
        source.validators.create(**fields)


def test_a_deleted_rule_is_told_and_put_back_by_the_message(client: Client, source: DataSource, alice: User) -> None:
    kept = {"min_value": Decimal("0.50"), "max_value": Decimal(12000), "on_violation": "flag"}
    rule, other = make_rule(source, **kept), make_rule(source, min_value=None, non_decreasing=True)
    client.force_login(alice)
    answer = client.post(deleting(rule), follow=True)
    assertRedirects(answer, rules_of(source))
    told = "Marks as questionable: values below 0.50 kWh. Marks as questionable: values above 12,000 kWh."
    assertContains(answer, f"The rule is gone: {told}")
    with acting_as(alice):
        assert list(source.validators.all()) == [other]
    way_back = next(iter(answer.context["messages"])).extra_tags
    assertContains(client.post(way_back, follow=True), f"It is back: {told}")
    assert sorted(map(str, stored(source))) == sorted(
        map(str, [(Decimal("0.50"), Decimal(12000), None, False, "flag"), (None, None, None, True, "reject")])
    )
    with acting_as(alice):
        assert source.validators.filter(public_id=rule.public_id).exists()
    assertContains(client.post(way_back, follow=True), "This rule is back already.")
    assert len(stored(source)) == 2


def test_a_note_of_another_source_or_a_forged_one_puts_nothing_back(
    client: Client, source: DataSource, alice: User
) -> None:
    other = make_source(alice, name="Water")
    client.force_login(alice)
    way_back = next(iter(client.post(deleting(make_rule(source)), follow=True).context["messages"])).extra_tags
    elsewhere = way_back.replace(str(source.public_id), str(other.public_id))
    assert [client.post(address).status_code for address in (elsewhere, f"{way_back}x", changing_back(source))] == [
        404
    ] * 3
    assert (stored(source), stored(other)) == ([], [])


def changing_back(source: DataSource) -> str:
    return reverse("sources:rule_restore", args=[source.public_id])


def changing(rule: DataValidator, source: DataSource | None = None) -> str:
    return reverse("sources:rule_update", args=[(source or rule.source).public_id, rule.public_id])


def test_a_rule_is_changed_and_the_history_says_how(client: Client, source: DataSource, alice: User) -> None:
    rule = make_rule(source)
    client.force_login(alice)
    assertContains(client.get(rules_of(source)), f'href="{changing(rule)}"')
    assertContains(client.get(changing(rule)), 'name="min_value" value="0"')
    answer = client.post(changing(rule), {**EMPTY, "min_value": "5", "non_decreasing": "on"}, follow=True)
    assertRedirects(answer, rules_of(source))
    assertContains(answer, "The rule is changed. Readings that are stored stay as they are.")
    assert stored(source) == [(Decimal(5), None, None, True, "reject")]
    history = client.get(reverse("audit:source_history", args=[source.public_id]))
    assertContains(history, "You changed a rule of Electricity")
    assertContains(history, "Least value: 0 kWh → 5 kWh")


def test_a_change_that_is_no_rule_comes_back_with_its_reason(client: Client, source: DataSource, alice: User) -> None:
    rule = make_rule(source)
    client.force_login(alice)
    answer = client.post(changing(rule), EMPTY)
    assert (answer.status_code, answer.context["form"].errors) == (
        422,
        {"__all__": ["Say at least one thing that this rule forbids."]},
    )
    assert stored(source) == [(Decimal(0), None, None, False, "reject")]


def test_trying_a_rule_stores_nothing_and_keeps_what_was_typed(client: Client, source: DataSource, alice: User) -> None:
    rule = make_rule(source)
    make_readings(source, ["100", "110", "105"])
    client.force_login(alice)
    for address in (rules_of(source), changing(rule)):
        answer = client.post(address, {**EMPTY, "max_value": "104", "try": "1"})
        assertContains(answer, "2 of 3 stored readings break this rule.")
        assertContains(answer, "105 is above 104, the most this source may show.")
        assertContains(answer, 'name="max_value" value="104"')
    assert stored(source) == [(Decimal(0), None, None, False, "reject")]
    wrong = client.post(rules_of(source), {**EMPTY, "max_value": "few", "try": "1"})
    assert (wrong.status_code, "this rule." in wrong.text) == (422, False)


def test_a_rule_of_another_source_or_one_that_is_gone_is_not_found(
    client: Client, source: DataSource, alice: User
) -> None:
    rule, other = make_rule(source), make_source(alice, name="Water")
    gone = DataValidator(public_id=uuid7(), source=source)
    client.force_login(alice)
    assert client.post(deleting(rule, other)).status_code == 404
    assert client.post(changing(rule, other), {**EMPTY, "max_value": "1"}).status_code == 404
    assert client.post(deleting(gone)).status_code == 404
    assert len(stored(source)) == 1


@pytest.mark.parametrize(("level", "status"), [("read", 403), ("write", 403), (None, 404)])
def test_who_may_not_change_the_source_changes_no_rule(
    level: str | None, status: int, client: Client, source: DataSource, bob: User
) -> None:
    rule = make_rule(source)
    if level:
        share(source, bob, level)
    client.force_login(bob)
    answers = [
        client.get(rules_of(source)),
        client.post(rules_of(source), {**EMPTY, "max_value": "1"}),
        client.post(deleting(rule)),
        client.get(changing(rule)),
        client.post(changing(rule), {**EMPTY, "max_value": "1"}),
        client.post(rules_of(source), {**EMPTY, "max_value": "1", "try": "1"}),
        client.post(changing_back(source)),
    ]
    assert [answer.status_code for answer in answers] == [status] * 7
    assert stored(source) == [(Decimal(0), None, None, False, "reject")]


def test_an_administrator_by_share_adds_and_deletes_rules(client: Client, source: DataSource, bob: User) -> None:
    rule = make_rule(source)
    share(source, bob, "admin")
    client.force_login(bob)
    client.post(rules_of(source), {**EMPTY, "max_value": "5"})
    client.post(deleting(rule))
    assert stored(source) == [(None, Decimal(5), None, False, "reject")]


def test_visitors_are_sent_to_the_sign_in_page(client: Client, source: DataSource) -> None:
    rule = make_rule(source)
    for answer, address in (
        (client.get(rules_of(source)), rules_of(source)),
        (client.post(deleting(rule)), deleting(rule)),
    ):
        assertRedirects(answer, f"/account/login/?next={address}")
    assert len(stored(source)) == 1


def test_other_methods_are_refused(client: Client, source: DataSource, alice: User) -> None:
    rule = make_rule(source)
    client.force_login(alice)
    assert client.delete(rules_of(source)).status_code == 405
    assert client.get(deleting(rule)).status_code == 405
    assert len(stored(source)) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_more_rules_cost_no_more_queries(
    count: int, client: Client, source: DataSource, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        make_rule(source, min_value=number)
    client.force_login(alice)
    client.get(rules_of(source))
    with django_assert_num_queries(8):
        page = client.get(rules_of(source))
    assertContains(page, "Refuses values below", count=count * 3)
