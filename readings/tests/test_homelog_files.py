"""HomeLog's own files are read again exactly: value, time, quality, note, details and id, through the page's door."""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.test import Client

from accounts.current import acting_as
from accounts.ids import uuid7
from accounts.models import User
from homelog.testing import make_home, make_source, share
from readings.exports import COLUMNS
from readings.importers import homelog, understand
from readings.models import Reading
from readings.tests.entries import page
from readings.tests.importing import bring, browser, errors, import_whole, preview_url, text
from sources.models import DataSource

START = datetime(2025, 10, 26, 0, 30, 0, 123456, tzinfo=UTC)
"""In the hour that the clocks of Berlin repeat."""
WRITTEN = [
    ("100.125", "good", "=1+1", {}),
    ("100.50", "questionable", "'s-Hertogenbosch", {"n": 1, "word": "1", "yes": True, "none": None, "f": 1.5}),
    ("101", "estimated", 'two\r\nlines, "quoted";\nand a\ttab', {"ü": "=A1"}),
    ("101.000001", "bad", "''-2", {"back": '\\slash "and" 電気'}),
    ("102.375", "good", "", {}),
]
EXPORTS = ["export_csv", "export_json"]


@pytest.fixture
def source(alice: User) -> DataSource:
    """A meter in Berlin whose readings have all that a reading can have."""
    made = make_source(alice, make_home(alice))
    with acting_as(alice):
        for number, (value, quality, note, details) in enumerate(WRITTEN):
            Reading.objects.create(
                source=made,
                value=Decimal(value),
                recorded_at=START + number * timedelta(minutes=40),
                quality_flag=quality,
                notes=note,
                metadata=details,
            )
    return made


@pytest.fixture
def at_home(alice: User) -> Client:
    return browser(alice)


def exported(client: Client, name: str, source: DataSource) -> bytes:
    return bytes(client.get(page(name, source)).getvalue())


def kept(source: DataSource) -> list[tuple[object, ...]]:
    """What must come back, the oldest first; the scale of a value too."""
    with acting_as(source.owner):
        readings = Reading.objects.of(source).order_by("recorded_at")
        return [
            (each.public_id, each.recorded_at, str(each.value), each.quality_flag, each.notes, each.metadata)
            for each in readings
        ]


def without_the_import(file: bytes) -> str:
    """A file without what an import must change: who wrote it down and when, in which import, and of a document what it
    tells of imports and of the source itself.
    """
    told = file.decode()
    if told.startswith("{"):
        told = told[told.index('"readings":[') :]
        return re.sub(r'"written_at":"[^"]*"|"import_id":(?:null|"[^"]*")', "", told)
    return re.sub(r",Alice,[^,]*,,,[0-9a-f-]*\r\n", "\r\n", told)


def empty(source: DataSource) -> None:
    with acting_as(source.owner):
        for reading in Reading.objects.of(source):
            reading.delete()
        assert not Reading.objects.of(source).exists()


@pytest.mark.parametrize("name", EXPORTS)
def test_deleted_readings_come_back_from_the_file_byte_for_byte(at_home: Client, source: DataSource, name: str) -> None:
    before, file = kept(source), exported(at_home, name, source)
    empty(source)
    assert import_whole(at_home, source, file).status_code == 302
    assert kept(source) == before
    again = exported(at_home, name, source)
    assert again != file
    assert without_the_import(again) == without_the_import(file)


@pytest.mark.parametrize("name", EXPORTS)
def test_another_source_takes_the_same_readings_with_their_ids(
    at_home: Client, alice: User, source: DataSource, name: str
) -> None:
    other = make_source(alice, make_home(alice, "Cabin"), name="Cabin")
    assert import_whole(at_home, other, exported(at_home, name, source)).status_code == 302
    assert kept(other) == kept(source)


@pytest.mark.parametrize("name", EXPORTS)
def test_a_second_import_stores_nothing(at_home: Client, source: DataSource, name: str) -> None:
    before, file = kept(source), exported(at_home, name, source)
    answer = at_home.get(preview_url(at_home, source, file))
    assert "Import 5 readings" not in text(answer)
    import_whole(at_home, source, file)
    assert kept(source) == before


@pytest.mark.parametrize("name", EXPORTS)
def test_the_file_is_known_by_name_and_nothing_is_asked(at_home: Client, source: DataSource, name: str) -> None:
    found = understand(exported(at_home, name, source))
    assert found.format == homelog.FORMAT
    assert found.order_known
    assert all(column.numbers.mark_known for column in found.columns if column.numbers)


def test_the_importer_knows_the_head_that_the_export_writes() -> None:
    assert ",".join(COLUMNS) == homelog.HEAD


