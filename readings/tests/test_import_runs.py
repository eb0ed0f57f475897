"""Long files: read and stored beside the page, which says how far it is; whatever happens, all is stored or nothing."""

import re
import threading
from collections.abc import Callable
from dataclasses import asdict
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from accounts.current import acting_as
from homelog.testing import make_home, make_source, make_user
from readings import import_runs
from readings.import_preparing import prepare
from readings.import_progress import Step
from readings.import_runs import Run
from readings.models import ImportBatch, ImportDraft, Reading
from readings.tests.files import stored
from readings.tests.importing import browser, preview_url, said, text
from sources.models import DataSource

FILE = b"date;kWh\n" + b"".join(b"2025-01-%02d;%d\n" % (day, 100 + day) for day in range(1, 21))


@pytest.fixture(autouse=True)
def long_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is a long one."""
    monkeypatch.setattr("readings.views.importing.LONG", 10)
    monkeypatch.setattr("readings.import_runs.OFTEN", 0)


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[import_runs.Job]:
    """Jobs that were asked for and have not begun."""
    jobs: list[import_runs.Job] = []
    monkeypatch.setattr(import_runs, "start", jobs.append)
    return jobs


Go = Callable[..., Any]


@pytest.fixture
def go(source: DataSource, waiting: list[import_runs.Job], django_capture_on_commit_callbacks: Any) -> Go:
    """`go(method, url, ...)`: an answer of the site, and then whatever it began runs to its end."""
    client = browser(source.owner)

    def ask(method: str, url: str, *rest: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            answer = getattr(client, method)(url, *rest)
        while waiting:
            import_runs.carry_out(waiting.pop())
        return answer

    return ask


def draft_of(source: DataSource) -> ImportDraft:
    with acting_as(source.owner):
        return ImportDraft.objects.get()


def test_a_long_file_is_read_and_then_stored_beside_its_page(source: DataSource, go: Go) -> None:
    url = preview_url(browser(source.owner), source, FILE)
    assert "The file is being read." in text(go("get", url))
    shown = go("get", url)
    assert "Import 20 readings" in text(shown)
    assert stored(source) == []
    seen = re.findall(r'name="seen" value="(\w+)"', shown.content.decode())
    answer = go("post", url, {"do": "import", "seen": seen[0]})
    assert (answer.status_code, answer.headers["Location"]) == (302, url)
    done = go("get", url)
    assert (done.status_code, done.headers["Location"]) == (302, source.get_absolute_url())
    assert said(done)[0][1] == "20 readings from meter.csv are stored."
    assert len(stored(source)) == 20
    assert bytes(draft_of(source).content) == b""


def test_a_long_file_that_is_sent_twice_is_stored_once(source: DataSource, go: Go) -> None:
    url = preview_url(browser(source.owner), source, FILE)
    go("get", url)
    for _ in range(2):
        assert go("post", url, {"do": "import"}).status_code == 302
    with acting_as(source.owner):
        assert ImportBatch.objects.count() == 1
    assert len(stored(source)) == 20


def test_two_jobs_for_one_file_store_it_once(
    source: DataSource, go: Go, waiting: list[import_runs.Job], django_capture_on_commit_callbacks: Any
) -> None:
    url = preview_url(browser(source.owner), source, FILE)
    go("get", url)
    with django_capture_on_commit_callbacks(execute=True):
        browser(source.owner).post(url, {"do": "import"})
    job = waiting.pop()
    import_runs.carry_out(job)
    import_runs.carry_out(job)
    with acting_as(source.owner):
        assert ImportBatch.objects.count() == 1


STEPS: list[tuple[Step, int, str]] = [
    ("reading", 0, "The file is being read."),
    ("judging", 5000, "5000 of 20000 rows are checked."),
    ("storing", 15000, "15000 of 20000 readings are on their way into the database."),
    ("finishing", 0, "All readings are written; they become final now."),
]


@pytest.mark.parametrize(("step", "done", "sentence"), STEPS)
def test_the_page_says_how_far_it_is(source: DataSource, go: Go, step: Step, done: int, sentence: str) -> None:
    url = preview_url(browser(source.owner), source, FILE)
    with acting_as(source.owner):
        draft = ImportDraft.objects.get()
        run = Run("store", "running", "t", draft.created_at.isoformat(), step=step, done=done, of=20000)
        ImportDraft.objects.update(run=asdict(run))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [import_runs.LOCKS, draft.pk])
    page = go("get", url)
    assert (page.status_code, sentence in text(page)) == (200, True)
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page.content.decode()
    assert go("post", url, {"do": "import"}).status_code == 302
    assert stored(source) == []


def test_a_run_that_died_stored_nothing_and_says_so(
    source: DataSource, go: Go, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = preview_url(browser(source.owner), source, FILE)
    go("get", url)
    # The lock of the reading above goes with its transaction, which here is the test's.
    monkeypatch.setattr(import_runs, "LOCKS", 1)
    with acting_as(source.owner):
        draft = ImportDraft.objects.get()
        run = {**draft.run, "what": "store", "state": "running", "step": "storing", "done": 5, "of": 20}
        ImportDraft.objects.update(run=run)
    page = go("get", url)
    assert "It stopped half way. Nothing of this file is stored. Try it once more." in text(page)
    assert "Import 20 readings" in text(page)
    go("post", url, {"do": "import"})
    assert len(stored(source)) == 20


def test_what_changed_since_it_was_looked_at_is_not_stored(source: DataSource, go: Go) -> None:
    url = preview_url(browser(source.owner), source, FILE)
    go("get", url)
    go("post", url, {"do": "import", "seen": "0" * 16})
    assert stored(source) == []


def sent_by_a_browser(page: str) -> dict[str, str]:
    """Everything that the preview's form holds, as it stands."""
    form = page[page.index('<form method="post" class="stack"') :]
    form = form[: form.index("</form>")]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        facts = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if "name" in facts and (facts.get("type") not in ("radio", "checkbox") or " checked" in tag):
            fields[facts["name"]] = unescape(facts.get("value", ""))
    for name, options in re.findall(r'<select name="([^"]*)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(
            r'<option value="([^"]*)"', options
        )
        fields[name] = unescape(chosen[1]) if chosen else ""
    return fields


