"""The history pages of a source and of a home: who sees what, filters, pages, words."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone as clock
from django.utils.html import strip_tags
from pytest_django.asserts import assertContains

from accounts.current import acting_as
from accounts.models import User
from audit.kinds import KINDS
from audit.log import write
from audit.queries import AHEAD, PAGE
from homelog.testing import START, make_home, make_readings, make_source, share
from readings.models import ImportBatch
from readings.signals import readings_imported, source_viewed
from sources.models import DataSource, Home

READ = "read on 1 Jan 2026, 09:00"


def page_of(source: DataSource) -> str:
    return f"/sources/{source.public_id}/history/"


def told(response: Any) -> list[str]:
    """The sentences of the page with their points, newest first, without their times."""
    assert response.status_code in {200, 422}, response.status_code
    lines = re.findall(r"<li>(.*?)</li>", response.content.decode().partition('class="feed"')[2], re.DOTALL)
    texts = [re.sub(r"<span class=\"meta\">(<a [^>]*>)?<time.*", "", line, flags=re.DOTALL) for line in lines]
    return [" ".join(unescape(strip_tags(text)).split()) for text in texts]


def words(response: Any) -> str:
    """All sentences of the page."""
    return " ".join(told(response))


@pytest.fixture
def lived(source: DataSource, bob: User) -> DataSource:
    """Alice's source: made, read once, shared with Bob, who may add and correct readings and looked at it."""
    make_readings(source, ["100.5"])
    share(source, bob, "write")
    with acting_as(bob):
        source_viewed.send(sender=None, source=source)
    return source


def test_the_owner_reads_everything_but_the_looks(client: Client, lived: DataSource) -> None:
    client.force_login(lived.owner)
    assert told(client.get(page_of(lived))) == [
        "You shared Electricity with Bob: may add and correct readings",
        f"You wrote down 100.5 kWh for Electricity, {READ}",
        "You added Electricity",
    ]


def test_the_top_of_the_page_names_the_home_as_on_other_pages_of_a_source(client: Client, lived: DataSource) -> None:
    client.force_login(lived.owner)
    assert lived.home is not None
    for address in (page_of(lived), f"/homes/{lived.home.public_id}/history/", lived.get_absolute_url()):
        assertContains(client.get(address), '<p class="where">Rama IX flat</p>', html=True)
    with acting_as(lived.owner):
        lived.home = None
        lived.save()
    assertContains(client.get(page_of(lived)), '<p class="where"></p>', html=True)


def test_who_looked_is_shown_when_asked_for(client: Client, lived: DataSource) -> None:
    client.force_login(lived.owner)
    assert told(client.get(page_of(lived), {"kind": "all"}))[:2] == [
        "Bob opened Electricity",
        "You shared Electricity with Bob: may add and correct readings",
    ]


def test_a_correction_tells_old_and_new(client: Client, lived: DataSource) -> None:
    from decimal import Decimal

    with acting_as(lived.owner):
        reading = lived.readings.get()
        reading.value, reading.notes = Decimal("1234.5"), "<script>alert(1)</script>"
        reading.save()
    client.force_login(lived.owner)
    response = client.get(page_of(lived))
    assert told(response)[0] == (
        f"You corrected 100.5 to 1,234.5 kWh for Electricity, {READ} Note: nothing → <script>alert(1)</script>"
    )
    assert b"<script>alert" not in response.content


def test_readings_have_as_many_decimals_as_the_meter_has_unless_it_counted_in_another_unit(
    client: Client, alice: User, home: Home
) -> None:
    source = make_source(alice, home)
    make_readings(source, ["12360", "12400.25"])
    client.force_login(alice)
    for place in (source, home):
        kind = "source" if isinstance(place, DataSource) else "home"
        text = words(client.get(f"/{kind}s/{place.public_id}/history/"))
        assert ("12,360.0 kWh" in text, "12,400.25 kWh" in text) == (True, True)
    with acting_as(alice):
        DataSource.objects.get(pk=source.pk).convert_to("MWh")
    text = words(client.get(page_of(source)))
    assert ("12,360 kWh" in text, "12,360.0" in text) == (True, False)


@pytest.mark.parametrize("level", ["read", "write"])
def test_who_may_read_or_write_is_told_what_happened_to_readings(
    client: Client, lived: DataSource, charlie: User, level: str
) -> None:
    share(lived, charlie, level)
    client.force_login(charlie)
    response = client.get(page_of(lived))
    assert told(response) == [f"Alice wrote down 100.5 kWh for Electricity, {READ}"]
    kinds = [kind for kind, _label in response.context["form"].fields["kind"].choices]
    assert kinds == ["changes", "readings", "imports"]
    for kind in ("all", "views", "sharing"):
        refused = client.get(page_of(lived), {"kind": kind})
        assert (refused.status_code, told(refused)) == (422, told(response))
    assert "The administrators of this source see everything." in response.content.decode()


