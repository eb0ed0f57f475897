"""A reading round: what is skipped, what comes next, and what is told at its end."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from time_machine import travel

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home, make_readings, make_source, share
from readings.models import Reading
from readings.tests.entries import (
    NOW,
    at_noon,
    eight_a_day,
    in_round,
    led_to,
    messages,
    page,
    save,
    save_in_round,
    stored,
)
from sources.models import DataSource, Home

pytestmark = pytest.mark.usefixtures(at_noon.__name__)

TODAY = "/read/today/"


@pytest.fixture
def walk(client: Client, home: Home, alice: User) -> list[DataSource]:
    """Three due meters in Alice's home; she is signed in."""
    sources = [make_source(alice, home, name=name, rhythm="week") for name in ("Attic", "Bath", "Cellar")]
    for source in sources:
        eight_a_day(source)
    client.force_login(alice)
    return sources


def done(source: DataSource) -> str:
    """Where the round through the home of `source` ends."""
    return f"{TODAY}?home={source.home.public_id if source.home else ''}&round=1"


def test_what_is_skipped_is_passed_by_until_the_day_is_over(client: Client, walk: list[DataSource]) -> None:
    attic, bath, cellar = walk
    answer = client.post(page("skip", attic))
    assertRedirects(answer, in_round(bath), fetch_redirect_response=False)
    assertRedirects(client.get("/read/"), in_round(bath), fetch_redirect_response=False)
    assertContains(client.get(in_round(bath)), "(skipped)", count=1)
    save(client, bath, "12615.7")
    answer = save_in_round(client, cellar, "12615.7")
    assertRedirects(answer, done(attic), fetch_redirect_response=False)
    with travel(NOW + timedelta(hours=12), tick=False):
        assertRedirects(client.get("/read/"), in_round(attic), fetch_redirect_response=False)


def test_what_was_typed_is_not_stored_by_a_skip(client: Client, walk: list[DataSource]) -> None:
    before = stored(walk[0])
    client.post(page("skip", walk[0]), {"value": "12615.7"})
    assert stored(walk[0]) == before


def test_what_was_typed_is_not_lost_by_a_skip_before_somebody_says_so(client: Client, walk: list[DataSource]) -> None:
    attic, bath, _cellar = walk
    answer = client.post(page("skip", attic), {"value": "905.5", "notes": "by torch"})
    assertContains(answer, "You typed 905.5: save it, or skip without it.", status_code=422)
    assertContains(answer, 'value="by torch"', status_code=422)
    assertContains(answer, '<button name="without" value="905.5"', status_code=422)
    assertContains(answer, 'name="value" value="905.5"', status_code=422)
    assertNotContains(answer, "Skip for today", status_code=422)
    assertRedirects(client.get("/read/"), in_round(attic), fetch_redirect_response=False)
    other = client.post(page("skip", attic), {"value": "906", "without": "905.5"})
    assertContains(other, "You typed 906:", status_code=422)
    answer = client.post(page("skip", attic), {"value": "905.5", "without": "905.5"})
    assertRedirects(answer, in_round(bath), fetch_redirect_response=False)


@pytest.mark.parametrize("typed", ["905.5", "99999", "abc"])
def test_nothing_is_said_of_a_value_that_nobody_sent_to_be_saved(
    typed: str, client: Client, walk: list[DataSource]
) -> None:
    answer = client.post(page("skip", walk[0]), {"value": typed})
    assertContains(answer, f"You typed {typed}: save it, or skip without it.", status_code=422)
    assertContains(answer, f'value="{typed}"', count=2, status_code=422)
    for said in ("errorlist", "aria-invalid", "data-answers", "It is right, save it", 'class="errors"'):
        assertNotContains(answer, said, status_code=422)


def test_a_photo_that_cannot_be_kept_over_the_question_is_told(client: Client, walk: list[DataSource]) -> None:
    photo = SimpleUploadedFile("dial.jpg", b"no picture at all", "image/jpeg")
    answer = client.post(page("skip", walk[0]), {"value": "99999", "photo": photo})
    assertContains(answer, "You typed 99999: save it, or skip without it.", status_code=422)
    assert [*answer.context["form"].errors] == ["photo"]
    for each in answer.context["form"].errors["photo"]:
        assertContains(answer, each, status_code=422)


