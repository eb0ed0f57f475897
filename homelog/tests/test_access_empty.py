"""A fresh site: with nobody there but the visitor no page fails and none shows anything; nor in an empty household."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from homelog.testing import make_home, make_source, make_user
from homelog.tests.matrix.addresses import addresses, admin_addresses
from homelog.tests.matrix.household import stored
from homelog.tests.matrix.rows import ROWS
from homelog.tests.matrix.table import lines_of
from sources.models import DataSource

NOT_THERE = {"sources:source_picture", "sources:source_picture_small", "readings:use"}
"""A picture that nobody brought, and the figure of no stretch of time."""
OF_A_NEW_METER = [
    (name, names)
    for name, names in addresses()
    if names == ("public_id",)
    and any(line.method == "GET" and line.of in {"source", "home"} for line in lines_of(name))
]

OLD_LINKS = {"accounts:reset_link", "accounts:confirm_link", "sources:invitation_link"}


def any_keys(names: tuple[str, ...]) -> dict[str, object]:
    """Keys that lead nowhere."""
    return {name: UUID(int=1) if name.endswith("_id") else "none" for name in names}


def test_on_an_empty_database_every_page_answers_and_shows_nothing(client: Client, charlie: User) -> None:
    client.force_login(charlie)
    nothing = {table: rows for table, rows in stored().items() if table in ROWS}
    for name, names in addresses():
        if ":" not in name and name != "home":
            continue
        path = reverse(name, kwargs=any_keys(names))
        answers = {method: getattr(client, method)(path).status_code for method in ("get", "post")}
        if name in OLD_LINKS:
            # A key that was mailed before leads to the page that asks for it, whether it opens anything or not.
            assert answers == {"get": 302, "post": 405}, (path, answers)
        elif names:
            assert set(answers.values()) <= {404, 405}, (path, answers)
        else:
            # What is delicate asks for the password first; what nothing names is not there.
            assert answers["get"] in {200, 302}, (path, answers)
            assert answers["post"] in {302, 404, 405, 422}, (path, answers)
        assert {table: rows for table, rows in stored().items() if table in ROWS} == nothing, path


def test_on_an_empty_database_the_account_pages_answer(client: Client, charlie: User) -> None:
    for _ in ("anonymous", "signed in"):
        for name, names in addresses():
            if name.startswith("account_") and name != "account_logout":
                assert client.get(reverse(name, kwargs=any_keys(names))).status_code in {200, 302}, name
        client.force_login(charlie)


def test_on_an_empty_database_every_list_of_django_admin_answers(client: Client, db: None) -> None:
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    for name, names in admin_addresses():
        if not names and name.endswith(("_changelist", "_add", ":index")):
            assert client.get(reverse(name)).status_code in {200, 403}, name


@pytest.fixture
def new(charlie: User) -> DataSource:
    """A meter in a home, both as they were just made."""
    return make_source(charlie, make_home(charlie, "Empty"), name="New meter")


@pytest.mark.parametrize("counting", ["counter", "level", "amount"])
def test_every_page_of_a_meter_without_a_reading_answers(
    counting: str, client: Client, charlie: User, new: DataSource, owner: Any
) -> None:
    with owner():
        DataSource.objects.filter(pk=new.pk).update(counting=counting)
    client.force_login(charlie)
    for name, names in OF_A_NEW_METER:
        key = new.home.public_id if name.split(":")[1].startswith("home") and new.home else new.public_id
        # Only a dial that grows can be replaced.
        is_missing = name == "readings:meter_change_create" and counting != "counter"
        # What a meter consists of is asked of sums alone: its settings are where one is led.
        expected = 404 if is_missing or name in NOT_THERE else 302 if name == "sources:source_parts" else 200
        answer = client.get(reverse(name, kwargs=dict.fromkeys(names, key)))
        assert answer.status_code == expected, (name, answer.status_code)
        assert answer.getvalue() or expected == 302
