"""Files that mean harm, or none: each is refused with its sentence and its status, and nothing is stored."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.current import acting_as
from accounts.models import User
from readings.models import ImportDraft
from readings.tests.files import PLAIN, stored
from readings.tests.importing import bring, browser, drafts, errors, preview_url, text, upload_url
from sources.models import DataSource

MEGABYTE = 1_000_000


@pytest.fixture
def at_home(alice: User) -> Client:
    """Alice's browser."""
    return browser(alice)


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"", 422, "This file is empty. Choose one with readings."),
        (
            bytes(range(256)) * 40,
            422,
            "This file is not text. Open it in the program it comes from, save it as CSV, and import that.",
        ),
        (
            b"time,kWh\n2025-01-01,1\0\n",
            422,
            "This file is not text. Open it in the program it comes from, save it as CSV, and import that.",
        ),
        (
            b"PK\x03\x04" + bytes(2000),
            422,
            "This workbook cannot be opened. Save it as XLSX or CSV, without a password, and import that.",
        ),
        (
            b"time,kWh\n" + b"9" * (MEGABYTE + 1),
            413,
            "Line 2 is too long to be a reading. Save the table with one reading in each line.",
        ),
        (
            b"time;kWh\n",
            422,
            "No column with dates was found. Save the table with one reading in each line, a date and a number, "
            "separated by semicolons, commas, tabs or several spaces.",
        ),
        (
            b"time;kWh\n2025-01-01;=1+1\n2025-01-02;=HYPERLINK(0)\n",
            422,
            "No column with numbers was found. Each line needs what the meter showed beside its date.",
        ),
        (
            b"2025-01-01;1\n" * (21 * MEGABYTE // 13 - 100),
            413,
            "This file is larger than 20 MB. Split it and import the parts one after the other.",
        ),
    ],
    ids=["empty", "binary", "nul", "zip", "long line", "only a header", "formulas", "20 MB"],
)
def test_a_file_that_is_no_table_of_readings_is_refused_with_a_sentence(
    at_home: Client, source: DataSource, content: bytes, status: int, sentence: str
) -> None:
    answer = bring(at_home, source, content)
    assert (answer.status_code, errors(answer)) == (status, [sentence])
    assert (drafts(source.owner), stored(source)) == (0, [])


def test_no_file_is_refused_with_a_sentence(at_home: Client, source: DataSource) -> None:
    answer = at_home.post(upload_url(source))
    assert (answer.status_code, errors(answer)) == (422, ["Choose a file."])


def test_a_body_above_the_limit_is_not_even_read(at_home: Client, source: DataSource) -> None:
    answer = bring(at_home, source, b"x" * (21 * MEGABYTE + 1))
    assert answer.status_code == 413
    assert text(answer).startswith("4 1 3 That is too much at once What you sent is larger than 20 MB")
    assert (drafts(source.owner), stored(source)) == (0, [])


def test_two_files_at_once_are_too_much(at_home: Client, source: DataSource) -> None:
    two = [SimpleUploadedFile("a.csv", PLAIN), SimpleUploadedFile("b.csv", PLAIN)]
    assert at_home.post(upload_url(source), {"file": two}).status_code == 413
    assert drafts(source.owner) == 0


def test_a_formula_in_a_row_is_an_error_of_that_row(at_home: Client, source: DataSource) -> None:
    page = text(at_home.get(preview_url(at_home, source, PLAIN + b"2025-01-05,=1+1\n2025-01-06,140\n")))
    assert "“=1+1” is not a number as the rest of its column is written." in page


def test_a_very_long_file_name_is_cut(at_home: Client, source: DataSource) -> None:
    preview_url(at_home, source, PLAIN, "n" * 250 + ".csv")
    with acting_as(source.owner):
        assert len(ImportDraft.objects.get().file_name) == 200
