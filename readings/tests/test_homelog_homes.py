"""What HomeLog exports it imports again bit for bit, in each format: a source and a whole home, into an empty one."""

import json
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home, make_readings, make_source, share
from readings.importers import ImportRefused, rows, understand
from readings.importers.origins import MOST
from readings.models import Reading
from readings.tests.entries import page
from readings.tests.importing import batch_of, browser, import_whole, preview_url, text, undo_url
from readings.tests.test_homelog_files import START, WRITTEN, kept
from sources.models import DataSource, Home
from sources.sums import put

FORMATS: list[tuple[str, dict[str, str]]] = [("csv", {}), ("csv", {"no_mark": "on"}), ("xlsx", {}), ("json", {})]
each_format = pytest.mark.parametrize(("ending", "asked"), FORMATS, ids=["csv", "csv-plain", "xlsx", "json"])
FACTS = (
    *("name", "source_type", "unit", "counting", "digits", "decimals", "description", "place_name", "address"),
    *("meter_number", "rhythm", "is_archived"),
)


@pytest.fixture
def flat(alice: User) -> Home:
    """A home with two registers of one meter, a level, amounts, two of one name, an empty one, one put away, a sum."""
    home = make_home(alice, "Flat")
    about: dict[str, Any] = {"description": "=Behind\nthe door", "place_name": "Cellar", "address": "1 Lane\n2 Town"}
    day = make_source(alice, home, **about, rhythm="month")
    night = make_source(alice, home, name="Night", meter_number="MEA 7741", digits=6, decimals=3)
    plain: dict[str, Any] = {"digits": None, "decimals": 0}
    level = make_source(alice, home, name="Upper", source_type="blood_pressure", unit="mmHg", counting="level", **plain)
    fuel = make_source(alice, home, name="Pellets", source_type="pellets", unit="kg", counting="amount", **plain)
    twin = make_source(alice, home, name="Pellets", source_type="pellets", unit="bag", counting="amount", **plain)
    make_source(alice, home, name="Unread", source_type="water", unit="m³")
    old = make_source(alice, home, name="Old gas", source_type="gas", unit="m³")
    with acting_as(alice):
        for number, (value, quality, note, details) in enumerate(WRITTEN):
            at = START + number * timedelta(minutes=40)
            Reading.objects.create(
                source=day, value=Decimal(value), recorded_at=at, quality_flag=quality, notes=note, metadata=details
            )
        turned = START + timedelta(days=2, microseconds=1)
        day.meter_changes.create(
            changed_at=turned, old_final=Decimal("103.250"), new_initial=0, old_number="=A 1", new_number="B\t2"
        )
        day.meter_changes.create(
            changed_at=turned + timedelta(days=9), old_final=Decimal("999999.9"), new_initial=0, reason="rollover"
        )
        day.validators.create(non_decreasing=True)
        day.validators.create(min_value=Decimal("0.50"), max_value=Decimal(200), on_violation="flag")
        day.validators.create(max_per_day=Decimal("1.000"), on_violation="flag")
    make_readings(day, ["0.0", "7.5"], start=START + timedelta(days=3))
    make_readings(night, ["999999999999.999999", "999999999999.999999"], start=START)
    make_readings(level, ["120", "131", "124.0"])
    make_readings(fuel, ["15", "0", "-3"])
    make_readings(twin, ["1"], notes=" _x000D_ _x005F_ \x01\n")
    make_readings(old, ["12431.70", "12500"])
    with acting_as(alice):
        old.archived_at = START
        old.save()
        total = DataSource.objects.create(
            owner=alice, home=home, name="Both", source_type="electricity", unit="kWh", counting="sum", decimals=3
        )
        put(total, {day: 1, night: -1})
    return home


@pytest.fixture
def cabin(alice: User) -> Home:
    """An empty home."""
    return make_home(alice, "Cabin")


def file_of(person: User, ending: str, asked: dict[str, str], place: Home | DataSource) -> bytes:
    name, ask = ("home_export", asked) if isinstance(place, Home) else ("export", {**asked, "belongings": "on"})
    return bytes(browser(person).get(reverse(f"readings:{name}_{ending}", args=[place.public_id]), ask).getvalue())


def into_home(client: Client, home: Home, file: bytes, **fields: str) -> Any:
    path = reverse("readings:home_import", args=[home.public_id])
    answer = client.post(path, {"file": SimpleUploadedFile("home.file", file)})
    assert answer.status_code == 302, text(answer)
    preview = answer.headers["Location"]
    return client.get(preview), client.post(preview, fields)


def belonging(source: DataSource) -> tuple[list[Any], list[Any], list[Any]]:
    """What a source is, and its changes and rules, the scale of each number too."""
    change = ("changed_at", "old_final", "new_initial", "old_number", "new_number", "reason")
    rule = ("min_value", "max_value", "max_per_day", "non_decreasing", "on_violation")
    return (
        [getattr(source, name) for name in FACTS],
        [[str(value) for value in row] for row in source.meter_changes.values_list(*change)],
        [[str(value) for value in row] for row in source.validators.values_list(*rule)],
    )


