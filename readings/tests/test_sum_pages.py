"""What pages show of a source that is worked out from others; the home is in Berlin's time."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock

from accounts.current import acting_as
from accounts.models import User
from accounts.tests.api.calls import program_of
from homelog.testing import make_source, make_sum, share
from readings.tests.dials import utc
from readings.tests.test_source_page import page, table, words, write
from sources.models import DataSource, Home

HOUSE = {"2025-09-30T22:00": "100", "2025-10-31T23:00": "400", "2026-09-30T22:00": "4000", "2026-10-31T23:00": "4500"}
PUMP = {"2025-09-30T22:00": "0", "2025-10-31T23:00": "100", "2026-09-30T22:00": "1000", "2026-10-31T23:00": "1200"}
OCTOBER = "?from=2026-10-01&to=2026-11-01"


@pytest.fixture(autouse=True)
def twentieth_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 20 November 2026, 13:00 in Berlin."""
    monkeypatch.setattr(clock, "now", lambda: utc("2026-11-20T12:00"))


@pytest.fixture
def pump(source: DataSource, home: Home) -> DataSource:
    found = make_source(source.owner, home, name="Heat pump")
    write(source, HOUSE)
    write(found, PUMP)
    return found


@pytest.fixture
def rest(source: DataSource, pump: DataSource, home: Home) -> DataSource:
    return make_sum(source.owner, home, [source], [pump], name="All but the pump")


def of(name: str, source: DataSource) -> str:
    return reverse(f"readings:{name}", args=[source.public_id])


def test_its_page_shows_its_use_beside_the_year_before_what_it_consists_of_and_how_it_came_about(
    client: Client, rest: DataSource, alice: User
) -> None:
    client.force_login(alice)
    html = page(client, rest)
    assert table(html, 'id="use"')[-2] == ["Oct 2026", "300.0", "200.0"]
    assert table(html, 'id="registers"')[-2] == ["Oct 2026", "300.0", "200.0", "500.0"]
    assert "Worked out from Electricity is added Heat pump is taken away" in words(html)
    for absent in ("Add reading", "Import", of("entry", rest), of("reading_list", rest)):
        assert absent not in html
    why = client.get(of("use", rest) + OCTOBER).content.decode()
    assert table(why, "data-why") == [
        ["Electricity 500.0 kWh are added", "+500.0"],
        ["Heat pump 200.0 kWh are taken away", "−200.0"],
    ]
    shown = {"year": ("2026", "2,506.8 until 1 Nov"), "week": ("week of 26 Oct 2026", "58.0 until 1 Nov")}
    for by, (label, use) in shown.items():
        rows = table(page(client, rest, f"?by={by}"), 'id="use"')
        assert use in next(row for row in rows if row[0] == label)[1]


def test_home_yearly_sheet_and_use_together_show_it_and_count_nothing_twice(
    client: Client, rest: DataSource, home: Home, alice: User
) -> None:
    client.force_login(alice)
    tiles = words(client.get(home.get_absolute_url()).content.decode())
    assert "All but the pump 300.0 kWh +50% against the same days last year October 2026" in tiles
    assert "Electricity − Heat pump" in tiles
    together = client.get(reverse("readings:home_use", args=[home.public_id])).content.decode()
    assert table(together, 'id="g1"')[-2] == ["Oct 2026", "300.0", "200.0", "500.0"]
    sheet = words(client.get(reverse("readings:home_year", args=[home.public_id, 2026])).content.decode())
    assert "Worked out: Electricity − Heat pump. It is no further use beside theirs." in sheet


def test_who_may_not_see_a_part_reads_so_everywhere_and_no_figure(
    client: Client, rest: DataSource, source: DataSource, pump: DataSource, bob: User
) -> None:
    share(rest, bob)
    share(source, bob)
    client.force_login(bob)
    for path in (rest.get_absolute_url(), of("use", rest) + OCTOBER):
        html = client.get(path).content.decode()
        assert "One of the sources that this is worked out from is not shared with you" in words(html)
        assert all(secret not in html for secret in (pump.name, str(pump.public_id), "300.0", "500.0"))
    overview = client.get("/", follow=True).content.decode()
    assert "is not shared with you, so no figures are shown" in words(overview)
    assert (pump.name in overview, "300.0" in overview) == (False, False)


