"""People in Django admin: who may edit them gains no rights by that."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from homelog.testing import PASSWORD, make_user

PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def clerk(db: None, client: Client) -> User:
    """Signed in, of the staff, and may do with people whatever there is a permission for."""
    person = make_user("clerk", is_staff=True)
    names = [f"{verb}_user" for verb in ("add", "change", "delete", "view")]
    person.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(person)
    return person


def edit(client: Client, person: User, **more: str) -> int:
    given = {"username": person.username, "display_name": "Changed", "email": "", "timezone": "UTC", "is_active": "on"}
    return client.post(f"{PEOPLE}{person.pk}/change/", {**given, **more}).status_code


def test_who_may_edit_people_gives_no_rights_over_the_site(client: Client, clerk: User) -> None:
    assert edit(client, clerk, is_superuser="on", is_staff="on") == 302
    clerk.refresh_from_db()
    assert (clerk.display_name, clerk.is_staff, clerk.is_superuser) == ("Changed", True, False)
    assert clerk.user_permissions.count() == 4


def test_who_may_edit_people_changes_no_superuser(client: Client, clerk: User) -> None:
    chief = make_user("chief", is_staff=True, is_superuser=True)
    assert edit(client, chief) == 403
    new = {"password1": "another-copper-lantern-7", "password2": "another-copper-lantern-7"}
    client.post(f"{PEOPLE}{chief.pk}/password/", new)
    chief.refresh_from_db()
    assert (chief.display_name, chief.check_password(PASSWORD)) == ("Chief", True)


def test_a_superuser_gives_rights(client: Client, alice: User) -> None:
    client.force_login(make_user("chief", is_staff=True, is_superuser=True))
    assert edit(client, alice, is_staff="on") == 302
    alice.refresh_from_db()
    assert (alice.is_staff, alice.is_superuser) == (True, False)


def test_nobody_is_deleted_here(client: Client, alice: User) -> None:
    client.force_login(make_user("chief", is_staff=True, is_superuser=True))
    assert client.post(f"{PEOPLE}{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(PEOPLE, {"action": "delete_selected", "_selected_action": [alice.pk], "post": "yes"})
    assert User.objects.filter(pk=alice.pk).exists()
