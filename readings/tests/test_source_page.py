"""The page of a source, in the household of homelog.testing; the home is in Berlin's time."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone as clock
from pytest_django import DjangoAssertNumQueries

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_readings, make_source, share
from readings.signals import source_viewed
from readings.tests.dials import utc
from readings.views import source as view
from sources.models import DataSource, Home, MeterChange

NOW = utc("2026-11-20T12:00")
MONTHS = ["Dec 2025", *(f"{date(2026, month, 1):%b} 2026" for month in range(1, 12))]


@pytest.fixture(autouse=True)
def twentieth_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 20 November 2026, 13:00 in Berlin."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


def page(client: Client, source: DataSource, query: str = "") -> str:
    """The page as it is sent."""
    answer = client.get(source.get_absolute_url() + query)
    assert answer.status_code == 200
    return answer.content.decode()


def words(html: str) -> str:
    """What can be read in a piece of a page, in one line; drawings aside."""
    return " ".join(unescape(re.sub(r"(?s)<svg.*?</svg>|<[^>]+>", " ", html)).split())


def part(html: str, tag: str, after: str = "") -> str:
    """The words of the first element of its kind, after a piece of the page."""
    found = re.search(rf"(?s)<{tag}[ >].*?</{tag}>", html[html.index(after) :])
    assert found
    return words(found[0])


def table(html: str, after: str) -> list[list[str]]:
    """The cells of the first table after a piece of the page, without its head."""
    body = re.search(r"(?s)<tbody>(.*?)</tbody>", html[html.index(after) :])
    assert body
    rows = re.findall(r"(?s)<tr>(.*?)</tr>", body[1])
    return [[words(cell) for cell in re.findall(r"(?s)<t[hd].*?</t[hd]>", row)] for row in rows]


def write(source: DataSource, readings: dict[str, str]) -> None:
    """Readings of `source` at instants of UTC."""
    for at, value in readings.items():
        make_readings(source, [value], utc(at))


def november(source: DataSource) -> None:
    """Two Novembers: 150 and 120 in their first fifteen days."""
    write(
        source,
        {
            "2025-10-31T23:00": "0",
            "2025-11-15T23:00": "150",
            "2025-11-30T23:00": "450",
            "2025-12-31T23:00": "760",
            "2026-10-31T23:00": "4000",
            "2026-11-15T23:00": "4120",
        },
    )


def test_an_anonymous_visitor_is_asked_to_sign_in(client: Client, source: DataSource) -> None:
    answer = client.get(source.get_absolute_url())
    assert (answer.status_code, answer["Location"]) == (302, f"/account/login/?next={source.get_absolute_url()}")


def test_a_stranger_finds_no_such_source(client: Client, source: DataSource, charlie: User) -> None:
    client.force_login(charlie)
    assert client.get(source.get_absolute_url()).status_code == 404


def test_the_page_is_only_looked_at(client: Client, source: DataSource, alice: User) -> None:
    client.force_login(alice)
    assert client.post(source.get_absolute_url()).status_code == 405


def test_figures_are_those_of_this_month_against_the_same_days_of_last_year(
    client: Client, source: DataSource, alice: User
) -> None:
    november(source)
    client.force_login(alice)
    assert part(page(client, source), "dl") == (
        "This month 120.0 kWh until 16 Nov Against last year −20.0% 150.0 kWh in the same days "
        "Per day 8.0 kWh usual 9.0 to 11.0 Last reading 4,120.0 kWh 16 Nov 2026, 00:00"
    )


def test_before_half_a_day_has_passed_it_says_what_a_use_per_day_needs(
    client: Client, source: DataSource, alice: User
) -> None:
    write(source, {"2026-11-20T08:00": "100", "2026-11-20T10:00": "101"})
    client.force_login(alice)
    assert "Per day known once readings are half a day apart Last reading" in part(page(client, source), "dl")


def test_who_and_notes_of_readings_stand_below_their_time_where_there_is_no_room(
    client: Client, source: DataSource, alice: User
) -> None:
    make_readings(source, ["100"], utc("2026-11-20T08:00"), notes="<i>after the storm</i>")
    client.force_login(alice)
    html = page(client, source)
    assert '<small class="meta tight wrap">you · &lt;i&gt;after the storm&lt;/i&gt;</small></th>' in html
    heads = re.findall(r'<th scope="col"([^>]*)>(\w+)</th>', html[html.index('id="readings"') :])
    narrow = [name for attributes, name in heads if "roomy" not in attributes]
    assert narrow == ["When", "Reading"]


def test_chart_and_table_say_the_same(client: Client, source: DataSource, alice: User) -> None:
    november(source)
    client.force_login(alice)
    html = page(client, source)
    rows = table(html, 'id="use"')
    assert [row[0] for row in rows] == MONTHS
    assert rows[0] == ["Dec 2025", "310.0", "–"]
    assert rows[-1] == ["Nov 2026", "120.0 until 16 Nov", "150.0 until 16 Nov"]
    tips = re.findall(r"<title>(.*?)</title>", html[html.index('id="use"') :])
    assert tips == re.findall(r'class="slot" aria-label="([^"]*)"', html)
    assert tips[0] == "Dec 2025: 310.0 kWh · Dec 2024: no reading"
    assert tips[-1] == "Nov 2026: 120.0 kWh (until 16 Nov) · Nov 2025: 150.0 kWh (until 16 Nov)"
    drawn = re.findall(
        r'<rect class="(now|prev) (\w+)" x="([\d.]+)%" y="([\d.]+)%" width="3%" height="([\d.]+)%"', html
    )
    assert drawn[0] == ("now", "measured", "4.33", "22.5", "77.5")
    assert drawn[-2:] == [("prev", "part", "92.67", "62.5", "37.5"), ("now", "part", "96", "70", "30")]


def test_an_earlier_year_is_shown_beside_the_one_before(client: Client, source: DataSource, alice: User) -> None:
    november(source)
    client.force_login(alice)
    html = page(client, source, "?year=2025")
    rows = table(html, 'id="use"')
    assert [row[0] for row in rows][:2] == ["Jan 2025", "Feb 2025"]
    assert rows[-2:] == [["Nov 2025", "450.0", "–"], ["Dec 2025", "310.0", "–"]]
    assert part(html, "nav", 'class="chart ') == "2025 2026 12 months"


@pytest.mark.parametrize(
    "year", ["0", "1900", "2200", "2201", "-5", "x", "２０２５", "20255", "02026999", "99999999999999999999"]
)
def test_what_is_no_year_is_not_found(client: Client, source: DataSource, alice: User, year: str) -> None:
    client.force_login(alice)
    answer = client.get(source.get_absolute_url(), {"year": year})
    assert answer.status_code == 404
    assert "There is no such year here. Choose one from the page of the source." in answer.content.decode()


def test_an_unexplained_fall_is_told_and_counts_as_no_use(client: Client, source: DataSource, alice: User) -> None:
    write(
        source,
        {"2026-09-30T22:00": "700", "2026-10-03T10:00": "812.4", "2026-10-04T10:00": "15.0", "2026-10-31T23:00": "60"},
    )
    client.force_login(alice)
    html = page(client, source)
    assert (
        "On 4 Oct 2026 the dial fell from 812.4 to 15.0. Was the meter replaced? "
        "Until that is settled, it counts as no use. See this reading"
    ) in words(html)
    assert table(html, 'id="use"')[-2] == ["Oct 2026", "157.4", "–"]
    assert [row[1:4] for row in table(html, 'id="readings"')] == [
        ["60.0 45.0 used 1.6 per day", "45.0", "1.6"],
        ["15.0 0.0 used 0.0 per day", "0.0", "0.0"],
        ["812.4 112.4 used 45.0 per day", "112.4", "45.0"],
        ["700.0", "–", "–"],
    ]


def test_a_replaced_meter_counts_on_and_nothing_is_told(client: Client, source: DataSource, alice: User) -> None:
    write(source, {"2026-09-30T22:00": "100", "2026-10-31T23:00": "25"})
    with acting_as(alice):
        MeterChange.objects.create(
            source=source, changed_at=utc("2026-10-25T09:00"), old_final=Decimal(175), new_initial=Decimal(5)
        )
    client.force_login(alice)
    html = page(client, source)
    assert table(html, 'id="use"')[-2] == ["Oct 2026", "95.0", "–"]
    assert "dial fell" not in html


def test_the_line_breaks_where_the_meter_was_replaced_and_it_is_said_in_words(
    client: Client, source: DataSource, alice: User
) -> None:
    write(source, {"2026-09-30T22:00": "1100", "2026-10-31T23:00": "25"})
    with acting_as(alice):
        MeterChange.objects.create(
            source=source, changed_at=utc("2026-10-16T10:30"), old_final=1175, new_initial=5, new_number="MEA 8810"
        )
    client.force_login(alice)
    html = page(client, source)
    assert re.findall(r'<polyline class="l" points="([^"]+)"', html) == ["0,24 500,12", "500,199.2 1000,196"]
    assert "<title>meter replaced, 16 Oct 2026</title>" in html
    assert part(html, "ul", 'id="line"') == (
        "The meter was replaced on 16 Oct 2026, 12:30: it ended at 1,175.0, and went on from 5.0. "
        "The new meter is MEA 8810."
    )


def test_the_line_breaks_where_the_dial_rolled_over_though_nobody_noted_it(
    client: Client, source: DataSource, alice: User
) -> None:
    write(source, {"2026-09-01T10:00": "999000", "2026-10-01T10:00": "999900", "2026-10-31T10:00": "800"})
    client.force_login(alice)
    html = page(client, source)
    assert len(re.findall("<polyline", html)) == 2
    assert "<title>dial rolled over, 31 Oct 2026</title>" in html
    assert part(html, "ul", 'id="line"') == "The dial rolled over before 31 Oct 2026, 11:00."


def test_a_fall_that_nothing_explains_stays_in_the_line(client: Client, source: DataSource, alice: User) -> None:
    write(source, {"2026-09-01T10:00": "9000", "2026-10-01T10:00": "9900", "2026-10-31T10:00": "800"})
    client.force_login(alice)
    html = page(client, source)
    assert len(re.findall("<polyline", html)) == 1
    assert "<title>" not in html[html.index('id="line"') : html.index('id="readings"')]


def test_without_a_reading_the_page_says_what_to_do(client: Client, source: DataSource, alice: User, bob: User) -> None:
    share(source, bob)
    client.force_login(alice)
    assert (
        "No reading yet Write down what the meter says now. "
        "From the second reading on you see what you use. Add reading"
    ) in words(page(client, source))
    client.force_login(bob)
    assert "Add reading" not in page(client, source)


def test_after_one_reading_one_more_is_asked_for(client: Client, source: DataSource, alice: User) -> None:
    make_readings(source, ["17"], NOW)
    client.force_login(alice)
    html = page(client, source)
    assert "One more reading and you see what you use." in html
    assert part(html, "dl") == "Last reading 17.0 kWh 20 Nov 2026, 13:00"
    assert "polyline" not in html
    assert 'id="use"' not in html, "nothing is known of any month: no empty chart"


def test_two_readings_of_one_moment_apart_are_drawn(client: Client, source: DataSource, alice: User) -> None:
    make_readings(source, ["17", "17"], NOW - timedelta(minutes=1), timedelta(seconds=1))
    client.force_login(alice)
    assert 'points="0,100 1000,100"' in page(client, source)


def test_levels_have_a_line_and_a_table_of_their_range(client: Client, home: Home, alice: User) -> None:
    scale = make_source(
        alice, home, name="Weight", source_type="weight", unit="kg", counting="level", digits=None, meter_number=""
    )
    write(scale, {"2026-10-05T10:00": "70", "2026-10-15T10:00": "71", "2026-11-02T10:00": "71.25"})
    client.force_login(alice)
    html = page(client, scale)
    assert table(html, 'id="line"')[-3:] == [
        ["Sep 2026", "–", "–", "–", "0"],
        ["Oct 2026", "70.0", "70.5", "71.0", "2"],
        ["Nov 2026", "71.3", "71.3", "71.3", "1"],
    ]
    assert part(html, "dl") == (
        "Last reading 71.25 kg 2 Nov 2026, 11:00 Mean of November 2026 71.3 kg from 71.3 to 71.3 "
        "Usual 53.3–88.8 kg by the last readings"
    )
    assert "Use per month" not in html


@pytest.fixture
def pressure(home: Home, alice: User) -> tuple[DataSource, DataSource]:
    """Both values of a blood pressure of Alice's, each read on two days, and the pulse beside them."""
    about = {"unit": "mmHg", "counting": "level", "digits": None, "decimals": 0, "meter_number": "Cuff 1"}
    upper, lower, pulse = (
        make_source(alice, home, name=f"Blood pressure, {name}", **{**about, "source_type": kind, "unit": unit})
        for name, kind, unit in (
            ("upper", "blood_pressure", "mmHg"),
            ("lower", "blood_pressure", "mmHg"),
            ("pulse", "pulse", "/min"),
        )
    )
    for each, values in ((upper, ["121", "133"]), (lower, ["80", "84"]), (pulse, ["62", "70"])):
        make_readings(each, values, start=utc("2026-11-10T08:00"), step=timedelta(days=7))
    return upper, lower


