"""Every address of the site, as anonymous and as a stranger, with every method. An address that is new here is tried
without anybody adding it to a list; one that needs a key this file does not know fails until it is told."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import START, make_home, make_readings, make_source, make_user, share
from readings.models import ImportBatch, ImportDraft
from sources.invitations import make
from sources.models import DataSource

SECRET = "Cellar7741"
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
HOMES = {
    *("readings:home", "audit:home_history", "audit:home_history_csv"),
    *("sources:home_update", "sources:home_sharing", "sources:home_level", "sources:home_end", "sources:home_uninvite"),
}
READINGS = {
    "readings:reading",
    "readings:reading_update",
    "readings:reading_delete",
    "readings:reading_undo",
    "audit:put_back",
}
OPEN = {
    "account_login",
    "account_signup",
    "account_logout",
    "account_inactive",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_email_verification_sent",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "readings:public",
}
HOUSEHOLD = (
    "home",
    "home_member",
    "data_source",
    "source_access",
    "data_validator",
    "meter_change",
    "reading",
    "import_batch",
    "source_invitation",
)


def addresses() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every named address but Django admin's, with the names of its keys."""

    def walk(
        resolver: URLResolver, namespace: str = "", keys: tuple[str, ...] = ()
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        for entry in resolver.url_patterns:
            found = (*keys, *entry.pattern.regex.groupindex)
            if isinstance(entry, URLPattern):
                yield f"{namespace}{entry.name}", found
            elif entry.namespace != "admin":
                yield from walk(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace, found)

    yield from walk(get_resolver())


@pytest.fixture
def keys(alice: User) -> Callable[[str, tuple[str, ...]], dict[str, Any]]:
    """The keys of Alice's things for an address."""
    home = make_home(alice, f"{SECRET} house", address=f"{SECRET} street")
    source = make_source(alice, home, name=f"{SECRET} meter", meter_number=f"{SECRET}-1", place_name=f"{SECRET} cellar")
    reading = make_readings(source, ["77411", "77412"], notes=f"{SECRET} note")[0]
    with acting_as(alice):
        rule = source.validators.create(min_value=1)
        change = source.meter_changes.create(changed_at=START - timedelta(days=1), old_final=7, new_initial=0)
        batch = ImportBatch.objects.create(source=source, file_name=f"{SECRET}.csv", format="csv", created_by=alice)
        draft = ImportDraft.objects.create(source=source, file_name=f"{SECRET}.csv", content=b"x", created_by=alice)

    right = share(source, make_user("dan"))
    with acting_as(alice):
        member = home.members.create(user=right.user, level="read", granted_by=alice)
        given, _path = make(source, alice, "read", "invited@example.com")
        joining, _path = make(home, alice, "read")

    def of(name: str, names: tuple[str, ...]) -> dict[str, Any]:
        main = home if name in HOMES else reading if name in READINGS else source
        known: dict[str, UUID | str] = {
            "public_id": main.public_id,
            "source_id": source.public_id,
            "rule_id": rule.public_id,
            "change_id": change.public_id,
            "batch_id": batch.public_id,
            "draft_id": draft.public_id,
            "right_id": (member if name in HOMES else right).public_id,
            "invitation_id": (joining if name in HOMES else given).public_id,
            "token": "no-such-token",
            "key": "no-such-key",
            "uidb36": "1",
        }
        return {each: known[each] for each in names}

    return of


def stored() -> list[tuple[str, str]]:
    """All rows of the household, as the owner of the tables sees them."""
    found = []
    with connection.cursor() as cursor:
        for table in HOUSEHOLD:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, '|' ORDER BY t::text), '') FROM {table} t")
            found.append((table, str(cursor.fetchone()[0])))
    return found


def test_there_are_addresses_to_try() -> None:
    names = {name for name, _ in addresses()}
    assert {"home", "readings:entry", "sources:source_update", "audit:source_history", "account_login"} <= names


@pytest.mark.parametrize(("name", "names"), list(addresses()), ids=lambda value: str(value))
def test_nobody_who_is_not_signed_in_comes_in(
    name: str,
    names: tuple[str, ...],
    client: Client,
    keys: Callable[[str, tuple[str, ...]], dict[str, Any]],
    owner: Any,
) -> None:
    path = reverse(name, kwargs=keys(name, names))
    with owner():
        before = stored()
    for method in METHODS:
        answer = getattr(client, method)(path)
        if name not in OPEN:
            assert answer.status_code == 302, (method, path, answer.status_code)
            assert answer.headers["Location"].startswith(f"{reverse(settings.LOGIN_URL)}?next="), (method, path)
        assert answer.status_code < 500, (method, path)
        assert SECRET not in answer.text
    with owner():
        assert stored() == before


@pytest.mark.parametrize(("name", "names"), list(addresses()), ids=lambda value: str(value))
def test_a_stranger_sees_and_changes_nothing(
    name: str,
    names: tuple[str, ...],
    client: Client,
    keys: Callable[[str, tuple[str, ...]], dict[str, Any]],
    charlie: User,
    owner: Callable[[], AbstractContextManager[None]],
) -> None:
    path = reverse(name, kwargs=keys(name, names))
    with owner():
        before = stored()
    for method in METHODS:
        client.force_login(charlie)
        answer = getattr(client, method)(path)
        assert answer.status_code < 500, (method, path)
        assert SECRET not in answer.text, (method, path)
        if "public_id" in names:
            assert answer.status_code in {404, 405}, (method, path, answer.status_code)
    with owner():
        assert stored() == before


def test_a_stranger_may_not_use_another_persons_keys_under_a_source_of_their_own(
    client: Client, keys: Callable[[str, tuple[str, ...]], dict[str, Any]], charlie: User, owner: Any
) -> None:
    own: DataSource = make_source(charlie, name="Own")
    with owner():
        before = stored()
    client.force_login(charlie)
    for name, names in addresses():
        if len(names) < 2 or not name.startswith(("readings:", "sources:", "audit:")):
            continue
        theirs = keys(name, names)
        place = "source_id" if "source_id" in names else "public_id"
        path = reverse(name, kwargs={**theirs, place: own.public_id})
        for method in ("get", "post"):
            answer = getattr(client, method)(path)
            gone = {302} if name == "readings:reading_undo" else set()  # undone twice: back to the own source's page
            assert answer.status_code in {404, 405} | gone, (method, path, answer.status_code)
            assert SECRET not in answer.text
    with owner():
        assert stored() == before


def test_django_admin_is_for_staff_only(client: Client, alice: User) -> None:
    path = reverse("admin:index")
    assert client.get(path).status_code == 302
    client.force_login(alice)
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"].startswith("/admin/login/")) == (302, True)
