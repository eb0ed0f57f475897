"""Django admin for homes, sources, shares, rules and meter changes: who enters, what staff may do, what is logged."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from accounts.current import acting_as
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import make_home, make_readings, make_source, make_user, share
from sources.models import DataSource, DataValidator, Home, HomeMember, MeterChange, SourceAccess

Owner = Callable[[], AbstractContextManager[None]]
MODELS = (Home, HomeMember, DataSource, SourceAccess, DataValidator, MeterChange)


@pytest.fixture
def staff(db: None) -> User:
    """Somebody at a desk, with every right on the models of sources."""
    person = make_user("sam", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(content_type__app_label="sources"))
    return person


def listing(model: Any) -> str:
    return reverse(f"admin:sources_{model._meta.model_name}_changelist")


def changing(row: Any) -> str:
    return reverse(f"admin:sources_{row._meta.model_name}_change", args=[row.pk])


def log_of(actor: User, owner: Owner) -> list[tuple[str, dict[str, Any]]]:
    """What the audit log says of somebody's changes, oldest first."""
    with owner():
        entries = AuditLog.objects.filter(actor_id=actor.pk).exclude(event_type="sign_in").order_by("id")
        return list(entries.values_list("event_type", "details"))


def inline(prefix: str, rows: list[dict[str, Any]], initial: int = 0) -> dict[str, Any]:
    """An inline formset as a browser sends it."""
    counts = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    return {**counts, **{f"{prefix}-{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()}}


def typed(source: DataSource, **fields: Any) -> dict[str, Any]:
    """A source's page as a browser sends it back, with no row changed in its inlines."""
    names = (
        "name",
        "description",
        "source_type",
        "unit",
        "counting",
        "place_name",
        "address",
        "meter_number",
        "digits",
        "rhythm",
    )
    return {
        **{name: getattr(source, name) for name in names},
        "decimals": source.decimals,
        "owner": source.owner_id,
        "home": source.home_id or "",
        **inline("shares", []),
        **inline("validators", []),
        **fields,
    }


def test_staff_see_every_household_in_every_list(client: Client, staff: User, alice: User, bob: User) -> None:
    for person, home in ((alice, "Flat"), (bob, "Castle")):
        source = make_source(person, make_home(person, home), name=f"{home} meter")
        share(source, staff)
        with acting_as(person):
            source.validators.create(min_value=0)
            source.meter_changes.create(changed_at="2026-01-01T00:00:00Z", old_final=9, new_initial=0)
    client.force_login(staff)
    for model in MODELS:
        answer = client.get(listing(model))
        assertContains(answer, "Flat")
        assertContains(answer, "Castle")
        assert answer.context["cl"].result_count == 2


@pytest.mark.parametrize("words", ["Flat", "flat meter", "alice"])
def test_staff_find_a_source_by_words(words: str, client: Client, staff: User, alice: User, bob: User) -> None:
    wanted = make_source(alice, make_home(alice, "Flat"), name="Flat meter")
    make_source(bob, make_home(bob, "Castle"), name="Castle meter")
    client.force_login(staff)
    assert list(client.get(listing(DataSource), {"q": words}).context["cl"].result_list) == [wanted]


def test_staff_find_rows_by_their_public_id(client: Client, staff: User, source: DataSource, bob: User) -> None:
    make_source(bob)
    client.force_login(staff)
    assert list(client.get(listing(DataSource), {"q": str(source.public_id)}).context["cl"].result_list) == [source]


def test_what_staff_change_is_stored_and_in_the_log_under_their_name(
    client: Client, staff: User, source: DataSource, owner: Owner
) -> None:
    client.force_login(staff)
    answer = client.post(changing(source), typed(source, name="Renamed"))
    assertRedirects(answer, listing(DataSource))
    with acting_as(source.owner):
        source.refresh_from_db()
    assert source.name == "Renamed"
    assert log_of(staff, owner) == [
        (
            "update_source",
            {"source": "Renamed", "old": {"name": "Electricity"}, "new": {"name": "Renamed"}, "staff": True},
        )
    ]


def test_rights_and_rules_given_in_an_inline_are_in_the_log_and_say_who_gave_them(
    client: Client, staff: User, source: DataSource, bob: User, owner: Owner
) -> None:
    client.force_login(staff)
    rows = {
        **inline("shares", [{"source": source.pk, "user": bob.pk, "level": "write"}]),
        **inline("validators", [{"source": source.pk, "min_value": "0", "on_violation": "reject"}]),
    }
    assertRedirects(client.post(changing(source), typed(source, **rows)), listing(DataSource))
    with acting_as(source.owner):
        grant = source.shares.get()
        assert (grant.user, grant.level, grant.granted_by) == (bob, "write", staff)
        assert str(source.validators.get().min_value) == "0"
    assert [event for event, _ in log_of(staff, owner)] == ["create_share", "create_rule"]


def test_a_right_that_staff_take_away_is_gone_and_in_the_log(
    client: Client, staff: User, source: DataSource, bob: User, owner: Owner
) -> None:
    grant = share(source, bob, "admin")
    client.force_login(staff)
    row = {"id": grant.pk, "source": source.pk, "user": bob.pk, "level": "admin", "DELETE": "on"}
    assertRedirects(
        client.post(changing(source), typed(source, **inline("shares", [row], initial=1))), listing(DataSource)
    )
    with acting_as(source.owner):
        assert not source.shares.exists()
    assert [event for event, _ in log_of(staff, owner)] == ["delete_share"]


def test_a_home_that_staff_make_has_the_members_they_name(
    client: Client, staff: User, alice: User, owner: Owner
) -> None:
    client.force_login(staff)
    members = inline("members", [{"user": alice.pk, "level": "admin"}])
    answer = client.post(
        reverse("admin:sources_home_add"), {"name": "Flat", "address": "", "timezone": "UTC", **members}
    )
    assertRedirects(answer, listing(Home))
    with acting_as(alice):
        home = Home.objects.get()
        assert home.created_by == staff
        assert [(each.user, each.level, each.granted_by) for each in HomeMember.objects.all()] == [
            (alice, "admin", staff)
        ]
    assert [event for event, _ in log_of(staff, owner)] == ["create_home", "create_member"]


def test_what_staff_delete_is_gone_and_the_log_counts_what_went_with_it(
    client: Client, staff: User, source: DataSource, home: Home, alice: User, bob: User, owner: Owner
) -> None:
    make_readings(source)
    share(source, bob)
    client.force_login(staff)
    address = reverse("admin:sources_datasource_delete", args=[source.pk])
    assertRedirects(client.post(address, {"post": "yes"}), listing(DataSource))
    action = {"action": "delete_selected", "_selected_action": home.pk, "post": "yes"}
    assertRedirects(client.post(listing(Home), action), listing(Home))
    with acting_as(alice):
        assert not DataSource.objects.exists()
        assert not Home.objects.exists()
    counted = ("readings", "rules", "shares", "meter_changes", "members", "sources")
    counts = [
        (event, {name: facts[name] for name in counted if name in facts}) for event, facts in log_of(staff, owner)
    ]
    assert counts == [
        ("delete_source", {"readings": 3, "rules": 0, "shares": 1, "meter_changes": 0}),
        ("delete_home", {"members": 1, "sources": 0}),
    ]


def test_the_page_before_a_deletion_counts_the_readings(client: Client, staff: User, source: DataSource) -> None:
    make_readings(source)
    client.force_login(staff)
    assertContains(client.get(reverse("admin:sources_datasource_delete", args=[source.pk])), "3 readings go with it")


def test_a_source_with_too_many_readings_for_one_request_stays(
    client: Client, staff: User, source: DataSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_readings(source)
    monkeypatch.setattr("sources.admin.MOST_READINGS", 2)
    client.force_login(staff)
    address = reverse("admin:sources_datasource_delete", args=[source.pk])
    assertContains(client.get(address), "more than 2 readings")
    client.post(address, {"post": "yes"})
    with acting_as(source.owner):
        assert DataSource.objects.filter(pk=source.pk).exists()


def test_sources_are_deleted_one_at_a_time(client: Client, staff: User, source: DataSource) -> None:
    client.force_login(staff)
    client.post(listing(DataSource), {"action": "delete_selected", "_selected_action": source.pk, "post": "yes"})
    with acting_as(source.owner):
        assert DataSource.objects.filter(pk=source.pk).exists()


def test_a_source_and_a_home_are_chosen_by_typing_and_answers_are_few(
    client: Client, staff: User, source: DataSource, bob: User
) -> None:
    make_source(bob, name="Elsewhere")
    client.force_login(staff)

    def found(model: str, field: str, term: str) -> list[str]:
        query = {"app_label": "sources", "model_name": model, "field_name": field, "term": term}
        return [each["text"] for each in client.get(reverse("admin:autocomplete"), query).json()["results"]]

    assert found("sourceaccess", "source", "elec") == ["Electricity"]
    assert found("sourceaccess", "source", "bob") == ["Elsewhere"]
    assert found("datasource", "home", "rama") == ["Rama IX flat"]


def test_whom_a_source_belongs_to_is_chosen_by_who_may_see_people(
    client: Client, staff: User, source: DataSource
) -> None:
    query = {"app_label": "sources", "model_name": "datasource", "field_name": "owner", "term": "ali"}
    client.force_login(staff)
    assert client.get(reverse("admin:autocomplete"), query).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_user"))
    assert client.get(reverse("admin:autocomplete"), query).json()["results"] == [
        {"id": str(source.owner_id), "text": "Alice"}
    ]


def test_a_source_that_breaks_a_rule_of_the_table_is_refused_with_its_sentence(
    client: Client, staff: User, source: DataSource, owner: Owner
) -> None:
    client.force_login(staff)
    answer = client.post(changing(source), typed(source, digits="13"))
    assertContains(answer, "A dial has 1 to 12 digits before the point.")
    assert log_of(staff, owner) == []


@pytest.mark.parametrize("model", MODELS)
def test_who_is_no_staff_does_not_enter(model: Any, client: Client, source: DataSource, alice: User) -> None:
    client.force_login(alice)
    answer = client.get(listing(model))
    assertRedirects(answer, f"/admin/login/?next={listing(model)}", fetch_redirect_response=False)


def test_visitors_are_sent_to_sign_in(client: Client, db: None) -> None:
    assert client.get(listing(Home)).status_code == 302


@pytest.mark.parametrize("model", MODELS)
def test_staff_without_the_right_see_nothing(model: Any, client: Client, source: DataSource) -> None:
    client.force_login(make_user("dan", is_staff=True))
    assert client.get(listing(model)).status_code == 403
