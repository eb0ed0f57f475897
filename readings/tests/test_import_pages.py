"""The import pages: bring a file, see what becomes of it, import it, take it back."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone as clock

from accounts.current import acting_as
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import make_readings
from readings.models import Reading
from readings.tests.files import ONE_BAD, PLAIN, UNCLEAR, WATER, WIDE, stored, total_use
from readings.tests.importing import (
    batch_of,
    browser,
    drafts,
    errors,
    import_whole,
    preview_url,
    said,
    text,
    undo_url,
    upload_url,
)
from sources.models import DataSource
from sources.undo import UNDO

Queries = Callable[[int], AbstractContextManager[object]]


@pytest.fixture
def at_home(alice: User) -> Client:
    """Alice's browser."""
    return browser(alice)


# What they do


def test_the_upload_page_asks_for_a_file(at_home: Client, source: DataSource) -> None:
    answer = at_home.get(upload_url(source))
    assert answer.status_code == 200
    assert 'enctype="multipart/form-data"' in answer.content.decode()
    assert drafts(source.owner) == 0


def test_a_file_is_shown_before_anything_is_stored(at_home: Client, source: DataSource) -> None:
    answer = at_home.get(preview_url(at_home, source, WATER, "Water.csv"))
    assert answer.status_code == 200
    page = text(answer)
    for part in (
        "Water.csv for Electricity; nothing is stored yet",
        "Zählerstand The file counts in kWh Wh MWh New 3 Use in this file 1,009.5 kWh",
        "Import 3 readings",
        "29 Oct 2022, 11:39 81.0 new 21 Dec 2022, 16:55 89.125 8.125 new 23 Dec 2023, 09:05 1,090.5 1,001.375 new",
        "Format EnergyControl Text encoding UTF-8 Cells separated by semicolons Dates DD.MM.YY, the day comes first "
        "Times by the clock of Europe/Berlin Order oldest first Rows 3",
        "dates, DD.MM.YY: 29.10.22 · 21.12.22 · 23.12.23",
        "numbers with a decimal comma: 81,000 · 89,125 · 1090,5",
        "Line 1: Above the first reading. Garten;01.02.24 Line 8: Below the last reading. Made with care, in Köln",
    ):
        assert part in page
    assert stored(source) == []


def test_the_import_stores_deletes_the_draft_and_offers_the_way_back(at_home: Client, source: DataSource) -> None:
    answer = import_whole(at_home, source, WATER)
    assert (answer.status_code, answer.headers["Location"]) == (302, source.get_absolute_url())
    assert said(answer) == [(UNDO, "3 readings from meter.csv are stored.", undo_url(batch_of(source)))]
    assert stored(source) == [
        ("2022-10-29 11:39", "81.000", "good"),
        ("2022-12-21 16:55", "89.125", "good"),
        ("2023-12-23 09:05", "1090.5", "good"),
    ]
    assert str(total_use(source)) == "1009.500"
    assert drafts(source.owner) == 0
    batch = batch_of(source)
    assert (batch.file_name, batch.format, batch.created_by_id) == (
        "meter.csv",
        "EnergyControl, UTF-8",
        source.owner_id,
    )


def test_the_register_is_chosen_in_the_address(at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, WIDE)
    assert "Use in this file 31.75 kWh" in text(at_home.get(url))
    assert "Use in this file 31.0 kWh" in text(at_home.get(f"{url}?column=2"))
    at_home.post(f"{url}?column=2", {})
    assert [value for _, value, _ in stored(source)] == ["10", "20", "30", "41"]


def test_a_column_that_is_none_falls_back_to_the_likeliest(at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, WIDE)
    assert "Use in this file 31.75 kWh" in text(at_home.get(f"{url}?column=7"))
    assert stored(source) == []


def test_an_order_that_the_file_does_not_prove_is_asked_and_never_guessed(at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, UNCLEAR)
    first = at_home.get(url)
    assert (first.status_code, errors(first)) == (200, [])
    assert "What comes first in its dates?" in text(first)
    assert "Import 2 readings" not in text(first)
    assert at_home.post(url).status_code == 422
    assert at_home.post(f"{url}?column=1").status_code == 422
    asked = at_home.get(f"{url}?order=")
    assert asked.status_code == 422
    assert "Say whether the day or the month comes first." in text(asked)
    assert stored(source) == []
    at_home.post(f"{url}?order=dmy")
    assert [when for when, _, _ in stored(source)] == ["2025-04-03 00:00", "2025-06-05 00:00"]


def test_a_mark_that_the_file_does_not_prove_can_be_chosen(at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, b"date;kWh\n2025-01-01;1,500\n2025-01-02;2,500\n")
    assert "Use in this file 1.0 kWh" in text(at_home.get(f"{url}?mark=,"))
    at_home.post(f"{url}?mark=.")
    assert [value for _, value, _ in stored(source)] == ["1500", "2500"]


