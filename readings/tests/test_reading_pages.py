"""The page of one reading, correcting and confirming it, deleting it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import strip_tags
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.current import acting_as
from accounts.ids import uuid7
from accounts.models import User
from homelog.testing import make_readings, make_source, share
from readings.models import Reading
from readings.tests.entries import LAST, NOW, at_noon, eight_a_day, messages, page, stored
from sources.models import DataSource

pytestmark = pytest.mark.usefixtures(at_noon.__name__)

PAGES = ("reading", "reading_update", "reading_delete")
AT = "2026-10-30T12:00"


@pytest.fixture
def reading(source: DataSource, client: Client) -> Reading:
    """The last of four readings, 12431.7 on 30 October at noon in Berlin; Alice is signed in."""
    client.force_login(source.owner)
    return eight_a_day(source)[-1]


def correct(client: Client, reading: Reading, **changed: str) -> Any:
    given = {"value": "12431.7", "recorded_at": AT, "quality_flag": "good", "notes": ""}
    return client.post(page("reading_update", reading.source, reading), {**given, **changed})


def now(source: DataSource) -> tuple[Decimal, datetime, str, str]:
    """The newest reading as it is stored."""
    return stored(source)[0]


AS_IT_WAS = (Decimal("12431.7"), LAST, "good", "")


# Looking at it


def test_the_page_shows_the_reading_and_who_wrote_it(client: Client, source: DataSource, reading: Reading) -> None:
    answer = client.get(page("reading", source, reading))
    assertContains(answer, "<h1>30 Oct 2026, 12:00</h1>", html=True)
    assertContains(answer, '<span class="vh">12,431.7 kWh</span>', html=True)
    assertContains(answer, '<dd>+240.0 kWh <span class="meta">since the reading before</span></dd>', html=True)
    assertContains(answer, '<dd>22 Nov 2026, 13:00 <span class="meta">by Alice</span></dd>', html=True)
    assertNotContains(answer, "Somebody should check this reading.")


def test_a_questionable_reading_says_why_and_is_confirmed_by_one_button(
    client: Client, source: DataSource, reading: Reading
) -> None:
    with acting_as(source.owner):
        source.validators.create(max_value=12000, on_violation="flag")
        reading.quality_flag = "questionable"
        reading.save()
    assert now(source) == (*AS_IT_WAS[:2], "questionable", "")
    answer = client.get(page("reading", source, reading))
    assertContains(answer, "12,431.7 is above 12,000, the most this source may show.")
    assertContains(answer, f'<form method="post" action="{page("reading_confirm", source, reading)}">')
    seen = answer.context["reading"].version
    answer = client.post(page("reading_confirm", source, reading), {"seen": seen})
    assertRedirects(answer, page("reading", source, reading), fetch_redirect_response=False)
    assert messages(answer) == ["Confirmed: Electricity, 12,431.7 kWh is right."]
    assert now(source) == AS_IT_WAS


def test_a_confirmed_reading_is_flagged_again_once_its_value_changes(
    client: Client, source: DataSource, reading: Reading
) -> None:
    with acting_as(source.owner):
        source.validators.create(max_value=12000, on_violation="flag")
    answer = correct(client, reading, value="12431.8")
    assert messages(answer) == [
        "Corrected from 12,431.7 to 12,431.8 kWh. Marked as questionable until somebody confirms it."
    ]
    assert now(source)[2] == "questionable"


# Correcting it


def test_the_form_starts_with_what_is_stored(client: Client, source: DataSource, reading: Reading) -> None:
    answer = client.get(page("reading_update", source, reading))
    shown = {name: answer.context["form"][name].value() for name in ("value", "recorded_at", "quality_flag", "notes")}
    local = datetime(2026, 10, 30, 12, 0)  # noqa: DTZ001 (as a clock on the wall shows it)
    assert shown == {"value": "12431.7", "recorded_at": local, "quality_flag": "good", "notes": ""}
    assertContains(answer, 'type="datetime-local" name="recorded_at" value="2026-10-30T12:00"')


def test_value_time_quality_and_note_are_corrected(client: Client, source: DataSource, reading: Reading) -> None:
    changed = {"value": "12 430,5", "recorded_at": "2026-10-29T18:30", "quality_flag": "estimated", "notes": "guess"}
    answer = correct(client, reading, **changed)
    assertRedirects(answer, page("reading", source, reading), fetch_redirect_response=False)
    assert messages(answer) == ["Corrected from 12,431.7 to 12,430.5 kWh."]
    assert now(source) == (Decimal("12430.5"), datetime(2026, 10, 29, 17, 30, tzinfo=UTC), "estimated", "guess")
    with acting_as(source.owner):
        reading.refresh_from_db()
    assert (reading.updated_by_id, reading.updated_at) == (source.owner_id, NOW)


def test_a_time_left_alone_keeps_its_seconds(client: Client, source: DataSource, reading: Reading) -> None:
    at = LAST + timedelta(seconds=12, microseconds=5)
    with acting_as(source.owner):
        reading.recorded_at = at
        reading.save()
    correct(client, reading, notes="by torch")
    assert now(source) == (Decimal("12431.7"), at, "good", "by torch")


def test_in_an_hour_that_was_twice_the_form_shows_which_and_can_change_it(client: Client, source: DataSource) -> None:
    client.force_login(source.owner)
    second = datetime(2025, 10, 26, 1, 30, tzinfo=UTC)
    (reading,) = make_readings(source, ["7"], start=second)
    form = client.get(page("reading_update", source, reading)).context["form"]
    assert (form.is_twice, form["fold"].value()) == (True, "1")
    correct(client, reading, value="7", recorded_at="2025-10-26T02:30", fold="1", notes="a")
    assert now(source) == (Decimal(7), second, "good", "a")
    correct(client, reading, value="7", recorded_at="2025-10-26T02:30", fold="0", notes="a")
    assert now(source) == (Decimal(7), second - timedelta(hours=1), "good", "a")


def test_a_doubtful_correction_is_asked_about_and_then_taken_as_it_was_said(
    client: Client, source: DataSource, reading: Reading
) -> None:
    make_readings(source, ["11471.7"], start=LAST - timedelta(days=120))
    answer = correct(client, reading, value="99431.7")
    assert answer.status_code == 422
    assert answer.context["form"].errors["value"] == [
        "99,431.7 would be 87,240 kWh, 2,908 a day; usual is 6 to 10. Is it right?"
    ]
    assertContains(answer, '<button name="confirm" value="99431.7">It is right, save it</button>', status_code=422)
    assert now(source) == AS_IT_WAS
    correct(client, reading, value="99431.7", confirm="99431.7")
    assert now(source) == (Decimal("99431.7"), LAST, "good", "")


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"value": "x"}, "value", "This is not a number. Use digits, and one point or comma before the decimals."),
        ({"recorded_at": ""}, "recorded_at", "This field is required."),
        (
            {"recorded_at": "2026-11-23T12:00"},
            "recorded_at",
            "This time is in the future. Write a reading down once it is taken.",
        ),
        (
            {"quality_flag": "splendid"},
            "quality_flag",
            "Select a valid choice. splendid is not one of the available choices.",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_sentence(
    changed: dict[str, str], field: str, sentence: str, client: Client, source: DataSource, reading: Reading
) -> None:
    answer = correct(client, reading, **changed)
    assert (answer.status_code, answer.context["form"].errors[field]) == (422, [sentence])
    assert now(source) == AS_IT_WAS


def test_the_time_of_another_reading_is_refused_with_a_link_to_it(
    client: Client, source: DataSource, reading: Reading
) -> None:
    with acting_as(source.owner):
        other = Reading.objects.of(source).get(value="12191.7")
    answer = correct(client, reading, recorded_at="2026-09-30T13:00")
    assert answer.context["form"].errors["recorded_at"] == [
        "There is a reading at this very time already: 12,191.7. "
        f'<a href="{page("reading_update", source, other)}">Correct that one instead.</a>'
    ]
    assert now(source) == AS_IT_WAS


def test_a_rule_that_rejects_holds_for_corrections(client: Client, source: DataSource, reading: Reading) -> None:
    with acting_as(source.owner):
        source.validators.create(non_decreasing=True)
    answer = correct(client, reading, value="12000", confirm="12000")
    assert answer.context["form"].errors["value"] == [
        "12,000 is lower than the reading before it, 12,191.7. This dial only grows. Check the digits."
    ]
    assert now(source) == AS_IT_WAS


def test_what_somebody_deletes_meanwhile_does_not_come_back(
    client: Client, source: DataSource, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = DataSource.lock

    def delete_and_lock(self: DataSource) -> None:
        monkeypatch.setattr(DataSource, "lock", locked)
        Reading.objects.of(source).filter(pk=reading.pk).delete()
        locked(self)

    monkeypatch.setattr(DataSource, "lock", delete_and_lock)
    answer = correct(client, reading, value="12431.8")
    assertContains(answer, "There is no such reading here. It may have been deleted.", status_code=404)
    assert [row[0] for row in stored(source)] == [Decimal("12191.7"), Decimal("11951.7"), Decimal("11711.7")]


# Deleting it


def test_deleting_asks_first_and_then_deletes(client: Client, source: DataSource, reading: Reading) -> None:
    address = page("reading_delete", source, reading)
    assertContains(client.get(address), "Electricity showed 12,431.7 kWh on 30 Oct 2026, 12:00.")
    assert now(source) == AS_IT_WAS
    answer = client.post(address)
    assertRedirects(answer, page("reading_list", source), fetch_redirect_response=False)
    assert messages(answer) == ["Deleted: 12,431.7 kWh, read on 30 Oct 2026, 12:00."]
    way_back = f"/sources/{source.public_id}/readings/{reading.public_id}/put-back/"
    assertContains(client.get(answer["Location"]), f'<form class="undo" method="post" action="{way_back}">')
    assert [row[0] for row in stored(source)] == [Decimal("12191.7"), Decimal("11951.7"), Decimal("11711.7")]


# Who may


def statuses(client: Client, reading: Reading) -> list[tuple[int, int]]:
    return [
        (client.get(page(name, reading.source, reading)).status_code, 0 if name == "reading" else answer.status_code)
        for name in PAGES
        for answer in [client.post(page(name, reading.source, reading), {"value": "1", "recorded_at": AT})]
    ]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("read", [(200, 0), (403, 403), (403, 403)]),
        ("write", [(200, 0), (200, 422), (403, 403)]),
        ("admin", [(200, 0), (200, 422), (404, 302)]),
        (None, [(404, 0), (404, 404), (404, 404)]),
    ],
)
def test_what_each_level_may_do_with_the_reading_of_another(
    level: str | None, expected: list[tuple[int, int]], client: Client, source: DataSource, reading: Reading, bob: User
) -> None:
    if level:
        share(source, bob, level)
    client.force_login(bob)
    assert statuses(client, reading) == expected
    assert len(stored(source)) == (3 if level == "admin" else 4)
    assert level == "admin" or now(source) == AS_IT_WAS


@pytest.mark.parametrize(("level", "ways"), [("read", []), ("write", ["Correct"]), ("admin", ["Correct", "Delete"])])
def test_the_page_offers_what_one_may_do(
    level: str, ways: list[str], client: Client, source: DataSource, reading: Reading, bob: User
) -> None:
    share(source, bob, level)
    client.force_login(bob)
    text = client.get(page("reading", source, reading)).content.decode()
    assert [way for way in ("Correct", "Delete") if f">{way}</a>" in text] == ways


def test_anonymous_visitors_are_sent_to_sign_in(client: Client, source: DataSource, reading: Reading) -> None:
    client.logout()
    for name in PAGES:
        address = page(name, source, reading)
        assertRedirects(client.get(address), f"/account/login/?next={address}")


def test_a_reading_is_found_only_through_its_own_source(client: Client, source: DataSource, reading: Reading) -> None:
    other = make_source(source.owner, source.home, name="Water")
    assert [client.get(page(name, other, reading)).status_code for name in PAGES] == [404, 404, 404]
    assert client.get(page("reading", source, Reading(public_id=uuid7()))).status_code == 404


def test_other_methods_are_refused(client: Client, source: DataSource, reading: Reading) -> None:
    assert client.post(page("reading", source, reading)).status_code == 405
    assert [client.put(page(name, source, reading)).status_code for name in PAGES] == [405, 405, 405]


# Two at once


CORRECTED = "This reading was corrected in the meantime. Look at it as it is now, then save."


def test_a_correction_nobody_saw_is_not_overwritten(client: Client, source: DataSource, reading: Reading) -> None:
    seen = client.get(page("reading_update", source, reading)).context["form"].instance.version
    assert correct(client, reading, seen=seen, notes="by torch").status_code == 302
    late = correct(client, reading, seen=seen, value="12432", notes="late")
    assert (late.status_code, late.context["form"].errors) == (409, {"__all__": [CORRECTED]})
    assert now(source) == (*AS_IT_WAS[:3], "by torch")

    alert = late.content.decode().partition('role="alert"')[2].partition("</ul>")[0]
    assert [line for line in unescape(strip_tags(alert.replace("<", "\n<"))).split("\n") if line][1:] == [
        "This reading was corrected since you opened it, so nothing was saved",
        "Stored now",
        "12,431.7 kWh, read on 30 Oct 2026, 12:00",
        "by torch",
        "corrected by you on 22 Nov 2026, 13:00",
        "You sent",
        "12,432.0 kWh, read on 30 Oct 2026, 12:00",
        "late",
        "Keep what is stored",
        "Or press Save, and what you sent takes its place.",
    ]

    seen = late.context["form"].instance.version
    assertContains(late, f'<input type="hidden" name="seen" value="{seen}">', html=True, status_code=409)
    assert correct(client, reading, seen=seen, value="12432").status_code == 302
    assert now(source) == (Decimal("12432"), LAST, "good", "")


def test_a_correction_sent_twice_is_no_other_correction(client: Client, source: DataSource, reading: Reading) -> None:
    for _time in range(2):
        assert correct(client, reading, seen="", value="12432").status_code == 302
    assert now(source) == (Decimal("12432"), LAST, "good", "")


def test_what_was_corrected_meanwhile_is_not_confirmed_unseen(
    client: Client, source: DataSource, reading: Reading
) -> None:
    with acting_as(source.owner):
        reading.quality_flag = "questionable"
        reading.save()
    seen = client.get(page("reading", source, reading)).context["reading"].version
    with time_machine.travel(NOW + timedelta(minutes=1)), acting_as(source.owner):
        reading.value = Decimal("12433")
        reading.save()
    answer = client.post(page("reading_confirm", source, reading), {"seen": seen})
    assertRedirects(answer, page("reading", source, reading), fetch_redirect_response=False)
    assert messages(answer) == ["This reading was corrected in the meantime. Look at it as it is now."]
    assert now(source) == (Decimal("12433"), LAST, "questionable", "")
