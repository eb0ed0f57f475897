"""Browser tests: Chromium of the system against the real server, which runs as homelog_app."""

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.signals import request_finished, request_started
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from homelog.testing import PASSWORD

# Playwright's loop runs in the test's thread; the ORM is only used between its calls.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
AXE = next(Path(__file__).parent.glob("vendor/axe-core-*/axe.min.js"))
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium as the system brings it, best without the windows that nobody sees here and that take most of the time
    of a page; a run without it fails and says what to install.
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program, "Chromium is missing. Install it (Debian: apt-get install chromium-headless-shell)."
    return {**browser_type_launch_args, "executable_path": program, "args": FLAGS}


@pytest.fixture(autouse=True)
def all_answered(transactional_db: None) -> Iterator[None]:
    """The tables are emptied once every request was answered: those of a service worker outlive the test that began
    them, and one that reads while tables are emptied is a deadlock.
    """
    under_way: set[int] = set()

    def begun(**kwargs: Any) -> None:
        under_way.add(threading.get_ident())

    def answered(**kwargs: Any) -> None:
        under_way.discard(threading.get_ident())

    request_started.connect(begun)
    request_finished.connect(answered)
    yield
    end, quiet = time.monotonic() + 30, 0
    while quiet < 3 and time.monotonic() < end:
        time.sleep(0.02)
        quiet = 0 if under_way else quiet + 1
    request_started.disconnect(begun)
    request_finished.disconnect(answered)


@pytest.fixture(params=["phone-light", "phone-dark", "desktop-light", "desktop-dark"])
def view(request: pytest.FixtureRequest) -> dict[str, Any]:
    """A screen and a colour scheme: the options of a browser context."""
    screen, scheme = request.param.split("-")
    return {"viewport": PHONE if screen == "phone" else DESKTOP, "color_scheme": scheme, "has_touch": screen == "phone"}


@pytest.fixture
def visit(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """`visit(path, **context options)` opens a page; whatever the browser complains about fails the test at its end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        expected = "status of 4" in message.text or "blocked by Playwright" in message.text
        if message.type in {"error", "warning"} and not expected:
            complaints.append(message.text)

    def open_page(path: str = "/", cookies: Sequence[Any] = (), **options: Any) -> Page:
        # Without motion: a page left while its view transition still runs makes Chromium complain.
        # Without the service worker, which has tests of its own: its requests would go on beside every other page.
        options = {"viewport": PHONE, "reduced_motion": "reduce", "service_workers": "block", **options}
        context = browser.new_context(**{"base_url": live_server.url, **options})
        contexts.append(context)
        context.add_cookies(cookies)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def sign_in(visit: Callable[..., Page], live_server: Any) -> Callable[..., Page]:
    """`sign_in(user, path, **context options)`: a page of somebody who signed in before; the form has its own tests."""

    def enter(user: Any, path: str = "/", **options: Any) -> Page:
        browser = Client()
        browser.force_login(user)
        cookies = [{"name": each.key, "value": each.value, "url": live_server.url} for each in browser.cookies.values()]
        return visit(path, cookies=cookies, **options)

    return enter


@pytest.fixture
def axe() -> Callable[..., list[str]]:
    """`axe(page)`: the violations that axe-core finds on the page as it stands, as "rule: element" lines; with names of
    rules, those alone.
    """
    script = AXE.read_text()

    def run(page: Page, *rules: str) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(script)
        options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
        result = page.evaluate("(options) => axe.run(document, options)", options)
        return [f"{found['id']}: {node['html']}" for found in result["violations"] for node in found["nodes"]]

    return run


def come_in(page: Page, user: Any) -> None:
    """Sign in through the form that the page shows, as a person does."""
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main .primary")
    page.wait_for_url(lambda url: "/account/login/" not in url)


def sideways(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def code_in_mail() -> str:
    """The code in the newest mail."""
    found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def sign_up(page: Page) -> None:
    """Nok makes an account and proves her address."""
    page.fill("[name=display_name]", "Nok")
    page.fill("[name=email]", "nok@example.com")
    page.fill("[name=password1]", PASSWORD)
    page.click("main .primary")
    page.wait_for_selector("[name=code]")
    page.fill("[name=code]", code_in_mail())
    page.click("main .primary")
    page.wait_for_url(lambda url: "/account/" not in url)
