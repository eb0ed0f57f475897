"""What tests of typed values share: meters that are due, and how their entry pages are left and saved."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home, make_readings, make_source, make_user
from sources.models import DataSource


@pytest.fixture
def alice(transactional_db: None) -> User:
    """She reads a meter in her bath and one with two registers, all of them due."""
    alice = make_user("alice")
    home = make_home(alice)
    start = datetime.now(UTC) - timedelta(days=51)
    for place, (name, number) in enumerate((("Bath", ""), ("Day", "M 1"), ("Night", "M 1")), 1):
        meter = make_source(alice, home, name=name, meter_number=number, position=place)
        make_readings(meter, range(1000, 1400, 80), start=start, step=timedelta(days=10))
    return alice


def entry(alice: User, name: str = "Bath") -> str:
    """The address of a meter's entry page."""
    with acting_as(alice):
        return f"/sources/{DataSource.objects.get(name=name).public_id}/read/"


def home_and_back(page: Page) -> None:
    page.locator("a.brand").click()
    page.wait_for_url(re.compile(r"/$"))
    page.go_back()


def save(page: Page, name: str = "Save") -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_url(lambda url: "/read/" not in url)