def whole(home: Home, owner: User) -> list[Any]:
    """A home with everything that must come back, its sources in a fixed order."""
    with acting_as(owner):
        sources = list(DataSource.objects.filter(home=home).select_related("owner", "home"))
        told = [(belonging(source), source) for source in sources]
        sums = [
            [(part.part.name, part.sign) for part in source.parts.all() if part.part]
            for source in sorted(sources, key=lambda source: source.name)
            if source.is_sum
        ]
    rows = sorted(((about, kept(source)) for about, source in told), key=repr)
    return [rows, sums]


@each_format
def test_a_home_comes_back_whole_in_an_empty_one_and_a_second_time_stores_nothing(
    alice: User, flat: Home, cabin: Home, ending: str, asked: dict[str, str]
) -> None:
    file = file_of(alice, ending, asked, flat)
    preview, stored = into_home(browser(alice), cabin, file)
    assert "Comes along: 2 meter changes, 3 rules" in text(preview)
    assert stored.status_code == 302, text(stored)
    assert whole(cabin, alice) == whole(flat, alice)
    before = whole(cabin, alice)
    preview, again = into_home(browser(alice), cabin, file)
    assert again.status_code == 422
    assert "There is nothing new in this file: no reading was stored." in text(again)
    assert whole(cabin, alice) == before


@each_format
def test_a_source_comes_back_whole_as_a_new_one_and_in_one_that_is_there(
    alice: User, flat: Home, cabin: Home, ending: str, asked: dict[str, str]
) -> None:
    with acting_as(alice):
        day = flat.sources.get(name="Electricity")
    file = file_of(alice, ending, asked, day)
    _preview, stored = into_home(browser(alice), cabin, file)
    assert stored.status_code == 302, text(stored)
    there = make_source(alice, make_home(alice, "Shed"), name="Dial", decimals=0)
    assert import_whole(browser(alice), there, file).status_code == 302
    with acting_as(alice):
        made = cabin.sources.get()
        assert belonging(made) == belonging(day)
        assert belonging(there)[1:] == belonging(day)[1:]
    assert kept(made) == kept(there) == kept(day)
    assert import_whole(browser(alice), there, file).status_code == 422
    assert kept(there) == kept(day)


def test_a_file_with_units_of_other_spellings_comes_back_as_exactly(alice: User, flat: Home, cabin: Home) -> None:
    file = file_of(alice, "csv", {}, flat)
    older = file.replace(b"kWh", b"kwh").replace("m³".encode(), b"cbm")
    assert older.count(b"kwh") > 2
    assert file != older
    _preview, stored = into_home(browser(alice), cabin, older)
    assert stored.status_code == 302, text(stored)
    assert whole(cabin, alice) == whole(flat, alice)
    _preview, again = into_home(browser(alice), cabin, older)
    assert "There is nothing new in this file: no reading was stored." in text(again)


def test_a_workbook_that_a_spreadsheet_saved_is_read_as_exactly(alice: User, flat: Home, cabin: Home) -> None:
    """As far as openpyxl writes as a spreadsheet does: with shared strings, its own styles, no sheet as it was."""
    saved = BytesIO()
    load_workbook(BytesIO(file_of(alice, "xlsx", {}, flat))).save(saved)
    _preview, stored = into_home(browser(alice), cabin, saved.getvalue())
    assert stored.status_code == 302, text(stored)
    assert whole(cabin, alice) == whole(flat, alice)


def test_a_value_that_was_corrected_in_the_workbook_counts(alice: User, flat: Home, cabin: Home) -> None:
    with acting_as(alice):
        level = flat.sources.get(name="Upper")
    book: Any = load_workbook(BytesIO(file_of(alice, "xlsx", {}, level)))
    book["Readings"]["C2"], book["Readings"]["C3"] = 121.25, 130
    saved = BytesIO()
    book.save(saved)
    into_home(browser(alice), cabin, saved.getvalue())
    with acting_as(alice):
        made = cabin.sources.get()
    assert [row[2] for row in kept(made)] == ["121.25", "130", "124.0"]


def test_undo_takes_changes_and_rules_back_as_well(alice: User, flat: Home) -> None:
    with acting_as(alice):
        day = flat.sources.get(name="Electricity")
    there = make_source(alice, make_home(alice, "Shed"), name="Dial")
    assert import_whole(browser(alice), there, file_of(alice, "json", {}, day)).status_code == 302
    browser(alice).post(undo_url(batch_of(there)))
    with acting_as(alice):
        assert belonging(there)[1:] == ([], [])
    assert kept(there) == []


