"""The page of a public source: for anybody, with nothing of the people, and only as long as it is public."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import START, make_readings, make_source
from sources.access import source_for_visitor
from sources.models import DataSource, Home

TABLES = ("home", "home_member", "source_access", "data_validator", "import_batch", "audit_log", "source_invitation")


def make_public(source: DataSource, answer: str = "yes") -> str:
    """The address of the page of a source that its owner made public, or private again."""
    client = Client()
    client.force_login(source.owner)
    assertRedirects(
        client.post(reverse("sources:source_public", args=[source.public_id]), {"public": answer}),
        reverse("sources:source_sharing", args=[source.public_id]),
    )
    return reverse("readings:public", args=[source.public_id])


@pytest.fixture
def shown(source: DataSource, home: Home) -> DataSource:
    """A source with readings, a note, a rule, a meter change, and another source in the same home."""
    make_readings(source, ["100", "250.5"], notes="Back from the hospital")
    make_readings(make_source(source.owner, home, name="Water"), ["77"])
    with acting_as(source.owner):
        source.validators.create(non_decreasing=True)
        source.meter_changes.create(
            changed_at=START, old_final=Decimal(9), new_initial=Decimal(1), new_number="NEW 4711"
        )
    return source


def test_a_visitor_sees_readings_and_nothing_of_the_people(client: Client, shown: DataSource) -> None:
    answer = client.get(make_public(shown))
    assertContains(answer, "<h1>Electricity</h1>", html=True)
    assertContains(answer, "250.5")
    for secret in ("Alice", "alice", "hospital", "MEA 7741", "NEW 4711", "Rama IX", "history", "Water", "/sources/"):
        assert secret not in answer.text, secret
    assert client.post(reverse("readings:public", args=[shown.public_id])).status_code == 405


@pytest.mark.parametrize("signed_in", [False, True])
def test_what_is_not_public_is_not_found(signed_in: bool, client: Client, shown: DataSource, charlie: User) -> None:
    if signed_in:
        client.force_login(charlie)
    address = reverse("readings:public", args=[shown.public_id])
    assert client.get(address).status_code == 404
    make_public(shown)
    assert client.get(address).status_code == 200
    make_public(shown, "no")
    assert client.get(address).status_code == 404


def test_a_public_source_gives_no_other_page(client: Client, shown: DataSource, charlie: User) -> None:
    make_public(shown)
    client.force_login(charlie)
    for name in ("readings:source", "readings:reading_list", "readings:entry", "sources:source_sharing"):
        assert client.post(reverse(name, args=[shown.public_id])).status_code in {404, 405}
        assert client.get(reverse(name, args=[shown.public_id])).status_code == 404


def test_a_page_without_readings_says_so(client: Client, source: DataSource) -> None:
    assertContains(client.get(make_public(source)), "No reading yet")


def test_the_database_shows_a_visitor_one_source_and_lets_nothing_be_changed(shown: DataSource) -> None:
    make_public(shown)
    # Even the owner sees no more while visiting.
    with acting_as(shown.owner), connection.cursor() as cursor:
        source_for_visitor(shown.public_id)
        cursor.execute("SELECT (SELECT array_agg(id) FROM data_source), (SELECT count(*) FROM reading)")
        assert cursor.fetchone() == ([shown.pk], 2)
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert (table, cursor.fetchone()) == (table, (0,))
        for statement in ("UPDATE reading SET value = 1", "UPDATE data_source SET name = ''", "DELETE FROM reading"):
            cursor.execute(statement)
            assert cursor.rowcount == 0
    with acting_as(shown.owner), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM data_source")
        assert cursor.fetchone() == (2,)


def test_the_days_are_those_of_the_home(shown: DataSource) -> None:
    make_public(shown)
    with acting_as(None):
        assert str(source_for_visitor(shown.public_id).zone) == "Europe/Berlin"
