"""The pages of a home: made, changed, and by whom."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home, make_user
from sources.models import Home, HomeMember

NEW = "/homes/new/"
FIELDS = {"name": "Flat", "address": "Seeweg 1", "timezone": "Asia/Bangkok"}


def edit(home: Home) -> str:
    return reverse("sources:home_update", args=[home.public_id])


def state(home: Home, by: User) -> tuple[str, str, str]:
    """What a person may change of a home, as it is stored."""
    with acting_as(by):
        return Home.objects.values_list("name", "address", "timezone").get(pk=home.pk)


def test_who_makes_a_home_may_change_everything_in_it_and_goes_on_to_its_first_meter(
    client: Client, alice: User
) -> None:
    client.force_login(alice)
    answer = client.post(NEW, FIELDS)
    with acting_as(alice):
        home = Home.objects.get()
        assert (home.name, home.address, home.timezone, home.created_by) == ("Flat", "Seeweg 1", "Asia/Bangkok", alice)
        member = HomeMember.objects.get()
        assert (member.home, member.user, member.level, member.granted_by) == (home, alice, "admin", alice)
    assertRedirects(answer, f"/sources/new/?home={home.public_id}", fetch_redirect_response=False)
    assertContains(client.get(answer["Location"]), "Flat is there. Now add its first meter.")


def test_the_time_zone_starts_as_the_person_s_own(client: Client, db: None) -> None:
    client.force_login(make_user(timezone="Pacific/Auckland"))
    assertContains(client.get(NEW), '<option value="Pacific/Auckland" selected>', count=1)


def test_a_time_zone_that_is_not_among_the_usual_ones_can_be_kept(client: Client, db: None) -> None:
    client.force_login(make_user(timezone="Etc/GMT+3"))
    assert client.post(NEW, {**FIELDS, "timezone": "Etc/GMT+3"}).status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "This field is required."),
        ("name", "x" * 101, "Ensure this value has at most 100 characters (it has 101)."),
        ("address", "x" * 501, "Ensure this value has at most 500 characters (it has 501)."),
        (
            "timezone",
            "Mars/Olympus",
            "Select a valid choice. Mars/Olympus is not one of the available choices.",
        ),
    ],
)
def test_what_cannot_be_a_home_comes_back_with_its_reason(
    field: str, value: str, message: str, client: Client, alice: User
) -> None:
    client.force_login(alice)
    answer = client.post(NEW, {**FIELDS, field: value})
    assert (answer.status_code, answer.context["form"].errors) == (422, {field: [message]})
    with acting_as(alice):
        assert not Home.objects.exists()


def test_administrators_change_a_home(client: Client, home: Home, alice: User) -> None:
    client.force_login(alice)
    assertContains(client.get(edit(home)), "Alice (you)")
    answer = client.post(edit(home), FIELDS)
    assertRedirects(answer, home.get_absolute_url(), fetch_redirect_response=False)
    assert state(home, alice) == ("Flat", "Seeweg 1", "Asia/Bangkok")


def test_the_page_says_in_words_what_each_member_may(client: Client, home: Home, alice: User, bob: User) -> None:
    with acting_as(alice):
        home.members.create(user=bob, level="write", granted_by=alice)
    client.force_login(alice)
    page = client.get(edit(home))
    assertContains(page, "<dt>Alice (you)</dt><dd>May change everything</dd>", html=True)
    assertContains(page, "<dt>Bob</dt><dd>May add and correct readings</dd>", html=True)


def test_a_home_without_a_name_is_refused_and_its_page_keeps_the_old_name(
    client: Client, home: Home, alice: User
) -> None:
    before = state(home, alice)
    client.force_login(alice)
    answer = client.post(edit(home), {**FIELDS, "name": " "})
    assert answer.context["form"].errors == {"name": ["This field is required."]}
    assertContains(answer, "<title>Rama IX flat · HomeLog</title>", status_code=422, html=True)
    assert state(home, alice) == before


def test_a_member_who_is_no_administrator_changes_nothing(client: Client, home: Home, alice: User, bob: User) -> None:
    with acting_as(alice):
        home.members.create(user=bob, level="write", granted_by=alice)
    before = state(home, alice)
    client.force_login(bob)
    assert (client.get(edit(home)).status_code, client.post(edit(home), FIELDS).status_code) == (403, 403)
    assert state(home, alice) == before


def test_a_stranger_finds_no_home(client: Client, home: Home, alice: User, charlie: User) -> None:
    before = state(home, alice)
    make_home(charlie, "Elsewhere")
    client.force_login(charlie)
    assert (client.get(edit(home)).status_code, client.post(edit(home), FIELDS).status_code) == (404, 404)
    assert state(home, alice) == before


def test_visitors_are_sent_to_the_sign_in_page(client: Client, home: Home) -> None:
    for address in (NEW, edit(home)):
        assertRedirects(client.get(address), f"/account/login/?next={address}")


def test_other_methods_are_refused(client: Client, home: Home, alice: User) -> None:
    client.force_login(alice)
    assert [client.delete(address).status_code for address in (NEW, edit(home))] == [405, 405]
