"""Without network: pages that open all the same, and readings that wait on the device until they can be sent."""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.current import acting_as
from accounts.models import User
from e2e.line import Line, line_to
from homelog.testing import PASSWORD, make_home, make_readings, make_source, make_user
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


@pytest.fixture
def line(live_server: Any) -> Iterator[Line]:
    """The line between browser and server."""
    with line_to(live_server.url) as line:
        yield line


@pytest.fixture
def phone(line: Line, visit: Callable[..., Page]) -> Callable[..., Page]:
    """`phone(user)`: a page in a browser of its own, signed in over the line, its service worker at work.

    The line comes first, so that it goes last: what a page still asks for when a test ends is no complaint.
    """

    def enter(user: User, **options: Any) -> Page:
        page = visit("/account/login/", base_url=line.url, service_workers="allow", **options)
        sign_in(page, user)
        return page

    return enter


def sign_in(page: Page, user: User) -> None:
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main .primary")
    page.wait_for_url(lambda url: "/account/login/" not in url)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


METERS = ("Attic", "Bath", "Cellar")


@pytest.fixture
def alice(transactional_db: None) -> User:
    """Alice with three meters of one home, each read every ten days, 8 a day, and due since yesterday."""
    alice = make_user("alice")
    home = make_home(alice)
    for place, name in enumerate(METERS, 1):
        start = datetime.now(UTC) - timedelta(days=51)
        source = make_source(alice, home, name=name, position=place)
        make_readings(source, range(1000, 1400, 80), start=start, step=timedelta(days=10))
    return alice


def stored(person: User) -> list[tuple[str, str]]:
    """What was written down since, as source and value."""
    with acting_as(person):
        found = Reading.objects.filter(recorded_at__gt=datetime.now(UTC) - timedelta(days=1)).order_by("source__name")
        return [(name, f"{value:f}") for name, value in found.values_list("source__name", "value")]