def test_a_stranger_is_told_that_there_is_no_such_source(client: Client, lived: DataSource, charlie: User) -> None:
    client.force_login(charlie)
    assert client.get(page_of(lived)).status_code == 404


def test_a_visitor_is_asked_to_sign_in(client: Client, lived: DataSource, home: Home) -> None:
    for page in (page_of(lived), f"/homes/{home.public_id}/history/"):
        response = client.get(page)
        assert (response.status_code, response.headers["Location"]) == (302, f"/account/login/?next={page}")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_history_is_only_looked_at(client: Client, lived: DataSource, home: Home, method: str) -> None:
    client.force_login(lived.owner)
    for page in (page_of(lived), f"/homes/{home.public_id}/history/"):
        assert getattr(client, method)(page).status_code == 405


def test_a_home_is_told_about_by_its_administrators_only(
    client: Client, lived: DataSource, home: Home, bob: User, charlie: User
) -> None:
    page = f"/homes/{home.public_id}/history/"
    with acting_as(lived.owner):
        home.members.create(user=bob, level="write")
    for person, status in ((lived.owner, 200), (bob, 403), (charlie, 404)):
        client.force_login(person)
        assert client.get(page).status_code == status


def test_a_home_is_told_about_with_all_its_sources_and_members(
    client: Client, lived: DataSource, home: Home, bob: User
) -> None:
    water = make_source(lived.owner, home, name="Water", unit="m³")
    make_source(lived.owner, make_home(lived.owner, "Hut"), name="Elsewhere")
    with acting_as(lived.owner):
        home.members.create(user=bob, level="read")
    client.force_login(lived.owner)
    page = f"/homes/{home.public_id}/history/"
    assert told(client.get(page)) == [
        "You took Bob into Rama IX flat: may see",
        "You added Water",
        "You shared Electricity with Bob: may add and correct readings",
        f"You wrote down 100.5 kWh for Electricity, {READ}",
        "You added Electricity",
        "You became a member of Rama IX flat: may change everything",
        "You made the home Rama IX flat",
    ]
    assert told(client.get(page, {"source": water.pk})) == ["You added Water"]


def test_ones_own_sign_ins_are_shown_beside_a_home(client: Client, lived: DataSource, home: Home) -> None:
    with acting_as(lived.owner):
        write("sign_in")
    client.force_login(lived.owner)
    assert told(client.get(f"/homes/{home.public_id}/history/", {"kind": "sign_ins"})) == ["You signed in"]


def test_a_history_is_filtered_by_kind(client: Client, lived: DataSource, home: Home, bob: User) -> None:
    alice = lived.owner
    with acting_as(alice):
        lived.validators.create(min_value=0)
        lived.meter_changes.create(changed_at=START + timedelta(days=9), old_final=200, new_initial=0)
        batch = ImportBatch.objects.create(source=lived, file_name="may.csv", format="csv", created_by=alice)
        readings_imported.send(sender=None, batch=batch, facts={"stored": 2})
    client.force_login(alice)

    def found(place: str, kind: str) -> list[str]:
        return [entry.split(" Least")[0].split(" Changed")[0] for entry in told(client.get(place, {"kind": kind}))]

    assert {kind: found(page_of(lived), kind) for kind in ("readings", "settings", "sharing", "imports", "views")} == {
        "readings": [f"You wrote down 100.5 kWh for Electricity, {READ}"],
        "settings": ["You set a rule for Electricity", "You added Electricity"],
        "sharing": ["You shared Electricity with Bob: may add and correct readings"],
        "imports": ["You imported 2 readings for Electricity from the file may.csv"],
        "views": ["Bob opened Electricity"],
    }
    assert len(found(page_of(lived), "meter_changes")) == 1
    assert found(f"/homes/{home.public_id}/history/", "settings") == [
        "You set a rule for Electricity",
        "You added Electricity",
        "You made the home Rama IX flat",
    ]


@pytest.mark.parametrize("kind", ["changes", *KINDS])
@pytest.mark.parametrize("number", [1, 3])
def test_each_kind_takes_the_same_queries_however_much_there_is(
    client: Client, lived: DataSource, home: Home, kind: str, number: int, django_assert_num_queries: Any
) -> None:
    with acting_as(lived.owner):
        for _each in range(number):
            write(KINDS.get(kind, KINDS["settings"])[0], {"source": "x"}, home_id=home.pk, source_id=lived.pk)
    client.force_login(lived.owner)
    with django_assert_num_queries(HOME_QUERIES):
        response = client.get(f"/homes/{home.public_id}/history/", {"kind": kind})
    assert len(told(response)) >= number


