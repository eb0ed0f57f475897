"""The photo of a reading: brought with it, shown to those who may see it, replaced, removed, put back, cleaned away."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.current import acting_as
from accounts.ids import uuid7
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import make_source, share
from readings.models import Reading
from readings.tests.entries import NOW, at_noon, messages, page, said, save, stored
from sources.models import DataSource, KeptPicture
from sources.picture_files import keep, small
from sources.pictures import prepared
from sources.tests.images import encoded, image, png_that_claims, size_of, turned, upload

pytestmark = pytest.mark.usefixtures(at_noon.__name__, "media")

VIEWS = ("photo", "photo_small")


def newest(source: DataSource) -> Reading:
    with acting_as(source.owner):
        found: Reading = Reading.objects.of(source).select_related("source__home").order_by("-recorded_at")[0]
        return found


def files(media: Path) -> list[str]:
    return sorted(str(file.relative_to(media)) for file in media.rglob("*.jpg"))


def with_photo(client: Client, source: DataSource) -> Reading:
    """A reading of 12600 with a photo."""
    assert save(client, source, "12600", photo=upload(turned())).status_code == 302
    return newest(source)


def content(client: Client, reading: Reading, view: str = "photo", **headers: str) -> Any:
    return client.get(page(view, reading.source, reading), headers=headers)


def corrected(client: Client, reading: Reading, **changed: Any) -> Any:
    local = reading.recorded_at.astimezone(reading.source.zone)
    kept = {"value": f"{reading.value:f}", "recorded_at": f"{local:%Y-%m-%dT%H:%M}", "quality_flag": "good"}
    return client.post(page("reading_update", reading.source, reading), kept | changed)


# Brought


def test_a_photo_comes_with_its_reading_and_is_shown(client: Client, meter: DataSource, media: Path) -> None:
    reading = with_photo(client, meter)
    assert (reading.value, files(media)) == (12600, sorted([small(reading.photo.name), reading.photo.name]))
    shown = client.get(page("reading", meter, reading))
    assertContains(shown, f'<a class="photo" href="{page("photo", meter, reading)}">')
    assertContains(shown, f'src="{page("photo_small", meter, reading)}"')
    assertContains(shown, "Photo: added")
    answer = content(client, reading)
    assert (answer.status_code, size_of(b"".join(answer.streaming_content))) == (200, (48, 64))


def test_a_photo_is_sent_so_that_only_this_browser_keeps_it(client: Client, meter: DataSource) -> None:
    reading = with_photo(client, meter)
    answer = content(client, reading, **{"accept-encoding": "gzip"})
    named = {name: answer.headers.get(name) for name in ("Content-Type", "Content-Encoding", "Cache-Control")}
    assert named == {"Content-Type": "image/jpeg", "Content-Encoding": None, "Cache-Control": "private, no-cache"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'inline; filename="Electricity 2026-11-22 13.00.jpg"'
    again = content(client, reading, **{"if-none-match": answer.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", answer.headers["ETag"])
    assert content(client, reading, "photo_small").headers["ETag"] != answer.headers["ETag"]


def test_a_reading_without_a_photo_has_none_to_show(client: Client, meter: DataSource) -> None:
    reading = newest(meter)
    assertNotContains(client.get(page("reading", meter, reading)), 'class="photo"')
    assert [content(client, reading, view).status_code for view in VIEWS] == [404, 404]


def test_a_photo_whose_file_is_gone_is_no_error(client: Client, meter: DataSource, media: Path) -> None:
    reading = with_photo(client, meter)
    for name in files(media):
        (media / name).unlink()
    assert [content(client, reading, view).status_code for view in VIEWS] == [404, 404]
    assert client.get(page("reading", meter, reading)).status_code == 200


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (
            upload(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "image/svg+xml"),
            "This is no picture that can be",
        ),
        (upload(encoded(made=image(800, 600))[:-900]), "This picture is not whole"),
        (upload(png_that_claims(6000, 6000), "a.png", "image/png"), "more than 25 megapixels"),
        (upload(encoded() + b"\0" * 10_000_000), "larger than 10 MB"),
        (upload(b"", "a.jpg"), "This file is empty."),
    ],
)
def test_a_photo_that_is_refused_stores_nothing_and_loses_nothing(
    sent: Any, sentence: str, client: Client, meter: DataSource, media: Path
) -> None:
    before = stored(meter)
    answer = save(client, meter, "12600", notes="by torch", photo=sent)
    assert (answer.status_code, sentence in said(answer, "photo")[0]) == (422, True)
    assertContains(answer, 'name="value" value="12600"', status_code=422)
    assertContains(answer, 'name="notes" value="by torch"', status_code=422)
    assertContains(answer, '<details class="more" open>', status_code=422)
    assert (stored(meter), files(media)) == (before, [])


def test_a_photo_waits_while_the_value_is_asked_about(client: Client, meter: DataSource, media: Path) -> None:
    asked = save(client, meter, "99999", photo=upload())
    assert (asked.status_code, len(files(media))) == (422, 2)
    assertContains(asked, "The picture you chose is kept and saved with the rest.", status_code=422)
    waiting = asked.context["form"].photo_note
    assert save(client, meter, "99999", photo_kept=waiting, confirm="99999").status_code == 302
    assert [newest(meter).photo.name] == [name for name in files(media) if "small" not in name]


def test_a_photo_that_waits_may_be_replaced_and_waits_again(client: Client, meter: DataSource) -> None:
    waiting = save(client, meter, "99999", photo=upload()).context["form"].photo_note
    again = save(client, meter, "99999", photo_kept=waiting)
    assert (again.status_code, bool(again.context["form"].photo_note)) == (422, True)
    assert save(client, meter, "12600", photo_kept=waiting, photo=upload(turned())).status_code == 302
    assert size_of(b"".join(content(client, newest(meter)).streaming_content)) == (48, 64)


@pytest.mark.parametrize("kind", ["forged", "of another source", "too old", "gone"])
def test_a_note_of_a_photo_that_is_not_good_is_told(
    kind: str, client: Client, meter: DataSource, media: Path, alice: User
) -> None:
    other = make_source(alice, meter.home, name="Water")
    waiting = (
        save(client, other if kind == "of another source" else meter, "x", photo=upload()).context["form"].photo_note
    )
    if kind == "gone":
        for name in files(media):
            (media / name).unlink()
    text = f"{waiting}x" if kind == "forged" else waiting
    with time_machine.travel(NOW + timedelta(hours=13 if kind == "too old" else 0), tick=False):
        client.force_login(alice)
        answer = save(client, meter, "12600", photo_kept=text)
    assert (answer.status_code, said(answer, "photo")) == (
        422,
        ["The picture you sent before is not there any more. Choose it again."],
    )


def test_a_form_that_is_sent_twice_keeps_one_photo(client: Client, meter: DataSource, media: Path) -> None:
    key = str(uuid7())
    for _time in range(2):
        answer = client.post(page("entry", meter), {"value": "12600", "public_id": key, "photo": upload()})
        assert answer.status_code == 302
    assert len(files(media)) == 2


# Corrected


def test_a_photo_is_replaced_and_the_history_says_so(client: Client, meter: DataSource, media: Path) -> None:
    reading = with_photo(client, meter)
    before = reading.photo.name
    assert corrected(client, reading, photo=upload()).status_code == 302
    assert newest(meter).photo.name != before
    assert len(files(media)) == 4
    assertContains(client.get(page("reading", meter, reading)), "Photo: replaced")


def test_a_photo_is_removed_and_put_back_from_the_history(client: Client, meter: DataSource) -> None:
    reading = with_photo(client, meter)
    name = reading.photo.name
    assertContains(client.get(page("reading_update", meter, reading)), "Remove the photo")
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert corrected(client, reading, photo_off="on").status_code == 302
    assert newest(meter).photo.name == ""
    shown = client.get(page("reading", meter, reading))
    assertContains(shown, "Photo: removed")
    found = re.search(r'name="to" value="([^"]+)"', shown.content.decode())
    assert found
    version = newest(meter).version
    address = f"/sources/{meter.public_id}/readings/{reading.public_id}/put-back/"
    assert client.post(address, {"to": found[1], "version": version}).status_code == 302
    assert newest(meter).photo.name == name


def test_a_correction_of_the_value_leaves_the_photo(client: Client, meter: DataSource) -> None:
    reading = with_photo(client, meter)
    assert corrected(client, reading, value="12601").status_code == 302
    assert newest(meter).photo.name == reading.photo.name


# Deleted and put back


def delete_and_put_back(
    client: Client, reading: Reading, after: timedelta = timedelta(0), lose: Path | None = None
) -> Any:
    client.post(page("reading_delete", reading.source, reading))
    for name in files(lose) if lose else []:
        (lose / name).unlink()  # type: ignore[operator]
    address = f"/sources/{reading.source.public_id}/readings/{reading.public_id}/put-back/"
    with time_machine.travel(NOW + after, tick=False):
        client.force_login(reading.source.owner)
        return client.post(address)


def test_a_deleted_reading_comes_back_with_its_photo(client: Client, meter: DataSource) -> None:
    reading = with_photo(client, meter)
    answer = delete_and_put_back(client, reading)
    assert messages(answer)[-1] == "Put back: 12,600.0 kWh, read on 22 Nov 2026, 13:00."
    assert newest(meter).photo.name == reading.photo.name
    assert content(client, newest(meter)).status_code == 200


@pytest.mark.parametrize("how", ["too late", "file gone"])
def test_a_deleted_reading_whose_photo_is_gone_says_so(
    how: str, client: Client, meter: DataSource, media: Path
) -> None:
    reading = with_photo(client, meter)
    late = timedelta(days=31) if how == "too late" else timedelta(0)
    answer = delete_and_put_back(client, reading, late, None if how == "too late" else media)
    assert messages(answer)[-1].endswith("Its photo is gone: photos are kept for 30 days after they are deleted.")
    assert newest(meter).photo.name == ""


# Nothing astray


def test_a_transaction_that_is_rolled_back_leaves_no_file(
    client: Client, meter: DataSource, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        assert files(media)
        raise RuntimeError("after the file was written")

    before = stored(meter)
    client.raise_request_exception = False
    monkeypatch.setattr("audit.receivers._note", fail)
    assert save(client, meter, "12600", photo=upload()).status_code == 500
    assert (stored(meter), files(media)) == (before, [])


def clean(**options: Any) -> None:
    call_command("clean_pictures", **options)


def aged(media: Path, days: int) -> None:
    """Make the files look as if they were written so many days ago."""
    then = (NOW - timedelta(days=days)).timestamp()
    for name in files(media):
        os.utime(media / name, (then, then))


@pytest.fixture
def as_owner_already(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command works on the test's own connection, as the owner of the tables."""

    @contextmanager
    def owner() -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET ROLE homelog_app")

    monkeypatch.setattr("homelog.management.commands.clean_pictures.as_owner", owner)


