"""Without network: pages that open all the same, and readings that wait on the device until they can be sent."""

import csv
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.current import acting_as
from accounts.models import User
from e2e.line import Line
from e2e.offline import *  # noqa: F403 - its fixtures
from e2e.offline import hold, kept, meter_of, save, sign_in, stored, unsent, waits
from homelog.testing import make_user
from readings.importers.read import understand
from readings.models import Reading
from readings.views import worker
from sources.models import DataValidator

# The list comes again, and with another text: as when something else was sent meanwhile.
TOLD_ANEW = """async () => {
  const worker = navigator.serviceWorker;
  const items = await new Promise((done) => {
    worker.addEventListener("message", ({ data }) => data.items && done(data.items));
    worker.controller.postMessage({ person: document.body.dataset.person, list: true });
  });
  const data = { items: [{ ...items[0], id: "another" }, ...items] };
  const [row] = document.querySelector("[data-list]").children;
  worker.dispatchEvent(new MessageEvent("message", { data }));
  const [first, second] = document.querySelector("[data-list]").children;
  const is_new = first !== row && first.dataset.id === "another" && !first.querySelector("details").open;
  data.items = items.map((item) => ({ ...item, texts: ["Told anew."] }));
  worker.dispatchEvent(new MessageEvent("message", { data }));
  const [changed] = document.querySelector("[data-list]").children;
  const is_open = changed.querySelector("details").open && changed.textContent.includes("Told anew.");
  return [is_new, second === row, is_open, document.querySelectorAll("[data-list] > *").length];
}"""
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_page_that_is_not_kept_says_that_there_is_no_network(
    transactional_db: None, phone: Callable[..., Page], line: Line
) -> None:
    page = phone(make_user("bob"))
    page.goto("/account/logout/")
    page.click("main .primary")
    line.turn("cut")
    page.goto("/account/signup/")
    expect(page.locator("h1")).to_have_text("No network")
    line.turn("open")
    page.get_by_role("link", name="Go to the start page").click()
    expect(page.locator("h1")).not_to_have_text("No network")


@pytest.mark.parametrize("state", ["cut", "mute"])
def test_three_readings_taken_without_network_are_stored_once_when_it_is_back(
    alice: User, phone: Callable[..., Page], line: Line, state: str
) -> None:
    page = phone(alice)
    kept(page)
    page.goto("/read/")
    expect(page.locator("h1")).to_have_text("Attic")
    before = datetime.now(UTC)
    line.turn(state)
    save(page, "1401")
    expect(page.locator("h1")).to_have_text("Bath")
    expect(unsent(page)).to_have_text("1 not sent yet")
    expect(page.locator(".away")).to_contain_text("No network")
    save(page, "1402")
    expect(page.locator("h1")).to_have_text("Cellar")
    expect(page.locator(".steps .done")).to_have_count(2)
    save(page, "1403")
    expect(page.locator("h1")).to_have_text("No network")
    expect(unsent(page)).to_have_text("3 not sent yet")
    expect(page.locator("[data-list] li")).to_have_text(
        [re.compile("Attic 1401 kWh"), re.compile("Bath"), re.compile("Cellar")]
    )
    assert stored(alice) == []
    after = datetime.now(UTC)
    line.turn("open")
    page.get_by_role("button", name="Send now").click()
    expect(page.locator("[data-some]")).to_be_hidden()
    expect(page.get_by_role("link", name="The network is back")).to_be_visible()
    expect(page.locator("h1")).to_have_text("The network is back")
    expect(page.get_by_role("status").get_by_text("Everything you wrote down is sent.")).to_be_visible()
    assert page.title() == "The network is back · HomeLog"
    expect(unsent(page)).to_have_text("All sent")
    expect(page.locator("[data-every] li .meta")).to_have_text(["today", "today", "today"])
    assert stored(alice) == [("Attic", "1401"), ("Bath", "1402"), ("Cellar", "1403")]
    with acting_as(alice):
        times = (
            Reading.objects.filter(recorded_at__gt=before).order_by("recorded_at").values_list("recorded_at", flat=True)
        )
        assert len(times) == 3
        assert max(times) < after


def test_without_network_too_who_comes_from_a_meter_does_not_go_round(
    alice: User, phone: Callable[..., Page], line: Line
) -> None:
    page = phone(alice)
    kept(page)
    bath = meter_of(alice, "Bath")
    line.turn("cut")
    page.goto(f"/sources/{bath.public_id}/read/")
    expect(page.locator(".bar")).to_have_text("Save")
    expect(page.locator(".round")).to_have_count(0)
    save(page, "1402")
    expect(page.locator("h1")).to_have_text("No network")
    expect(page.locator("[data-list] li")).to_have_text(re.compile("Bath 1402 kWh"))
    page.goto(f"/sources/{bath.public_id}/read/?round=1")
    expect(page.locator(".bar button")).to_have_text(["Save and next", "Skip for today"])
    expect(page.locator(".round .done")).to_have_count(1)
    line.turn("open")
    page.evaluate("dispatchEvent(new Event('online'))")
    waits(page, 0)
    assert stored(alice) == [("Bath", "1402")]