def test_what_was_typed_into_one_of_two_registers_is_not_lost_by_a_skip(client: Client, walk: list[DataSource]) -> None:
    attic, bath, cellar = walk
    with acting_as(attic.owner):
        DataSource.objects.filter(pk__in=[attic.pk, cellar.pk]).update(meter_number="M 1")
    name, before = f"{cellar.public_id}-value", stored(cellar)
    answer = client.post(page("skip", attic), {name: "12615.7"})
    assertContains(answer, "You typed 12615.7: save it, or skip without it.", status_code=422)
    assertContains(answer, f'name="{name}" value="12615.7"', status_code=422)
    assert stored(cellar) == before
    answer = client.post(page("skip", attic), {name: "12615.7", "without": "12615.7"})
    assertRedirects(answer, in_round(bath), fetch_redirect_response=False)


def test_the_end_tells_what_was_read_and_what_was_skipped(client: Client, walk: list[DataSource]) -> None:
    attic, bath, cellar = walk
    save(client, attic, "12615.7")
    save(client, bath, "13431.7", confirm="13431.7")
    client.post(page("skip", cellar))
    answer = client.get("/read/")
    assertContains(answer, "<h1>The round is done</h1>", html=True)
    assertContains(answer, "2 readings of today")
    assertContains(answer, "184.0 kWh since the last reading, 8.0 a day")
    assertContains(answer, '<span class="pill">questionable</span>', count=1)
    assertContains(
        answer, f'<li><a href="{in_round(cellar)}">Cellar<span class="meta">Read it now</span></a></li>', html=True
    )
    with acting_as(attic.owner):
        reading = Reading.objects.of(attic).get(recorded_at=NOW)
    assertContains(answer, f'action="{page("reading_undo", attic, reading)}?round=1"')
    client.post(page("reading_undo", attic, reading))
    assertRedirects(client.get("/read/"), in_round(attic), fetch_redirect_response=False)


def test_the_end_counts_every_reading_of_today_and_says_how_many_meters_were_read(
    client: Client, walk: list[DataSource]
) -> None:
    attic, bath, cellar = walk
    with acting_as(attic.owner):
        DataSource.objects.filter(pk=cellar.pk).update(meter_number="M 1")
        DataSource.objects.filter(pk=attic.pk).update(meter_number="M 1")
    client.get("/read/")
    with travel(NOW - timedelta(minutes=2), tick=False):
        client.post(in_round(attic), {f"{attic.public_id}-value": "12615.7"})
    client.post(in_round(attic), {f"{attic.public_id}-value": "12616", f"{cellar.public_id}-value": "12615.7"})
    client.post(page("skip", bath))
    answer = client.get(TODAY)
    assertContains(answer, "<p>1 meter was read.\n1 was skipped for today.</p>")
    assertContains(answer, "3 readings of today")
    assertContains(answer, "the last of 2 today", count=1)
    for minute in range(1, 12):
        with travel(NOW + timedelta(minutes=minute), tick=False):
            save(client, bath, f"{12615 + minute}")
    with travel(NOW + timedelta(minutes=20), tick=False):
        answer = client.get(TODAY)
    assertContains(answer, '<h2 id="read">Readings of today</h2>', html=True)
    assertContains(answer, "the last of several today", count=2)


def test_what_was_written_down_in_the_round_for_another_day_is_told_too(client: Client, walk: list[DataSource]) -> None:
    attic, _bath, cellar = walk
    client.get("/read/")
    with travel(NOW + timedelta(minutes=1), tick=False):
        save_in_round(client, attic, "12607.7", recorded_at="2026-11-21T13:00")
        save_in_round(client, cellar, "12440", recorded_at="2026-10-31T13:00")
        answer = client.get(TODAY)
    assertContains(answer, "2 meters are still to be read.")
    assertContains(answer, "<p>1 meter was read.\n</p>")
    assertContains(answer, "2 readings written down")
    assertNotContains(answer, "<b>Bath</b>")


def test_in_between_it_says_what_is_left(client: Client, walk: list[DataSource]) -> None:
    save(client, walk[0], "12615.7")
    answer = client.get(TODAY)
    assertContains(answer, "2 meters are still to be read.")
    assertContains(answer, f'<a class="btn primary" href="{in_round(walk[1])}">Go on with Bath</a>', html=True)


def test_a_skipped_meter_that_is_read_all_the_same_is_read(client: Client, walk: list[DataSource]) -> None:
    client.post(page("skip", walk[0]))
    save(client, walk[0], "12615.7")
    answer = client.get(TODAY)
    assertNotContains(answer, "Skipped today")
    assertContains(answer, "1 reading of today")


