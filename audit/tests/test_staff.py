"""What staff do in Django admin is in the log, marked as theirs: changes, rights, and that they looked."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts.current import acting_as
from accounts.models import User
from audit.tests.conftest import Log
from homelog.testing import START, make_readings, make_user
from sources.models import DataSource, Home

NAMES = {"source": "Electricity"}


@pytest.fixture
def boss(db: None, client: Client) -> User:
    """Signed in, with every right in admin."""
    person = make_user("boss", is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


def page(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def found(log: Log) -> list[tuple[Any, ...]]:
    """The new entries, as what, who, where and details."""
    return [(each.event_type, each.actor_name, each.home_id, each.source_id, each.details) for each in log()]


def test_whoever_opens_a_row_of_a_household_is_in_its_log(
    client: Client, boss: User, source: DataSource, home: Home, log: Log
) -> None:
    reading = make_readings(source, ["100"])[0]
    log()
    for row in (source, reading, home, source.owner):
        assert client.get(page(row)).status_code == 200
    about = {"unit": "kWh", "value": "100", "recorded_at": "2026-01-01T08:00:00+00:00"}
    assert found(log) == [
        ("view_source", "Boss", home.pk, source.pk, {**NAMES, "staff": True}),
        ("view_reading", "Boss", home.pk, source.pk, {**NAMES, **about, "staff": True}),
        ("view_home", "Boss", home.pk, None, {"home": "Rama IX flat", "staff": True}),
        ("view_person", "Boss", None, None, {"person": "Alice", "person_id": source.owner_id, "staff": True}),
    ]


def test_a_look_is_noted_once_in_ten_minutes_and_one_at_somebody_else_by_itself(
    client: Client, boss: User, source: DataSource, home: Home, bob: User, log: Log
) -> None:
    reading = make_readings(source, ["100"])[0]
    rows = (source, reading, home, source.owner, bob)
    log()
    with time_machine.travel(START, tick=False) as clock:
        for minutes in (0, 9, 2):
            clock.shift(timedelta(minutes=minutes))
            for row in rows:
                client.get(page(row))
    people = [("view_person", source.owner_id), ("view_person", bob.pk)]
    looks = [("view_source", None), ("view_reading", None), ("view_home", None), *people]
    assert [(event, details.get("person_id")) for event, *_keys, details in found(log)] == [*looks, *looks]


def test_a_look_at_a_source_without_a_home_is_another_than_at_one_with(
    client: Client, boss: User, source: DataSource, home: Home, log: Log
) -> None:
    log()
    client.get(page(source))
    with acting_as(source.owner):
        DataSource.objects.filter(pk=source.pk).update(home=None)
    for _time in range(2):
        client.get(page(source))
    assert [(event, home_id) for event, _who, home_id, *_rest in found(log)] == [
        ("view_source", home.pk),
        ("view_source", None),
    ]


def test_a_look_at_a_share_or_a_rule_is_one_at_its_source(
    client: Client, boss: User, source: DataSource, log: Log
) -> None:
    with acting_as(source.owner):
        rule = source.validators.create(min_value=0)
    log()
    client.get(page(rule))
    assert [(event, key) for event, _who, _home, key, _details in found(log)] == [("view_source", source.pk)]


def test_a_household_reads_that_staff_looked_and_a_life_does_not_count_looks(
    client: Client, boss: User, source: DataSource
) -> None:
    reading = make_readings(source, ["100"])[0]
    client.get(page(reading))
    client.force_login(source.owner)
    told = client.get(f"/sources/{source.public_id}/history/", {"kind": "views"}).context["lines"]
    assert [line.sentence.text for line in told] == [
        "Boss (staff) opened the reading 100.0 kWh for Electricity, read on 1 Jan 2026, 09:00"
    ]
    shown = client.get(reading.get_absolute_url())
    assert "Boss" not in shown.content.decode()


def test_lists_and_autocomplete_are_no_looks(client: Client, boss: User, source: DataSource, log: Log) -> None:
    log()
    client.get(reverse("admin:sources_datasource_changelist"), {"q": "elec"})
    query = {"app_label": "readings", "model_name": "reading", "field_name": "source", "term": "elec"}
    assert client.get(reverse("admin:autocomplete"), query).status_code == 200
    assert found(log) == []


def test_what_staff_change_for_somebody_is_marked_and_what_people_do_is_not(
    client: Client, boss: User, alice: User, log: Log
) -> None:
    address = EmailAddress.objects.get(user=alice)
    EmailAddress.objects.filter(pk=address.pk).update(verified=False)
    log()
    address.refresh_from_db()
    address.save()
    assert found(log) == []
    assert client.post(page(address), {"verified": "on"}).status_code == 302
    changes = {"old": {"verified": False}, "new": {"verified": True}}
    about = {"person": "Alice", "person_id": alice.pk}
    assert found(log) == [("update_email", "Boss", None, None, {**about, **changes, "staff": True})]


def test_rights_over_the_site_are_in_the_log_whoever_gives_them_and_by_whatever_road(boss: User, log: Log) -> None:
    clerk = make_user("clerk", is_staff=True)
    right = Permission.objects.get(codename="view_reading")
    log()
    group = Group.objects.create(name="Desk")
    group.permissions.set([right])
    clerk.groups.add(group)
    clerk.user_permissions.set([right])
    clerk.user_permissions.set([])
    clerk.groups.clear()
    about = {"person": "Clerk", "person_id": clerk.pk}
    assert [(event, details) for event, _who, _home, _source, details in found(log)] == [
        ("create_group", {"group": "Desk", "new": {"name": "Desk"}}),
        ("give_rights", {"group": "Desk", "rights": str(right)}),
        ("give_rights", {**about, "rights": "Desk"}),
        ("give_rights", {**about, "rights": str(right)}),
        ("take_rights", {**about, "rights": str(right)}),
        ("take_rights", {**about, "rights": "Desk"}),
    ]


def test_staff_find_what_staff_did(client: Client, boss: User, source: DataSource) -> None:
    client.get(page(source))
    listed = client.get(reverse("admin:audit_auditlog_changelist"), {"by": "staff"}).context["cl"].result_list
    assert [(each.event_type, each.source_id) for each in listed] == [("view_source", source.pk)]
