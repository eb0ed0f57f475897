"""A mark before three digits may begin decimals or group thousands: asked of the person, or told by the readings."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.current import acting_as
from accounts.models import User
from accounts.tests.api.calls import Program, program_of
from homelog.testing import make_source
from readings.importers import OpenMark, open_mark, understand
from readings.models import ImportDraft
from readings.tests.api.test_readings import code
from readings.tests.files import stored
from readings.tests.importing import browser, errors, preview_url, text
from sources.models import DataSource, Home

OPEN = "Datum;Zählerstand kWh\n01.08.2026;12.345\n01.09.2026;12.456\n01.10.2026;12.567\n01.11.2026;12.678\n".encode()
WATER = b"Datum;Wasser\n01.08.2026;904.293\n01.09.2026;905.118\n"
FALLING = b"Datum;kWh\n01.08.2026;998\n01.09.2026;1.120\n01.10.2026;1.250\n"
THOUSANDS = ["12345", "12456", "12567", "12678"]
DECIMALS = ["12.345", "12.456", "12.567", "12.678"]
POINT = "The decimals: 12.345 is 12 and 345 thousandths, 12.678 is 12 and 678 thousandths"
COMMA = "The thousands: 12.345 is 12 thousand and 345, 12.678 is 12 thousand and 678"
ASKS = "What does the mark in its numbers stand for?"
SENTENCE = (
    "The numbers in this file can be read in two ways: 12.345 may be thousands or have three decimals. Say which."
)


@pytest.fixture
def at_home(alice: User) -> Client:
    return browser(alice)


@pytest.fixture
def program(alice: User) -> Program:
    return program_of(alice)


def put(source: DataSource, value: str, at: str = "2026-07-01T08:00:00Z") -> None:
    with acting_as(source.owner):
        source.readings.create(recorded_at=datetime.fromisoformat(at), value=Decimal(value))


def values(source: DataSource) -> list[str]:
    return [value for _, value, _ in stored(source)]


def found(file: bytes) -> OpenMark | None:
    return open_mark(understand(file), [1])


def table(*cells: str) -> bytes:
    return "".join(("date;kWh\n", *(f"{day:02}.01.2026;{cell}\n" for day, cell in enumerate(cells, 1)))).encode()


# What a file leaves open


@pytest.mark.parametrize(
    ("file", "left_open"),
    [
        (OPEN, OpenMark(".", "12.345", "12.678")),
        (WATER, OpenMark(".", "904.293", "905.118")),
        (FALLING, OpenMark(".", "1.120", "1.250")),
        (table("1,500 kWh", "2,500 kWh"), OpenMark(",", "1,500", "2,500")),
        (b'date,kWh\n2026-01-01,"1,500"\n2026-01-02,"2,500"\n', OpenMark(",", "1,500", "2,500")),
        (b"date,kWh\n01.08.2026,12.345\n01.09.2026,12.456\n", OpenMark(".", "12.345", "12.456")),
    ],
)
def test_one_mark_before_three_digits_is_open(file: bytes, left_open: OpenMark) -> None:
    assert found(file) == left_open


@pytest.mark.parametrize(
    "file",
    [
        table("12.345", "12.45"),
        table("12.345", "1.012.345"),
        table("12.345", "12.345,5"),
        table("0.345", "12.345"),
        table("1234.567", "1235.678"),
        table("12345", "12346"),
        b"date,kWh\n2026-01-01 00:00,12.345\n2026-01-02 00:00,12.456\n",
        b'[{"date": "2026-01-01", "kWh": 12.345}, {"date": "2026-01-02", "kWh": 12.456}]',
    ],
)
def test_what_the_file_proves_is_not_open(file: bytes) -> None:
    assert found(file) is None


# On the page


def test_open_numbers_are_asked_about_and_nothing_is_stored_before(at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, OPEN)
    first = at_home.get(url)
    assert (first.status_code, errors(first)) == (200, [])
    page = text(first)
    # The dial has one decimal, so that thousands are the likelier: they stand first, and nothing is chosen.
    assert f"{ASKS} {COMMA} {POINT}" in page
    assert "checked" not in first.text
    assert "Import 4 readings" not in page
    refused = at_home.post(url, {"do": "import"})
    assert refused.status_code == 422
    assert "Say what the mark in the numbers stands for." in text(refused)
    assert stored(source) == []


@pytest.mark.parametrize(("mark", "stores"), [(",", THOUSANDS), (".", DECIMALS)])
def test_what_is_answered_is_stored_and_remembered(
    mark: str, stores: list[str], at_home: Client, source: DataSource
) -> None:
    url = preview_url(at_home, source, OPEN)
    assert at_home.post(url, {"mark": mark, "do": "look"}).status_code == 302
    assert ASKS not in text(at_home.get(url))
    assert at_home.post(url, {"do": "import"}).status_code == 302
    assert values(source) == stores
    later = preview_url(at_home, source, OPEN.replace(b".2026", b".2025"))
    assert "Import 4 readings" in text(at_home.get(later))
    with acting_as(source.owner):
        assert ImportDraft.objects.get().choices["mark"] == mark


@pytest.mark.parametrize(
    ("there", "stores", "words"),
    [
        ("12300", THOUSANDS, "12.345 is read as 12 thousand and 345: that goes with the readings of Electricity"),
        ("12.1", DECIMALS, "12.345 is read as 12 and 345 thousandths: that goes with the readings of Electricity"),
    ],
)
def test_the_readings_of_the_meter_tell_it_and_the_page_says_so(
    there: str, stores: list[str], words: str, at_home: Client, source: DataSource
) -> None:
    put(source, there)
    url = preview_url(at_home, source, OPEN)
    page = text(at_home.get(url))
    assert words in page
    assert ASKS not in page
    assert 'name="mark"' in at_home.get(url).text
    assert at_home.get(url).context["mark"] is None
    assert at_home.post(url, {"do": "import"}).status_code == 302
    assert values(source) == [there, *stores]


@pytest.mark.parametrize(
    ("mark", "there", "words"),
    [
        (
            ".",
            "12300",
            "12 and 345 thousandths, but only 12 thousand and 345 would go with the readings of Electricity.",
        ),
        (
            ",",
            "12.1",
            "12 thousand and 345, but only 12 and 345 thousandths would go with the readings of Electricity.",
        ),
    ],
)
def test_what_was_said_counts_against_the_readings_and_the_page_tells_so(
    mark: str, there: str, words: str, at_home: Client, source: DataSource
) -> None:
    put(source, there)
    page = at_home.get(f"{preview_url(at_home, source, OPEN)}?mark={mark}")
    assert f"12.345 is read as {words}" in text(page)
    assert page.context["mark"] == mark


def test_a_later_reading_tells_it_too(at_home: Client, source: DataSource) -> None:
    put(source, "12700", "2026-11-20T08:00:00Z")
    assert at_home.post(preview_url(at_home, source, OPEN), {"do": "import"}).status_code == 302
    assert values(source) == [*THOUSANDS, "12700"]


def test_a_dial_of_water_is_not_asked_about_where_its_readings_tell(at_home: Client, home: Home, alice: User) -> None:
    water = make_source(alice, home, name="Water", source_type="water", unit="m³", decimals=3)
    put(water, "900.1")
    assert "Import 2 readings" in text(at_home.get(preview_url(at_home, water, WATER)))


@pytest.mark.parametrize("there", [["400"], ["12300", "12.9"]], ids=["neither", "both"])
def test_readings_that_fit_neither_or_both_tell_nothing(there: list[str], at_home: Client, source: DataSource) -> None:
    for value, at in zip(there, ("2026-07-01T08:00:00Z", "2026-11-20T08:00:00Z"), strict=False):
        put(source, value, at)
    page = text(at_home.get(preview_url(at_home, source, OPEN)))
    assert ASKS in page
    assert "Import 4" not in page


def test_the_decimals_of_a_dial_that_has_three_come_first(at_home: Client, home: Home, alice: User) -> None:
    water = make_source(alice, home, name="Water", source_type="water", unit="m³", decimals=3)
    assert f"{ASKS} {POINT} {COMMA}" in text(at_home.get(preview_url(at_home, water, OPEN)))


# Where the dial falls


def test_a_fall_that_thousands_undo_offers_them_first(at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, FALLING)
    at_home.post(url, {"mark": ".", "do": "look"})
    page = at_home.get(url)
    (question,) = page.context["previews"][0].questions
    assert question.options[0] == ("comma", "The point marks thousands: read the whole file so")
    at_home.post(url, {"key-0": "1", "mark": ".", f"q-0-{question.key}": "comma", "do": "look"})
    assert at_home.get(url).context["previews"][0].questions == []
    assert at_home.post(url, {"do": "import"}).status_code == 302
    assert values(source) == ["998", "1120", "1250"]


def test_a_fall_that_thousands_do_not_undo_does_not_offer_them(at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, table("12.345", "11.345", "13.345"))
    at_home.post(url, {"mark": ".", "do": "look"})
    (question,) = at_home.get(url).context["previews"][0].questions
    assert "comma" not in dict(question.options)


# At the API, and on the command line


def test_the_api_asks_and_takes_the_answer(program: Program, source: DataSource) -> None:
    path = f"/api/v1/sources/{source.public_id}/imports"

    def brought(query: str = "") -> Any:
        return program.client.post(f"{path}{query}", OPEN, content_type="text/csv", headers=program.headers)

    for query in ("", "?dry_run=true"):
        refused = brought(query)
        assert (code(refused), refused.json()["detail"]) == ((422, "invalid"), SENTENCE)
    assert code(brought("?mark=x")) == (422, "invalid")
    assert stored(source) == []
    assert brought("?mark=.&dry_run=true").json()["total"] == "0.333"
    assert brought("?mark=,").status_code == 201
    assert values(source) == THOUSANDS


def test_at_the_api_the_readings_tell_it(program: Program, source: DataSource) -> None:
    put(source, "12300")
    path = f"/api/v1/sources/{source.public_id}/imports"
    assert program.client.post(path, OPEN, content_type="text/csv", headers=program.headers).status_code == 201
    assert values(source) == ["12300", *THOUSANDS]


def test_the_command_asks_and_takes_the_answer(source: DataSource, tmp_path: Path) -> None:
    file = tmp_path / "meter.csv"
    file.write_bytes(OPEN)
    call = ["import_readings", str(file), "--source", str(source.public_id), "--as", "alice"]
    with pytest.raises(CommandError) as refused:
        call_command(*call)
    assert (str(refused.value), stored(source)) == (SENTENCE, [])
    call_command(*call, "--decimal-comma")
    assert values(source) == THOUSANDS
