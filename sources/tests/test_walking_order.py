"""The walking order of a home: what it starts as, who changes it and how, and how often a source is read."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertRedirects

from accounts.current import acting_as
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import make_home, make_source
from sources.models import DataSource, Home


def page(home: Home) -> str:
    return reverse("sources:home_order", args=[home.public_id])


def order(home: Home, person: User) -> list[str]:
    """The names of a home's sources as they are walked to."""
    with acting_as(person):
        return list(DataSource.objects.in_home(home).in_walking_order().values_list("name", flat=True))


@pytest.fixture
def house(client: Client, home: Home, alice: User) -> Home:
    """Alice's home with four meters; she is signed in."""
    for name in ("Attic", "Bath", "Cellar", "Dryer"):
        make_source(alice, home, name=name)
    client.force_login(alice)
    return home


def of(home: Home, name: str) -> DataSource:
    with acting_as(home.created_by):
        return DataSource.objects.get(home=home, name=name)


def test_it_starts_by_place_and_name_and_what_is_new_stands_at_the_end(
    client: Client, house: Home, alice: User
) -> None:
    make_source(alice, house, name="Zinc", place_name="Attic")
    assert order(house, alice) == ["Attic", "Bath", "Cellar", "Dryer", "Zinc"]
    client.post(page(house), {"up": of(house, "Zinc").public_id})
    make_source(alice, house, name="Aardvark")
    assert order(house, alice) == ["Attic", "Bath", "Cellar", "Zinc", "Dryer", "Aardvark"]


@pytest.mark.parametrize(
    ("button", "name", "expected"),
    [
        ("up", "Cellar", "Attic Cellar Bath Dryer"),
        ("down", "Bath", "Attic Cellar Bath Dryer"),
        ("down", "Cellar", "Attic Bath Dryer Cellar"),
        ("up", "Attic", "Attic Bath Cellar Dryer"),
        ("down", "Dryer", "Attic Bath Cellar Dryer"),
    ],
)
def test_a_button_moves_a_meter_one_place(
    button: str, name: str, expected: str, client: Client, house: Home, alice: User
) -> None:
    source = of(house, name)
    answer = client.post(page(house), {button: source.public_id})
    assertRedirects(answer, f"{page(house)}#m-{source.public_id}", fetch_redirect_response=False)
    assert order(house, alice) == expected.split()
    place = expected.split().index(name) + 1
    assertContains(client.get(page(house)), f"{name} is now number {place} of 4.")


@pytest.mark.parametrize(
    ("name", "before", "expected"),
    [
        ("Dryer", "Attic", "Dryer Attic Bath Cellar"),
        ("Attic", "", "Bath Cellar Dryer Attic"),
        ("Attic", "Dryer", "Bath Cellar Attic Dryer"),
    ],
)
def test_the_script_moves_a_meter_anywhere_and_gets_no_page(
    name: str, before: str, expected: str, client: Client, house: Home, alice: User
) -> None:
    where = of(house, before).public_id if before else ""
    answer = client.post(page(house), {"move": of(house, name).public_id, "before": where})
    assert (answer.status_code, answer.content) == (204, b"")
    assert order(house, alice) == expected.split()


def test_a_meter_of_another_home_is_not_moved(client: Client, house: Home, alice: User) -> None:
    other = make_source(alice, make_home(alice, "Hut"), name="Pump")
    assert client.post(page(house), {"move": other.public_id}).status_code == 404
    for typed in ({"up": other.public_id}, {"down": "nonsense"}, {}):
        answer = client.post(page(house), typed)
        assertRedirects(answer, page(house), fetch_redirect_response=False)
    assertContains(client.get(page(house)), "This meter is not here any more, so nothing was moved.")
    with acting_as(alice):
        assert set(DataSource.objects.values_list("position", flat=True)) == {None}


def test_moving_is_no_event_of_a_meter(client: Client, house: Home, alice: User) -> None:
    client.post(page(house), {"up": of(house, "Dryer").public_id})
    with acting_as(alice):
        assert not AuditLog.objects.filter(event_type="update_source").exists()


def test_a_source_that_leaves_its_home_forgets_its_place(client: Client, house: Home, alice: User) -> None:
    client.post(page(house), {"up": of(house, "Dryer").public_id})
    hut, source = make_home(alice, "Hut"), of(house, "Dryer")
    assert source.position == 3
    with acting_as(alice):
        source.home = hut
        source.save()
        source.refresh_from_db()
    assert source.position is None


@pytest.mark.parametrize("count", [1, 3])
def test_page_and_move_cost_the_same_for_one_meter_and_for_three(
    count: int, client: Client, home: Home, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sources = [make_source(alice, home, name=name) for name in ("A", "B", "C")[:count]]
    client.force_login(alice)
    with django_assert_num_queries(8):
        client.get(page(home))
    with django_assert_num_queries(9):
        client.post(page(home), {"move": sources[0].public_id, "before": ""})


def test_only_who_administers_the_home_may_order_it(client: Client, house: Home, bob: User, charlie: User) -> None:
    with acting_as(house.created_by):
        house.members.create(user=bob, level="write", granted_by=house.created_by)
    source = of(house, "Dryer")
    for person, status in ((bob, 403), (charlie, 404)):
        client.force_login(person)
        assert client.get(page(house)).status_code == status
        assert client.post(page(house), {"up": source.public_id}).status_code == status
    assert of(house, "Dryer").position is None


def test_anonymous_visitors_are_sent_to_sign_in(client: Client, home: Home) -> None:
    assertRedirects(client.get(page(home)), f"/account/login/?next={page(home)}", fetch_redirect_response=False)


def test_other_methods_are_refused(client: Client, house: Home) -> None:
    assert client.put(page(house)).status_code == 405


def test_a_home_without_meters_says_so(client: Client, home: Home, alice: User) -> None:
    client.force_login(alice)
    assertContains(client.get(page(home)), "No meters here yet.")


# How often a source is read


def test_the_rhythm_is_chosen_in_the_settings_and_told_in_the_history(
    client: Client, source: DataSource, alice: User
) -> None:
    client.force_login(alice)
    address = reverse("sources:source_update", args=[source.public_id])
    assertContains(client.get(address), '<option value="auto" selected>As you have read it so far</option>', html=True)
    typed = {"name": "Electricity", "unit": "kWh", "counting": "counter", "source_type": "electricity", "decimals": "1"}
    client.post(address, {**typed, "home": source.home.public_id if source.home else "", "rhythm": "quarter"})
    with acting_as(alice):
        assert DataSource.objects.get(pk=source.pk).rhythm == "quarter"
    history = client.get(reverse("audit:source_history", args=[source.public_id]))
    assertContains(history, "How often it is read: As you have read it so far → Every three months")


def test_a_rhythm_that_nobody_knows_is_refused_and_nothing_changes(
    client: Client, source: DataSource, alice: User
) -> None:
    client.force_login(alice)
    typed = {"name": "X", "unit": "kWh", "counting": "counter", "source_type": "electricity", "decimals": "1"}
    address = reverse("sources:source_update", args=[source.public_id])
    answer = client.post(address, {**typed, "rhythm": "fortnight"})
    assert answer.status_code == 422
    assertContains(answer, "fortnight is not one of the available choices", status_code=422)
    with acting_as(alice):
        assert DataSource.objects.get(pk=source.pk).name == "Electricity"
        with pytest.raises(IntegrityError, match="data_source_rhythm_known"), transaction.atomic():
            DataSource.objects.filter(pk=source.pk).update(rhythm="weekly")