def test_long_files_show_their_ends(at_home: Client, source: DataSource) -> None:
    lines = "".join(f"2024-{1 + day // 28:02}-{1 + day % 28:02};{day}\n" for day in range(100))
    page = text(at_home.get(preview_url(at_home, source, f"date;kWh\n{lines}".encode())))
    assert len(re.findall(r"\d\d:\d\d [\d.]+ (?:[\d.]+ )?new", page)) == 10
    assert "90 more" in page
    assert "Import 100 readings" in page


def test_the_same_file_again_says_that_nothing_is_new(at_home: Client, source: DataSource) -> None:
    import_whole(at_home, source, PLAIN)
    before = stored(source)
    url = preview_url(at_home, source, PLAIN)
    page = text(at_home.get(url))
    assert "New 0 Already there 4" in page
    assert "Everything in this file is here already. There is nothing to import." in page
    answer = at_home.post(url)
    assert answer.status_code == 422
    assert "There is nothing new in this file: no reading was stored." in text(answer)
    assert stored(source) == before


MISTYPED = b"Date;Value\n" + b"".join(
    b"2025-%02d-01;%d\n" % (month, value) for month, value in enumerate((50, 58, 66, 1079, 88, 101, 112), start=1)
)


def test_a_value_once_left_out_as_mistyped_is_proposed_to_be_left_out_again(
    at_home: Client, source: DataSource
) -> None:
    import_whole(at_home, source, MISTYPED)
    assert [value for _, value, _ in stored(source)] == ["50", "58", "66", "88", "101", "112"]
    again = at_home.get(preview_url(at_home, source, MISTYPED))
    assert re.search(r'value="typo"[^>]*checked', again.content.decode())
    at_home.post(preview_url(at_home, source, MISTYPED))
    assert [value for _, value, _ in stored(source)] == ["50", "58", "66", "88", "101", "112"]


def test_a_fall_to_what_is_stored_names_the_line_before_it(at_home: Client, source: DataSource) -> None:
    import_whole(at_home, source, MISTYPED)
    page = text(at_home.get(preview_url(at_home, source, MISTYPED)))
    assert "1 May 2025, 00:00, stored already: 88.0 after 1,079.0 in line 5. What happened?" in page


def test_a_file_of_another_meter_is_suspected_to_be_one(at_home: Client, source: DataSource) -> None:
    make_readings(source, [str(1000 + 10 * day) for day in range(10)], start=datetime(2025, 1, 1, tzinfo=UTC))
    lines = "".join(f"2025-01-{day:02} 12:00;{50 + day}\n" for day in range(2, 8))
    page = text(at_home.get(preview_url(at_home, source, f"date;meter reading\n{lines}".encode())))
    assert "do not go together with those that Electricity has. Does the file belong to another meter?" in page
    assert "Everything in this file is here already" not in page
    assert "Left out, as answered below" in page


def test_the_column_is_shown_as_what_it_is_read_as(at_home: Client, source: DataSource) -> None:
    page = at_home.get(preview_url(at_home, source, MISTYPED)).content.decode()
    (column,) = re.findall(r'<select[^>]*name="role-1".*?</select>', page, re.DOTALL)
    assert re.findall(r'value="(\w+)"[^>]*selected', column) == ["dial"]


def test_a_conflict_is_told_and_what_is_stored_stays(at_home: Client, source: DataSource) -> None:
    import_whole(at_home, source, PLAIN)
    url = preview_url(at_home, source, PLAIN.replace(b"131", b"999") + b"2025-01-05,1000\n")
    page = text(at_home.get(url))
    conflict = "Line 5 · 4 Jan 2025, 00:00 · 999.0 kWh 131.0 kWh is stored."
    assert f"Rows with another value than the one stored, which stays {conflict}" in page
    answer = at_home.post(url)
    assert [sentence for _, sentence, _ in said(answer)][-1] == (
        "1 reading from meter.csv is stored. Already there: 3. Another value is stored and stays: 1."
    )
    assert [value for _, value, _ in stored(source)] == ["100", "110.5", "110.5", "131", "1000"]


def test_the_page_says_that_rows_with_errors_are_left_out_and_without_that_nothing_is_stored(
    at_home: Client, source: DataSource
) -> None:
    url = preview_url(at_home, source, ONE_BAD)
    reason = "Line 3 · 2 Jan 2025, 00:00 “1x0” is not a number as the rest of its column is written."
    looked_at = at_home.get(url)
    assert f"Rows that cannot be stored {reason}" in text(looked_at)
    assert "1 row cannot be stored and is left out; above it says why. Import 2 readings" in text(looked_at)
    sent = dict(re.findall(r'name="(leave_out|seen)" value="([^"]*)"', looked_at.content.decode()))
    answer = at_home.post(url)
    assert answer.status_code == 422
    assert "1 row cannot be stored, so none was." in text(answer)
    assert (stored(source), drafts(source.owner)) == ([], 1)
    answer = at_home.post(url, sent)
    assert [sentence for _, sentence, _ in said(answer)] == ["2 readings from meter.csv are stored. Left out: 1."]
    assert [value for _, value, _ in stored(source)] == ["100", "120"]