def test_the_registers_of_a_meter_are_skipped_together(client: Client, walk: list[DataSource]) -> None:
    with acting_as(walk[0].owner):
        DataSource.objects.filter(pk__in=[walk[0].pk, walk[2].pk]).update(meter_number="M 1")
    client.post(page("skip", walk[2]))
    answer = client.get(TODAY)
    assertContains(answer, "1 meter is still to be read.")
    assertContains(answer, "Attic · Cellar", count=2)


def test_home_counts_the_meters_that_the_round_walks_to(client: Client, walk: list[DataSource], home: Home) -> None:
    attic, bath, cellar = walk
    with acting_as(attic.owner):
        DataSource.objects.filter(pk__in=[attic.pk, cellar.pk]).update(meter_number="M 1")
    answer = client.get(home.get_absolute_url())
    assertContains(answer, "<b>2 meters are due.</b>", html=True)
    assertContains(answer, "Attic · Cellar was last read 23 days ago. Bath was last read 23 days ago.")
    save(client, bath, "12615.7")
    name = f"{attic.public_id}-value"
    client.post(page("entry", attic), {name: "12615.7"})
    answer = client.get(home.get_absolute_url())
    assertContains(answer, "<b>1 meter is due.</b>\nCellar was last read 23 days ago.")
    assertContains(client.get(TODAY), "1 meter is still to be read.")
    client.post(page("skip", cellar))
    assertNotContains(client.get(home.get_absolute_url()), "is due")


def test_another_home_with_due_meters_is_offered(client: Client, walk: list[DataSource], alice: User) -> None:
    hut = make_home(alice, "Hut")
    make_source(alice, hut, name="Pump")
    answer = client.get(f"{TODAY}?home={walk[0].home.public_id if walk[0].home else ''}")
    assertContains(answer, f'<a class="btn" href="/read/?home={hut.public_id}">Go on in Hut</a>', html=True)


def test_the_round_goes_in_the_order_of_the_home(client: Client, walk: list[DataSource], home: Home) -> None:
    client.post(
        reverse("sources:home_order", args=[home.public_id]), {"move": walk[2].public_id, "before": walk[0].public_id}
    )
    assertRedirects(client.get("/read/"), in_round(walk[2]), fetch_redirect_response=False)


def test_a_source_that_is_never_asked_for_is_no_part_of_it(client: Client, walk: list[DataSource]) -> None:
    with acting_as(walk[0].owner):
        DataSource.objects.filter(pk=walk[0].pk).update(rhythm="never")
    assertRedirects(client.get("/read/"), in_round(walk[1]), fetch_redirect_response=False)
    assertContains(client.get(TODAY), f'href="{in_round(walk[0])}"')


