"""The page that asks which file somebody wants of a source or a home, and the files of a home."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.current import acting_as
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import make_home, make_readings, make_source, share
from readings.tests.entries import page
from readings.tests.importing import browser, errors, text
from readings.tests.test_exports import lines
from sources.models import DataSource, Home
from sources.sums import put

ENDINGS = ["csv", "xlsx", "json"]


def home_page(name: str, home: Home) -> str:
    return reverse(f"readings:{name}", args=[home.public_id])


@pytest.fixture
def flat(alice: User) -> Home:
    return make_home(alice, "Flat")


@pytest.fixture
def meter(alice: User, flat: Home) -> DataSource:
    """A meter with three days of readings, a change and a rule."""
    made = make_source(alice, flat)
    make_readings(made, ["100.50", "110", "125.5"])
    with acting_as(alice):
        made.validators.create(max_value=Decimal("9000.0"), on_violation="flag")
        made.meter_changes.create(changed_at=datetime(2025, 12, 1, tzinfo=UTC), old_final=7, new_initial=0)
    return made


def test_the_page_leads_to_the_file_that_was_asked_for(alice: User, meter: DataSource) -> None:
    client = browser(alice)
    assertContains(client.get(page("export", meter)), "Download readings")
    asked = {"format": "xlsx", "since": "2026-01-02", "until": "", "history": "on"}
    answer = client.get(page("export", meter), asked)
    target = f"{page('export_xlsx', meter)}?since=2026-01-02&history=on"
    assertRedirects(answer, target, fetch_redirect_response=False)
    asked = {"format": "csv", "no_mark": "on"}
    assertRedirects(
        client.get(home_page("home_export", meter.home), asked),  # type: ignore[arg-type]
        f"{home_page('home_export_csv', meter.home)}?no_mark=on",  # type: ignore[arg-type]
        fetch_redirect_response=False,
    )


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"format": "pdf"}, "Select a valid choice. pdf is not one of the available choices."),
        ({"format": "csv", "since": "2026-02-01", "until": "2026-01-01"}, "This day is before the first one."),
        ({"format": "csv", "since": "yesterday"}, "Enter a valid date."),
        ({"format": "csv", "until": "0001-01-01"}, "Choose a year from 1900 to 2199."),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    alice: User, meter: DataSource, asked: dict[str, str], sentence: str
) -> None:
    client = browser(alice)
    paths = [page("export", meter), home_page("home_export", meter.home)]  # type: ignore[arg-type]
    if asked["format"] == "csv":
        paths += [page("export_csv", meter), home_page("home_export_csv", meter.home)]  # type: ignore[arg-type]
    for path in paths:
        answer = client.get(path, asked)
        assert (answer.status_code, errors(answer)) == (422, [sentence])
    with acting_as(alice):
        assert not AuditLog.objects.filter(event_type__startswith="export").exists()


def test_strangers_find_nothing_and_nobody_is_asked_to_sign_in(
    client: Client, charlie: User, meter: DataSource, flat: Home
) -> None:
    names = ["export", *(f"export_{ending}" for ending in ENDINGS)]
    for path in [*(page(name, meter) for name in names), *(home_page(f"home_{name}", flat) for name in names)]:
        assertRedirects(client.get(path), f"/account/login/?next={path}")
        assert browser(charlie).get(path).status_code == 404
        assert browser(charlie).post(path).status_code == 405


def test_a_range_is_whole_days_of_the_home(alice: User, flat: Home) -> None:
    source = make_source(alice, flat)
    edges = ["2026-01-01T22:59:59.999999", "2026-01-01T23:00:00", "2026-01-02T22:59:59.999999", "2026-01-02T23:00:00"]
    for number, edge in enumerate(edges):
        make_readings(source, [number], start=datetime.fromisoformat(f"{edge}+00:00"))
    for path in (page("export_csv", source), home_page("home_export_csv", flat)):
        found = lines(browser(alice).get(path, {"since": "2026-01-02", "until": "2026-01-02"}))
        assert [line["value"] for line in found if line["value"]] == ["1", "2"]


def test_a_file_without_the_mark_is_the_same_but_for_it(alice: User, meter: DataSource) -> None:
    client = browser(alice)
    for path in (page("export_csv", meter), home_page("home_export_csv", meter.home)):  # type: ignore[arg-type]
        assert client.get(path).getvalue() == "\ufeff".encode() + client.get(path, {"no_mark": "on"}).getvalue()


def test_the_table_of_a_home_names_each_meter_and_what_belongs_to_it(
    alice: User, meter: DataSource, flat: Home
) -> None:
    make_source(alice, flat, name="=Water", source_type="water", unit="m³")
    found = lines(browser(alice).get(home_page("home_export_csv", flat)))
    assert [(line["meter"], line["record"], line["value"]) for line in found] == [
        ("'=Water", "meter", ""),
        ("Electricity", "meter", ""),
        ("Electricity", "rule", ""),
        ("Electricity", "meter_change", ""),
        ("Electricity", "reading", "100.50"),
        ("Electricity", "reading", "110"),
        ("Electricity", "reading", "125.5"),
    ]
    assert json.loads(found[1]["metadata"])["meter_number"] == "MEA 7741"
    assert json.loads(found[2]["metadata"])["max_value"] == "9000.0"
    assert found[3]["recorded_at"] == "2025-12-01T01:00:00+01:00"
    of_one = lines(browser(alice).get(page("export_csv", meter), {"belongings": "on"}))
    assert of_one == found[1:]


def test_a_workbook_has_its_sheets_with_numbers_to_calculate_with(alice: User, meter: DataSource) -> None:
    make_readings(meter, ["0.000001", "123456789012.123456"], start=datetime(2026, 6, 1, 12, 0, 0, 125000, tzinfo=UTC))
    answer = browser(alice).get(page("export_xlsx", meter))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Readings of Electricity.xlsx"'
    book: Any = load_workbook(BytesIO(answer.getvalue()))
    assert book.sheetnames == ["Readings", "Meters", "Meter changes", "Rules"]
    head, first, *_rest, small, great = ([cell.value for cell in row] for row in book["Readings"].rows)
    told = dict(zip(head, first, strict=True))
    assert (told["meter"], told["local_time"], told["value"], told["decimals"]) == (
        "Electricity",
        datetime(2026, 1, 1, 9, 0),  # noqa: DTZ001 - a spreadsheet knows no zone
        100.5,
        2,
    )
    assert (told["recorded_at"], told["note"]) == ("2026-01-01T09:00:00+01:00", None)
    assert book["Readings"]["C2"].number_format == "0.00"
    assert (small[2], great[2]) == (0.000001, "123456789012.123456")
    assert small[1] == datetime(2026, 6, 1, 14, 0, 0, 125000)  # noqa: DTZ001
    assert [cell.value for cell in book["Rules"][2]][:4] == ["Electricity", None, "9000.0", None]


def test_who_may_do_what_and_who_did_what_is_told_as_far_as_the_pages_tell_it(
    alice: User, bob: User, charlie: User, meter: DataSource, flat: Home
) -> None:
    share(meter, charlie, "read")
    with acting_as(alice):
        flat.members.create(user=bob, level="read", granted_by=alice)
        flat.name = "Old flat"
        flat.save()
    everything = {"rights": "on", "history": "on"}

    def told(person: User) -> tuple[Any, Any]:
        client = browser(person)
        of_home = json.loads(client.get(home_page("home_export_json", flat), everything).getvalue())
        return of_home, of_home["sources"][0]

    of_home, of_source = told(alice)
    assert [(each["person"], each["level"]) for each in of_home["rights"]] == [("Alice", "admin"), ("Bob", "read")]
    assert [(each["person"], each["of"]) for each in of_source["rights"]] == [("Charlie", "source")]
    assert "Alice changed the home Old flat" in " ".join(each["what"] for each in of_home["history"])
    assert "create_share" in {each["kind"] for each in of_source["history"]}
    of_home, of_source = told(bob)
    shown = text(browser(bob).get(reverse("sources:home_sharing", args=[flat.public_id])))
    assert ["Alice" in shown, "Bob" in shown] == [True, True]
    assert [each["person"] for each in of_home["rights"]] == ["Alice", "Bob"]
    assert (of_home["history"], of_source["rights"]) == ([], [])
    assert {each["kind"] for each in of_source["history"]} == {"create_reading"}
    plain = json.loads(browser(bob).get(home_page("home_export_json", flat)).getvalue())
    assert "rights" not in plain
    assert "history" not in plain["sources"][0]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_home_is_downloaded_by_who_belongs_to_it_and_its_history_tells_it_once(
    alice: User, bob: User, meter: DataSource, flat: Home, ending: str
) -> None:
    with acting_as(alice):
        flat.members.create(user=bob, level="read", granted_by=alice)
        other = make_source(alice, make_home(alice, "Cabin"), name="Elsewhere")
    browser(bob).head(home_page(f"home_export_{ending}", flat))
    answer = browser(bob).get(home_page(f"home_export_{ending}", flat))
    assert len(answer.getvalue()) > 500
    assert b"Elsewhere" not in answer.getvalue()
    assert other.home_id != flat.pk
    history = text(browser(alice).get(reverse("audit:home_history", args=[flat.public_id])))
    assert history.count(f"Bob downloaded the readings of all meters of Flat as {ending.upper()}") == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_however_many_meters_there_are(
    alice: User, flat: Home, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        make_source(alice, flat, name=f"Meter {number}")
    client = browser(alice)
    with django_assert_num_queries(8):
        client.get(home_page("home_export", flat))


def test_a_home_without_meters_is_a_whole_file_too(alice: User, flat: Home) -> None:
    client = browser(alice)
    assert lines(client.get(home_page("home_export_csv", flat))) == []
    assert json.loads(client.get(home_page("home_export_json", flat)).getvalue())["sources"] == []
    book = load_workbook(BytesIO(client.get(home_page("home_export_xlsx", flat)).getvalue()))
    assert [sheet.max_row for sheet in book] == [1, 1, 1, 1]
    assertNotContains(client.get(flat.get_absolute_url()), home_page("home_export", flat))


def test_a_meter_that_is_worked_out_has_no_table_but_says_what_it_is_made_of(
    alice: User, meter: DataSource, flat: Home
) -> None:
    other = make_source(alice, flat, name="Pump")
    with acting_as(alice):
        about = {"source_type": "electricity", "unit": "kWh", "counting": "sum"}
        total = DataSource.objects.create(owner=alice, home=flat, name="House", **about)
        put(total, {meter: 1, other: -1})
    client = browser(alice)
    for path, asked in (("export", {"format": "xlsx"}), ("export_csv", {}), ("export_xlsx", {})):
        answer = client.get(page(path, total), asked)
        assert answer.status_code == 422
        assert "This meter is worked out from others and has no readings of its own." in text(answer)
    told = json.loads(client.get(page("export_json", total)).getvalue())
    assert [(part["name"], part["sign"]) for part in told["source"]["parts"]] == [("Electricity", 1), ("Pump", -1)]
    assert told["readings"] == []
