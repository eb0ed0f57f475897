"""The page that makes the first administrator: with the code, once, and never after that."""

import re
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.test import Client
from pytest_django.asserts import assertRedirects

from accounts import first_run
from accounts.models import User
from homelog.testing import at_once

PATH = "/account/set-up/"
PASSWORD = "a meter in the cellar"


def typed(**other: str) -> dict[str, str]:
    return {
        "code": first_run.code(),
        "display_name": "Ada",
        "email": "ada@example.org",
        "password1": PASSWORD,
        "timezone": "Europe/Rome",
    } | other


@pytest.mark.django_db
def test_a_new_site_leads_to_it_and_whoever_has_the_code_is_administrator_and_signed_in(client: Client) -> None:
    assert PATH in client.get("/account/login/").text
    assert client.get(PATH).status_code == 200
    assertRedirects(client.post(PATH, typed()), "/", fetch_redirect_response=False)
    ada = User.objects.get()
    assert (ada.is_superuser, ada.is_staff, ada.display_name, ada.timezone) == (True, True, "Ada", "Europe/Rome")
    assert ada.check_password(PASSWORD)
    assert EmailAddress.objects.filter(user=ada, verified=True, primary=True).count() == 1
    assert client.get("/account/").status_code == 200
    assert PATH not in Client().get("/account/login/").text


@pytest.mark.django_db
def test_once_there_is_an_administrator_there_is_no_such_page(client: Client) -> None:
    User.objects.create_superuser("root", "root@example.org", PASSWORD)
    for answer in (client.get(PATH), client.post(PATH, typed())):
        assert answer.status_code == 404
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "AAAAA-AAAAA", "0", "x" * 41])
def test_without_the_code_nobody_is_made_and_what_was_typed_stays(client: Client, code: str) -> None:
    answer = client.post(PATH, typed(code=code))
    assert answer.status_code == 422
    assert "ada@example.org" in answer.text
    assert first_run.code() not in answer.text
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_code_may_be_typed_in_small_letters_and_with_blanks(client: Client) -> None:
    client.post(PATH, typed(code=f" {first_run.code().lower().replace('-', ' ')} "))
    assert User.objects.get().is_superuser


@pytest.mark.django_db
def test_guessing_ends_after_twenty_tries(client: Client) -> None:
    for _number in range(20):
        assert client.post(PATH, typed(code="AAAAA-AAAAA")).status_code == 422
    answer = client.post(PATH, typed())
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert "too many attempts" in answer.text
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_member_who_came_first_is_no_administrator_and_their_address_is_theirs(client: Client) -> None:
    User.objects.create_user("mia", "ada@example.org", PASSWORD)
    EmailAddress.objects.create(user=User.objects.get(), email="ada@example.org", verified=True, primary=True)
    assert PATH not in client.get("/account/login/").text
    answer = client.post(PATH, typed())
    assert (answer.status_code, User.objects.count()) == (422, 1)
    assert "Somebody has an account with this address" in answer.text
    assert "Somebody has an account" not in client.post(PATH, typed(code="AAAAA-AAAAA")).text
    client.post(PATH, typed(email="root@example.org"))
    assert User.objects.filter(is_superuser=True).values_list("email", flat=True).get() == "root@example.org"


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_made() -> None:
    def one(number: int) -> int:
        return Client().post(PATH, typed(email=f"ada{number}@example.org")).status_code

    assert set(at_once(4, one)) <= {302, 404}
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_the_command_tells_the_code_until_it_is_over() -> None:
    def said(*options: str) -> str:
        out = StringIO()
        call_command("first_run", *options, stdout=out)
        return out.getvalue()

    assert re.search(r"/account/set-up/ and type [A-Z2-7]{5}-[A-Z2-7]{5}$", said("--if-needed"))
    User.objects.create_superuser("root", "root@example.org", PASSWORD)
    assert said("--if-needed") == ""
    assert "has an administrator" in said()