@pytest.mark.parametrize(("level", "same"), [("write", False), ("admin", True)])
def test_only_who_may_put_back_any_reading_brings_an_id_back(
    at_home: Client, source: DataSource, bob: User, level: str, same: bool
) -> None:
    share(source, bob, level)
    before, file = kept(source), exported(at_home, "export_csv", source)
    empty(source)
    assert import_whole(browser(bob), source, file).status_code == 302
    after = kept(source)
    assert [row[1:] for row in after] == [row[1:] for row in before]
    assert [a[0] == b[0] for a, b in zip(after, before, strict=True)] == [same] * 5


def test_the_preview_says_that_notes_and_details_come_along(at_home: Client, source: DataSource) -> None:
    own = at_home.get(preview_url(at_home, source, exported(at_home, "export_csv", source)))
    assert "Comes along quality, note and details of each reading, as they were" in text(own)
    other = at_home.get(preview_url(at_home, source, b"date,kWh\n2026-01-01,1\n2026-01-02,2\n"))
    assert "Comes along" not in text(other)


def test_a_strangers_id_is_no_clash_and_tells_nothing(source: DataSource, charlie: User) -> None:
    own = make_source(charlie, make_home(charlie, "Den"), name="Den")
    before = kept(source)
    with acting_as(source.owner):
        theirs = Reading.objects.of(source).earliest("recorded_at").public_id
    client = browser(charlie)
    assert import_whole(client, own, document([reading("5", key=str(theirs))])).status_code == 302
    assert [(row[0], row[2]) for row in kept(own)] == [(theirs, "5")]
    assert client.get(page("source", source)).status_code == 404
    assert kept(source) == before


def test_an_id_that_is_taken_in_the_source_or_said_twice_gets_a_new_one(at_home: Client, source: DataSource) -> None:
    before, new = kept(source), uuid7()
    file = document([reading("103", 5, str(before[0][0])), reading("104", 6, str(new)), reading("105", 7, str(new))])
    assert import_whole(at_home, source, file).status_code == 302
    after = kept(source)
    assert after[:5] == before
    assert [row[2] for row in after[5:]] == ["103", "104", "105"]
    assert after[6][0] == new
    assert len({row[0] for row in after}) == 8


@pytest.mark.parametrize(
    ("fields", "comes_to"),
    [
        ({"quality": "wonderful"}, ("good", "", {})),
        ({"id": "no id"}, ("good", "", {})),
        ({"note": "half \ud800 and zero \0"}, ("good", "half ? and zero  ", {})),
        ({"note": ["a"], "id": 7, "metadata": []}, ("good", "", {})),
    ],
)
def test_a_forged_document_stores_only_what_may_be_stored(
    at_home: Client, source: DataSource, fields: dict[str, object], comes_to: tuple[object, ...]
) -> None:
    assert import_whole(at_home, source, document([{**reading("103"), **fields}])).status_code == 302
    assert kept(source)[-1][3:] == comes_to


@pytest.mark.parametrize(
    ("details", "sentence"),
    [
        ({"a": "x" * 4200}, "The details are too long"),
        ({f"{n}": 1.5e-300 for n in range(20)}, "The details are too long"),
        ({f"{n}": n for n in range(21)}, "A reading has at most 20 details."),
        ({"a": {"b": 1}}, "The value of “a” must be a text, a number, or yes or no."),
        ({"a": "\ud800"}, "The value of “a” must be in one line."),
        ("words", "Details are names with their values."),
        ([1], "Details are names with their values."),
    ],
)
def test_details_that_may_not_be_kept_are_refused_with_a_sentence(
    at_home: Client, source: DataSource, details: object, sentence: str
) -> None:
    before = kept(source)
    answer = import_whole(at_home, source, document([{**reading("103"), "metadata": details}]))
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert kept(source) == before


@pytest.mark.parametrize(
    "file",
    [
        b'{"format":"homelog/source","version":1}',
        b'{"format":"homelog/source","version":1,"readings":[1]}',
        b'{"format":"homelog/source","version":2,"readings":[]}',
        b'{"format":"homelog/source","version":1,"readings":[{"metadata":{"a":NaN}}]}',
        b'{"format":"homelog/source","version":1,"readings":[{"value":' + b"9" * 5000 + b"}]}",
        homelog.HEAD.encode() + b"\r\n",
        homelog.HEAD.encode() + b'\r\n2025-01-01T00:00:00Z,,1,kWh,good,"open',
    ],
)
def test_a_broken_file_of_our_own_is_refused_with_a_sentence(at_home: Client, source: DataSource, file: bytes) -> None:
    before = kept(source)
    answer = bring(at_home, source, file)
    assert answer.status_code == 422
    assert errors(answer)
    assert kept(source) == before


def reading(value: str, hours: int = 5, key: str = "") -> dict[str, object]:
    at = (START + timedelta(hours=hours)).isoformat()
    return {"id": key or str(UUID(int=hours)), "recorded_at": at, "value": value, "quality": "good", "note": ""}


def document(readings: list[dict[str, object]]) -> bytes:
    return json.dumps({"format": "homelog/source", "version": 1, "source": {}, "readings": readings}).encode()