def test_of_one_blood_pressure_nothing_is_drawn_yet(
    pressure: tuple[DataSource, DataSource], client: Client, alice: User
) -> None:
    with acting_as(alice):
        for source in pressure:
            source.readings.get(recorded_at=utc("2026-11-17T08:00")).delete()
    client.force_login(alice)
    html = page(client, pressure[0])
    assert 'class="plot"' not in html
    assert "One reading in this time: 121 mmHg, 10 Nov 2026, 09:00." in words(html)


@pytest.mark.parametrize("which", [0, 1])
def test_both_values_of_a_blood_pressure_are_drawn_in_one_chart(
    which: int, pressure: tuple[DataSource, DataSource], client: Client, alice: User
) -> None:
    client.force_login(alice)
    html = page(client, pressure[which])
    assert re.findall(r'<polyline class="l k-(\w+)" points="[^"]+" stroke-dasharray="([^"]*)"', html) == [
        ("teal", ""),
        ("coral", "7 4"),
    ]
    assert html.count('class="plot"') == 1
    assert table(html, 'id="line"')[-1] == ["Nov 2026", "127 121 to 133", "82 80 to 84"]
    legend = part(html, "p", '<p class="legend"')
    assert legend == "Blood pressure, upper Blood pressure, lower"


def test_the_pulse_and_one_value_alone_have_a_line_of_their_own(
    pressure: tuple[DataSource, DataSource], client: Client, alice: User, bob: User
) -> None:
    upper, _lower = pressure
    client.force_login(alice)
    with acting_as(alice):
        pulse = DataSource.objects.get(source_type="pulse")
    assert 'class="plot" role="img"' in page(client, pulse)
    assert "Blood pressure, lower" not in page(client, pulse)
    with acting_as(alice):
        share(upper, bob, "read")
    client.force_login(bob)
    html = page(client, upper)
    assert 'class="plot" role="img"' in html
    assert "Blood pressure, lower" not in html


