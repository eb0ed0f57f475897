"""A history as a CSV file."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.current import acting_as, is_bound
from accounts.models import User
from audit import table
from homelog.testing import make_home, make_readings, make_source, share
from sources.models import DataSource, Home

NOW = datetime(2026, 5, 3, 16, 2, tzinfo=UTC)
HEAD = ["When", "Who", "What", "In detail", "Kind", "Source", "Reading"]
AT = "2026-05-03T18:02:00+02:00"


def address(place: DataSource | Home) -> str:
    return f"/{'homes' if isinstance(place, Home) else 'sources'}/{place.public_id}/history.csv"


def rows(response: Any) -> list[list[str]]:
    """The lines of the file; it begins with the mark that tells spreadsheets its encoding."""
    assert response.status_code == 200
    text = response.getvalue().decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text[1:])))


@pytest.fixture
def lived(alice: User, home: Home, bob: User) -> DataSource:
    """A source in May: made, read, its note corrected to a formula, shared with Bob."""
    with time_machine.travel(NOW, tick=False):
        source = make_source(alice, home, name="=1+1")
        (reading,) = make_readings(source, ["100.5"])
        with acting_as(alice):
            reading.value, reading.notes, reading.change_reason = Decimal("101"), "-2; \n\"'", "mistyped"
            reading.save()
        share(source, bob, "read")
    return source


def test_the_file_holds_the_history_line_by_line(client: Client, lived: DataSource) -> None:
    client.force_login(lived.owner)
    with acting_as(lived.owner):
        key = str(lived.readings.get().public_id)
    response = client.get(address(lived))
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="History of =1+1.csv"'
    assert response.headers["Cache-Control"] == "private, no-store"
    read = "read on 1 Jan 2026, 09:00"
    corrected = f"Alice corrected 100.5 to 101 kWh for =1+1, {read}: mistyped"
    assert rows(response) == [
        HEAD,
        [AT, "Alice", "Alice shared =1+1 with Bob: may see", "", "create_share", "'=1+1", ""],
        [AT, "Alice", corrected, "Note: nothing → -2; \n\"'", "update_reading", "'=1+1", key],
        [AT, "Alice", f"Alice wrote down 100.5 kWh for =1+1, {read}", "", "create_reading", "'=1+1", key],
        [AT, "Alice", "Alice added =1+1", "", "create_source", "'=1+1", ""],
    ]
    assert not is_bound()


def test_a_name_that_begins_a_formula_is_guarded(client: Client, alice: User) -> None:
    alice.display_name = "@SUM(1)"
    alice.save()
    source = make_source(alice, make_home(alice))
    client.force_login(alice)
    assert [row[1:3] for row in rows(client.get(address(source)))[1:]] == [["'@SUM(1)", "'@SUM(1) added Electricity"]]


def test_the_file_keeps_the_filter_of_the_page(client: Client, lived: DataSource, home: Home) -> None:
    client.force_login(lived.owner)
    for place, query, kinds in (
        (lived, {"first": "2026-05-04"}, []),
        (lived, {"last": "2026-05-02"}, []),
        (home, {"source": str(lived.pk), "last": "2026-05-03"}, ["create_share", "update_reading"]),
    ):
        assert [row[4] for row in rows(client.get(address(place), query))[1:3]] == kinds
        page = client.get(address(place).replace(".csv", "/"), {**query, "before": ""}).content.decode()
        assert (address(place) in page) is bool(kinds)


def test_an_odd_filter_is_answered_with_the_page_that_says_so(client: Client, lived: DataSource) -> None:
    client.force_login(lived.owner)
    response = client.get(address(lived), {"first": "yesterday"})
    assert (response.status_code, "Enter a valid date." in response.content.decode()) == (422, True)


def test_a_long_history_is_whole(client: Client, lived: DataSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "PART", 3)
    client.force_login(lived.owner)
    kinds = [row[4] for row in rows(client.get(address(lived)))]
    assert kinds == ["Kind", "create_share", "update_reading", "create_reading", "create_source"]


def test_rights_that_end_while_it_is_sent_end_the_file(
    client: Client, lived: DataSource, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "PART", 1)
    client.force_login(bob)
    response: Any = client.get(address(lived))
    parts = iter(response.streaming_content)
    assert [b"When" in next(parts), b"update_reading" in next(parts)] == [True, True]
    with acting_as(lived.owner):
        lived.shares.all().delete()
    assert b"".join(parts) == b""


@pytest.mark.parametrize("level", ["read", "write"])
def test_who_may_read_or_write_gets_what_happened_to_readings(
    client: Client, lived: DataSource, charlie: User, level: str
) -> None:
    share(lived, charlie, level)
    client.force_login(charlie)
    assert [row[4] for row in rows(client.get(address(lived)))] == ["Kind", "update_reading", "create_reading"]


def test_a_home_gives_its_file_to_its_administrators_only(
    client: Client, lived: DataSource, home: Home, bob: User, charlie: User
) -> None:
    with acting_as(lived.owner):
        home.members.create(user=bob, level="write")
    for person, status in ((lived.owner, 200), (bob, 403), (charlie, 404)):
        client.force_login(person)
        assert client.get(address(home)).status_code == status


def test_strangers_and_visitors_get_nothing(client: Client, lived: DataSource, charlie: User) -> None:
    assert client.get(address(lived)).headers["Location"] == f"/account/login/?next={address(lived)}"
    client.force_login(charlie)
    assert client.get(address(lived)).status_code == 404
    assert client.post(address(lived)).status_code == 405


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("Küche", "attachment; filename*=utf-8''History%20of%20K%C3%BCche.csv"),
        ('a/b\r\n"c"', 'attachment; filename="History of a b c.csv"'),
    ],
)
def test_the_file_has_a_name_that_any_system_takes(client: Client, alice: User, name: str, header: str) -> None:
    client.force_login(alice)
    response = client.get(address(make_source(alice, name=name)))
    assert response.headers["Content-Disposition"] == header
