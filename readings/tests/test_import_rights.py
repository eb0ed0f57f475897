"""Who may import, see a draft and take an import back; whoever may not changes nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_source, share
from readings.models import ImportDraft
from readings.tests.files import PLAIN, WATER, WIDE, stored
from readings.tests.importing import (
    batch_of,
    bring,
    browser,
    drafts,
    import_whole,
    preview_url,
    text,
    undo_url,
    upload_url,
)
from sources.models import DataSource


@pytest.fixture
def at_home(alice: User) -> Client:
    """Alice's browser."""
    return browser(alice)


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
    his = browser(bob)
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
    his = browser(bob)
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
    his = browser(bob)
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
    his = browser(bob)
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
