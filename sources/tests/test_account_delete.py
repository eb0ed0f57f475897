"""Deleting one's own account: what is told beforehand happens, all of it or nothing."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.current import acting_as
from accounts.models import User, UserPassword
from audit.models import AuditLog
from homelog.testing import PASSWORD, START, make_home, make_readings, make_source, make_sum, make_user, share
from sources import farewell
from sources.estate import Estate, estate_of
from sources.invitations import accept, hashed, make, offered
from sources.models import DataSource, Home, HomeMember, SourceInvitation
from sources.sharing import end

DELETE = "/account/delete/"
Owner = Callable[[], AbstractContextManager[None]]


def sure(person: User) -> Client:
    """A browser in which a person signed in and proved once more who they are."""
    client = Client()
    client.force_login(person)
    answer = client.post("/account/reauthenticate/", {"password": PASSWORD, "next": DELETE})
    assertRedirects(answer, DELETE, fetch_redirect_response=False)
    return client


def send(client: Client, typed: str = "alice", **fields: str) -> Any:
    """Send the form as the page shows it now."""
    mark = client.get(DELETE).context["form"]["mark"].value()
    return client.post(DELETE, {"typed": typed, "mark": mark, **fields})


def told(estate: Estate) -> tuple[list[str], list[str], list[str], list[str], list[str]]:
    """What happens to what, by name."""
    return (
        [f"{each.source} to {' or '.join(map(str, each.heirs))}" for each in estate.handed],
        [f"{each.source} {each.readings}" for each in estate.deleted],
        [f"{gone.home} {gone.people} {[str(source) for source in gone.of_others]}" for gone in estate.homes_gone],
        [str(member.home) for member in estate.homes_left],
        [str(share.source) for share in estate.shares],
    )


@pytest.fixture
def household(alice: User, bob: User, charlie: User) -> dict[str, DataSource]:
    """Alice's flat, which only she can change and in which Bob has Gas; a house that Bob administers too; her Water is
    shared with Bob, her Heat hangs in the house, her Power is nobody else's; Charlie shares Pump with her.
    """
    flat, house = make_home(alice, "Flat"), make_home(alice, "House")
    with acting_as(alice):
        flat.members.create(user=bob, level="write", granted_by=alice)
        house.members.create(user=bob, level="admin", granted_by=alice)
    found = {
        "water": make_source(alice, flat, name="Water"),
        "heat": make_source(alice, house, name="Heat"),
        "power": make_source(alice, flat, name="Power"),
        "pump": make_source(charlie, name="Pump"),
    }
    with acting_as(alice):
        flat.members.filter(user=bob).update(level="admin")
    found["gas"] = make_source(bob, flat, name="Gas")
    with acting_as(alice):
        flat.members.filter(user=bob).update(level="write")
    for source in found.values():
        make_readings(source)
    share(found["water"], bob, "admin")
    share(found["power"], charlie, "write")
    share(found["pump"], alice, "write")
    make_readings(found["pump"], ["200"], start=START - timedelta(days=9), by=alice)
    return found


def test_what_happens_is_told_beforehand(household: dict[str, DataSource], alice: User) -> None:
    with acting_as(alice):
        assert told(estate_of(alice)) == (
            ["Heat to Bob", "Water to Bob"],
            ["Power 3"],
            ["Flat 1 ['Gas']"],
            ["House"],
            ["Pump"],
        )
    answer = sure(alice).get(DELETE)
    assertContains(answer, "3 readings · shared with 1 person, who will not see it any more")
    assertContains(answer, "<b>Water</b> → Bob")
    assertContains(answer, "Gas (Bob)")
    assertContains(answer, 'href="/account/data/"')


def test_an_address_is_said_to_go_only_where_there_is_one(alice: User) -> None:
    client = sure(alice)
    answer = client.get(DELETE)
    assertContains(answer, "Your e-mail address is gone.")
    with acting_as(alice):
        User.objects.filter(pk=alice.pk).update(email="")
    answer = client.get(DELETE)
    assertContains(answer, "Every way to sign in to your account")
    assertNotContains(answer, "Your e-mail address is gone.")


def test_a_sum_that_stays_and_loses_a_part_is_named(alice: User, bob: User) -> None:
    flat, house = make_home(alice, "Flat"), make_home(alice, "House")
    with acting_as(alice):
        house.members.create(user=bob, level="admin", granted_by=alice)
    mine, other, kept = (make_source(alice, flat, name=name) for name in ("Mine", "Other", "Kept"))
    make_sum(alice, flat, [mine, other], name="Goes along")
    stays = make_sum(alice, house, [mine, kept], name="Stays")
    with acting_as(alice):
        assert [each.name for each in estate_of(alice).sums] == ["Stays"]
    answer = sure(alice).get(DELETE)
    assertContains(answer, f'<a href="{stays.get_absolute_url()}">Stays</a>', html=True)
    assertContains(answer, "show no figures any more until somebody chooses their parts anew")


def test_it_happens_as_it_was_told(
    household: dict[str, DataSource], alice: User, bob: User, charlie: User, owner: Owner
) -> None:
    laptop = Client()
    laptop.post("/account/login/", {"login": "alice", "password": PASSWORD})
    client = sure(alice)
    answer = send(client)
    assertRedirects(answer, "/account/goodbye/?handed=yes")
    assertContains(client.get(answer.headers["Location"]), "What you handed over is in good hands.")
    assert not client.cookies["sessionid"].value
    for browser in (client, laptop):
        assertRedirects(browser.get("/account/"), "/account/login/?next=/account/")
    assert not User.objects.filter(username="alice").exists()
    assert [model.objects.filter(user_id=alice.pk).count() for model in (EmailAddress, UserPassword, UserSession)] == [
        0,
        0,
        0,
    ]
    with owner():
        sources = DataSource.objects.values_list("name", "owner__username", "home__name").order_by("name")
        assert list(sources) == [
            ("Gas", "bob", None),
            ("Heat", "bob", "House"),
            ("Pump", "charlie", None),
            ("Water", "bob", None),
        ]
        assert list(HomeMember.objects.values_list("home__name", "user__username")) == [("House", "bob")]
        assert household["pump"].readings.filter(created_by=None).count() == 1
        assert household["water"].readings.count() == 3
        assert not household["water"].shares.exists()


def test_the_log_stays_whole_and_says_what_happened(
    household: dict[str, DataSource], alice: User, owner: Owner
) -> None:
    with owner():
        before = set(AuditLog.objects.values_list("pk", flat=True))
    send(sure(alice), "alice@example.com")
    with owner():
        entries = AuditLog.objects.exclude(event_type__in=("sign_in", "view_source")).order_by("pk")
        assert before <= set(AuditLog.objects.values_list("pk", flat=True))
        happened = [
            (entry.event_type, entry.details.get("source") or entry.details.get("home"))
            for entry in entries
            if entry.pk not in before and entry.actor_name == "Alice"
        ]
    assert [each for each in happened if each[0] != "sign_in"] == [
        ("delete_source", "Power"),
        ("update_source", "Heat"),
        ("delete_share", "Water"),
        ("update_source", "Water"),
        ("delete_member", "House"),
        ("delete_home", "Flat"),
        ("lose_home", "Gas"),
        ("lose_home", "Water"),
        ("delete_share", "Pump"),
        ("delete_person", None),
    ]


def test_who_gets_a_source_can_be_chosen(alice: User, bob: User, charlie: User, owner: Owner) -> None:
    home = make_home(alice)
    source = make_source(alice, home)
    share(source, bob, "admin")
    with acting_as(alice):
        home.members.create(user=charlie, level="admin", granted_by=alice)
        assert told(estate_of(alice))[0] == ["Electricity to Charlie or Bob"]
    client = sure(alice)
    field = f"heir-{source.public_id}"
    assert send(client, **{field: str(alice.public_id)}).status_code == 422
    assert send(client).status_code == 422
    assert send(client, **{field: str(bob.public_id)}).status_code == 302
    with owner():
        assert DataSource.objects.get().owner == bob


def test_who_could_take_it_over_is_found_also_in_a_home_one_left(
    alice: User, bob: User, charlie: User, owner: Owner
) -> None:
    home = make_home(bob)
    with acting_as(bob):
        member = home.members.create(user=alice, level="admin", granted_by=bob)
    make_source(alice, home)
    with acting_as(alice):
        end(home, member)
    with acting_as(alice):
        assert told(estate_of(alice))[:2] == (["Electricity to Bob"], [])
    with acting_as(charlie), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM heirs_of_mine()")
        assert cursor.fetchall() == []


def test_invitations_one_made_end(alice: User, bob: User, owner: Owner) -> None:
    source = make_source(alice)
    share(source, bob, "admin")
    with acting_as(alice):
        make(source, alice, "read", "dora@example.com")
    send(sure(alice))
    with owner():
        invitation = SourceInvitation.objects.get()
        assert invitation.revoked_at is not None
        assert invitation.invited_by is None


@pytest.mark.parametrize("typed", ["", "Alice B", "bob", "bob@example.com"])
def test_without_the_own_name_nothing_happens(alice: User, typed: str) -> None:
    source = make_source(alice)
    answer = send(sure(alice), typed)
    assertContains(answer, "Type “alice” to say that you mean it. Nothing was deleted.", status_code=422)
    with acting_as(alice):
        assert list(DataSource.objects.all()) == [source]


def test_who_was_not_asked_again_is_asked_first(client: Client, alice: User) -> None:
    client.force_login(alice)
    for method in ("get", "post"):
        answer = getattr(client, method)(DELETE)
        assertRedirects(answer, f"/account/reauthenticate/?next={DELETE}", fetch_redirect_response=False)
    assert User.objects.filter(pk=alice.pk).exists()


def test_what_changed_meanwhile_is_shown_first(alice: User, bob: User, owner: Owner) -> None:
    source = make_source(alice)
    client = sure(alice)
    mark = client.get(DELETE).context["form"]["mark"].value()
    share(source, bob, "admin")
    answer = client.post(DELETE, {"typed": "alice", "mark": mark})
    assertContains(answer, "Something changed since you looked.", status_code=409)
    assertContains(answer, "<b>Electricity</b> → Bob", status_code=409)
    assert client.post(DELETE, {"typed": "alice"}).status_code == 409
    again = answer.context["form"]["mark"].value()
    assert client.post(DELETE, {"typed": "alice", "mark": again}).status_code == 302
    with owner():
        assert DataSource.objects.get().owner == bob


def test_a_failure_on_the_way_leaves_everything_as_it_was(
    household: dict[str, DataSource], alice: User, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sure(alice)

    def fail(person: User) -> None:
        raise RuntimeError("the last step fails")

    monkeypatch.setattr("accounts.devices.forget", fail)
    client.raise_request_exception = False
    assert send(client).status_code == 500
    assert client.get("/account/").status_code == 200
    with owner():
        assert DataSource.objects.filter(owner=alice).count() == 3
        assert Home.objects.count() == 2


def test_the_last_superuser_stays(db: None) -> None:
    root = make_user("root", is_staff=True, is_superuser=True)
    client = sure(root)
    for answer in (client.get(DELETE), client.post(DELETE, {"typed": "root"})):
        assertContains(answer, "You are the only one who administers this site.", status_code=403)
    make_user("gone", is_superuser=True, is_active=False)
    assert client.get(DELETE).status_code == 403
    make_user("other", is_superuser=True)
    assert send(client, "root").status_code == 302
    assert not User.objects.filter(username="root").exists()


def test_who_owns_nothing_can_go_too(alice: User) -> None:
    client = sure(alice)
    page = client.get(DELETE)
    for words in ("Deleted with all readings", "Handed over", "Homes"):
        assertNotContains(page, f">{words}")
    assert send(client).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_much_there_is(
    alice: User, bob: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        home = make_home(alice, f"Home {number}")
        make_readings(make_source(alice, home, name=f"Meter {number}"))
        share(make_source(alice, home, name=f"Shared {number}"), bob, "admin")
        share(make_source(bob, name=f"Theirs {number}"), alice, "read")
    client = sure(alice)
    client.get(DELETE)
    with django_assert_num_queries(22):
        client.get(DELETE)


def test_who_belonged_to_a_home_that_went_along_is_told_once(
    household: dict[str, DataSource], alice: User, bob: User, charlie: User
) -> None:
    assert send(sure(alice)).status_code == 302
    word = f"Alice deleted the home Flat on {timezone.localdate().isoformat()}. Your own meters stay with you."
    browser = Client()
    browser.force_login(bob)
    browser.head("/")
    assertContains(browser.get("/", follow=True), word)
    assertNotContains(browser.get("/", follow=True), "deleted the home")
    other = Client()
    other.force_login(charlie)
    assertNotContains(other.get("/", follow=True), "deleted the home")


def test_nobody_is_asked_to_sign_in_other_methods_are_refused_and_everybody_may_say_goodbye(
    client: Client, alice: User
) -> None:
    assertRedirects(client.get(DELETE), f"/account/login/?next={DELETE}")
    page = client.get("/account/goodbye/")
    assertContains(page, "Goodbye, and thank you")
    assertNotContains(page, "handed over")
    assert client.post("/account/goodbye/").status_code == 405
    browser = sure(alice)
    assert browser.put(DELETE).status_code == 405
    assertRedirects(browser.get("/account/goodbye/"), "/", fetch_redirect_response=False)


@pytest.mark.django_db(transaction=True)
def test_who_accepts_an_invitation_meanwhile_waits_and_finds_nothing() -> None:
    alice, bob = make_user("alice"), make_user("bob")
    source = make_source(alice)
    with acting_as(alice):
        _made, key = make(source, alice, "admin")
    locked, found = threading.Event(), []

    def accept_it() -> None:
        with acting_as(bob):
            offer = offered(hashed(key))
            assert offer is not None
            locked.wait(10)
            found.append(accept(hashed(key), offer))
        connection.close()

    thread = threading.Thread(target=accept_it)
    thread.start()
    with acting_as(alice):
        person = farewell.lock_all(alice)
        estate = estate_of(person)
        locked.set()
        thread.join(0.5)
        assert thread.is_alive()
        farewell.leave(person, estate, {})
    thread.join(10)
    assert found == [None]
    assert not User.objects.filter(username="alice").exists()
