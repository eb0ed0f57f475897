"""The settings of a source: changed, put away, taken back, and by whom."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home, make_readings, make_source, share
from sources.models import DataSource, Home

LIST = "/sources/"
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


def page(name: str, source: DataSource) -> str:
    return reverse(f"sources:source_{name}", args=[source.public_id])


def stored(source: DataSource) -> dict[str, Any]:
    """A source as it is stored."""
    with acting_as(source.owner):
        return dict(DataSource.objects.values().get(pk=source.pk))


def test_everything_about_a_source_can_be_changed_later(client: Client, source: DataSource, alice: User) -> None:
    office = make_home(alice, "Office")
    make_readings(source)
    before = stored(source)
    client.force_login(alice)
    typed = {**TYPED, "source_type": "heat", "counting": "amount", "digits": "", "home": office.public_id}
    typed |= {"unit_way": "rename"}
    assertRedirects(
        client.post(page("update", source), typed), source.get_absolute_url(), fetch_redirect_response=False
    )
    assert stored(source) == {
        **before,
        **TYPED,
        "source_type": "heat",
        "counting": "amount",
        "digits": None,
        "decimals": 2,
        "home_id": office.pk,
    }
    with acting_as(alice):
        assert [f"{value}" for value in source.readings.order_by("recorded_at").values_list("value", flat=True)] == [
            "100",
            "110",
            "125.5",
        ]


def test_the_settings_start_with_what_is_stored(client: Client, source: DataSource, home: Home, alice: User) -> None:
    client.force_login(alice)
    answer = client.get(page("update", source))
    assertContains(answer, f'<option value="{home.public_id}" selected>Rama IX flat</option>', html=True)
    assertContains(answer, '<option value="electricity" selected>Electricity</option>', html=True)
    assertContains(answer, '<option value="">No home</option>', html=True)
    assertContains(answer, "Before another unit is taken, you are asked what becomes of the numbers that are there.")


def test_the_settings_lead_to_rules_import_and_history(client: Client, source: DataSource, alice: User) -> None:
    client.force_login(alice)
    answer = client.get(page("update", source))
    for name in ("sources:rule_list", "readings:import_upload", "audit:source_history", "sources:source_archive"):
        assertContains(answer, f'"{reverse(name, args=[source.public_id])}"', count=1)


def test_a_bad_change_is_refused_and_the_page_keeps_the_old_name(
    client: Client, source: DataSource, alice: User
) -> None:
    before = stored(source)
    client.force_login(alice)
    answer = client.post(page("update", source), {**TYPED, "source_type": "coal", "name": ""})
    assert answer.context["form"].errors == {
        "name": ["This field is required."],
        "source_type": ["Select a valid choice. coal is not one of the available choices."],
    }
    assertContains(answer, "<title>Settings of Electricity · HomeLog</title>", status_code=422, html=True)
    assert stored(source) == before


def test_an_administrator_by_share_keeps_the_home_and_takes_the_source_to_none_of_theirs(
    client: Client, source: DataSource, home: Home, bob: User
) -> None:
    share(source, bob, "admin")
    flat = make_home(bob, "Bob's flat")
    typed = {**TYPED, "source_type": "electricity"}
    client.force_login(bob)
    assert client.post(page("update", source), {**typed, "home": home.public_id}).status_code == 302
    assert stored(source)["home_id"] == home.pk
    answer = client.post(page("update", source), {**typed, "home": flat.public_id})
    assert answer.context["form"].errors == {
        "home": ["Select a valid choice. That choice is not one of the available choices."]
    }
    assert stored(source)["home_id"] == home.pk


def test_an_administrator_by_share_takes_a_source_without_a_home_to_none_of_theirs(
    client: Client, alice: User, bob: User
) -> None:
    source = make_source(alice)
    share(source, bob, "admin")
    flat = make_home(bob, "Bob's flat")
    client.force_login(bob)
    typed = {**TYPED, "source_type": "electricity", "home": flat.public_id}
    assert client.post(page("update", source), typed).status_code == 302
    assert stored(source)["home_id"] is None


def test_only_the_owner_takes_a_source_out_of_every_home(
    client: Client, source: DataSource, home: Home, alice: User, bob: User
) -> None:
    with acting_as(alice):
        home.members.create(user=bob, level="admin", granted_by=alice)
    typed = {**TYPED, "source_type": "electricity", "home": ""}
    client.force_login(bob)
    answer = client.post(page("update", source), typed)
    assert answer.context["form"].errors == {"home": ["This field is required."]}
    assert stored(source)["home_id"] == home.pk
    client.force_login(alice)
    client.post(page("update", source), typed)
    assert stored(source)["home_id"] is None


def test_a_source_is_put_away_and_taken_back(client: Client, source: DataSource, alice: User) -> None:
    make_readings(source)
    client.force_login(alice)
    answer = client.post(page("archive", source), follow=True)
    assertRedirects(answer, LIST)
    assertContains(answer, "Electricity is put away. Its readings stay, nobody is asked for new ones.")
    assertContains(answer, f'<form class="undo" method="post" action="{page("archive", source)}">')
    shown = [*answer.context["groups"], answer.context["archived"]]
    assert [(group.title, len(group.rows)) for group in shown] == [("Rama IX flat", 0), ("Put away", 1)]
    with acting_as(alice):
        assert not DataSource.objects.shown().exists()
        assert source.readings.count() == 3
    assertContains(client.get(page("update", source)), "Take it back")
    answer = client.post(page("archive", source), follow=True)
    assertContains(answer, "Electricity is back among your meters.")
    assert stored(source)["archived_at"] is None


@pytest.mark.parametrize(("level", "status"), [("read", 403), ("write", 403), (None, 404)])
def test_who_may_not_change_the_source_changes_nothing(
    level: str | None, status: int, client: Client, source: DataSource, bob: User
) -> None:
    if level:
        share(source, bob, level)
    before = stored(source)
    client.force_login(bob)
    answers = [
        client.get(page("update", source)),
        client.post(page("update", source), {**TYPED, "source_type": "gas"}),
        client.post(page("archive", source)),
    ]
    assert [answer.status_code for answer in answers] == [status] * 3
    assert stored(source) == before


def test_visitors_are_sent_to_the_sign_in_page(client: Client, source: DataSource) -> None:
    before = stored(source)
    for address in (page("update", source), page("archive", source)):
        assertRedirects(client.post(address), f"/account/login/?next={address}")
    assert stored(source) == before


def test_other_methods_are_refused(client: Client, source: DataSource, alice: User) -> None:
    before = stored(source)
    client.force_login(alice)
    answers = [
        client.delete(page("update", source)),
        client.get(page("archive", source)),
    ]
    assert [answer.status_code for answer in answers] == [405] * 2
    assert stored(source) == before