def test_whom_one_can_choose_has_rights_here_or_made_one_of_the_newest_changes(
    client: Client, lived: DataSource, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offered(person: User, place: str) -> list[str]:
        client.force_login(person)
        who = client.get(place).context["form"].fields["who"]
        return [name for _key, name in who.choices][1:]

    share(lived, charlie, "write")
    make_readings(lived, ["120"], start=START + timedelta(days=3), by=charlie)
    assert offered(lived.owner, page_of(lived)) == ["Alice", "Bob", "Charlie"]
    assert offered(bob, page_of(lived)) == ["Alice", "Charlie"]
    assert lived.home is not None
    assert offered(lived.owner, f"/homes/{lived.home.public_id}/history/") == ["Alice", "Charlie"]
    with acting_as(lived.owner):
        lived.shares.get(user=charlie).delete()
    assert offered(lived.owner, page_of(lived)) == ["Alice", "Bob", "Charlie"]
    monkeypatch.setattr("audit.queries.PEOPLE", 1)
    assert offered(lived.owner, page_of(lived)) == ["Alice", "Bob"]
    make_readings(lived, ["130"], start=START + timedelta(days=4), by=bob)
    assert offered(bob, page_of(lived)) == ["Bob"]


def test_a_history_is_filtered_by_person(client: Client, lived: DataSource, bob: User) -> None:
    make_readings(lived, ["120"], start=START + timedelta(days=3), by=bob)
    client.force_login(lived.owner)
    assert told(client.get(page_of(lived), {"who": bob.pk})) == [
        "Bob wrote down 120.0 kWh for Electricity, read on 4 Jan 2026, 09:00"
    ]


def test_a_history_is_filtered_by_days_of_the_home(client: Client, alice: User, home: Home) -> None:
    late = datetime(2026, 5, 3, 22, 30, tzinfo=UTC)
    with time_machine.travel(late, tick=False):
        source = make_source(alice, home)
    client.force_login(alice)
    with time_machine.travel(late, tick=False):
        client.force_login(alice)
        for first, last, found in (
            ("2026-05-04", "2026-05-04", ["You added Electricity"]),
            ("2026-05-04", "", ["You added Electricity"]),
            ("", "2026-05-03", []),
            ("2026-05-05", "", []),
        ):
            assert told(client.get(page_of(source), {"first": first, "last": last})) == found


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"first": "yesterday"}, "Enter a valid date."),
        ({"first": "1899-12-31"}, "Choose a year from 1900 to 2199."),
        ({"last": "9999-12-31"}, "Choose a year from 1900 to 2199."),
        ({"first": "2026-05-04", "last": "2026-05-03"}, "This day is before the first one."),
        ({"who": "0"}, "Select a valid choice. 0 is not one of the available choices."),
        ({"who": "x"}, "Select a valid choice. x is not one of the available choices."),
        ({"kind": "sign_ins"}, "Select a valid choice. sign_ins is not one of the available choices."),
    ],
)
def test_an_odd_filter_is_answered_with_its_sentence(
    client: Client, lived: DataSource, query: dict[str, str], sentence: str
) -> None:
    client.force_login(lived.owner)
    response = client.get(page_of(lived), query)
    assert (response.status_code, sentence in unescape(response.content.decode())) == (422, True)
    assert len(told(response)) == 3


def test_older_entries_follow_page_by_page_without_gap_or_double(client: Client, lived: DataSource) -> None:
    with acting_as(lived.owner), time_machine.travel(datetime.now(UTC) + timedelta(days=1), tick=False):
        for number in range(2 * PAGE):
            write("create_reading", {"source": "Electricity", "value": str(number)}, source_id=lived.pk)
    client.force_login(lived.owner)
    seen, page = [], page_of(lived)
    for size in (PAGE, PAGE, 3):
        response = client.get(page)
        lines = told(response)
        assert len(lines) == size
        seen += lines
        older = re.search(r'href="([^"]*)" rel="next"', response.content.decode())
        page = page_of(lived) + unescape(older[1]) if older else ""
    assert page == ""
    numbers = [re.findall(r"\d+", line)[0] for line in seen[: 2 * PAGE]]
    assert numbers == [str(number) for number in reversed(range(2 * PAGE))]


def test_the_way_to_older_entries_keeps_the_filter(client: Client, lived: DataSource) -> None:
    make_readings(lived, range(200, 200 + PAGE), start=START + timedelta(days=1))
    client.force_login(lived.owner)
    response = client.get(page_of(lived), {"who": str(lived.owner_id), "first": "2020-01-01"})
    older = re.search(r'href="([^"]*)" rel="next"', response.content.decode())
    assert older is not None
    assert f"who={lived.owner_id}&first=2020-01-01&before=" in unescape(older[1])
    second = client.get(page_of(lived) + unescape(older[1]))
    assert (len(told(second)), ">Newest</a>" in second.content.decode()) == (3, True)


