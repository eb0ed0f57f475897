"""The import pages: bring a file, see what becomes of it, import it, take it back; who may; files that mean harm."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock

from accounts.current import acting_as
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import make_readings, make_source, share
from readings.models import ImportBatch, ImportDraft, Reading
from readings.tests.files import ONE_BAD, PLAIN, UNCLEAR, WATER, WIDE, stored, total_use
from sources.models import DataSource
from sources.undo import UNDO

MEGABYTE = 1_000_000
Queries = Callable[[int], AbstractContextManager[object]]


@pytest.fixture
def at_home(client: Client, alice: User) -> Client:
    """Alice's browser."""
    client.force_login(alice)
    return client


def upload_url(source: DataSource) -> str:
    return reverse("readings:import_upload", args=[source.public_id])


def bring(client: Client, source: DataSource, content: bytes, name: str = "meter.csv") -> HttpResponse:
    return client.post(upload_url(source), {"file": SimpleUploadedFile(name, content)})


def preview_url(client: Client, source: DataSource, content: bytes, name: str = "meter.csv") -> str:
    """Bring a file, and the address of its preview."""
    answer = bring(client, source, content, name)
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def import_whole(client: Client, source: DataSource, content: bytes, choice: str = "", **fields: str) -> HttpResponse:
    return client.post(preview_url(client, source, content) + choice, fields)


def batch_of(source: DataSource) -> ImportBatch:
    with acting_as(source.owner):
        return ImportBatch.objects.select_related("source").latest("id")


def undo_url(batch: ImportBatch) -> str:
    return reverse("readings:import_undo", args=[batch.source.public_id, batch.public_id])


def drafts(person: User) -> int:
    with acting_as(person):
        return ImportDraft.objects.count()


