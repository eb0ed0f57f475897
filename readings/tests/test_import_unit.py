"""In which unit a file counts that does not say so: chosen on the preview, converted exactly, and remembered."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone as clock

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_source, share
from readings.tests.files import PLAIN, stored
from readings.tests.importing import batch_of, browser, import_whole, preview_url, text
from readings.tests.test_import_home import bring as bring_home
from sources.models import DataSource, Home

UNSAID = PLAIN.replace(b"kWh", b"Total")
LATER = b"time,Total\n2026-01-01 00:00,200\n2026-01-02 00:00,210.5\n2026-01-03 00:00,211\n2026-01-04 00:00,220\n"
AS_IT_IS = ["100", "110.5", "110.5", "131"]
FROM_WH = ["0.100", "0.1105", "0.1105", "0.131"]
OFFER = (
    '<option value="kWh" selected>kWh</option><option value="Wh">Wh</option><option value="MWh">MWh</option></select>'
)


@pytest.fixture
def at_home(alice: User) -> Client:
    return browser(alice)


def values(source: DataSource) -> list[str]:
    return [value for _, value, _ in stored(source)]


def seen(page: str) -> str:
    """The mark of what a page shows, as its form sends it."""
    return page.partition('name="seen" value="')[2].partition('"')[0]


def test_the_units_of_the_quantity_are_offered_and_the_meters_own_is_taken(at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, UNSAID)
    page = at_home.get(url).text
    assert page.count('name="in-0"') == 1
    assert OFFER in page
    assert at_home.post(url, {"key-0": "1", "in-0": "kWh", "seen": seen(page), "do": "import"}).status_code == 302
    assert values(source) == AS_IT_IS


def test_what_is_chosen_is_shown_converted_before_it_is_stored(at_home: Client, source: DataSource) -> None:
    url = preview_url(at_home, source, UNSAID)
    form = {"key-0": "1", "in-0": "Wh", "do": "import"}
    answer = at_home.post(url, {**form, "seen": seen(at_home.get(url).text)})
    assert answer.status_code == 422
    for part in ("You changed something.", "Given in Wh, stored in kWh.", "Use in this file 0.031 kWh"):
        assert part in text(answer)
    assert values(source) == []
    assert at_home.post(url, {**form, "seen": seen(answer.text)}).status_code == 302
    assert values(source) == FROM_WH


@pytest.mark.parametrize("said", ["m³", "mwh", "", "kWh\0", "x" * 400])
def test_a_unit_that_does_not_go_together_with_the_meters_is_not_taken(
    said: str, at_home: Client, source: DataSource
) -> None:
    import_whole(at_home, source, UNSAID, **{"key-0": "1", "in-0": said})
    assert values(source) == AS_IT_IS


@pytest.mark.parametrize(
    ("head", "unit"),
    [(b"Total Wh", "kWh"), (b"kWh", "kWh"), (b"Total m3", "kWh"), (b"Total", "gal"), (b"Total", "cups")],
)
def test_nothing_is_asked_where_the_file_says_it_or_there_is_nothing_to_choose(
    head: bytes, unit: str, at_home: Client, alice: User
) -> None:
    source = make_source(alice, name="Meter", unit=unit)
    assert 'name="in-0"' not in at_home.get(preview_url(at_home, source, PLAIN.replace(b"kWh", head))).text


def test_the_file_has_the_last_word_on_its_unit(at_home: Client, source: DataSource) -> None:
    import_whole(at_home, source, PLAIN, **{"key-0": "1", "in-0": "Wh"})
    assert values(source) == AS_IT_IS


def test_the_next_file_of_the_shape_counts_in_the_same_unit(at_home: Client, source: DataSource) -> None:
    import_whole(at_home, source, UNSAID, **{"key-0": "1", "in-0": "Wh"})
    assert batch_of(source).mapping["counts_in"] == "Wh"
    url = preview_url(at_home, source, LATER)
    assert "Given in Wh, stored in kWh." in text(at_home.get(url))
    at_home.post(url)
    assert values(source) == [*FROM_WH, "0.200", "0.2105", "0.211", "0.220"]


@pytest.mark.parametrize("behind", [0, 1])
def test_the_next_file_counts_as_before_also_where_the_meter_was_converted_by_a_server_whose_clock_is_behind(
    behind: int, at_home: Client, source: DataSource, alice: User
) -> None:
    import_whole(at_home, source, UNSAID)
    with acting_as(alice), time_machine.travel(clock.now() - timedelta(hours=behind)):
        DataSource.objects.get(pk=source.pk).convert_to("MWh")
    url = preview_url(at_home, source, LATER)
    assert "Given in kWh, stored in MWh." in text(at_home.get(url))
    at_home.post(url)
    assert values(source)[4:] == ["0.200", "0.2105", "0.211", "0.220"]


def test_a_unit_that_was_only_written_down_wrong_is_not_remembered(
    at_home: Client, source: DataSource, alice: User
) -> None:
    import_whole(at_home, source, UNSAID, **{"key-0": "1"})
    with acting_as(alice):
        DataSource.objects.get(pk=source.pk).rename_unit("MWh")
    url = preview_url(at_home, source, LATER)
    assert '<option value="MWh" selected>' in at_home.get(url).text
    at_home.post(url)
    assert values(source) == [*AS_IT_IS, "200", "210.5", "211", "220"]


def test_hundreds_of_cubic_feet_are_stored_in_cubic_feet_exactly(at_home: Client, home: Home, alice: User) -> None:
    source = make_source(alice, home, name="Gas", source_type="gas", unit="ft³", digits=7, decimals=0)
    import_whole(at_home, source, PLAIN.replace(b"kWh", b"Gas (ccf)"))
    assert values(source) == ["10000", "11050", "11050", "13100"]


def test_what_was_looked_at_in_one_unit_is_not_stored_in_another(
    at_home: Client, source: DataSource, alice: User
) -> None:
    url = preview_url(at_home, source, UNSAID)
    mark = seen(at_home.get(url).text)
    with acting_as(alice):
        changed = DataSource.objects.get(pk=source.pk)
        changed.unit = "MWh"
        changed.save()
    answer = at_home.post(url, {"key-0": "1", "in-0": "kWh", "seen": mark, "do": "import"})
    assert (answer.status_code, "You changed something." in text(answer), values(source)) == (422, True, [])


def test_in_a_home_it_is_asked_beside_the_meter_that_is_proposed(
    at_home: Client, source: DataSource, home: Home
) -> None:
    url = bring_home(at_home, home, UNSAID)
    to = {"key-0": "1", "to-0": str(source.public_id)}
    assert 'name="in-0"' not in at_home.get(url).text
    at_home.post(url, {**to, "do": "look"})
    assert OFFER in at_home.get(url).text
    assert at_home.post(url, {**to, "in-0": "Wh", "do": "import"}).status_code == 302
    assert values(source) == FROM_WH


@pytest.mark.parametrize(("level", "status"), [("read", 403), (None, 404)])
def test_who_may_not_import_says_nothing_of_it(
    level: str | None, status: int, at_home: Client, source: DataSource, bob: User
) -> None:
    if level:
        share(source, bob, level)
    url = preview_url(at_home, source, UNSAID)
    form = {"key-0": "1", "in-0": "Wh", "do": "import"}
    assert browser(bob).post(url, form).status_code == status
    assert Client().post(url, form).headers["Location"].startswith("/account/login/?next=")
    assert OFFER in at_home.get(url).text
    assert values(source) == []


def test_the_command_is_told_it_too(source: DataSource, tmp_path: Path) -> None:
    file = tmp_path / "meter.csv"
    file.write_bytes(UNSAID)
    call_command("import_readings", str(file), source=str(source.public_id), username="alice", unit=["Total=Wh"])
    assert values(source) == FROM_WH