def test_what_is_sent_while_the_page_is_open_is_told_there(alice: User, phone: Callable[..., Page], line: Line) -> None:
    page = phone(alice)
    kept(page)
    attic = meter_of(alice, "Attic")
    line.turn("cut")
    page.goto(f"/sources/{attic.public_id}/read/")
    save(page, "1401")
    expect(page.locator("h1")).to_have_text("No network")
    page.goto(f"/sources/{attic.public_id}/read/")
    expect(page.locator("[data-held]")).to_contain_text("not sent yet")
    line.turn("open")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-held] span")).to_have_text(re.compile(r"^Sent: 1,401 kWh, \d\d:\d\d\.$"))
    expect(page.locator("[data-held] a")).to_be_hidden()
    expect(page.locator(".last .drums")).to_be_hidden()


def test_an_answer_that_gets_lost_stores_the_reading_once(alice: User, phone: Callable[..., Page], line: Line) -> None:
    page = phone(alice)
    kept(page)
    page.goto("/read/")
    line.turn("deaf")
    save(page, "1401")
    expect(page.locator("h1")).to_have_text("Bath", timeout=15_000)
    assert stored(alice) == [("Attic", "1401")]
    line.turn("open")
    page.evaluate("dispatchEvent(new Event('online'))")
    waits(page, 0)
    assert stored(alice) == [("Attic", "1401")]


def test_two_tabs_send_each_reading_once(alice: User, phone: Callable[..., Page], line: Line) -> None:
    page = phone(alice)
    kept(page)
    other = page.context.new_page()
    for tab, name in ((page, "Attic"), (other, "Bath")):
        tab.goto("/sources/")
        tab.get_by_role("link", name=re.compile(name)).first.click()
        tab.goto(f"{tab.url}read/")
        expect(tab.locator("h1")).to_have_text(name)
    line.turn("cut")
    save(page, "1401")
    expect(unsent(page)).to_have_text("1 not sent yet")
    save(other, "1402")
    for tab in (page, other):
        expect(unsent(tab)).to_have_text("2 not sent yet")
    line.requests.clear()
    line.turn("open")
    for tab in (page, other):
        tab.evaluate("dispatchEvent(new Event('online'))")
    for tab in (page, other):
        expect(unsent(tab)).to_have_text("All sent")
    assert stored(alice) == [("Attic", "1401"), ("Bath", "1402")]
    sent = [request for request in line.requests if request.startswith("POST")]
    assert len(sent) == len(set(sent)) == 2


def test_what_waits_stays_with_its_writer_whoever_signs_in(alice: User, phone: Callable[..., Page], line: Line) -> None:
    page = phone(alice)
    kept(page)
    page.goto("/read/")
    line.turn("cut")
    save(page, "1401")
    expect(page.locator("h1")).to_have_text("Bath")
    mine = page.url
    # Signed out before it could be sent: another tab is at it, and comes to nothing.
    other = page.context.new_page()
    other.goto("/offline/")
    hold(other)
    line.turn("open")
    page.goto("/account/logout/")
    expect(page.locator("main [data-unsent]")).to_contain_text("Not sent yet: 1.")
    page.click("main .primary")
    expect(page.locator("main [data-unsent]")).to_contain_text("Readings wait on this device: 1.")
    other.close()
    line.turn("cut")
    page.goto(mine)
    expect(page.locator("h1")).to_have_text("No network")
    line.turn("open")
    page.goto("/account/login/")
    sign_in(page, make_user("bob"))
    kept(page)
    page.goto("/read/kept/")
    expect(page.locator("[data-none]")).to_be_visible()
    expect(unsent(page)).to_be_hidden()
    waits(page, 1)
    assert stored(alice) == []
    line.turn("cut")
    page.goto(mine)
    expect(page.get_by_text("You can read your meters all the same")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Attic")
    line.turn("open")
    page.goto("/account/logout/")
    page.click("main .primary")
    sign_in(page, alice)
    waits(page, 0)
    assert stored(alice) == [("Attic", "1401")]


def test_a_question_a_refusal_and_a_conflict_stay_until_they_are_decided(
    alice: User, phone: Callable[..., Page], line: Line
) -> None:
    page = phone(alice)
    kept(page)
    page.goto("/read/")
    cellar, attic = meter_of(alice, "Cellar"), meter_of(alice, "Attic")
    with acting_as(alice):
        DataValidator.objects.create(source=cellar, max_value=Decimal(2000))
        attic.readings.create(
            value=Decimal(1390), recorded_at=datetime.now(UTC), public_id=page.locator("[name=public_id]").input_value()
        )
    line.turn("cut")
    save(page, "1401")
    expect(page.locator("h1")).to_have_text("Bath")
    save(page, "7")
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("h1")).to_have_text("Cellar")
    save(page, "3000")
    expect(page.locator("h1")).to_have_text("No network")
    line.turn("open")
    page.goto("/read/kept/")
    rows = page.locator("[data-list] li")
    expect(rows).to_have_text(
        [
            re.compile(r"Attic 1401 kWh\s+saved otherwise.*1,390 kWh, read on", re.DOTALL),
            re.compile(r"Bath 7 kWh\s+needs an answer.*lower than the last", re.DOTALL),
            re.compile(r"Cellar 3000 kWh\s+not accepted", re.DOTALL),
        ]
    )
    expect(unsent(page)).to_have_text("3 not sent yet")
    with page.expect_download() as copy:
        page.get_by_role("button", name="Download a copy").click()
    file = understand(copy.value.path().read_bytes())
    assert (file.format, len(file.table.rows)) == ("HomeLog", 3)
    saved = csv.DictReader(copy.value.path().read_text("utf-8-sig").splitlines())
    assert [(row["meter"], row["value"]) for row in saved] == [("Attic", "1401"), ("Bath", "7"), ("Cellar", "3000")]
    rows.nth(2).get_by_role("link", name="Look at it").click()
    expect(page.locator("h1")).to_have_text("Cellar")
    save(page, "1403")
    expect(unsent(page)).to_have_text("2 not sent yet")
    page.goto("/read/kept/")
    rows.nth(1).get_by_role("link", name="Look at it").click()
    page.get_by_role("button", name="It is right, save it").click()
    expect(unsent(page)).to_have_text("1 not sent yet")
    page.goto("/read/kept/")
    rows.nth(0).get_by_text("Discard", exact=True).click()
    assert page.evaluate(TOLD_ANEW) == [True, True, True, 1]
    page.goto("/read/kept/")
    rows.nth(0).get_by_text("Discard", exact=True).click()
    rows.nth(0).get_by_role("button", name="Discard it for good").click()
    expect(page.locator("[data-none]")).to_be_visible()
    assert stored(alice) == [("Attic", "1390"), ("Bath", "7"), ("Cellar", "1403")]


