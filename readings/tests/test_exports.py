"""A source's readings as files: exact, complete, for those who may export, part by part however many there are."""

import csv
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.current import Actor, acting_as, actor, actor_of, is_bound
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import make_home, make_readings, make_source, share
from readings.exports import COLUMNS, ExportBroken, csv_parts, json_parts, rows, xlsx_parts
from readings.importers import rows as imported_rows
from readings.importers import understand
from readings.models import Reading
from readings.tests.entries import page
from sources.cells import guarded, unguarded
from sources.models import DataSource

START = datetime(2026, 3, 29, 0, 30, 0, 250000, tzinfo=UTC)
"""Half an hour before the clocks of Berlin skip one."""


def lines(response: Any) -> list[dict[str, str]]:
    """The lines of the file by the names of their columns; it begins with the mark that tells its encoding."""
    text = response.getvalue().decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text[1:], newline="")))


def workbook(source: DataSource, who: Actor) -> Iterator[bytes]:
    return xlsx_parts([source], who)


@pytest.fixture
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of two readings."""
    monkeypatch.setattr(rows, "PART", 2)


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def test_a_line_says_everything_about_a_reading(signed_in: Client, alice: User) -> None:
    source = make_source(alice, make_home(alice))
    (first, _second) = make_readings(
        source, ["100.50", "-3"], start=START, step=timedelta(hours=1), notes="=1+1\n'x'", metadata={"a": "ü"}
    )
    response = signed_in.get(page("export_csv", source))
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="Readings of Electricity.csv"'
    assert response.headers["Cache-Control"] == "private, no-store"
    found = lines(response)
    assert found[0] == {
        "recorded_at": "2026-03-29T01:30:00.250000+01:00",
        "recorded_at_utc": "2026-03-29T00:30:00.250000Z",
        "value": "100.50",
        "unit": "kWh",
        "quality": "good",
        "note": "'=1+1\n'x'",
        "metadata": '{"a": "ü"}',
        "id": str(first.public_id),
        "written_by": "Alice",
        "written_at": first.created_at.isoformat().replace("+00:00", "Z"),
        "corrected_by": "",
        "corrected_at": "",
        "import_id": "",
    }
    assert (found[1]["recorded_at"], found[1]["value"]) == ("2026-03-29T03:30:00.250000+02:00", "-3")
    assert tuple(found[0]) == COLUMNS


def test_the_document_holds_a_source_with_all_that_belongs_to_it(signed_in: Client, alice: User) -> None:
    source = make_source(alice, make_home(alice))
    with acting_as(alice):
        rule = source.validators.create(min_value=Decimal("0.5"))
        change = source.meter_changes.create(changed_at=START, old_final=Decimal("7.10"), new_initial=0)
    (reading,) = make_readings(source, ["12.340"], notes="by torch")
    with acting_as(alice):
        reading.value = Decimal("12.50")
        reading.save()
    response = signed_in.get(page("export_json", source))
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    told = json.loads(response.getvalue())
    assert (told["format"], told["version"]) == ("homelog/source", 1)
    assert (told["source"]["id"], told["source"]["name"], told["source"]["owner"], told["source"]["time_zone"]) == (
        str(source.public_id),
        "Electricity",
        "Alice",
        "Europe/Berlin",
    )
    assert [(each["id"], each["min_value"]) for each in told["rules"]] == [(str(rule.public_id), "0.5")]
    assert [(each["id"], each["old_final"], each["new_initial"]) for each in told["meter_changes"]] == [
        (str(change.public_id), "7.10", "0")
    ]
    assert told["imports"] == []
    assert reading.updated_at is not None
    assert told["readings"] == [
        {
            "id": str(reading.public_id),
            "recorded_at": "2026-01-01T08:00:00Z",
            "value": "12.50",
            "quality": "good",
            "note": "by torch",
            "metadata": {},
            "photo": None,
            "written_by": "Alice",
            "written_at": reading.created_at.isoformat().replace("+00:00", "Z"),
            "corrected_by": "Alice",
            "corrected_at": reading.updated_at.isoformat().replace("+00:00", "Z"),
            "import_id": None,
        }
    ]


def test_a_source_without_readings_is_a_whole_file_too(signed_in: Client, alice: User) -> None:
    source = make_source(alice)
    assert lines(signed_in.get(page("export_csv", source))) == []
    assert json.loads(signed_in.get(page("export_json", source)).getvalue())["readings"] == []


@pytest.mark.usefixtures("few_at_a_time")
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_every_reading_is_there_once_and_in_order_whatever_the_parts(
    signed_in: Client, alice: User, count: int
) -> None:
    source = make_source(alice)
    make_readings(source, range(count))
    found = [line["value"] for line in lines(signed_in.get(page("export_csv", source)))]
    told = [each["value"] for each in json.loads(signed_in.get(page("export_json", source)).getvalue())["readings"]]
    assert found == told == [str(number) for number in range(count)]


@pytest.mark.parametrize("parts", [csv_parts, json_parts, workbook])
@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.usefixtures("few_at_a_time")
def test_a_part_takes_one_query(
    alice: User, count: int, parts: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    source = make_source(alice)
    make_readings(source, range(count))
    with acting_as(alice):
        who = actor()
    # Who acts, before and after, with a savepoint and its end; its unit; whether it is seen; what is its; its parts.
    others = {csv_parts: 0, json_parts: 3, workbook: 2}[parts]
    with django_assert_num_queries(6 + others + count // 2 + 1):
        list(parts(source, who))


def test_the_importer_reads_the_file_as_it_was(signed_in: Client, alice: User) -> None:
    source = make_source(alice, make_home(alice))
    made = make_readings(source, ["100.50", "101", "102.125"], start=START, step=timedelta(minutes=40))
    data = signed_in.get(page("export_csv", source)).getvalue()
    understood = understand(data)
    assert understood.columns[understood.suggested].name == "value"
    read = imported_rows(understood, understood.suggested)
    assert [(row.instant, row.value, row.error) for row in read] == [
        (each.recorded_at, each.value, None) for each in made
    ]


@pytest.mark.parametrize("text", ["", "plain", "=1", "'=1", "''-2", "'s-Hertogenbosch", "@x", "\tx", "\rx", "-", "'"])
def test_a_guarded_cell_begins_no_formula_and_gives_its_text_back(text: str) -> None:
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("name", ["export_csv", "export_json", "export_xlsx"])
def test_who_may_see_may_export_and_the_history_tells_it(client: Client, alice: User, bob: User, name: str) -> None:
    source = make_source(alice)
    make_readings(source)
    share(source, bob, "read")
    client.force_login(bob)
    assert client.get(page(name, source)).getvalue()
    client.force_login(alice)
    assertContains(
        client.get(page("source", source)),
        f"Bob downloaded the readings of Electricity as {name[-4:].strip('_').upper()}",
    )


@pytest.mark.parametrize("name", ["export_csv", "export_json", "export_xlsx"])
def test_strangers_find_nothing_and_nobody_is_asked_to_sign_in(
    client: Client, alice: User, charlie: User, name: str
) -> None:
    source = make_source(alice)
    assertRedirects(client.get(page(name, source)), f"/account/login/?next={page(name, source)}")
    client.force_login(charlie)
    assert client.get(page(name, source)).status_code == 404
    client.force_login(alice)
    assert client.post(page(name, source)).status_code == 405


def test_asking_for_the_head_alone_writes_nothing_down(signed_in: Client, alice: User) -> None:
    source = make_source(alice)
    response = signed_in.head(page("export_csv", source))
    assert (response.status_code, response.content) == (200, b"")
    with acting_as(alice):
        assert not AuditLog.objects.filter(event_type="export_source").exists()


@pytest.mark.parametrize("parts", [csv_parts, json_parts, workbook])
def test_a_right_that_ended_before_the_file_was_begun_breaks_it_off(alice: User, bob: User, parts: Any) -> None:
    source = make_source(alice)
    make_readings(source, range(5))
    right = share(source, bob, "read")
    file: Iterator[str] = parts(source, actor_of(bob))
    with acting_as(alice):
        right.delete()
    with pytest.raises(ExportBroken):
        list(file)
    assert not is_bound()


@pytest.mark.parametrize("parts", [csv_parts, json_parts])
def test_a_unit_that_was_changed_before_the_file_was_begun_is_told(alice: User, parts: Any) -> None:
    source = make_source(alice, unit="kWh")
    make_readings(source, ["1500"])
    file: Iterator[str] = parts(source, actor_of(alice))
    with acting_as(alice):
        changed = DataSource.objects.get(pk=source.pk)
        changed.unit, changed.unit_way = "MWh", "convert"
        changed.full_clean()
        changed.save()
    told = "".join(file)
    assert [told.count(each) for each in ("1.500", "MWh", "kWh")] == [1, 1, 0]


@pytest.mark.usefixtures("few_at_a_time")
def test_a_file_that_is_fetched_too_slowly_is_broken_off(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_source(alice)
    make_readings(source, range(5))
    monkeypatch.setattr(rows, "LONGEST", -1)
    with pytest.raises(ExportBroken):
        list(csv_parts(source, actor_of(alice)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("few_at_a_time")
@pytest.mark.parametrize("parts", [csv_parts, json_parts])
def test_a_time_that_is_corrected_meanwhile_is_neither_missed_nor_told_twice(alice: User, parts: Any) -> None:
    source = make_source(alice)
    made = make_readings(source, range(7))

    def correct() -> None:
        """As somebody else, on a connection of their own: the first reading goes last, the last one first."""
        with acting_as(alice):
            for reading, days in ((made[0], 99), (made[6], -99)):
                reading.recorded_at += timedelta(days=days)
                reading.save()
        connection.close()

    file: Iterator[str] = parts(source, actor_of(alice))
    whole = next(file) + next(file)
    other = threading.Thread(target=correct)
    other.start()
    other.join()
    whole += "".join(file)
    assert [whole.count(str(each.public_id)) for each in made] == [1] * 7
    assert str(made[0].public_id) in "".join(parts(source, actor_of(alice)))


def test_the_database_alone_gives_a_stranger_nothing(alice: User, charlie: User) -> None:
    source = make_source(alice)
    make_readings(source)
    for who in (charlie, AnonymousUser()):
        with pytest.raises(ExportBroken):
            list(csv_parts(source, actor_of(who)))
    with acting_as(charlie):
        assert list(Reading.objects.filter(source_id=source.pk)) == []


def test_the_pages_of_a_source_lead_to_the_files(signed_in: Client, alice: User) -> None:
    source: DataSource = make_source(alice)
    assertNotContains(signed_in.get(page("source", source)), page("export", source))
    make_readings(source)
    for name in ("source", "reading_list"):
        assertContains(signed_in.get(page(name, source)), f'href="{page("export", source)}"')