def test_a_writer_brings_readings_but_neither_changes_nor_rules(alice: User, bob: User, flat: Home) -> None:
    with acting_as(alice):
        day = flat.sources.get(name="Electricity")
    there = make_source(alice, make_home(alice, "Shed"), name="Dial")
    share(there, bob, "write")
    file = file_of(alice, "json", {}, day)
    sentence = "The meter changes and rules in this file stay out: only who may change the meter can bring them."
    assert sentence in text(browser(bob).get(preview_url(browser(bob), there, file)))
    assert import_whole(browser(bob), there, file).status_code == 302
    with acting_as(alice):
        assert belonging(there)[1:] == ([], [])
    assert [row[1:] for row in kept(there)] == [row[1:] for row in kept(day)]


def forged(**facts: object) -> bytes:
    readings = [{"recorded_at": "2026-01-01T00:00:00Z", "value": "1"}]
    return json.dumps({"format": "homelog/source", "version": 1, "source": {}, "readings": readings, **facts}).encode()


def test_a_forged_meter_is_refused_or_made_as_far_as_it_can_be(alice: User, cabin: Home) -> None:
    odd = {"name": "x" * 500, "source_type": "nonsense", "counting": "sideways", "digits": 99, "rhythm": 7, "unit": "u"}
    change = {"changed_at": "2026-02-01", "old_final": "NaN", "new_initial": "0"}
    file = forged(source={**odd, "address": "a\ud800\0"}, meter_changes=[change, 7], rules=[{}, "x"])
    _preview, stored = into_home(browser(alice), cabin, file)
    assert stored.status_code == 422
    assert "Say at least one thing that this rule forbids." in text(stored)
    with acting_as(alice):
        assert not cabin.sources.exists()
    _preview, stored = into_home(browser(alice), cabin, forged(source={**odd, "address": "a\ud800\0"}))
    assert stored.status_code == 302, text(stored)
    with acting_as(alice):
        made = cabin.sources.get()
    assert (made.source_type, made.counting, made.digits, made.rhythm) == ("other", "counter", None, "auto")
    assert (made.name, made.address) == ("x" * 100, "a? ")


def test_a_file_that_names_too_many_changes_is_refused() -> None:
    change = {"changed_at": "2026-02-01T00:00:00Z", "old_final": "1", "new_initial": "0"}
    with pytest.raises(ImportRefused, match="more than 1000 meter changes"):
        understand(forged(meter_changes=[change] * (MOST + 1)))


def test_the_source_page_takes_the_meter_of_a_home_file_that_is_chosen(alice: User, flat: Home) -> None:
    there = make_source(alice, make_home(alice, "Shed"), name="Dial", counting="amount")
    client = browser(alice)
    address = preview_url(client, there, file_of(alice, "json", {}, flat))
    shown = text(client.get(address))
    assert all(name in shown for name in ("Electricity", "Night", "Upper", "Old gas"))
    assert page("source", there)


def test_the_rows_of_one_source_bring_all_along_and_those_of_several_are_not_mixed(alice: User, flat: Home) -> None:
    with acting_as(alice):
        day = flat.sources.get(name="Electricity")
    found = understand(file_of(alice, "json", {}, day))
    told = [(row.public_id, row.quality, row.note, row.metadata or {}) for row in rows(found, found.suggested)]
    assert told == [(row[0], *row[3:]) for row in kept(day)]
    several = understand(file_of(alice, "csv", {}, flat))
    with pytest.raises(ImportRefused, match="This file holds several meters"):
        rows(several, several.suggested)


@pytest.mark.parametrize(("ending", "asked"), [("csv", {}), ("json", {})])
def test_a_file_from_before_a_conversion_brings_everything_in_the_unit_of_today(
    alice: User, cabin: Home, ending: str, asked: dict[str, str]
) -> None:
    water = make_source(alice, cabin, name="Water", source_type="water", unit="m³", digits=5, decimals=3)
    with acting_as(alice):
        turned = START + timedelta(hours=1)
        water.meter_changes.create(changed_at=turned, old_final=Decimal("103.25"), new_initial=Decimal("0.5"))
        water.validators.create(min_value=Decimal(0), max_value=Decimal("99999.5"), max_per_day=Decimal("2.25"))
    make_readings(water, ["100", "1.5"], start=START)
    file = file_of(alice, ending, asked, cabin)
    with acting_as(alice):
        stored = DataSource.objects.get(pk=water.pk)
        stored.unit, stored.unit_way = "L", "convert"
        stored.full_clean()
        stored.save()

    def numbers() -> list[Any]:
        with acting_as(alice):
            return [
                [*water.readings.order_by("recorded_at").values_list("value")],
                [*water.meter_changes.values_list("old_final", "new_initial")],
                [*water.validators.values_list("min_value", "max_value", "max_per_day")],
            ]

    converted = numbers()
    assert converted[2] == [(Decimal(0), Decimal(99_999_500), Decimal(2250))]
    assert into_home(browser(alice), cabin, file)[1].status_code == 422
    assert numbers() == converted
    with acting_as(alice):
        for gone in (*water.meter_changes.all(), *water.validators.all(), *water.readings.select_related("source")):
            gone.delete()
    assert into_home(browser(alice), cabin, file)[1].status_code == 302
    assert numbers() == converted