def text(answer: HttpResponse) -> str:
    """What a page says, without its marks, spaces folded."""
    (main,) = re.findall(r"<main.*</main>", answer.content.decode(), re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def errors(answer: HttpResponse) -> list[str]:
    """The sentences under the fields."""
    found = re.findall(r'<ul class="errorlist"[^>]*>(.*?)</ul>', answer.content.decode(), re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", each)).strip() for each in found]


def said(answer: HttpResponse) -> list[tuple[int, str, str]]:
    """The messages that the next page shows: level, sentence, and where Undo posts to."""
    return [(m.level, m.message, m.extra_tags) for m in answer.wsgi_request._messages._queued_messages]  # type: ignore[attr-defined]


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
        "New 3 Use that it tells of 1,009.5 kWh Import 3 readings",
        "29 Oct 2022, 11:39 81.0 new 21 Dec 2022, 16:55 89.125 8.125 new 23 Dec 2023, 09:05 1,090.5 1,001.375 new",
        "Letters UTF-8 Cells separated by semicolons Dates DD.MM.YY, the day comes first "
        "Times by the clock of Europe/Berlin Order oldest first Rows 3",
        "Datum dates, DD.MM.YY When it was read Zeit times When it was read "
        "Zählerstand numbers with a decimal comma The reading",
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
    assert (batch.file_name, batch.format, batch.created_by_id) == ("meter.csv", "CSV, UTF-8", source.owner_id)


def test_the_register_is_chosen_in_the_address(at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, WIDE)
    assert "Use that it tells of 31.75 kWh" in text(at_home.get(url))
    assert "Use that it tells of 31.0 kWh" in text(at_home.get(f"{url}?column=2"))
    at_home.post(f"{url}?column=2", {})
    assert [value for _, value, _ in stored(source)] == ["10", "20", "30", "41"]


def test_a_column_that_is_none_is_refused(at_home: Client, source: DataSource) -> None:
    url = f"{preview_url(at_home, source, WIDE)}?column=7"
    sentence = "Select a valid choice. 7 is not one of the available choices."
    for answer in (at_home.get(url), at_home.post(url)):
        assert (answer.status_code, errors(answer)) == (422, [sentence])
    assert stored(source) == []


def test_an_order_that_the_file_does_not_prove_is_asked_and_never_guessed(at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, UNCLEAR)
    first = at_home.get(url)
    assert (first.status_code, errors(first)) == (200, [])
    assert "What comes first in its dates?" in text(first)
    assert "Import 2 readings" not in text(first)
    assert at_home.post(url).status_code == 422
    assert at_home.post(f"{url}?column=1").status_code == 422
    assert errors(at_home.get(f"{url}?order=")) == ["Say whether the day or the month comes first."]
    assert stored(source) == []
    at_home.post(f"{url}?order=dmy")
    assert [when for when, _, _ in stored(source)] == ["2025-04-03 00:00", "2025-06-05 00:00"]


def test_a_mark_that_the_file_does_not_prove_can_be_chosen(at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, b"date;kWh\n2025-01-01;1,500\n2025-01-02;2,500\n")
    assert "Use that it tells of 1.0 kWh" in text(at_home.get(url))
    at_home.post(f"{url}?mark=.")
    assert [value for _, value, _ in stored(source)] == ["1500", "2500"]


def test_long_files_show_their_ends(at_home: Client, source: DataSource) -> None:
    lines = "".join(f"2024-{1 + day // 28:02}-{1 + day % 28:02};{day}\n" for day in range(100))
    page = text(at_home.get(preview_url(at_home, source, f"date;kWh\n{lines}".encode())))
    assert len(re.findall(r"\d\d:\d\d [\d.]+ (?:[\d.]+ )?new", page)) == 20
    assert "80 more" in page
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


def test_a_conflict_is_told_and_what_is_stored_stays(at_home: Client, source: DataSource) -> None:
    import_whole(at_home, source, PLAIN)
    url = preview_url(at_home, source, PLAIN.replace(b"131", b"999") + b"2025-01-05,1000\n")
    page = text(at_home.get(url))
    conflict = "Line 5 · 4 Jan 2025, 00:00 · 999.0 kWh 131.0 kWh is stored."
    assert f"Rows with another value than the one stored, which stays {conflict}" in page
    answer = at_home.post(url)
    assert [sentence for _, sentence, _ in said(answer)][-1] == (
        "1 reading from meter.csv is stored. 3 were there already. 1 differ from what is stored, which stays."
    )
    assert [value for _, value, _ in stored(source)] == ["100", "110.5", "110.5", "131", "1000"]


def test_rows_with_errors_are_left_out_only_when_the_person_says_so(at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, ONE_BAD)
    reason = "Line 3 · 2 Jan 2025, 00:00 “1x0” is not a number as the rest of its column is written."
    assert f"Rows that cannot be stored {reason}" in text(at_home.get(url))
    answer = at_home.post(url)
    assert answer.status_code == 422
    assert "1 row cannot be stored, so none was." in text(answer)
    assert (stored(source), drafts(source.owner)) == ([], 1)
    answer = at_home.post(url, {"leave_out": "on"})
    assert [sentence for _, sentence, _ in said(answer)] == ["2 readings from meter.csv are stored. 1 were left out."]
    assert [value for _, value, _ in stored(source)] == ["100", "120"]


def test_a_rule_speaks_in_the_preview(at_home: Client, source: DataSource) -> None:
    with acting_as(source.owner):
        source.validators.create(non_decreasing=True)
        source.validators.create(max_value=130, on_violation="flag")
    page = text(at_home.get(preview_url(at_home, source, PLAIN + b"2025-01-05,5\n")))
    assert "5.0 kWh 5 is lower than the reading before it, 131. This dial only grows. Check the digits." in page
    assert "Will be questionable 1" in page
    assert "131.0 20.5 new, questionable 131 is above 130, the most this source may show." in page


def test_another_unit_is_pointed_out(at_home: Client, source: DataSource) -> None:
    page = text(at_home.get(preview_url(at_home, source, PLAIN.replace(b"kWh", b"Total Wh"))))
    assert "This column is in Wh, and this meter counts in kWh. The numbers would be stored as they stand." in page


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


STATEMENTS = 12
"""Session, person, two to open and two to close the transaction, source, draft, and four to judge the rows."""


# Drafts


def test_drafts_older_than_a_day_go_when_a_new_one_comes(at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, PLAIN)
    with acting_as(source.owner):
        ImportDraft.objects.update(created_at=clock.now() - timedelta(hours=25))
    preview_url(at_home, source, WIDE)
    assert drafts(source.owner) == 1
    answer = at_home.get(url)
    assert answer.status_code == 404
    assert "This file is not here any more: it was imported, or brought more than a day ago." in text(answer)


def test_a_draft_belongs_to_its_person_and_source(at_home: Client, source: DataSource, bob: User) -> None:
    share(source, bob, "admin")
    url = preview_url(at_home, source, PLAIN)
    draft_id = url.rstrip("/").split("/")[-1]
    other = make_source(source.owner, name="Other")
    assert at_home.get(reverse("readings:import_preview", args=[other.public_id, draft_id])).status_code == 404
    his = Client()
    his.force_login(bob)
    assert (his.get(url).status_code, his.post(url).status_code) == (404, 404)
    assert drafts(bob) == 0
    assert stored(source) == []


# Who may


def test_whoever_is_not_signed_in_is_asked_to_sign_in(client: Client, at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, PLAIN)
    import_whole(at_home, source, WATER)
    nobody = Client()
    for address in (upload_url(source), url, undo_url(batch_of(source))):
        answer = nobody.post(address)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/account/login/?next={address}")
    assert len(stored(source)) == 3


@pytest.mark.parametrize(("level", "status"), [(None, 404), ("read", 403)])
def test_who_may_not_write_changes_nothing(
    at_home: Client, source: DataSource, bob: User, level: str | None, status: int
) -> None:
    import_whole(at_home, source, WATER)
    before, batch = stored(source), batch_of(source)
    if level:
        share(source, bob, level)
    his = Client()
    his.force_login(bob)
    preview = preview_url(at_home, source, PLAIN)
    assert [
        his.get(upload_url(source)).status_code,
        bring(his, source, PLAIN).status_code,
        his.get(preview).status_code,
        his.post(preview).status_code,
        his.post(undo_url(batch)).status_code,
    ] == [status] * 5
    assert stored(source) == before
    assert drafts(bob) == 0
    assert batch_of(source).undone_at is None


def test_who_may_write_imports_and_undoes_only_their_own(at_home: Client, source: DataSource, bob: User) -> None:
    share(source, bob, "write")
    import_whole(at_home, source, WATER)
    hers = batch_of(source)
    his = Client()
    his.force_login(bob)
    assert import_whole(his, source, PLAIN).status_code == 302
    answer = his.post(undo_url(hers))
    assert answer.status_code == 403
    assert "You may undo your own imports, not those of others." in text(answer)
    assert len(stored(source)) == 7
    assert his.post(undo_url(batch_of(source))).status_code == 302
    assert len(stored(source)) == 3


def test_an_administrator_undoes_any_import(at_home: Client, source: DataSource, bob: User) -> None:
    share(source, bob, "admin")
    import_whole(at_home, source, WATER)
    his = Client()
    his.force_login(bob)
    assert his.post(undo_url(batch_of(source))).status_code == 302
    assert stored(source) == []


@pytest.mark.parametrize("page", ["upload", "preview"])
def test_another_method_is_refused(at_home: Client, source: DataSource, page: str) -> None:
    url = upload_url(source) if page == "upload" else preview_url(at_home, source, PLAIN)
    assert (at_home.put(url).status_code, at_home.delete(url).status_code) == (405, 405)


def test_an_import_is_undone_by_post_only(at_home: Client, source: DataSource) -> None:
    import_whole(at_home, source, WATER)
    assert at_home.get(undo_url(batch_of(source))).status_code == 405
    assert len(stored(source)) == 3


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
    with django_assert_num_queries(11):
        page = text(at_home.get(upload_url(source)))
    assert page.count("Delete its readings") == count


# Files that mean harm, or none


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
            "This file is not text. Open it in the program it comes from, save it as CSV, and import that.",
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