def test_one_click_imports_with_all_that_a_browser_sends(source: DataSource, go: Go) -> None:
    home = source.home
    assert home is not None
    upload = {"file": SimpleUploadedFile("home.csv", FILE.replace(b"kWh", b"Gas m3"))}
    url = browser(source.owner).post(reverse("readings:home_import", args=[home.public_id]), upload).headers["Location"]
    go("get", url)
    form = sent_by_a_browser(go("get", url).content.decode())
    assert {"key-0", "to-0", "name-0", "kind-0", "unit-0", "zone", "separator", "role-1", "seen"} <= set(form)
    go("post", url, {**form, "do": "import"})
    assert go("get", url).status_code == 302
    with acting_as(source.owner):
        gas = DataSource.objects.select_related("home", "owner").get(name="Gas m3")
    assert len(stored(gas)) == 20


def test_a_question_is_asked_of_a_long_file_too(source: DataSource, go: Go) -> None:
    url = preview_url(browser(source.owner), source, b"date;kWh\n03/04/2025;1\n05/06/2025;2\n")
    go("get", url)
    asked = go("get", url)
    assert (asked.status_code, "What comes first in its dates?" in text(asked)) == (200, True)
    go("post", url, {"do": "look", "order": "dmy"})
    assert "Import 2 readings" in text(go("get", url))
    go("post", url, {"do": "import"})
    assert [when for when, _, _ in stored(source)] == ["2025-04-03 00:00", "2025-06-05 00:00"]


def test_who_lost_the_right_meanwhile_stores_nothing(
    source: DataSource, go: Go, waiting: list[import_runs.Job], owner: Any, django_capture_on_commit_callbacks: Any
) -> None:
    url = preview_url(browser(source.owner), source, FILE)
    go("get", url)
    with django_capture_on_commit_callbacks(execute=True):
        browser(source.owner).post(url, {"do": "import"})
    other = make_user("somebody")
    with owner():
        DataSource.objects.filter(pk=source.pk).update(owner=other, home=None)
    import_runs.carry_out(waiting.pop())
    with owner():
        assert Reading.objects.filter(source=source.pk).count() == 0


