"""Making an account: the form, the code from the mail, and answers that do not tell whether an address is known."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from pytest_django.asserts import assertRedirects

from accounts.models import User
from accounts.tests.pages import NEW, SIGNUP, body, counted_hashes, sign_in, sign_up, the_code
from audit.models import AuditLog
from homelog.testing import make_user

Owner = Callable[[], AbstractContextManager[None]]
CODE = "/account/confirm-email/"


def written(asked: CaptureQueriesContext) -> Counter[str]:
    """How often was written to which table."""
    begun = (each["sql"].split() for each in asked.captured_queries)
    return Counter(
        f"{words[0]} {words[2 if words[0] == 'INSERT' else 1]}" for words in begun if words[0] in {"INSERT", "UPDATE"}
    )


def signed_in(client: Client) -> bool:
    """Whether somebody is signed in here."""
    return "_auth_user_id" in client.session


def test_the_form_asks_for_name_address_and_password_only(client: Client, db: None) -> None:
    form = client.get("/account/signup/").context["form"]
    assert list(form.fields) == ["display_name", "email", "password1", "timezone"]


def test_a_new_person_confirms_the_address_and_is_signed_in(client: Client, db: None) -> None:
    assertRedirects(sign_up(client, timezone="Asia/Bangkok"), CODE)
    assert ([letter.to for letter in mail.outbox], signed_in(client)) == ([["dora@example.com"]], False)
    assertRedirects(client.post(CODE, {"code": the_code()}), "/", fetch_redirect_response=False)
    dora = User.objects.get()
    assert (dora.username, dora.display_name, dora.email) == ("dora", "Dora", "dora@example.com")
    assert (dora.timezone, dora.is_staff, signed_in(client)) == ("Asia/Bangkok", False, True)
    assert list(dora.emailaddress_set.values_list("email", "verified", "primary")) == [("dora@example.com", True, True)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "<script>"])
def test_an_unknown_time_zone_is_ignored(client: Client, db: None, zone: str) -> None:
    assertRedirects(sign_up(client, timezone=zone), CODE)
    assert User.objects.get().timezone == "UTC"


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("email", "dora", "Enter a valid email address."),
        ("email", "", "This field is required."),
        ("display_name", "", "This field is required."),
        ("password1", "", "This field is required."),
        ("password1", "x7#kQ2", "This password is too short. It must contain at least 10 characters."),
        ("password1", "password123456", "This password is easy to guess. Use a few unrelated words."),
        ("password1", "dora@example.com", "The password is too similar to the e-mail address."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(client: Client, db: None, field: str, value: str, error: str) -> None:
    answer = sign_up(client, **{field: value})
    assert error in answer.context["form"].errors[field]
    assert (User.objects.count(), mail.outbox) == (0, [])


def test_a_password_made_of_the_person_s_name_is_refused(client: Client, db: None) -> None:
    answer = sign_up(client, display_name="Seven Brass-Kettles")
    assert answer.context["form"].errors == {"password1": ["The password is too similar to the name."]}


def test_a_known_address_gets_the_same_answer_and_as_many_hashes(client: Client, alice: User) -> None:
    other = Client()
    with counted_hashes() as for_known:
        known = sign_up(client, email="alice@example.com")
    with counted_hashes() as for_new:
        new = sign_up(other, email="dora@example.com")
    assert (known.status_code, known.headers["Location"]) == (new.status_code, new.headers["Location"]) == (302, CODE)
    assert for_known == for_new == [NEW]
    pages = [body(client.get(CODE), "alice@example.com"), body(other.get(CODE), "dora@example.com")]
    assert pages[0] == pages[1]
    assert [letter.subject for letter in mail.outbox] == [
        "You have a HomeLog account already",
        "Confirm your e-mail address for HomeLog",
    ]
    assert User.objects.filter(email="alice@example.com").get() == alice


def test_a_known_address_makes_as_much_work_for_the_database_and_leaves_nothing(
    client: Client, alice: User, owner: Owner
) -> None:
    with CaptureQueriesContext(connection) as for_known:
        sign_up(client, email="alice@example.com")
    assert list(User.objects.all()) == [alice]
    with owner():
        assert AuditLog.objects.filter(event_type="create_person").count() == 1  # hers
    with CaptureQueriesContext(connection) as for_new:
        sign_up(Client(), email="dora@example.com")
    assert written(for_known) == written(for_new)


def test_a_wrong_code_gets_the_same_answer_for_a_known_address(client: Client, alice: User) -> None:
    other = Client()
    sign_up(client, email="alice@example.com")
    sign_up(other, email="dora@example.com")
    pages = [
        body(browser.post(CODE, {"code": "AAAA-1111"}), address)
        for browser, address in ((client, "alice@example.com"), (other, "dora@example.com"))
    ]
    assert pages[0] == pages[1]


def test_asking_for_a_new_code_gets_the_same_answer_for_a_known_address(client: Client, alice: User) -> None:
    other = Client()
    sign_up(client, email="alice@example.com")
    sign_up(other, email="dora@example.com")
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        answers = [browser.post(CODE, {"action": "resend"}, follow=True) for browser in (client, other)]
    pages = [body(answers[0], "alice@example.com"), body(answers[1], "dora@example.com")]
    assert (answers[0].redirect_chain, pages[0]) == (answers[1].redirect_chain, pages[1])


def test_a_wrong_code_is_refused_and_the_right_one_still_works(client: Client, db: None) -> None:
    sign_up(client)
    answer = client.post(CODE, {"code": "AAAA-1111"})
    error = "This is not the code from the mail. Type it once more, or have a new one sent."
    assert (answer.context["form"].errors, signed_in(client)) == ({"code": [error]}, False)
    client.post(CODE, {"code": the_code().lower()})
    assert signed_in(client)


def test_after_three_wrong_codes_the_right_one_is_dead(client: Client, db: None) -> None:
    sign_up(client)
    for _ in range(3):
        last = client.post(CODE, {"code": "AAAA-1111"})
    assertRedirects(last, "/account/login/")
    assertRedirects(client.post(CODE, {"code": the_code()}), "/account/login/")
    assert not signed_in(client)


def test_a_code_dies_after_ten_minutes(client: Client, db: None) -> None:
    sign_up(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        client.post(CODE, {"code": the_code()})
    assert not signed_in(client)


def test_a_new_code_replaces_the_old_one(client: Client, db: None) -> None:
    sign_up(client)
    old = the_code()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assertRedirects(client.post(CODE, {"action": "resend"}), CODE)
        assert the_code() != old
        client.post(CODE, {"code": old})
        assert not signed_in(client)
        client.post(CODE, {"code": the_code()})
    assert signed_in(client)


def test_two_new_codes_can_be_asked_for_and_no_third(client: Client, db: None) -> None:
    sign_up(client)
    for minutes in range(1, 4):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            client.post(CODE, {"action": "resend"})
    assert len(mail.outbox) == 3


def test_who_signs_in_before_confirming_is_asked_for_a_code_again(client: Client, db: None) -> None:
    sign_up(client)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assertRedirects(sign_in(Client(), "dora@example.com", NEW), CODE)
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("printed", [True, False])
def test_a_development_server_says_that_the_mail_is_in_the_terminal(
    client: Client, db: None, settings: Settings, printed: bool
) -> None:
    sign_up(client)
    if printed:
        settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    sentence = "This is a development server: the mail is printed in the terminal where it runs."
    assert (sentence in client.get(CODE).content.decode()) is printed


def test_the_same_address_in_other_case_makes_no_second_account(client: Client, alice: User) -> None:
    sign_up(client, email="ALICE@EXAMPLE.COM")
    assert User.objects.count() == 1


def test_an_address_that_only_looks_alike_is_another_one(client: Client, db: None) -> None:
    mike = make_user("mike")
    sign_up(client, email="mıke@example.com")
    assert mail.outbox[-1].to in (["mıke@example.com"], ["xn--mke-nza@example.com"])
    mike.refresh_from_db()
    assert mike.email == "mike@example.com"


def test_people_with_the_same_local_part_get_user_names_of_their_own(client: Client, alice: User) -> None:
    sign_up(client, email="Alice@other.example")
    names = list(User.objects.order_by("pk").values_list("username", flat=True))
    assert names[0] == "alice"
    assert len({name.lower() for name in names}) == 2


@pytest.mark.parametrize("local", ["admin", "root", "staff"])
def test_kept_user_names_are_not_given_away(client: Client, db: None, local: str) -> None:
    sign_up(client, email=f"{local}@example.com")
    assert User.objects.get().username.lower() != local


def test_where_sign_up_is_closed_nothing_is_stored(client: Client, db: None, settings: Settings) -> None:
    settings.ACCOUNT_SIGNUP_OPEN = False
    answer = sign_up(client)
    assert (answer.status_code, User.objects.count()) == (200, 0)
    assert "Sign-up is closed" in answer.content.decode()


def test_without_confirmation_in_the_settings_the_person_is_signed_in_at_once(
    client: Client, db: None, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    assertRedirects(sign_up(client), "/", fetch_redirect_response=False)
    assert signed_in(client)


def test_sign_up_is_limited_for_an_address(client: Client, db: None) -> None:
    answers = [client.post("/account/signup/", {**SIGNUP, "email": "no"}) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [422] * 20 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 900
    assert "There were too many attempts in a short time." in answers[-1].text
