"""The person's own page, and the ways from there to e-mail address and password, which ask who it is once more."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from accounts.models import User
from accounts.tests.pages import NEW, sign_in, the_code
from homelog.testing import PASSWORD

PROFILE = "/account/"
FIELDS = {"display_name": "Alice Brown", "username": "alice.b", "language": "en", "timezone": "Asia/Bangkok"}


def values(person: User) -> dict[str, str]:
    """What is stored for a person, by field of the form."""
    person.refresh_from_db()
    return {name: getattr(person, name) for name in FIELDS}


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    """Alice's browser."""
    client.force_login(alice)
    return client


def test_a_person_changes_name_user_name_language_and_zone(signed_in: Client, alice: User) -> None:
    answer = signed_in.post(PROFILE, FIELDS, follow=True)
    assertRedirects(answer, PROFILE)
    assert values(alice) == FIELDS
    assert [str(message) for message in answer.context["messages"]] == ["Saved."]


def test_a_user_name_taken_at_the_same_time_is_no_fault(
    signed_in: Client, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if the other one had taken it between the look and the save.
    monkeypatch.setattr(User, "validate_unique", lambda *args, **kwargs: None)
    monkeypatch.setattr(User, "validate_constraints", lambda *args, **kwargs: None)
    answer = signed_in.post(PROFILE, {**FIELDS, "username": bob.username})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"username": ["This user name is taken. Choose another one."]}
    assert values(alice)["username"] == "alice"


def test_the_page_links_to_address_and_password_and_signs_out_by_post(signed_in: Client) -> None:
    page = signed_in.get(PROFILE).content.decode()
    for link in ('href="/account/email/"', 'href="/account/password/change/"'):
        assert link in page
    assert '<form class="acts" method="post" action="/account/logout/" data-forgets>' in page
    assert 'href="/admin/"' not in page


def test_staff_find_the_way_to_django_admin(signed_in: Client, alice: User) -> None:
    alice.is_staff = True
    alice.save()
    assert 'href="/admin/"' in signed_in.get(PROFILE).content.decode()


def test_an_anonymous_visitor_signs_in_first(client: Client, db: None) -> None:
    assertRedirects(client.get(PROFILE), "/account/login/?next=/account/")
    assertRedirects(client.post(PROFILE, FIELDS), "/account/login/?next=/account/")


def test_other_methods_are_refused(signed_in: Client, alice: User) -> None:
    assert [signed_in.put(PROFILE).status_code, signed_in.delete(PROFILE).status_code] == [405, 405]


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("display_name", "", "This field is required."),
        ("display_name", "x" * 101, "Ensure this value has at most 100 characters (it has 101)."),
        ("username", "", "This field is required."),
        ("username", "bob", "This user name is taken. Choose another one."),
        ("username", "BOB", "This user name is taken. Choose another one."),
        ("username", "bob@example.com", "A user name has no @: it must not look like an e-mail address."),
        ("username", "Admin", "This user name is kept for the site. Choose another one."),
        ("timezone", "Mars/Olympus", "Select a valid choice. Mars/Olympus is not one of the available choices."),
        ("language", "tlh", "Select a valid choice. tlh is not one of the available choices."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    signed_in: Client, alice: User, bob: User, field: str, value: str, error: str
) -> None:
    before = values(alice)
    answer = signed_in.post(PROFILE, {**FIELDS, field: value})
    shown = {error for errors in answer.context["form"].errors.values() for error in errors}
    assert (answer.status_code, shown) == (422, {error})
    assert values(alice) == before


def test_fields_that_are_not_on_the_form_cannot_be_set(signed_in: Client, alice: User) -> None:
    signed_in.post(
        PROFILE, {**FIELDS, "is_staff": "on", "is_superuser": "on", "email": "x@example.com", "password": NEW}
    )
    alice.refresh_from_db()
    assert (alice.is_staff, alice.is_superuser, alice.email) == (False, False, "alice@example.com")
    assert alice.check_password(PASSWORD)


