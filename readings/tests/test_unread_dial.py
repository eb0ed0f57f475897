"""A meter was changed and nobody has read the new one yet: no page shows what the old one said as its last reading."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.current import acting_as
from homelog.testing import make_readings, make_source
from readings.tests.entries import LAST, at_noon, eight_a_day, messages, page, save
from sources.models import DataSource, MeterChange

pytestmark = pytest.mark.usefixtures(at_noon.__name__)

AWAITED = "The meter was replaced on 9 Nov 2026 and went on from 3.0: its first reading is awaited."
OLD_DRUMS = '<span class="vh">12,431.7 kWh</span>'
NEW_DRUMS = '<span class="vh">3.0 kWh</span>'


def change(source: DataSource, at: datetime = datetime(2026, 11, 9, 9, 0, tzinfo=UTC), began: int = 3) -> MeterChange:
    """The meter of a source was replaced."""
    values = {"changed_at": at, "old_final": Decimal("12511.7"), "new_initial": Decimal(began)}
    with acting_as(source.owner):
        return MeterChange.objects.create(source=source, **values)


@pytest.fixture
def meter(source: DataSource, client: Client) -> DataSource:
    """Alice's meter with an even past, replaced since its last reading; she is signed in."""
    eight_a_day(source)
    change(source)
    client.force_login(source.owner)
    return source


def test_the_entry_page_shows_where_the_new_dial_began(client: Client, meter: DataSource) -> None:
    answer = client.get(page("entry", meter))
    assertContains(answer, f"<dt>{AWAITED}</dt>")
    assertContains(answer, 'Before that: 12,431.7 kWh, <time datetime="2026-10-30T11:00:00+00:00">')
    assertContains(answer, NEW_DRUMS)
    assertNotContains(answer, OLD_DRUMS)
    assertNotContains(answer, "Last reading")


def test_the_first_reading_of_the_new_dial_is_no_fall_and_ends_it(client: Client, meter: DataSource) -> None:
    assert messages(save(client, meter, "107", recorded_at="2026-11-22T12:30")) == [
        "Electricity: 107 kWh saved. +184 kWh, 8 a day. As usual."
    ]
    answer = client.get(page("entry", meter))
    assertNotContains(answer, "awaited")
    assertContains(answer, '<span class="vh">107.0 kWh</span>')


def test_home_and_the_page_of_the_source_say_so(client: Client, meter: DataSource) -> None:
    assert meter.home is not None
    home = client.get(meter.home.get_absolute_url())
    assertContains(home, AWAITED)
    assertNotContains(home, "Read 23 days ago")
    assertContains(client.get(meter.get_absolute_url()), f'<dd class="meta">{AWAITED}</dd>')
    save(client, meter, "107")
    for address in (meter.home.get_absolute_url(), meter.get_absolute_url()):
        assertNotContains(client.get(address), "awaited")


def test_the_sheet_to_fill_in_by_pen_says_so(client: Client, meter: DataSource) -> None:
    answer = client.get(reverse("readings:sheet"))
    assertContains(answer, f'<td class="n"><small>{AWAITED}</small></td>', html=True)
    assertNotContains(answer, "12,431.7")


def test_a_register_beside_others_says_so_of_itself_alone(client: Client, meter: DataSource) -> None:
    night = make_source(meter.owner, meter.home, name="Night", meter_number=meter.meter_number or "1")
    if not meter.meter_number:
        with acting_as(meter.owner):
            DataSource.objects.filter(pk=meter.pk).update(meter_number="1")
    make_readings(night, ["500"], start=LAST)
    answer = client.get(page("entry", meter))
    assertContains(answer, AWAITED, count=1)
    assertContains(answer, NEW_DRUMS)
    assertContains(answer, '<span class="vh">500.0 kWh</span>')
    assertNotContains(answer, OLD_DRUMS)


@pytest.mark.parametrize(
    ("reason", "words"), [("rollover", "The dial rolled over on 9 Nov"), ("reset", "The dial was reset on 9 Nov")]
)
def test_each_reason_has_its_words(reason: str, words: str, client: Client, meter: DataSource) -> None:
    with acting_as(meter.owner):
        MeterChange.objects.update(reason=reason)
    assertContains(client.get(page("entry", meter)), words)


def test_of_two_changes_the_last_one_counts_and_a_bad_reading_is_none(client: Client, meter: DataSource) -> None:
    change(meter, datetime(2026, 11, 20, 9, 0, tzinfo=UTC), began=7)
    make_readings(meter, ["20"], start=datetime(2026, 11, 21, tzinfo=UTC), quality_flag="bad")
    assertContains(client.get(page("entry", meter)), "on 20 Nov 2026 and went on from 7.0: its first reading is")
    make_readings(meter, ["21"], start=datetime(2026, 11, 20, 9, 0, tzinfo=UTC), quality_flag="questionable")
    assertNotContains(client.get(page("entry", meter)), "awaited")


def test_a_change_before_the_first_reading_of_all_awaits_nothing(client: Client, source: DataSource) -> None:
    change(source)
    client.force_login(source.owner)
    assertContains(client.get(page("entry", source)), "No reading yet: write down what the meter shows now.")
    make_readings(source, ["5"], start=datetime(2026, 11, 9, tzinfo=UTC) + timedelta(days=1))
    assertNotContains(client.get(page("entry", source)), "awaited")