def test_after_one_value_of_a_level_the_chart_says_the_one_that_there_is(
    client: Client, home: Home, alice: User
) -> None:
    scale = make_source(alice, home, name="Scale", source_type="weight", unit="kg", counting="level", digits=None)
    make_readings(scale, ["81.5"], start=utc("2026-11-10T08:00"))
    client.force_login(alice)
    html = page(client, scale)
    assert "No reading in this time." not in html
    assert "One reading in this time: 81.5 kg, 10 Nov 2026, 09:00. From the second on there is a line." in words(html)
    assert "No reading in this time." in page(client, scale, "?year=2025")


def test_amounts_are_summed_and_have_no_line(client: Client, home: Home, alice: User) -> None:
    pellets = make_source(
        alice, home, name="Pellets", source_type="pellets", unit="kg", counting="amount", digits=None, decimals=0
    )
    write(pellets, {"2026-10-05T10:00": "300", "2026-10-15T10:00": "20", "2026-11-02T10:00": "7"})
    client.force_login(alice)
    html = page(client, pellets)
    assert table(html, 'id="use"')[-2:] == [["Oct 2026", "320", "–"], ["Nov 2026", "7 until 2 Nov", "–"]]
    assert "polyline" not in html
    assert [row[:2] for row in table(html, 'id="readings"')] == [
        ["2 Nov 2026, 11:00 you", "7"],
        ["15 Oct 2026, 12:00 you", "20"],
        ["5 Oct 2026, 12:00 you", "300"],
    ]


