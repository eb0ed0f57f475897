"""How much one person may keep: told at every way in, with nothing stored beyond it, however many come at once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone as clock

from accounts.current import acting_as
from accounts.ids import uuid7
from accounts.models import User
from accounts.tests.api.calls import program_of
from homelog.testing import at_once, make_home, make_readings, make_source, make_user, share
from readings.files_waiting import KEPT
from readings.models import ImportDraft, Reading
from readings.tests.files import PLAIN, WIDE
from readings.tests.importing import browser, text
from sources.models import DataSource, Home, KeptPicture
from sources.ownership import hand_over
from sources.quotas import owned_by_heir
from sources.tests.images import upload

FLAT = {"name": "Flat", "timezone": "Europe/Berlin"}
WATER = {"name": "Water", "unit": "m³", "counting": "counter", "decimals": "3"}
NO_HOME = "You made 2 homes, which is as many as one person may. Delete one, or ask who runs this site."
NO_METER = "One person may own 2 meters, and these would be more. Delete some, or ask who runs this site."
NO_HEIR = "Who would get it owns 2 meters, which is as many as one person may. Choose somebody else."
NO_PICTURE = "One person may keep 1 pictures, and this would be one more. Save without it."
NO_MEGABYTE = "Your pictures may take up 1 MB, and this would be more. Save without it."
NO_DRAFT = "1 of your files wait to be imported, and no more may. Import one of them first, or wait"


@pytest.fixture(autouse=True)
def narrow(settings: Any) -> None:
    """Two of each."""
    settings.HOMES_PER_PERSON = settings.SOURCES_PER_PERSON = 2


@pytest.fixture
def at_home(alice: User) -> Client:
    return browser(alice)


def test_one_home_too_many_is_refused_on_the_page_and_by_the_api(at_home: Client, alice: User, bob: User) -> None:
    make_home(alice)
    last = {**FLAT, "public_id": str(uuid7())}
    assert [at_home.post("/homes/new/", last).status_code for _ in range(2)] == [302, 302]  # sent twice: it is there
    refused = at_home.post("/homes/new/", {**FLAT, "name": "Hut"})
    assert (refused.status_code, NO_HOME in text(refused), 'value="Hut"' in refused.text) == (422, True, True)
    told = program_of(alice)("POST", "/homes", {"name": "Hut"})
    assert (told.status_code, told.json()["code"], told.json()["detail"]) == (409, "full", NO_HOME)
    with acting_as(alice):
        assert sorted(Home.objects.values_list("name", flat=True)) == ["Flat", "Rama IX flat"]
    assert browser(bob).post("/homes/new/", FLAT).status_code == 302


def test_homes_that_one_made_and_left_to_somebody_else_count(at_home: Client, alice: User, bob: User) -> None:
    for name in ("Flat", "Hut"):
        left = make_home(alice, name)
        with acting_as(alice):
            left.members.create(user=bob, level="admin", granted_by=alice)
            left.members.get(user=alice).delete()
    assert at_home.post("/homes/new/", FLAT).status_code == 422


def test_one_meter_too_many_is_refused_on_each_page_and_by_the_api(at_home: Client, source: DataSource) -> None:
    alice = source.owner
    make_source(alice, name="Second")
    refused = at_home.post("/sources/new/?kind=water", WATER)
    assert (refused.status_code, NO_METER in text(refused)) == (422, True)
    with acting_as(alice):
        parts = {f"part-{each.public_id}": "1" for each in alice.sources.all()}
    refused = at_home.post("/sources/new/sum/", {"name": "Both", **parts})
    assert (refused.status_code, NO_METER in text(refused)) == (422, True)
    told = program_of(alice)("POST", "/sources", {"kind": "water"})
    assert (told.status_code, told.json()["code"], told.json()["detail"]) == (409, "full", NO_METER)
    with acting_as(alice):
        assert DataSource.objects.count() == 2


def test_nobody_is_handed_more_meters_than_one_person_may_own(
    at_home: Client, source: DataSource, bob: User, charlie: User
) -> None:
    for _number in range(2):
        make_source(bob)
    for heir in (bob, charlie):
        share(source, heir, "admin")
    page = f"/sources/{source.public_id}/hand-over/"
    refused = at_home.post(page, {"heir": str(bob.public_id)})
    assert (refused.status_code, NO_HEIR in text(refused)) == (422, True)
    with acting_as(source.owner):
        assert [DataSource.objects.get().owner, owned_by_heir(bob.pk), owned_by_heir(charlie.pk)] == [
            source.owner,
            2,
            0,
        ]
        assert source.shares.count() == 2
    with acting_as(charlie):
        assert owned_by_heir(bob.pk) == 0  # nobody to whom Charlie could hand anything over
    assert at_home.post(page, {"heir": str(charlie.public_id)}).status_code == 302


def test_who_leaves_for_good_leaves_a_meter_also_to_who_has_enough(source: DataSource, bob: User) -> None:
    for _number in range(2):
        make_source(bob)
    share(source, bob, "admin")
    with acting_as(source.owner):
        hand_over(source, bob, keep_share=False)
    with acting_as(bob):
        assert DataSource.objects.filter(owner=bob).count() == 3


def test_an_import_that_would_make_one_meter_too_many_stores_nothing(
    at_home: Client, home: Home, source: DataSource
) -> None:
    looked = at_home.post(f"/homes/{home.public_id}/import/", {"file": SimpleUploadedFile("m.csv", WIDE)})
    refused = at_home.post(looked.headers["Location"], {"do": "import"})
    assert (refused.status_code, NO_METER in text(refused)) == (422, True)
    with acting_as(source.owner):
        assert (DataSource.objects.count(), Reading.objects.of(source).count()) == (1, 0)


def test_of_many_homes_at_once_no_more_are_made(transactional_db: None) -> None:
    alice = make_user("alice")
    statuses = at_once(5, lambda _number: browser(alice).post("/homes/new/", FLAT).status_code)
    assert sorted(statuses) == [302, 302, 422, 422, 422]


def entered(client: Client, source: DataSource, value: str, **more: Any) -> Any:
    return client.post(f"/sources/{source.public_id}/read/", {"value": value, **more})


@pytest.mark.parametrize(
    ("setting", "sentence"), [("PICTURES_PER_PERSON", NO_PICTURE), ("PICTURE_MEGABYTES_PER_PERSON", NO_MEGABYTE)]
)
def test_a_picture_too_many_is_refused_and_the_value_stays(
    setting: str, sentence: str, at_home: Client, source: DataSource, media: Path, settings: Any
) -> None:
    setattr(settings, setting, 1)
    assert entered(at_home, source, "100", photo=upload()).status_code == 302
    with acting_as(source.owner):
        kept = KeptPicture.objects.get()
        files = sum(file.stat().st_size for file in media.rglob("*.jpg"))
        assert (kept.name, kept.size) == (Reading.objects.of(source).get().photo.name, files)
        KeptPicture.objects.update(size=999_000)
    refused = entered(at_home, source, "110", photo=upload())
    assert (refused.status_code, sentence in text(refused), 'value="110"' in refused.text) == (422, True, True)
    page = f"/sources/{source.public_id}/picture/edit/"
    refused = at_home.post(page, {"picture": upload()})
    assert (refused.status_code, sentence in text(refused)) == (422, True)
    assert len(list(media.rglob("*.jpg"))) == 2
    assert entered(at_home, source, "110").status_code == 302


def turns_and_locks(asked: CaptureQueriesContext) -> list[str]:
    """What was waited for, in order: the turn in a quota, the lock of a source."""
    known = {"pg_advisory_xact_lock(71": "turn", "lock_source(": "lock"}
    return [word for query in asked for text, word in known.items() if text in query["sql"]]


def test_a_corrected_photo_waits_for_its_turn_before_its_source_is_locked_like_a_new_one(
    at_home: Client, source: DataSource, media: Path
) -> None:
    (old,) = make_readings(source, ["100"])
    told = {"value": "101", "recorded_at": "2026-01-01T09:00", "quality_flag": "good"}
    with CaptureQueriesContext(connection) as new:
        assert entered(at_home, source, "110", photo=upload()).status_code == 302
    with CaptureQueriesContext(connection) as corrected:
        page = f"/sources/{source.public_id}/readings/{old.public_id}/correct/"
        assert at_home.post(page, {**told, "photo": upload()}).status_code == 302
    assert [turns_and_locks(each)[0] for each in (new, corrected)] == ["turn", "turn"]


def test_a_reading_without_a_photo_asks_nothing_about_quotas(at_home: Client, source: DataSource) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert entered(at_home, source, "100").status_code == 302
    sql = " ".join(query["sql"] for query in asked)
    assert ("kept_picture" in sql, "pg_advisory" in sql, 'INSERT INTO "reading"' in sql) == (False, False, True)


def test_one_file_too_many_waits_for_no_import(at_home: Client, home: Home, source: DataSource, settings: Any) -> None:
    settings.DRAFTS_PER_PERSON = 1
    pages = (f"/sources/{source.public_id}/import/", f"/homes/{home.public_id}/import/")
    assert at_home.post(pages[0], {"file": SimpleUploadedFile("a.csv", PLAIN)}).status_code == 302
    for page in pages:
        refused = at_home.post(page, {"file": SimpleUploadedFile("b.csv", PLAIN)})
        assert (refused.status_code, NO_DRAFT in text(refused)) == (422, True)
    with acting_as(source.owner):
        ImportDraft.objects.update(content=b"")  # imported
    assert at_home.post(pages[0], {"file": SimpleUploadedFile("b.csv", PLAIN)}).status_code == 302


def test_files_for_what_one_may_change_no_more_count_until_they_are_thrown_away(
    alice: User, bob: User, home: Home, source: DataSource, settings: Any
) -> None:
    settings.DRAFTS_PER_PERSON = 1
    shared = [share(each, bob, "write") for each in (source, make_source(alice, home, name="Second"))]
    pages = [f"/sources/{each.source.public_id}/import/" for each in shared]
    at_bobs = browser(bob)
    assert at_bobs.post(pages[0], {"file": SimpleUploadedFile("a.csv", PLAIN)}).status_code == 302
    with acting_as(bob):
        shared[0].delete()
    refused = at_bobs.post(pages[1], {"file": SimpleUploadedFile("b.csv", PLAIN)})
    assert (refused.status_code, NO_DRAFT in text(refused)) == (422, True)
    with time_machine.travel(clock.now() + KEPT + timedelta(minutes=1)):
        assert browser(bob).post(pages[1], {"file": SimpleUploadedFile("b.csv", PLAIN)}).status_code == 302
