"""A lower value is typed, the meter was replaced: from the question to the chart, with and without JavaScript."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.current import acting_as
from homelog.testing import make_home, make_readings, make_source, make_user
from sources.models import DataSource, MeterChange

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def meter(transactional_db: None) -> DataSource:
    """Alice's meter, 10 kWh a day up to yesterday, on which no reading may be lower than the last."""
    alice = make_user("alice")
    source = make_source(alice, make_home(alice, timezone="UTC"))
    make_readings(source, range(12000, 12300, 100), datetime.now(UTC) - timedelta(days=30), timedelta(days=10))
    with acting_as(alice):
        source.validators.create(non_decreasing=True)
    return source


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_a_lower_value_to_a_right_chart(meter: DataSource, sign_in: Callable[..., Page], javascript: bool) -> None:
    options: dict[str, Any] = {"java_script_enabled": javascript}
    page = sign_in(meter.owner, f"{meter.get_absolute_url()}read/", **options)
    page.fill("[name=value]", "40")
    page.locator(".bar .primary").click()
    page.get_by_role("link", name="The meter was replaced").click()
    expect(page.locator("main")).to_contain_text("Your reading of 40.0 kWh")
    expect(page.locator("[name=old_final]")).to_have_value("12200")
    expect(page.locator("[name=new_initial]")).to_have_value("0")
    page.fill("[name=changed_at]", f"{datetime.now(UTC) - timedelta(days=4):%Y-%m-%dT%H:%M}")
    page.fill("[name=old_final]", "12260")
    page.fill("[name=new_number]", "MEA 9")
    page.get_by_role("button", name="See what it changes").click()
    expect(page.locator("h1")).to_have_text("What the meter change does")
    expect(page.locator(".plot")).to_have_count(1)
    with acting_as(meter.owner):
        assert MeterChange.objects.count() == 0
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{meter.get_absolute_url()}")
    expect(page.locator("main")).to_contain_text("it ended at 12,260.0, and went on from 0.0. The new meter is MEA 9.")
    expect(page.locator("main")).not_to_contain_text("dial fell")
    expect(page.locator(".serial")).to_have_text("MEA 9")
    with acting_as(meter.owner):
        assert [f"{value:f}" for value in meter.readings.values_list("value", flat=True)[:2]] == ["40", "12200"]