def looked_up(page: Page, store: str, question: str) -> Any:
    """What the device answers to a question about one of its stores."""
    return page.evaluate(
        f"""() => new Promise((done) => {{
            const asked = indexedDB.open("homelog");
            asked.onsuccess = () => {{
                const found = asked.result.transaction("{store}").objectStore("{store}").{question};
                found.onsuccess = () => {{ asked.result.close(); done(found.result ?? null); }};
            }};
        }})"""
    )


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait for what happens behind the page."""
    for _ in range(150):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError("It did not come about in 15 seconds.")


def kept(page: Page) -> None:
    """Wait until the device has the pages of whoever is signed in."""
    person = page.evaluate("document.body.dataset.person")
    until(page, lambda: (looked_up(page, "kept", "get('household')") or {}).get("person") == person)


def waits(page: Page, count: int) -> None:
    """Wait until this many readings lie in the outbox, whoever wrote them."""
    until(page, lambda: looked_up(page, "outbox", "count()") == count)


def hold(page: Page) -> None:
    """Let nothing be sent until this page is closed."""
    page.evaluate(
        """() => new Promise((held) => {
            navigator.locks.request("homelog-outbox", () => new Promise(() => held()));
        })"""
    )


def save(page: Page, value: str) -> None:
    page.fill("[name=value]", value)
    page.locator(".bar .primary").click()


def unsent(page: Page) -> Any:
    return page.locator(".unsent a")


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
    with acting_as(alice):
        bath = Reading.objects.filter(source__name="Bath")[0].source
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


def test_what_was_kept_a_moment_ago_stands_in_place_of_the_last_reading(
    alice: User, phone: Callable[..., Page], line: Line
) -> None:
    page = phone(alice)
    kept(page)
    with acting_as(alice):
        bath = Reading.objects.filter(source__name="Bath")[0].source
    entry = f"/sources/{bath.public_id}/read/"
    held, last, hint = page.locator("[data-held]"), page.locator(".last .drums"), page.locator("[data-hint]")
    before = held.locator("small")
    line.turn("cut")
    page.goto(entry)
    expect(last).to_contain_text("1,320.0 kWh")
    expect(held).to_be_hidden()
    save(page, "1401")
    expect(page.locator("h1")).to_have_text("No network")
    page.goto(entry)
    expect(held.locator("span")).to_have_text(
        re.compile(r"^Kept on this device: 1,401 kWh, \d\d:\d\d, not sent yet\.$")
    )
    expect(last).to_be_hidden()
    expect(before).to_have_text(re.compile(r"^The last reading in HomeLog: 1,320 kWh, \d+ \w+ \d{4}, \d\d:\d\d\.$"))
    page.fill("[name=value]", "1403.5")
    expect(hint).to_have_text("+2.5 kWh since the last reading. As usual.")
    page.fill("[name=value]", "1400")
    expect(hint).to_have_attribute("data-state", "low")
    expect(hint).to_contain_text("1,400 is lower than the last reading, 1,401.")
    page.fill("[name=value]", "9999")
    expect(hint).to_have_attribute("data-state", "high")
    page.locator(".bar .primary").click()
    expect(page.locator("h1")).to_have_text("No network")
    page.goto(entry)
    expect(held).to_contain_text("9,999 kWh")
    page.fill("[name=value]", "1405")
    expect(hint).to_contain_text("+4 kWh")
    line.turn("open")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(held).to_contain_text("It needs an answer.")
    expect(last).to_contain_text("1,320.0 kWh")
    expect(before).to_be_hidden()
    assert stored(alice) == [("Bath", "1401")]


def test_what_is_no_number_is_not_kept_and_what_is_lower_only_when_somebody_says_so(
    alice: User, phone: Callable[..., Page], line: Line
) -> None:
    page = phone(alice)
    kept(page)
    with acting_as(alice):
        bath = Reading.objects.filter(source__name="Bath")[0].source
    entry = f"/sources/{bath.public_id}/read/"
    value, hint, asked = page.locator("[name=value]"), page.locator("[data-hint]"), page.locator("[data-keeping]")
    line.turn("cut")
    page.goto(entry)
    value.fill("abc")
    value.press("Enter")
    expect(hint).to_have_text("This is not a number. Use digits, and one point or comma before the decimals.")
    expect(value).to_have_attribute("aria-invalid", "true")
    expect(value).to_be_focused()
    value.fill("1300")
    expect(value).not_to_have_attribute("aria-invalid", "true")
    value.press("Enter")
    expect(asked.locator("span")).to_have_text("1,300 is lower than 1,320. Keep it all the same?")
    value.fill("1301")
    expect(asked).to_be_hidden()
    value.press("Enter")
    expect(asked.locator("span")).to_have_text("1,301 is lower than 1,320. Keep it all the same?")
    assert looked_up(page, "outbox", "count()") == 0
    asked.get_by_role("button").click()
    expect(page.locator("h1")).to_have_text("No network")
    expect(page.locator("[data-list] li")).to_have_text(re.compile("Bath 1301 kWh"))


def test_what_was_kept_before_the_meter_was_converted_is_told_in_its_own_unit(
    alice: User, phone: Callable[..., Page], line: Line
) -> None:
    page = phone(alice)
    kept(page)
    with acting_as(alice):
        bath = Reading.objects.filter(source__name="Bath")[0].source
    entry = f"/sources/{bath.public_id}/read/"
    line.turn("cut")
    page.goto(entry)
    save(page, "1401")
    expect(page.locator("h1")).to_have_text("No network")
    with acting_as(alice):
        bath.unit, bath.unit_way = "MWh", "convert"
        bath.full_clean()
        bath.save()
    line.turn("open")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.goto(entry)
    held = page.locator("[data-held]")
    expect(held).to_contain_text("It was not accepted.")
    page.goto(entry)
    expect(page.locator(".last .drums")).to_contain_text("MWh")
    expect(held).to_contain_text("Kept on this device: 1,401 kWh,")
    assert stored(alice) == []


def test_what_is_sent_while_the_page_is_open_is_told_there(alice: User, phone: Callable[..., Page], line: Line) -> None:
    page = phone(alice)
    kept(page)
    with acting_as(alice):
        attic = Reading.objects.filter(source__name="Attic")[0].source
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
    expect(page.locator("main .due")).to_contain_text("Not sent yet: 1.")
    page.click("main .primary")
    expect(page.locator("main .due")).to_contain_text("Readings wait on this device: 1.")
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
    with acting_as(alice):
        cellar = Reading.objects.filter(source__name="Cellar")[0].source
        DataValidator.objects.create(source=cellar, max_value=Decimal(2000))
        attic = Reading.objects.filter(source__name="Attic")[0].source
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