def test_bad_readings_are_listed_and_take_no_part(client: Client, source: DataSource, alice: User) -> None:
    write(source, {"2026-09-30T22:00": "100", "2026-10-31T23:00": "200"})
    make_readings(source, ["99999"], utc("2026-10-10T10:00"), quality_flag="bad", notes="misread")
    client.force_login(alice)
    html = page(client, source)
    assert table(html, 'id="use"')[-2] == ["Oct 2026", "100.0", "–"]
    assert table(html, 'id="readings"')[1] == [
        "10 Oct 2026, 12:00 Bad, left out you · misread",
        "99,999.0",
        "–",
        "–",
        "you",
        "Bad, left out misread",
    ]


def test_each_level_sees_what_it_may_do(client: Client, source: DataSource, bob: User) -> None:
    grant = share(source, bob, "read")
    client.force_login(bob)
    actions = {}
    for level in ("read", "write", "admin"):
        with acting_as(source.owner):
            grant.level = level
            grant.save()
        actions[level] = part(page(client, source), "p", '<p class="acts"')
    assert actions == {
        "read": "Readings",
        "write": "Add reading Readings Import",
        "admin": "Add reading Readings Import Settings",
    }


def test_administrators_see_who_can_see_it_and_each_person_once(
    client: Client, source: DataSource, alice: User, bob: User, charlie: User
) -> None:
    share(source, bob, "write")
    assert source.home is not None
    with acting_as(alice):
        source.home.members.create(user=bob, level="read", granted_by=alice)
        source.home.members.create(user=charlie, level="read", granted_by=alice)
    client.force_login(alice)
    html = page(client, source)
    assert part(html, "dl", 'id="people"') == "Alice (you) Owns it Bob May add and correct readings Charlie May see"
    assert part(html, "p", '<header class="page">') == "MEA 7741 · shared with 2 people"
    client.force_login(bob)
    html = page(client, source)
    assert 'id="people"' not in html
    assert part(html, "p", '<header class="page">') == "MEA 7741 · belongs to Alice"