def test_a_rule_speaks_in_the_preview(at_home: Client, source: DataSource) -> None:
    with acting_as(source.owner):
        source.validators.create(non_decreasing=True)
        source.validators.create(max_value=130, on_violation="flag")
    url = preview_url(at_home, source, PLAIN + b"2025-01-05,5\n")
    page = text(at_home.get(url))
    assert "Line 6, 5 Jan 2025, 00:00: 5.0 after 131.0. What happened?" in page
    page = text(at_home.post(url, {"key-0": "1", "q-0-6.1736031600.5": "keep", "do": "look"}, follow=True))
    assert "5.0 kWh 5 is lower than the reading before it, 131. This dial only grows. Check the digits." in page
    assert "Will be questionable 1" in page
    assert "131.0 20.5 new, questionable 131 is above 130, the most this source may show." in page


def test_another_unit_is_pointed_out(at_home: Client, source: DataSource) -> None:
    page = text(at_home.get(preview_url(at_home, source, PLAIN.replace(b"kWh", b"Total m3"))))
    assert "This column is in m³, and this meter counts in kWh. The numbers would be stored as they stand." in page


def test_a_unit_that_is_only_another_size_is_converted_exactly(at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, PLAIN.replace(b"kWh", b"Total Wh"))
    assert "Given in Wh, stored in kWh." in text(at_home.get(url))
    at_home.post(url)
    assert [value for _, value, _ in stored(source)] == ["0.100", "0.1105", "0.1105", "0.131"]


def test_what_a_file_says_is_never_markup(at_home: Client, source: DataSource) -> None:
    hostile = b"date;<script>alert(1)</script>\n2025-01-01;1\n2025-01-02;<img src=x>\n2025-01-03;3\n2025-01-04;4\n"
    page = at_home.get(preview_url(at_home, source, hostile, "<b>.csv")).content.decode()
    assert ("<script>alert" in page, "<img" in page, "<b>.csv" in page) == (False, False, False)


@pytest.mark.parametrize("count", [10, 1000])
def test_a_preview_asks_the_database_as_often_for_many_rows_as_for_few(
    at_home: Client, source: DataSource, count: int, django_assert_num_queries: Queries
) -> None:
    start = clock.now() - timedelta(days=2000)
    lines = "".join(f"{start + timedelta(days=day):%Y-%m-%d};{day}\n" for day in range(count))
    url = preview_url(at_home, source, f"date;kWh\n{lines}".encode())
    with django_assert_num_queries(STATEMENTS):
        at_home.get(url)


STATEMENTS = 13
"""Session, person, two to open and two to close the transaction, source, draft, its content, four to judge the rows."""


# Taking back


def test_an_import_is_taken_back_and_corrections_are_named(at_home: Client, source: DataSource) -> None:
    import_whole(at_home, source, WATER)
    batch = batch_of(source)
    with acting_as(source.owner):
        corrected = Reading.objects.of(source).select_related("source").latest("recorded_at")
        corrected.notes = "seen again"
        corrected.save()
    answer = at_home.post(undo_url(batch))
    assert (answer.status_code, answer.headers["Location"]) == (302, source.get_absolute_url())
    sentence = "Undone: 3 readings from meter.csv are deleted. 1 of them had been corrected since."
    assert [sentence for _, sentence, _ in said(answer)][-1] == sentence
    assert stored(source) == []
    with acting_as(source.owner):
        events = AuditLog.objects.filter(source_id=source.pk, event_type__contains="import")
        assert list(events.order_by("id").values_list("event_type", flat=True)) == ["import_readings", "undo_import"]


def test_a_second_undo_says_that_it_is_done(at_home: Client, source: DataSource) -> None:
    import_whole(at_home, source, WATER)
    url = undo_url(batch_of(source))
    at_home.post(url)
    make_readings(source, ["5"])
    answer = at_home.post(url)
    assert (answer.status_code, said(answer)[-1][1]) == (302, "This import was undone already.")
    assert [value for _, value, _ in stored(source)] == ["5"]


@pytest.mark.parametrize("count", [1, 3])
def test_earlier_imports_stand_under_the_upload(
    at_home: Client, source: DataSource, count: int, django_assert_num_queries: Queries
) -> None:
    for number in range(count):
        import_whole(at_home, source, f"date;kWh\n2025-01-0{number + 1};{number}\n".encode())
    with django_assert_num_queries(8):
        page = text(at_home.get(upload_url(source)))
    assert page.count("Delete its readings") == count