@pytest.mark.usefixtures("as_owner_already")
def test_cleaning_takes_what_nothing_needs_and_nothing_else(client: Client, meter: DataSource, media: Path) -> None:
    reading = with_photo(client, meter)
    corrected(client, reading, photo=upload())
    with acting_as(meter.owner):
        stray = keep(prepared(upload(), 100, (480, 480)), "photos")
    assert len(files(media)) == 6
    clean()
    assert len(files(media)) == 6
    aged(media, 40)
    clean(dry_run=True)
    assert len(files(media)) == 6
    clean()
    assert (len(files(media)), stray in files(media)) == (4, False)
    with time_machine.travel(NOW + timedelta(days=32), tick=False):
        clean()
    assert files(media) == sorted([newest(meter).photo.name, small(newest(meter).photo.name)])
    with acting_as(meter.owner):
        assert [kept.name for kept in KeptPicture.objects.all()] == [newest(meter).photo.name]


def test_cleaning_refuses_to_work_with_eyes_half_closed(
    client: Client, meter: DataSource, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_photo(client, meter)
    aged(media, 400)
    monkeypatch.setattr("homelog.management.commands.clean_pictures.as_owner", nullcontext)
    with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
        clean()
    assert len(files(media)) == 2


# Who may


@pytest.mark.parametrize(("level", "status"), [(None, 404), ("read", 200), ("write", 200), ("admin", 200)])
def test_who_sees_the_reading_sees_its_photo(
    level: str | None, status: int, client: Client, meter: DataSource, bob: User
) -> None:
    reading = with_photo(client, meter)
    if level:
        share(meter, bob, level)
    client.force_login(bob)
    assert [content(client, reading, view).status_code for view in VIEWS] == [status, status]


def test_visitors_of_a_public_source_see_no_photo(client: Client, meter: DataSource, charlie: User) -> None:
    reading = with_photo(client, meter)
    with acting_as(meter.owner):
        DataSource.objects.filter(pk=meter.pk).update(is_public=True)
    client.logout()
    public = client.get(f"/p/{meter.public_id}/")
    assert public.status_code == 200
    assertNotContains(public, "/photo/")
    for view in VIEWS:
        address = page(view, meter, reading)
        assertRedirects(client.get(address), f"/account/login/?next={address}", fetch_redirect_response=False)
    client.force_login(charlie)
    assert [content(client, reading, view).status_code for view in VIEWS] == [404, 404]


def test_a_reader_cannot_bring_or_remove_a_photo(client: Client, meter: DataSource, media: Path, bob: User) -> None:
    reading = with_photo(client, meter)
    share(meter, bob, "read")
    client.force_login(bob)
    assert save(client, meter, "12700", photo=upload()).status_code == 403
    assert corrected(client, reading, photo_off="on").status_code == 403
    assert (newest(meter).photo.name, len(files(media))) == (reading.photo.name, 2)


def test_other_methods_are_refused(client: Client, meter: DataSource) -> None:
    reading = with_photo(client, meter)
    assert [client.post(page(view, meter, reading)).status_code for view in VIEWS] == [405, 405]
    assert client.head(page("photo", meter, reading)).status_code == 200


def test_the_log_keeps_no_more_of_a_photo_than_its_name(client: Client, meter: DataSource) -> None:
    reading = with_photo(client, meter)
    with acting_as(meter.owner):
        entry = AuditLog.objects.get(event_type="create_reading", reading_id=reading.public_id)
    assert entry.details["new"]["photo"] == reading.photo.name