def test_a_name_with_markup_is_shown_as_text(signed_in: Client) -> None:
    page = signed_in.post(PROFILE, {**FIELDS, "display_name": "<b>Al</b>"}, follow=True).content.decode()
    assert 'value="&lt;b&gt;Al&lt;/b&gt;"' in page
    assert "<b>Al</b>" not in page


def test_the_password_page_asks_for_the_old_password_itself(signed_in: Client) -> None:
    assert list(signed_in.get("/account/password/change/").context["form"].fields) == [
        "oldpassword",
        "password1",
        "password2",
    ]


def test_a_new_address_counts_once_its_code_is_typed(client: Client, alice: User) -> None:
    sign_in(client, "alice", PASSWORD)
    new = {"email": "alice@new.example", "action_add": ""}
    asked = client.post("/account/email/", new)
    assertRedirects(asked, "/account/reauthenticate/?next=/account/email/")
    assert mail.outbox == []
    client.post("/account/reauthenticate/", {"password": PASSWORD, "next": "/account/email/"})
    alice.refresh_from_db()
    assert (alice.email, mail.outbox[-1].to) == ("alice@example.com", ["alice@new.example"])
    client.post("/account/confirm-email/", {"code": the_code()})
    alice.refresh_from_db()
    assert alice.email == "alice@new.example"
    addresses = alice.emailaddress_set.values_list("email", "verified")  # type: ignore[attr-defined]
    assert list(addresses) == [("alice@new.example", True)]
    assert [letter.to for letter in mail.outbox] == [["alice@new.example"], ["alice@example.com"]]


def test_asking_who_it_is_refuses_a_wrong_password(client: Client, alice: User) -> None:
    sign_in(client, "alice", PASSWORD)
    client.post("/account/email/", {"email": "alice@new.example", "action_add": ""})
    answer = client.post("/account/reauthenticate/", {"password": NEW, "next": "/account/email/"})
    assert answer.context["form"].errors == {"password": ["This is not your password."]}
    assert (answer.status_code, mail.outbox) == (422, [])


def test_guessing_at_that_page_is_limited(client: Client, alice: User) -> None:
    sign_in(client, "alice", PASSWORD)
    statuses = [client.post("/account/reauthenticate/", {"password": NEW}).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_who_it_is_is_asked_again_after_a_while(client: Client, alice: User) -> None:
    sign_in(client, "alice", PASSWORD)
    client.post("/account/reauthenticate/", {"password": PASSWORD, "next": "/account/email/"})
    later = timezone.now() + timedelta(minutes=6)
    with time_machine.travel(later):
        answer = client.post("/account/email/", {"email": "alice@new.example", "action_add": ""})
    assertRedirects(answer, "/account/reauthenticate/?next=/account/email/", fetch_redirect_response=False)


def test_the_address_of_somebody_else_is_not_given(client: Client, alice: User, bob: User) -> None:
    sign_in(client, "alice", PASSWORD)
    client.post("/account/reauthenticate/", {"password": PASSWORD, "next": "/account/email/"})
    client.post("/account/email/", {"email": "bob@example.com", "action_add": ""})
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    assert alice.emailaddress_set.filter(email="bob@example.com", verified=True).count() == 0  # type: ignore[attr-defined]


def test_zones_stand_by_their_part_of_the_world_and_the_time_there_is_told(signed_in: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(timezone="Asia/Bangkok")
    with time_machine.travel(datetime(2026, 11, 22, 12, 0, tzinfo=UTC), tick=False):
        answer = signed_in.get(PROFILE)
    parts = dict(answer.context["form"].fields["timezone"].choices)
    assert ("Europe/Berlin", "Berlin") in parts["Europe"]
    assert ("America/Argentina/Buenos_Aires", "Argentina, Buenos Aires") in parts["America"]
    assert "Etc" not in parts
    assertContains(answer, "<span data-now>It is 19:00 there now.</span>")
    assertContains(answer, '<optgroup label="Europe">')


def test_a_zone_that_is_not_offered_any_more_is_kept(signed_in: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(timezone="Etc/GMT+3")
    answer = signed_in.post(PROFILE, {**FIELDS, "timezone": "Etc/GMT+3"})
    assertRedirects(answer, PROFILE)
    assert values(alice)["timezone"] == "Etc/GMT+3"
