"""People in Django admin: who may edit them gains no rights by that."""

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from homelog.testing import PASSWORD, make_user

PEOPLE = "/admin/accounts/user/"
ADDRESSES = "/admin/account/emailaddress/"


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


def test_who_may_edit_people_changes_nobody_else_of_the_staff(client: Client, clerk: User) -> None:
    colleague = make_user("colleague", is_staff=True)
    assert edit(client, colleague) == 403
    address = EmailAddress.objects.get(user=colleague)
    clerk.user_permissions.add(*Permission.objects.filter(content_type__model="emailaddress"))
    EmailAddress.objects.filter(pk=address.pk).update(verified=False)
    assert client.post(f"{ADDRESSES}{address.pk}/change/", {"verified": "on"}).status_code == 403
    given = {"user": colleague.pk, "email": "mine@example.com", "verified": "on"}
    assert client.post(f"{ADDRESSES}add/", given).status_code == 403
    assert list(EmailAddress.objects.filter(user=colleague).values_list("email", "verified")) == [
        ("colleague@example.com", False)
    ]


def test_only_a_superuser_sets_a_password(client: Client, clerk: User, alice: User) -> None:
    new = {"password1": "another-copper-lantern-7", "password2": "another-copper-lantern-7", "usable_password": "true"}
    assert client.post(f"{PEOPLE}{alice.pk}/password/", new).status_code == 403
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    client.force_login(make_user("chief", is_staff=True, is_superuser=True))
    assert client.post(f"{PEOPLE}{alice.pk}/password/", new).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("another-copper-lantern-7")


def test_an_address_is_proved_added_and_taken_but_never_the_main_one(client: Client, clerk: User, alice: User) -> None:
    clerk.user_permissions.add(*Permission.objects.filter(content_type__model="emailaddress"))
    given = {"user": alice.pk, "email": "second@example.com", "verified": "on"}
    assert client.post(f"{ADDRESSES}add/", given).status_code == 302
    second, main = (EmailAddress.objects.get(user=alice, primary=primary) for primary in (False, True))
    assert (second.email, second.verified) == ("second@example.com", True)
    assert client.post(f"{ADDRESSES}{main.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"{ADDRESSES}{second.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(EmailAddress.objects.filter(user=alice)) == [main]


def test_staff_add_somebody(client: Client, clerk: User) -> None:
    new = {"password1": "another-copper-lantern-7", "password2": "another-copper-lantern-7", "usable_password": "true"}
    given = {"username": "dora", "email": "dora@example.com", **new}
    assert client.post(f"{PEOPLE}add/", given).status_code == 302
    dora = User.objects.get(username="dora")
    assert (dora.email, dora.is_staff, dora.check_password("another-copper-lantern-7")) == (
        "dora@example.com",
        False,
        True,
    )


@pytest.mark.parametrize("words", ["ALI", "alice@", "alice", "Alice"])
def test_people_and_addresses_are_found_by_how_they_begin(
    client: Client, clerk: User, alice: User, bob: User, words: str
) -> None:
    clerk.user_permissions.add(*Permission.objects.filter(content_type__model="emailaddress"))
    assert list(client.get(PEOPLE, {"q": words}).context["cl"].result_list) == [alice]
    assert [row.user for row in client.get(ADDRESSES, {"q": words}).context["cl"].result_list] == [alice]
    assert list(client.get(PEOPLE, {"q": "lice"}).context["cl"].result_list) == []
    assert list(client.get(PEOPLE, {"q": str(bob.public_id)}).context["cl"].result_list) == [bob]


def test_a_list_says_so_where_it_is_cut(client: Client, clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(3):
        make_user()
    assert b"4 people" in client.get(PEOPLE).content
    monkeypatch.setattr("accounts.staff.COUNTED", 3)
    assert b"3 or more: search or filter to see the others." in client.get(PEOPLE).content


def test_few_rows_are_found_before_they_are_sorted_and_many_are_met_in_the_order_of_the_index(
    client: Client, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [make_user(f"nok{number}") for number in range(3)]
    monkeypatch.setattr("accounts.admin.PersonAdmin.list_per_page", 2)

    def listed(page: int) -> tuple[list[User], str]:
        rows = client.get(PEOPLE, {"q": "nok", "p": str(page)}).context["cl"].result_list
        return list(rows), str(rows.query).partition("ORDER BY ")[2].partition(" DESC")[0]

    assert listed(1) == ([people[2], people[1]], '("user"."id" + 0)')
    assert listed(2) == ([people[0]], '("user"."id" + 0)')
    monkeypatch.setattr("accounts.staff.COUNTED", 3)
    assert listed(1) == ([people[2], people[1]], '"user"."id"')


def test_a_person_leads_to_what_is_theirs(client: Client, clerk: User, alice: User) -> None:
    shown = client.get(f"{PEOPLE}{alice.pk}/change/").content.decode()
    for place in ("sources/datasource/?owner__id__exact", "audit/auditlog/?actor_id__exact"):
        assert f'/admin/{place}={alice.pk}"' in shown


def test_staff_without_any_right_see_an_empty_desk(client: Client, db: None) -> None:
    client.force_login(make_user("trainee", is_staff=True))
    answer = client.get("/admin/")
    assert (answer.status_code, answer.context["app_list"]) == (200, [])
    assert client.get(PEOPLE).status_code == 403


def test_neither_sessions_nor_passwords_are_listed(client: Client, db: None) -> None:
    client.force_login(make_user("chief", is_staff=True, is_superuser=True))
    models = {model["object_name"] for app in client.get("/admin/").context["app_list"] for model in app["models"]}
    assert models == {
        *("User", "EmailAddress", "Group", "Home", "HomeMember", "DataSource", "SourceAccess", "DataValidator"),
        *("MeterChange", "SourceInvitation", "Reading", "ImportBatch", "ImportDraft", "AuditLog"),
        *("SourcePart", "ApiKey"),
        *("SocialAccount", "Authenticator"),  # without what is secret: accounts/identity_admin.py
    }


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


def test_identities_are_found_by_whose_they_are_and_by_their_number(client: Client, alice: User, bob: User) -> None:
    for person, provider in ((alice, "line"), (bob, "google")):
        SocialAccount.objects.create(user=person, provider=provider, uid=f"U-{person.username}")
    client.force_login(make_user("chief", is_staff=True, is_superuser=True))

    def found(query: str) -> list[User]:
        rows = client.get(f"/admin/socialaccount/socialaccount/?{query}").context["cl"].result_list
        return [row.user for row in rows]

    assert found("") == [bob, alice]
    assert found("q=ali") == found("q=U-alice") == found("provider=line") == [alice]
    assert found(f"user__id__exact={bob.pk}") == found("provider=google") == [bob]
    assert found("q=U-") == []
    assert client.get("/admin/socialaccount/socialaccount/?uid__contains=U").status_code == 400
