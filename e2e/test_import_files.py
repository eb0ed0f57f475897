"""Every real meter file through the real pages in Chromium: brought, answered, confirmed, compared to the digit."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home
from readings.tests.real_files import FILES, REAL
from readings.tests.test_imports_real import use_of
from sources.models import DataSource

LONG = 120_000
"""The longest of them brings 44,000 readings, and the machine may be busy."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FILES.is_dir(), reason="the real meter files are not beside this repository"),
]


def test_every_real_file_comes_in_with_one_answer_at_most(alice: User, sign_in: Callable[..., Page]) -> None:
    homes = {file.name: make_home(alice, file.name) for file in REAL}
    page = sign_in(alice)
    page.set_default_timeout(LONG)
    for file in REAL:
        page.goto(f"/homes/{homes[file.name].public_id}/import/")
        page.set_input_files("[name=file]", FILES / file.name)
        page.get_by_role("button", name="See what it says").click()
        for name, value in file.said.items():
            field = page.locator(f"[name={name}]")
            if not field.is_visible():
                page.locator(f"details:has([name={name}]) > summary").click()
            field.fill(value)
            page.get_by_role("button", name="Check again with my changes").click()
        page.get_by_role("button", name="Import ").click()
        expect(page.get_by_role("button", name="Undo")).to_be_visible(timeout=LONG)
    for file in REAL:
        with acting_as(alice):
            made = list(DataSource.objects.filter(home=homes[file.name]).select_related("home", "owner"))
        expected = {name: (count, Decimal(use)) for name, (count, use) in file.meters.items()}
        assert {source.name: use_of(source) for source in made} == expected
