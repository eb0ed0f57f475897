"""The password in its own table, behind each road by which Django and allauth set, check, move and lose it.

These tests hash as the site does, with Argon2id.
"""

import io
import json
import pickle
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.core import mail, serializers
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertRedirects

from accounts.models import User, UserPassword
from accounts.tests.pages import NEW, opened, show_by_mail, sign_in, sign_up, the_code, the_link
from homelog.testing import PASSWORD, make_user

Owner = Callable[[], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def quick_passwords() -> None:
    """Not here: the real hasher is what is looked at."""


def stored(name: str) -> str | None:
    """The hash of a person, by user name."""
    return UserPassword.objects.filter(user__username=name).values_list("password_hash", flat=True).first()


def signed_in(client: Client) -> bool:
    """Whether this browser's session still counts."""
    return client.get("/account/").status_code == 200


def staff_client(owner: Owner) -> Client:
    """A browser signed in as a superuser."""
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


def test_what_is_stored_is_an_argon2id_string_in_its_own_table(alice: User) -> None:
    assert (stored("alice") or "").startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$")
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'user'")
        assert "password" not in {name for (name,) in cursor.fetchall()}
        cursor.execute('SELECT "user"::text FROM "user" WHERE id = %s', [alice.pk])
        assert "argon2" not in cursor.fetchone()[0]


def test_two_people_with_one_password_have_different_hashes(alice: User, bob: User) -> None:
    assert stored("alice") != stored("bob")


def test_a_person_without_password_has_no_row(alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    assert stored("alice") is None
    assert not User.objects.get(pk=alice.pk).has_usable_password()
    assert not User.objects.get(pk=alice.pk).check_password("!")


def test_signing_up_stores_the_password_and_the_code_signs_in(client: Client, db: None) -> None:
    assertRedirects(sign_up(client), "/account/confirm-email/")
    client.post("/account/confirm-email/", {"code": the_code()})
    dora = User.objects.get(email="dora@example.com")
    assert dora.check_password(NEW)
    assert (dora.display_name, dora.username, signed_in(client)) == ("Dora", "dora", True)


@pytest.mark.parametrize("login", ["alice@example.com", "Alice@Example.com", "alice", "ALICE"])
def test_signing_in_by_address_or_user_name(client: Client, alice: User, login: str) -> None:
    assertRedirects(sign_in(client, login, PASSWORD), "/", fetch_redirect_response=False)
    assert signed_in(client)


def test_a_change_keeps_this_session_and_ends_the_others(client: Client, alice: User) -> None:
    other = Client()
    for browser in (client, other):
        sign_in(browser, "alice", PASSWORD)
    answer = client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert (answer.status_code, signed_in(client), signed_in(other)) == (302, True, False)
    alice.refresh_from_db()
    assert (alice.check_password(NEW), alice.check_password(PASSWORD)) == (True, False)
    assert [letter.subject for letter in mail.outbox] == ["Your HomeLog password was changed"]


@pytest.mark.parametrize("page", ["/account/password/change/", "/account/reauthenticate/"])
def test_password_managers_are_told_whose_password_it_is(client: Client, alice: User, page: str) -> None:
    client.force_login(alice)
    whose = f'<input autocomplete="username" value="{alice.email}" hidden>'
    assertContains(client.get(page), whose, count=1, html=True)


def test_a_change_needs_the_old_password(client: Client, alice: User) -> None:
    sign_in(client, "alice", PASSWORD)
    answer = client.post("/account/password/change/", {"oldpassword": NEW, "password1": NEW, "password2": NEW})
    assert answer.context["form"].errors == {"oldpassword": ["This is not your password."]}
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_reset_by_mail_sets_the_password_once_and_ends_sessions(client: Client, alice: User) -> None:
    sign_in(client, "alice", PASSWORD)
    visitor = Client()
    visitor.post("/account/password/reset/", {"email": "alice@example.com"})
    link = the_link()
    form = opened(visitor, link)
    assert form.redirect_chain[-1][0].endswith("-set-password/")
    visitor.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    alice.refresh_from_db()
    assert (alice.check_password(NEW), signed_in(client)) == (True, False)
    assertContains(opened(Client(), link), "This key does not work.", status_code=422)


def test_an_older_link_dies_with_a_password_change(client: Client, alice: User) -> None:
    client.post("/account/password/reset/", {"email": "alice@example.com"})
    alice.set_password(NEW)
    alice.save()
    assertContains(opened(client, the_link()), "This key does not work.", status_code=422)


def test_somebody_without_password_sets_one(client: Client, alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    page = "/account/password/set/"
    assertRedirects(client.get("/account/password/change/"), page, fetch_redirect_response=False)
    assertRedirects(client.get(page), f"/account/reauthenticate/code/?next={page}")
    show_by_mail(client, "alice@example.com")
    client.post(page, {"password1": NEW, "password2": NEW})
    assert User.objects.get(pk=alice.pk).check_password(NEW)
    assert signed_in(client)


def test_somebody_without_password_gets_one_by_mail(client: Client, alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    client.post("/account/password/reset/", {"email": "alice@example.com"})
    form = opened(client, the_link())
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert User.objects.get(pk=alice.pk).check_password(NEW)


def test_createsuperuser_keeps_the_password(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", NEW)
    call_command("createsuperuser", username="root", email="root@example.com", interactive=False, verbosity=0)
    assert authenticate(None, username="root", password=NEW) == User.objects.get(username="root", is_superuser=True)


def test_the_typed_password_of_createsuperuser_is_kept(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("getpass.getpass", lambda prompt="": NEW)
    call_command("createsuperuser", username="root", email="", stdin=Terminal(), verbosity=0)
    assert User.objects.get(username="root").check_password(NEW)


def test_staff_add_a_person_with_a_password(owner: Owner, db: None) -> None:
    fields = {"username": "erin", "usable_password": "true", "password1": NEW, "password2": NEW}
    assert staff_client(owner).post("/admin/accounts/user/add/", fields).status_code == 302
    assert User.objects.get(username="erin").check_password(NEW)


def test_staff_add_a_person_without_password(owner: Owner, db: None) -> None:
    staff_client(owner).post("/admin/accounts/user/add/", {"username": "erin", "usable_password": "false"})
    assert not User.objects.get(username="erin").has_usable_password()


def test_staff_change_a_person_and_the_password_stays(owner: Owner, alice: User) -> None:
    before = stored("alice")
    fields = {"username": "alice", "display_name": "Alice B.", "email": "alice@example.com", "timezone": "UTC"}
    answer = staff_client(owner).post(f"/admin/accounts/user/{alice.pk}/change/", {**fields, "is_active": "on"})
    assert (answer.status_code, User.objects.get(pk=alice.pk).display_name) == (302, "Alice B.")
    assert stored("alice") == before


def test_staff_set_a_password(owner: Owner, alice: User, client: Client) -> None:
    client.force_login(alice)
    fields = {"usable_password": "true", "password1": NEW, "password2": NEW}
    staff_client(owner).post(f"/admin/accounts/user/{alice.pk}/password/", fields)
    assert (User.objects.get(pk=alice.pk).check_password(NEW), signed_in(client)) == (True, False)


def test_no_admin_page_shows_a_hash(owner: Owner, alice: User) -> None:
    browser, secret = staff_client(owner), (stored("alice") or "").rsplit("$", 1)[1]
    for path in ("", f"{alice.pk}/change/", f"{alice.pk}/password/", f"{alice.pk}/history/", "?q=alice"):
        answer = browser.get(f"/admin/accounts/user/{path}", follow=True)
        assert (path, answer.status_code, secret in answer.content.decode()) == (path, 200, False)


def test_an_older_hash_is_replaced_at_sign_in_and_sessions_live_on(client: Client, alice: User) -> None:
    UserPassword.objects.filter(user=alice).update(password_hash=make_password(PASSWORD, hasher="pbkdf2_sha256"))
    other = Client()
    other.force_login(User.objects.get(pk=alice.pk))
    sign_in(client, "alice", PASSWORD)
    assert (stored("alice") or "").startswith("argon2$argon2id$")
    assert (signed_in(client), signed_in(other)) == (True, True)


def test_a_dump_of_people_has_no_hash_and_comes_back(alice: User, tmp_path: Path, owner: Owner) -> None:
    people, secrets = tmp_path / "people.json", tmp_path / "secrets.json"
    call_command("dumpdata", "accounts.user", output=str(people), verbosity=0)
    call_command("dumpdata", "accounts.userpassword", output=str(secrets), verbosity=0)
    assert "argon2" not in people.read_text()
    assert "password" not in json.loads(people.read_text())[0]["fields"]
    before = stored("alice")
    with owner():
        User.objects.filter(pk=alice.pk).delete()
        call_command("loaddata", str(people), str(secrets), verbosity=0)
    assert stored("alice") == before
    assert User.objects.get(username="alice").check_password(PASSWORD)


def test_a_pickled_person_carries_no_hash(alice: User) -> None:
    assert alice.check_password(PASSWORD)
    packed = pickle.dumps(alice)
    assert b"argon2" not in packed
    assert pickle.loads(packed).check_password(PASSWORD)  # noqa: S301


def test_a_serialised_person_carries_no_hash(alice: User) -> None:
    assert alice.check_password(PASSWORD)
    assert "argon2" not in serializers.serialize("json", [alice])


def test_refreshing_forgets_a_password_that_was_not_saved(alice: User) -> None:
    alice.set_password(NEW)
    alice.refresh_from_db()
    assert (alice.check_password(PASSWORD), alice.check_password(NEW)) == (True, False)


def test_the_password_field_is_no_way_to_find_people(alice: User) -> None:
    with pytest.raises((TypeError, AttributeError)):
        list(User.objects.filter(password=stored("alice")))


def test_a_signed_in_page_asks_for_session_and_person_and_binds_before_its_own(
    client: Client,
    alice: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(alice)
    with django_assert_num_queries(7) as asked:
        client.get("/account/")
    tables = [re.sub(r'^SELECT .*? FROM "(\w+)".*', r"\1", query["sql"]) for query in asked.captured_queries]
    inside_a_test = ["act_as(NULL)", "RELEASE"]
    assert [table.removeprefix("SELECT ").split()[0].rstrip(",") for table in tables] == [
        "django_session",
        "user",
        "SAVEPOINT",
        f"act_as({alice.pk})",
        "user",
        *inside_a_test,
    ]