@pytest.mark.parametrize("count", [1, 3])
def test_the_end_costs_the_same_for_one_meter_and_for_three(
    count: int, client: Client, home: Home, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("A", "B", "C")[:count]:
        source = make_source(alice, home, name=name)
        eight_a_day(source)
        make_readings(source, ["12615.7"], start=NOW)
    client.force_login(alice)
    with django_assert_num_queries(12):
        client.get(TODAY)


def test_who_comes_from_a_meter_goes_back_to_it_and_is_told_how_many_more_are_due(
    client: Client, walk: list[DataSource]
) -> None:
    attic, bath, cellar = walk
    opened = client.get(page("entry", bath))
    assertNotContains(opened, "Reading round")
    assertNotContains(opened, "Skip for today")
    assertContains(opened, ">Save</button>")
    answer = save(client, bath, "12615.7")
    assertRedirects(answer, bath.get_absolute_url(), fetch_redirect_response=False)
    said = "Bath: 12,615.7 kWh saved. +184 kWh, 8 a day. As usual."
    assert messages(answer) == [f'{said} <a href="{in_round(cellar)}">2 more are due</a>']
    shown = client.get(bath.get_absolute_url())
    assertContains(shown, f'<p>{said} <a href="{in_round(cellar)}">2 more are due</a></p>', html=True)
    answer = save(client, cellar, "12615.7")
    assert messages(answer)[-1].endswith(f'<a href="{in_round(attic)}">1 more is due</a>')
    answer = save(client, attic, "12615.7")
    assertRedirects(answer, attic.get_absolute_url(), fetch_redirect_response=False)
    assert messages(answer)[-1] == "Attic: 12,615.7 kWh saved. +184 kWh, 8 a day. As usual."


def test_what_was_read_outside_the_round_is_no_round_that_is_done(client: Client, walk: list[DataSource]) -> None:
    for source in walk:
        save(client, source, "12615.7")
    for address in ("/read/", TODAY):
        answer = client.get(address)
        assertContains(answer, "<h1>Nothing is due</h1>", html=True)
        assertContains(answer, '<a class="btn" href="#every">Read one all the same</a>', html=True)
        assertContains(answer, '<h2 id="every">Every meter</h2>', html=True)
        assertContains(answer, "3 readings of today")
        assertNotContains(answer, "The round is done")


def test_a_reading_of_another_day_ends_no_round_but_the_one_that_was_walked(
    client: Client, walk: list[DataSource]
) -> None:
    attic, bath, cellar = walk
    answer = save(client, attic, "12607.7", recorded_at="2026-11-21T13:00")
    assertRedirects(answer, attic.get_absolute_url(), fetch_redirect_response=False)
    save_in_round(client, bath, "12615.7")
    answer = save_in_round(client, cellar, "12440", recorded_at="2026-10-31T13:00")
    assertRedirects(answer, done(cellar), fetch_redirect_response=False)
    assertContains(client.get(answer["Location"]), "1 meter is still to be read.")
    answer = save_in_round(client, cellar, "12615.7")
    assertContains(client.get(answer["Location"]), "<h1>The round is done</h1>", html=True)


def test_every_way_of_the_round_stays_in_it(client: Client, walk: list[DataSource]) -> None:
    attic, bath, cellar = walk
    opened = client.get(in_round(attic))
    assertContains(opened, f'<form method="post" action="{in_round(attic)}"')
    for source in walk:
        assertContains(opened, f'<li class="k-amber"><a href="{in_round(source)}"')
    assertContains(opened, ">Save and next</button>")
    answer = save_in_round(client, attic, "12615.7")
    assertRedirects(answer, in_round(bath), fetch_redirect_response=False)
    with acting_as(attic.owner):
        reading = Reading.objects.of(attic).get(recorded_at=NOW)
        last = Reading.objects.of(bath)[0]
    undo = f"{page('reading_undo', attic, reading)}?round=1"
    assertContains(client.get(answer["Location"]), f'action="{undo}"')
    back = client.post(undo)
    assert led_to(back) == f"{page('entry', attic)}?value=12615.7&unit=kWh&round=1"
    asked = save_in_round(client, bath, "7")
    correct = f"{page('reading_update', bath, last)}?then=7&unit=kWh&round=1"
    assert asked.context["answers"].correct == correct
    fixed = client.post(
        correct, {"value": "5", "recorded_at": "2026-10-30T12:00", "quality_flag": "good", "confirm": "5"}
    )
    assert led_to(fixed) == f"{page('entry', bath)}?value=7&unit=kWh&round=1"
    assert asked.context["answers"].replaced.endswith("&round=1")
    assert "round" not in save(client, cellar, "7").context["answers"].replaced


@pytest.mark.parametrize("asked", ["//evil.example", "https://evil.example/", "javascript:alert(1)", ""])
def test_whatever_the_address_says_of_the_round_it_leads_nowhere_else(
    asked: str, client: Client, walk: list[DataSource]
) -> None:
    address = f"{page('entry', walk[0])}?{urlencode({'round': asked})}"
    assertNotContains(client.get(address), "evil")
    answer = client.post(address, {"value": "12615.7"})
    assertRedirects(answer, in_round(walk[1]), fetch_redirect_response=False)


def test_a_meter_replaced_on_the_way_leads_on_in_the_round(client: Client, walk: list[DataSource]) -> None:
    attic, bath, _ = walk
    address = save_in_round(client, attic, "7").context["answers"].replaced
    asked = client.get(address).context["form"]
    sent = {name: asked[name].value() for name in ("reason", "changed_at", "old_final", "new_initial")}
    sent |= {"changed_at": "2026-11-20T12:00", "old_final": "12600", "new_initial": "0", "save": "1"}
    assertRedirects(client.post(address, sent), in_round(bath), fetch_redirect_response=False)


def test_the_round_counts_what_was_left_when_it_began_and_nothing_that_was_read_before(
    client: Client, walk: list[DataSource], home: Home, alice: User
) -> None:
    attic, bath, cellar = walk
    den = make_source(alice, home, name="Den", rhythm="week")
    eight_a_day(den)
    save(client, attic, "12615.7")
    client.get("/read/")
    assertContains(client.get(in_round(bath)), "Reading round: meter 1 of 3")
    client.post(page("skip", bath))
    assertContains(client.get(in_round(cellar)), "Reading round: meter 2 of 3")
    save_in_round(client, cellar, "12440", recorded_at="2026-11-20T13:00")
    answer = client.get(in_round(den))
    assertContains(answer, "Reading round: meter 3 of 3")
    assertContains(answer, "(read)", count=1)
    assertContains(answer, "(skipped)", count=1)
    kept = client.get(reverse("readings:kept_pages")).json()["pages"]
    assert "Reading round: meter 3 of 3" in kept[page("entry", den)]
    save_in_round(client, den, "12615.7")
    client.get("/read/")
    with acting_as(alice):
        assert client.session["round"]["sources"] == [bath.pk, cellar.pk, den.pk]


def test_a_round_that_is_left_goes_on_and_one_that_is_through_begins_anew(
    client: Client, walk: list[DataSource], home: Home, alice: User
) -> None:
    attic, bath, cellar = walk
    client.get("/read/")
    save_in_round(client, attic, "12615.7")
    client.get("/read/")
    assertContains(client.get(in_round(bath)), "Reading round: meter 2 of 3")
    for source in (bath, cellar):
        save_in_round(client, source, "12615.7")
    den, eaves = (make_source(alice, home, name=name) for name in ("Den", "Eaves"))
    client.get("/read/")
    assertContains(client.get(in_round(den)), "Reading round: meter 1 of 2")
    save_in_round(client, den, "5")
    assertContains(client.get(in_round(eaves)), "Reading round: meter 2 of 2")


def test_the_next_morning_another_round_begins(client: Client, walk: list[DataSource]) -> None:
    client.get("/read/")
    save_in_round(client, walk[0], "12615.7")
    assertContains(client.get(in_round(walk[1])), "Reading round: meter 2 of 3")
    with travel(NOW + timedelta(hours=13), tick=False):
        assertContains(client.get(in_round(walk[1])), "Reading round: meter 1 of 2")


def test_a_round_with_one_meter_lets_it_be_skipped_and_ends_with_what_it_brought(
    client: Client, home: Home, alice: User
) -> None:
    only = make_source(alice, home, name="Only", rhythm="week")
    eight_a_day(only)
    client.force_login(alice)
    assertNotContains(client.get(page("entry", only)), "Skip for today")
    assertContains(client.get(in_round(only)), "Skip for today", count=1)
    answer = client.post(page("skip", only))
    assertRedirects(answer, done(only), fetch_redirect_response=False)
    assertContains(client.get(done(only)), "Skipped today")
    assertRedirects(save_in_round(client, only, "12615.7"), done(only), fetch_redirect_response=False)


def test_a_round_in_another_home_begins_there(client: Client, walk: list[DataSource], alice: User) -> None:
    hut = make_home(alice, "Hut")
    pump, tank = (make_source(alice, hut, name=name) for name in ("Pump", "Tank"))
    client.get(in_round(walk[0]))
    assertContains(client.get(in_round(pump)), "Reading round: meter 1 of 2")
    save_in_round(client, pump, "5")
    assertContains(client.get(in_round(tank)), "Reading round: meter 2 of 2")
    assertContains(client.get(in_round(walk[1])), "Reading round: meter 2 of 3")


def test_only_who_may_write_skips(client: Client, walk: list[DataSource], bob: User, charlie: User) -> None:
    share(walk[0], bob, "read")
    for person, status in ((bob, 403), (charlie, 404)):
        client.force_login(person)
        assert client.post(page("skip", walk[0])).status_code == status
        assert "skipped" not in client.session


def test_other_methods_are_refused(client: Client, walk: list[DataSource]) -> None:
    assert client.get(page("skip", walk[0])).status_code == 405
    assert client.post(TODAY).status_code == 405


def test_anonymous_visitors_are_sent_to_sign_in(client: Client, source: DataSource) -> None:
    assertRedirects(client.get(TODAY), f"/account/login/?next={TODAY}", fetch_redirect_response=False)
    answer = client.post(page("skip", source))
    assertRedirects(answer, f"/account/login/?next={page('skip', source)}", fetch_redirect_response=False)


def test_the_home_of_strangers_is_not_found(client: Client, home: Home, charlie: User) -> None:
    client.force_login(charlie)
    for path in (TODAY, "/read/labels/", "/read/sheet/"):
        assert client.get(f"{path}?home={home.public_id}").status_code == 404
        assert client.get(f"{path}?home=nonsense").status_code == 404
