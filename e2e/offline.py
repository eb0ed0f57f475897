"""What tests without network share: a line that can be cut, a phone on it, and a look into what the device keeps."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.current import acting_as
from accounts.models import User
from e2e.conftest import come_in
from e2e.line import Line, line_to
from homelog.testing import make_home, make_readings, make_source, make_user
from readings.models import Reading
from sources.models import DataSource


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
    come_in(page, user)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def meter_of(user: User, name: str) -> DataSource:
    """The meter of this name, as `user` sees it."""
    with acting_as(user):
        return DataSource.objects.get(name=name)


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