def test_who_loses_the_right_while_the_rows_are_judged_stores_nothing(
    source: DataSource, go: Go, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = preview_url(browser(source.owner), source, FILE)
    go("get", url)
    other = make_user("somebody")

    def and_lose_it(*args: Any, **kwargs: Any) -> Any:
        prepared = prepare(*args, **kwargs)
        with owner():
            DataSource.objects.filter(pk=source.pk).update(owner=other, home=None)
        return prepared

    monkeypatch.setattr(import_runs, "prepare", and_lose_it)
    go("post", url, {"do": "import"})
    with owner():
        assert Reading.objects.filter(source=source.pk).count() == 0


def test_nobody_has_more_than_three_files_under_way(
    source: DataSource, waiting: list[import_runs.Job], django_capture_on_commit_callbacks: Any
) -> None:
    client = browser(source.owner)
    urls = [preview_url(client, source, FILE) for _each in range(4)]
    with django_capture_on_commit_callbacks(execute=True):
        pages = [text(client.get(url)) for url in urls]
    assert ["The file is being read." in page for page in pages] == [True, True, True, False]
    assert "Three of your files are being read already." in pages[3]
    assert len(waiting) == 3
    import_runs.carry_out(waiting.pop())
    with django_capture_on_commit_callbacks(execute=True):
        client.post(urls[3], {"do": "look"})
    assert len(waiting) == 3


def test_who_waits_for_a_turn_holds_no_connection_and_says_that_it_waits(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = make_user("alice")
    source = make_source(alice, make_home(alice))
    monkeypatch.setattr(import_runs, "STILL", 0.05)
    told, began, waits = threading.Event(), threading.Event(), import_runs._Teller.rest

    def rested(self: Any) -> None:
        waits(self)
        told.set()

    monkeypatch.setattr(import_runs._Teller, "rest", rested)

    def act(who: Any) -> Any:
        began.set()
        return acting_as(alice)

    monkeypatch.setattr(import_runs, "acting", act)
    url = preview_url(browser(alice), source, FILE)
    for _each in range(import_runs.MOST_AT_ONCE):
        import_runs._turns.acquire()
    try:
        assert "The file is being read." in text(browser(alice).get(url))
        assert told.wait(30)
        assert not began.is_set()
        run = Run.of_draft(draft_of(source))
        assert (run.state, bool(run.waited)) == ("running", True)
    finally:
        for _each in range(import_runs.MOST_AT_ONCE):
            import_runs._turns.release()
    finished(draft_of(source))
    assert "Import 20 readings" in text(browser(alice).get(url))


def finished(draft: ImportDraft) -> None:
    """Wait for the thread of a draft's job."""
    for thread in threading.enumerate():
        if thread.name == f"import-{draft.public_id}":
            thread.join(60)


def test_a_thread_does_it_and_one_that_fails_half_way_stores_nothing_and_says_so(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    alice = make_user("alice")
    source = make_source(alice, make_home(alice))
    client = browser(alice)
    url = preview_url(client, source, FILE)
    draft = draft_of(source)
    assert "The file is being read." in text(client.get(url))
    finished(draft)
    shown = client.get(url)
    assert "Import 20 readings" in text(shown)
    # Who changes something and imports is told, and looks first.
    for zone in ("Asia/Bangkok", ""):
        client.post(url, {**sent_by_a_browser(shown.content.decode()), "zone": zone, "do": "import"})
        finished(draft)
        client.get(url)
        finished(draft)
        shown = client.get(url)
        assert "Something changed meanwhile. This is what it comes to: look, then import." in text(shown)
        assert f"by the clock of {zone or 'Europe/Berlin'}" in text(shown)
    assert stored(source) == []

    def broken(*args: object) -> str:
        raise RuntimeError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("readings.staging.as_line", broken)
        patch.setattr(threading, "excepthook", lambda args: None)
        client.post(url, {"do": "import"})
        finished(draft)
    assert Run.of_draft(draft_of(source)).step == "storing"
    assert "It stopped half way. Nothing of this file is stored. Try it once more." in text(client.get(url))
    assert "An import failed; nothing of it was stored." in caplog.text
    assert stored(source) == []
    client.post(url, {"do": "import"})
    finished(draft)
    assert client.get(url).headers["Location"] == source.get_absolute_url()
    assert len(stored(source)) == 20
