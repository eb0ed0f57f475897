"""Everything that is a person's, as one archive."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from accounts.current import acting_as, actor_of
from accounts.models import User
from audit.models import AuditLog
from audit.my_data import archive
from homelog.testing import PASSWORD, START, make_home, make_readings, make_source, share
from readings.exports import ExportBroken, rows
from sources.archives import zipped
from sources.invitations import make
from sources.models import ApiKey, DataSource

PAGE, FILE = "/account/data/", "/account/data.zip"


def sure(person: User) -> Client:
    """A browser in which a person signed in and proved once more who they are."""
    client = Client()
    client.force_login(person)
    client.post("/account/reauthenticate/", {"password": PASSWORD, "next": PAGE})
    return client


def opened(answer: Any) -> ZipFile:
    """The archive of an answer, each file of it proven by its checksum."""
    assert answer.status_code == 200
    found = ZipFile(BytesIO(answer.getvalue()))
    assert found.testzip() is None
    return found


def named(source: DataSource, folder: str = "sources") -> str:
    return f"{folder}/{source.name}.{str(source.public_id)[-6:]}"


@pytest.fixture
def lived(alice: User, bob: User) -> tuple[DataSource, DataSource]:
    """Alice's Water in her flat, and Bob's Gas that he lets her see; Charlie's things are not hers."""
    home = make_home(alice, "Flat")
    water, gas = make_source(alice, home, name="Water"), make_source(bob, name="Gas")
    make_readings(water, ["1.50", "2"], notes="=1+1")
    make_readings(gas, ["7"])
    share(gas, alice, "read")
    with acting_as(alice):
        make(water, alice, "read", "dora@example.com")
    return water, gas


def test_the_archive_holds_what_is_theirs(
    lived: tuple[DataSource, DataSource], alice: User, charlie: User, owner: Any
) -> None:
    water, gas = lived
    make_source(charlie, name="Secret")
    answer = sure(alice).get(FILE)
    assert (answer.headers["Content-Type"], answer.headers["Content-Disposition"]) == (
        "application/zip",
        'attachment; filename="homelog-my-data.zip"',
    )
    found = opened(answer)
    expected = ["README.txt", "account.json", "history.json"]
    expected += [f"{name}.{end}" for name in (named(water), named(gas, "shared with me")) for end in ("json", "csv")]
    assert found.namelist() == expected
    assert "Alice" in found.read("README.txt").decode()
    account = json.loads(found.read("account.json"))
    assert (account["person"]["username"], account["person"]["email"]) == ("alice", "alice@example.com")
    assert [(home["name"], home["level"]) for home in account["homes"]] == [("Flat", "admin")]
    assert [(source["name"], source["owner"], source["file"]) for source in account["sources"]] == [
        ("Water", "Alice", named(water)),
        ("Gas", "Bob", named(gas, "shared with me")),
    ]
    assert [(each["source"], each["level"]) for each in account["shared_with_me"]] == [(str(gas.public_id), "read")]
    assert [(each["to"], each["email"]) for each in account["invitations"]] == [("Water", "dora@example.com")]
    document = json.loads(found.read(f"{named(water)}.json"))
    assert [(each["value"], each["note"]) for each in document["readings"]] == [("1.50", "=1+1"), ("2", "=1+1")]
    table = list(csv.DictReader(StringIO(found.read(f"{named(gas, 'shared with me')}.csv").decode("utf-8-sig"))))
    assert [line["value"] for line in table] == ["7"]


def test_keys_go_along_without_what_would_open_anything(alice: User, bob: User) -> None:
    water = make_source(alice, name="Water")
    for person, name, source in ((alice, "Gadget", water), (bob, "Robot", None)):
        with acting_as(person):
            ApiKey.objects.create(user=person, name=name, prefix=f"hlk_{name}", key_hash=name * 5, source=source)
    content = opened(sure(alice).get(FILE)).read("account.json").decode()
    assert [(each["name"], each["begins_with"], each["source"]) for each in json.loads(content)["api_keys"]] == [
        ("Gadget", "hlk_Gadget", str(water.public_id))
    ]
    assert "GadgetGadget" not in content


def test_the_history_is_what_they_did_and_not_what_others_did(
    lived: tuple[DataSource, DataSource], alice: User, bob: User
) -> None:
    make_source(bob, name="Boiler")
    client = Client()
    client.post("/account/login/", {"login": "alice", "password": PASSWORD})
    history = json.loads(opened(sure(alice).get(FILE)).read("history.json"))
    told = [entry["what"] for entry in history["entries"]]
    assert told[0] == "You took along everything that is theirs"
    assert "You signed in" in told
    assert "You wrote down 2 kWh for Water, read on 2 Jan 2026, 08:00" in told
    assert all(entry.startswith("You ") or "Alice" in entry for entry in told)
    with acting_as(alice):
        assert len(told) == AuditLog.objects.filter(actor_id=alice.pk).count()


def test_pictures_go_along_and_a_lost_one_breaks_nothing(alice: User, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    names = [default_storage.save(f"{folder}/it.jpg", ContentFile(b"pixels")) for folder in ("photos", "thumbnails")]
    source = make_source(alice, thumbnail=names[1])
    first, *_others = make_readings(source, ["1"], photo=names[0]) + make_readings(
        source, ["2"], start=START + timedelta(days=1), photo="photos/lost.jpg"
    )
    found = opened(sure(alice).get(FILE))
    assert found.read(f"pictures/{source.public_id}.jpg") == b"pixels"
    assert found.read(f"pictures/{first.public_id}.jpg") == b"pixels"
    assert len([name for name in found.namelist() if name.startswith("pictures/")]) == 2


def test_the_page_says_what_it_holds(lived: tuple[DataSource, DataSource], alice: User) -> None:
    answer = sure(alice).get(PAGE)
    assertContains(answer, f'href="{FILE}"')
    assertContains(answer, "Gas (Bob)")
    assert [source.name for source in answer.context["own"]] == ["Water"]


def test_who_was_not_asked_again_is_asked_first(client: Client, alice: User) -> None:
    for path in (PAGE, FILE):
        assertRedirects(client.get(path), f"/account/login/?next={path}")
    client.force_login(alice)
    for path in (PAGE, FILE):
        again = f"/account/reauthenticate/?next={path}"
        assertRedirects(client.get(path), again, fetch_redirect_response=False)
    client = sure(alice)
    for path in (PAGE, FILE):
        assert client.post(path).status_code == 405
    assert client.head(FILE).content == b""


def test_rights_that_end_meanwhile_break_it_off(
    lived: tuple[DataSource, DataSource], alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PART", 1)
    _water, gas = lived
    parts = archive(alice, actor_of(alice), "en")
    next(parts)
    with acting_as(bob):
        gas.shares.all().delete()
    with pytest.raises(ExportBroken):
        list(parts)


def test_an_archive_is_sent_piece_by_piece() -> None:
    taken: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(1000):
            taken.append(number)
            yield bytes([number % 256]) * 1000

    sent = zipped([("a/ü.bin", pieces()), ("empty.txt", [])], datetime(2026, 1, 2, tzinfo=UTC))
    received = [next(sent) for _ in range(10)]
    assert len(taken) == 10
    found = ZipFile(BytesIO(b"".join([*received, *sent])))
    assert (found.testzip(), found.namelist(), found.getinfo("a/ü.bin").file_size) == (
        None,
        ["a/ü.bin", "empty.txt"],
        1_000_000,
    )