@pytest.mark.parametrize(
    "mark", ["x", "1_2_3", "2026-05-03_1", "2026-05-03T00:00:00+00:00_x", "0001-01-01T00:00:00+14:00_1", "_1", "\x00"]
)
def test_a_mark_that_is_none_is_answered_with_404(client: Client, lived: DataSource, mark: str) -> None:
    client.force_login(lived.owner)
    assert client.get(page_of(lived), {"before": mark}).status_code == 404


def test_a_filter_that_finds_nothing_says_so_and_shows_the_way_back(client: Client, lived: DataSource) -> None:
    client.force_login(lived.owner)
    response = client.get(page_of(lived), {"last": "1999-12-31"})
    assert "No entry fits what you chose." in response.content.decode()
    assert told(response) == []


def test_an_entry_leads_to_its_reading_also_once_that_is_deleted(client: Client, lived: DataSource) -> None:
    reading = lived_reading = None
    with acting_as(lived.owner):
        lived_reading = lived.readings.get()
        reading = lived_reading.get_absolute_url()
    client.force_login(lived.owner)
    assert f'href="{reading}"' in client.get(page_of(lived)).content.decode()
    with acting_as(lived.owner):
        lived_reading.delete()
    response = client.get(page_of(lived))
    assert response.content.decode().count(f'href="{reading}"') == 2
    assert client.get(reading).status_code == 200
    assert told(response)[0] == f"You deleted the reading 100.5 kWh for Electricity, {READ}"


def test_the_time_of_an_entry_is_shown_on_the_clock_of_the_home(client: Client, alice: User, home: Home) -> None:
    at = datetime(2026, 7, 1, 22, 15, tzinfo=UTC)
    with time_machine.travel(at, tick=False):
        source = make_source(alice, home)
        client.force_login(alice)
        text = client.get(page_of(source)).content.decode()
    assert ">2 Jul 2026, 00:15</time>" in text
    assert 'datetime="2026-07-01T22:15:00+00:00"' in text


@pytest.mark.parametrize("number", [1, 3])
def test_a_page_costs_the_same_however_much_happened(
    client: Client, source: DataSource, home: Home, number: int, django_assert_num_queries: Any
) -> None:
    make_readings(source, range(100, 100 + number))
    client.force_login(source.owner)
    client.get(page_of(source))
    with django_assert_num_queries(SOURCE_QUERIES):
        client.get(page_of(source))
    with django_assert_num_queries(HOME_QUERIES):
        client.get(f"/homes/{home.public_id}/history/")


SOURCE_QUERIES = 11
HOME_QUERIES = 13


def test_no_month_that_is_made_ahead_is_looked_into(client: Client, source: DataSource, home: Home) -> None:
    make_readings(source, range(100, 103))
    client.force_login(source.owner)
    with CaptureQueriesContext(connection) as seen:
        for page in (page_of(source), source.get_absolute_url(), f"/homes/{home.public_id}/history/"):
            assert client.get(page).status_code == 200, page
    asked = [each["sql"] for each in seen if 'FROM "audit_log"' in each["sql"]]
    assert len(asked) >= 5
    month = f"audit_log_{clock.now() + AHEAD:%Y_%m}"
    for sql in asked:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {sql}")
            looked = set(re.findall(r"audit_log_\d{4}_\d{2}\b", str(cursor.fetchall())))
        assert max(looked) == month, sql


def test_what_was_written_while_the_clock_was_ahead_is_shown_to_whoever_asks_for_its_days(
    client: Client, lived: DataSource
) -> None:
    day = clock.now() + timedelta(days=40)
    with time_machine.travel(day, tick=False), acting_as(lived.owner):
        lived.name = "Early"
        lived.save()
    client.force_login(lived.owner)
    early, home = "the settings of Early", f"/homes/{lived.home.public_id if lived.home else ''}/history/"
    for page in (page_of(lived), home):
        assert not any(early in each for each in told(client.get(page)))
        for asked in (
            {"last": f"{day + timedelta(days=1):%Y-%m-%d}"},
            {"first": f"{day - timedelta(days=1):%Y-%m-%d}"},
        ):
            found = told(client.get(page, asked))
            assert early in found[0]
            assert (len(found) > 1) is ("last" in asked)
        assert not any(early in each for each in told(client.get(page, {"last": f"{clock.now():%Y-%m-%d}"})))


def test_a_mark_may_have_any_offset(client: Client, lived: DataSource) -> None:
    client.force_login(lived.owner)
    for mark in ("2020-05-03T00:00:00+20:00_1", "2020-05-03T00:00:00+00:00:00.000001_1"):
        assert client.get(page_of(lived), {"before": mark}).status_code == 200