def test_an_archived_source_can_be_looked_at_but_not_read(client: Client, source: DataSource, alice: User) -> None:
    make_readings(source)
    with acting_as(alice):
        source.archived_at = NOW
        source.save()
    client.force_login(alice)
    html = page(client, source)
    assert "put away" in part(html, "p", '<header class="page">')
    assert "Add reading" not in html


def test_opening_the_page_is_announced_once(client: Client, source: DataSource, alice: User) -> None:
    seen: list[DataSource] = []

    def note(sender: object, source: DataSource, **kwargs: object) -> None:
        seen.append(source)

    source_viewed.connect(note)
    try:
        client.force_login(alice)
        client.get(source.get_absolute_url())
        client.head(source.get_absolute_url())
    finally:
        source_viewed.disconnect(note)
    assert seen == [source]


def test_what_people_type_is_shown_as_text(client: Client, alice: User) -> None:
    odd = make_source(alice, name='<b>"A&B"</b>', unit="<i>", place_name="<script>", meter_number="&amp;")
    make_readings(odd, notes="<img src=x>")
    client.force_login(alice)
    html = page(client, odd)
    assert not re.search(r"<b>|<i>|<script>|<img", html.split("<main", 1)[1].replace("<b>", "", html.count("<dd><b>")))


def test_the_page_costs_the_same_with_three_readings_and_with_three_hundred(
    client: Client,
    source: DataSource,
    alice: User,
    owner: Callable[[], AbstractContextManager[None]],
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(view, "panels_for", lambda request, source: [])
    make_readings(source, start=NOW - timedelta(days=300))
    client.force_login(alice)
    client.get(source.get_absolute_url())
    with django_assert_num_queries(14):
        client.get(source.get_absolute_url())
    with owner(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reading (public_id, source_id, value, recorded_at, quality_flag, notes, metadata, photo,"
            " created_at) SELECT gen_random_uuid(), %s, 200 + n, %s + n * interval '12 hours', 'good', '', '{}', '',"
            " now() FROM generate_series(1, 297) AS n",
            [source.pk, NOW - timedelta(days=290)],
        )
    with django_assert_num_queries(14):
        client.get(source.get_absolute_url())


def test_estimated_and_spread_months_are_drawn_and_named_as_such(
    client: Client, source: DataSource, alice: User
) -> None:
    write(source, {"2026-06-15T10:00": "0", "2026-08-15T10:00": "610", "2026-08-31T22:00": "700"})
    make_readings(source, ["1000"], utc("2026-09-30T22:00"), quality_flag="estimated")
    client.force_login(alice)
    html = page(client, source)
    assert re.findall(r'class="now (spread|estimated|part|measured)"', html[html.index('class="chart') :]) == [
        "spread",
        "spread",
        "spread",
        "estimated",
    ]
    assert part(html, "p", 'id="use"') == "last 12 months spread evenly between readings estimated"
    assert table(html, 'id="use"')[6:10] == [
        ["Jun 2026", "155.0 from 15 Jun, spread evenly between readings", "–"],
        ["Jul 2026", "310.0 spread evenly between readings", "–"],
        ["Aug 2026", "235.0 spread evenly between readings", "–"],
        ["Sep 2026", "300.0 estimated", "–"],
    ]