def test_the_outbox_outlives_the_browser_and_a_new_worker(
    alice: User,
    line: Line,
    tmp_path: Path,
    browser: Browser,
    browser_type_launch_args: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def start() -> BrowserContext:
        options = {key: browser_type_launch_args[key] for key in ("executable_path", "args")}
        return browser.browser_type.launch_persistent_context(
            tmp_path, base_url=line.url, viewport={"width": 390, "height": 844}, **options
        )

    context = start()
    page = context.new_page()
    page.goto("/account/login/")
    sign_in(page, alice)
    kept(page)
    page.goto("/read/")
    line.turn("cut")
    save(page, "1401")
    expect(unsent(page)).to_have_text("1 not sent yet")
    context.close()
    context = start()
    page = context.new_page()
    page.goto("/read/")
    expect(page.locator("h1")).to_have_text("Bath")
    save(page, "1402")
    expect(unsent(page)).to_have_text("2 not sent yet")
    # A new version comes while both still wait, and takes over.
    other = context.new_page()
    other.goto("/offline/")
    hold(other)
    line.turn("open")
    monkeypatch.setattr(worker, "static", lambda name: f"/static/{name}?new")
    page.evaluate(
        """() => new Promise((done) => {
            navigator.serviceWorker.addEventListener("controllerchange", () => done());
            navigator.serviceWorker.getRegistration().then((found) => found.update());
        })"""
    )
    assert stored(alice) == []
    other.close()
    page.evaluate("dispatchEvent(new Event('online'))")
    waits(page, 0)
    assert stored(alice) == [("Attic", "1401"), ("Bath", "1402")]
    context.close()


def test_what_cannot_be_kept_is_shown_so_that_nobody_leaves_without_it(
    alice: User, phone: Callable[..., Page], line: Line
) -> None:
    page = phone(alice)
    kept(page)
    page.goto("/read/")
    (worker,) = page.context.service_workers
    worker.evaluate("() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full'); }; }")
    line.turn("cut")
    save(page, "1401")
    expect(page.locator(".errors")).to_contain_text(re.compile("saved nowhere. Write it down:.*1401"))
    line.turn("open")
    page.goto("/read/")
    save(page, "1402")
    expect(page.locator("h1")).to_have_text("Bath")
    assert stored(alice) == [("Attic", "1402")]


def test_another_site_puts_nothing_into_the_outbox(alice: User, phone: Callable[..., Page], line: Line) -> None:
    page = phone(alice)
    kept(page)
    page.goto("/read/")
    entry = page.url
    writer = page.locator("[name=writer]").input_value()
    other = page.context.new_page()
    line.turn("cut")
    with other.expect_event("requestfailed"):
        other.evaluate(
            """([action, writer]) => {
                const form = Object.assign(document.createElement("form"), { method: "post", action });
                for (const [name, value] of Object.entries({ writer, value: "1401", held: "1" }))
                    form.append(Object.assign(document.createElement("input"), { name, value }));
                document.body.append(form);
                HTMLFormElement.prototype.submit.call(form);
            }""",
            [entry, writer],
        )
    line.turn("open")
    page.goto("/read/kept/")
    waits(page, 0)
    assert stored(alice) == []