def test_figures_below_zero_are_shown_and_told(
    client: Client, source: DataSource, pump: DataSource, home: Home, alice: User
) -> None:
    total = make_sum(alice, home, [pump], [source], name="Wrong way round")
    client.force_login(alice)
    html = page(client, total)
    assert "Some of these figures are below zero" in words(html)
    assert table(html, 'id="use"')[-2][1:] == ["−300.0", "−200.0"]
    assert "It is below zero" in words(client.get(of("use", total) + OCTOBER).content.decode())
    sheet = words(client.get(reverse("readings:home_year", args=[home.public_id, 2026])).content.decode())
    assert "Below zero: what is taken away was more than what there was to take it from." in sheet


def test_nothing_is_written_down_imported_or_printed_for_it(
    client: Client, rest: DataSource, home: Home, alice: User
) -> None:
    client.force_login(alice)
    for name in ("entry", "import_upload", "meter_change_create"):
        assert client.get(of(name, rest)).status_code in {403, 404}
    for name in ("entry", "skip", "import_upload"):
        assert client.post(of(name, rest), {"value": "1"}).status_code == 403
    assert "so the file holds no readings" in words(client.get(of("export", rest)).content.decode())
    assert "No readings of its own" in words(client.get(of("reading_list", rest)).content.decode())
    for name in ("labels", "sheet", "today"):
        assert rest.name not in client.get(reverse(f"readings:{name}")).content.decode()
    assert client.get(reverse("readings:labels"), {"source": str(rest.public_id)}).status_code == 404
    assert client.get(of("series", rest)).json() == {
        "name": "All but the pump",
        "unit": "kWh",
        "at": [],
        "columns": [{"label": "value", "values": []}],
    }
    assert rest.name not in client.get(reverse("readings:home_import", args=[home.public_id])).content.decode()


def test_a_file_tells_what_it_consists_of_without_what_is_not_shared(
    client: Client, rest: DataSource, source: DataSource, pump: DataSource, bob: User
) -> None:
    share(rest, bob)
    share(source, bob)
    client.force_login(bob)
    text = b"".join(client.get(of("export_json", rest))).decode()
    assert json.loads(text)["worked_out_from"] == {
        "parts": [{"id": str(source.public_id), "sign": 1}],
        "not_shared": 1,
        "deleted": 0,
    }
    assert str(pump.public_id) not in text


def test_the_api_tells_its_periods_or_why_there_are_none_and_takes_nothing_for_it(
    rest: DataSource, source: DataSource, pump: DataSource, alice: User, bob: User
) -> None:
    share(rest, bob)
    share(source, bob)
    at = f"/sources/{rest.public_id}"
    told = program_of(alice)("GET", f"{at}/consumption?from=2026-10-01&to=2026-10-31").json()
    assert (told["counting"], told["why_not"], [each["use"] for each in told["periods"]]) == ("sum", None, ["300"])
    answer = program_of(bob)("GET", f"{at}/consumption?from=2026-10-01&to=2026-10-31")
    assert [each["use"] for each in answer.json()["periods"]] == [None]
    assert answer.json()["why_not"].startswith("One of the sources that this is worked out from is not shared with you")
    assert pump.name not in answer.content.decode()
    program = program_of(alice)
    for method, path, sent, status in (
        ("POST", f"{at}/readings", {"value": "1", "recorded_at": "2026-11-01T10:00:00Z"}, 403),
        ("POST", f"{at}/validators", {"min_value": "1"}, 403),
        ("PATCH", at, {"unit": "m³"}, 422),
        ("PATCH", at, {"name": "What is left"}, 200),
    ):
        assert program(method, path, sent).status_code == status, (method, path)


def test_the_history_names_the_parts_that_who_reads_it_may_see(
    client: Client, source: DataSource, rest: DataSource, pump: DataSource, bob: User
) -> None:
    with acting_as(rest.owner):
        rest.parts.get(part=pump).delete()
    history, added = f"/sources/{rest.public_id}/history/", "All but the pump be worked out from one source more, which"
    client.force_login(rest.owner)
    mine = words(client.get(history).content.decode())
    assert f"{added} is taken away: Heat pump" in mine
    assert f"{added} is added: {source.name}" in mine
    assert "took a part out of what All but the pump is worked out from: Heat pump" in mine
    share(rest, bob, "admin")
    client.force_login(bob)
    theirs = words(client.get(history).content.decode())
    assert f"{added} is taken away: one that is not shared with you, or is deleted" in theirs
    assert "Heat pump" not in theirs
