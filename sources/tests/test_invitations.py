"""Using an invitation: what is shown before, accepting it once, and the sentence where that cannot be."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from time import sleep
from typing import Any

import pytest
import time_machine
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.current import acting_as
from accounts.models import User
from accounts.tests.pages import sign_up, the_code
from audit.models import AuditLog
from homelog.testing import START, at_once, make_home, make_source, make_user, share
from sources import invitations
from sources.invitations import TooManyInvitations, make, take_back
from sources.models import DataSource, Home, HomeMember, SourceAccess, SourceInvitation

Owner = Callable[[], AbstractContextManager[None]]
DOOR, OFFER = "/invitation/", "/invitation/offer/"


def invited(place: DataSource | Home, by: User, level: str = "write") -> str:
    """The key of a new invitation."""
    with acting_as(by):
        return make(place, by, level)[1]


def shown(client: Client, key: str) -> Any:
    """What the invitation offers, once its key was sent."""
    return client.post(DOOR, {"key": key}, follow=True)


def accepted(client: Client, key: str) -> Any:
    """The answer to who comes with a key and accepts."""
    shown(client, key)
    return client.post(OFFER)


def run(sql: str, *parameters: int | str | None) -> int:
    """Rows that a statement touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def test_what_is_offered_is_shown_before_it_is_accepted(
    client: Client, source: DataSource, alice: User, bob: User
) -> None:
    key = invited(source, alice)
    client.force_login(bob)
    page = shown(client, key)
    assertContains(page, "Alice invites you to Electricity")
    assertContains(page, "<dt>You</dt><dd>May add and correct readings</dd>", html=True)
    assert client.get(source.get_absolute_url()).status_code == 404
    assertRedirects(client.post(OFFER), source.get_absolute_url())
    with acting_as(alice):
        given = SourceAccess.objects.get()
        assert (given.user, given.level, given.granted_by) == (bob, "write", alice)
        used = SourceInvitation.objects.get()
        entry = AuditLog.objects.filter(event_type="accept_invitation").get()
    assert (used.used_by, used.used_at is None) == (bob, False)
    assert (entry.actor_id, entry.source_id, entry.details["new"]) == (bob.pk, source.pk, {"level": "write"})


def test_whoever_has_places_of_their_own_comes_to_the_one_they_were_invited_to(
    client: Client, source: DataSource, home: Home, alice: User, bob: User
) -> None:
    make_source(bob, make_home(bob, "Barn"), name="Water")
    client.force_login(bob)
    for place in (source, home):
        assertRedirects(accepted(client, invited(place, alice)), place.get_absolute_url())
    with acting_as(alice):
        first, second = AuditLog.objects.filter(event_type="accept_invitation").order_by("pk")
    assert (first.source_id, second.home_id) == (source.pk, home.pk)


def test_of_many_invitations_at_once_no_more_are_made_than_a_day_allows(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "PER_DAY", 3)
    alice = make_user("alice")
    source = make_source(alice)

    def one(_number: int) -> bool:
        try:
            with acting_as(alice), transaction.atomic():
                make(source, alice, "read")
                sleep(0.05)  # as long as a request goes on
        except TooManyInvitations:
            return False
        return True

    assert sorted(at_once(6, one)) == [False] * 3 + [True] * 3


def test_who_invited_too_often_is_told_how_long_to_wait_by_the_oldest(
    source: DataSource, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "PER_DAY", 3)
    for hour in (0, 5, 9):
        with time_machine.travel(START + timedelta(hours=hour), tick=False):
            invited(source, alice)
    with time_machine.travel(START + timedelta(hours=10), tick=False), pytest.raises(TooManyInvitations) as refused:
        invited(source, alice)
    assert refused.value.seconds == 14 * 3600


def test_an_invitation_to_a_home_holds_for_each_of_its_sources(
    client: Client, source: DataSource, home: Home, alice: User, bob: User
) -> None:
    key = invited(home, alice, "read")
    client.force_login(bob)
    assertRedirects(accepted(client, key), home.get_absolute_url())
    assert client.get(source.get_absolute_url()).status_code == 200
    with acting_as(alice):
        assert HomeMember.objects.get(user=bob).level == "read"


def test_somebody_without_an_account_lands_on_what_was_shared_after_signing_up(
    client: Client, source: DataSource, alice: User
) -> None:
    page = shown(client, invited(source, alice))
    assertContains(page, "Alice invites you to Electricity")
    assertContains(page, "<dt>You</dt><dd>May add and correct readings</dd>", html=True)
    assertContains(page, f'href="/account/signup/?next={OFFER}"')
    assertContains(page, f'href="/account/login/?next={OFFER}"')
    assertNotContains(page, "Accept")
    assertRedirects(client.post(OFFER), f"/account/login/?next={OFFER}")
    sign_up(client, next=OFFER)
    answer = client.post("/account/confirm-email/", {"code": the_code()})
    assertRedirects(answer, OFFER)
    assertRedirects(client.post(OFFER), source.get_absolute_url())


def test_a_higher_level_takes_the_place_of_a_lower_one(
    client: Client, source: DataSource, alice: User, bob: User
) -> None:
    given = share(source, bob, "read")
    client.force_login(bob)
    accepted(client, invited(source, alice, "admin"))
    with acting_as(alice):
        given.refresh_from_db()
        assert (given.level, SourceAccess.objects.count()) == ("admin", 1)


def test_each_invitation_that_cannot_be_accepted_says_why(
    client: Client, source: DataSource, alice: User, bob: User, charlie: User, owner: Owner
) -> None:
    keys = {name: invited(source, alice) for name in ("used", "revoked", "expired", "open")}
    client.force_login(charlie)
    accepted(client, keys["used"])
    with acting_as(alice):
        take_back(SourceInvitation.objects.filter(used_at=None).first())  # type: ignore[arg-type]
    with owner():
        run("UPDATE source_invitation SET expires_at = now() WHERE id = (SELECT max(id) - 1 FROM source_invitation)")
    client.force_login(bob)
    for name, sentence in (
        ("used", "Somebody has used it already, and it holds for one person. Ask for another one."),
        ("revoked", "It was taken back. If you think that is a mistake, ask who sent it to you."),
        ("expired", "It has ended: an invitation holds for 14 days. Ask Alice for another one."),
    ):
        assertContains(shown(client, keys[name]), sentence, status_code=410)
        assertContains(client.post(OFFER), sentence, status_code=410)
    client.force_login(alice)
    own = "You made it yourself. Send the link to the person whom you want to invite."
    assertContains(shown(client, keys["open"]), own)
    assertContains(client.post(OFFER), own, status_code=409)
    client.force_login(charlie)
    assertContains(shown(client, keys["open"]), "You may do this in Electricity already.")
    assertRedirects(shown(client, keys["used"]), source.get_absolute_url())
    with acting_as(alice):
        assert list(SourceAccess.objects.values_list("user", flat=True)) == [charlie.pk]


def test_an_invitation_ends_with_the_right_of_who_made_it(
    client: Client, source: DataSource, bob: User, charlie: User, owner: Owner
) -> None:
    share(source, bob, "admin")
    key = invited(source, bob, "admin")
    with owner():
        run("UPDATE source_access SET level = 'write'")
    client.force_login(charlie)
    assert (shown(client, key).status_code, client.post(OFFER).status_code) == (410, 410)
    with acting_as(source.owner):
        assert not SourceAccess.objects.filter(user=charlie).exists()


def test_of_two_who_accept_at_once_one_wins(transactional_db: None) -> None:
    alice = make_user("alice")
    source = make_source(alice, make_home(alice))
    key, clients = invited(source, alice), [Client() for _number in range(6)]
    for client in clients:
        client.force_login(make_user())
        shown(client, key)
    answers = at_once(6, lambda number: clients[number].post(OFFER).status_code)
    assert sorted(answers) == [302] + [410] * 5
    with acting_as(alice):
        assert SourceAccess.objects.count() == 1


def test_the_database_shows_invitations_to_who_may_share_only(
    source: DataSource, home: Home, alice: User, bob: User, charlie: User
) -> None:
    share(source, bob, "write")
    invited(source, alice)
    invited(home, alice)
    for person, rows in ((alice, 2), (bob, 0), (charlie, 0)):
        with acting_as(person):
            assert run("SELECT id FROM source_invitation") == rows
    with acting_as(bob):
        assert run("UPDATE source_invitation SET level = 'admin'") == 0
        assert run("DELETE FROM source_invitation") == 0


def test_the_database_lets_nobody_invite_to_what_they_may_not_share(source: DataSource, home: Home, bob: User) -> None:
    share(source, bob, "write")
    insert = (
        "INSERT INTO source_invitation (public_id, source_id, home_id, level, email, token_hash, invited_by_id,"
        " created_at, expires_at) VALUES (gen_random_uuid(), %s, %s, 'read', '', 'x', %s, now(), now())"
    )
    for source_id, home_id in ((source.pk, None), (None, home.pk)):
        with acting_as(bob), pytest.raises(ProgrammingError, match="row-level security"):
            run(insert, source_id, home_id, bob.pk)
    with acting_as(source.owner), pytest.raises(ProgrammingError, match="row-level security"):
        run(insert, source.pk, None, bob.pk)


def test_the_database_lets_an_invitation_be_taken_back_and_nothing_else(source: DataSource, alice: User) -> None:
    invited(source, alice)
    with acting_as(alice):
        for change in ("level = 'admin'", "used_at = now()", "expires_at = now()", "token_hash = 'x'"):
            with pytest.raises(ProgrammingError, match="only be taken back"):
                run(f"UPDATE source_invitation SET {change}")
        assert run("UPDATE source_invitation SET revoked_at = now()") == 1
        with pytest.raises(ProgrammingError, match="only be taken back"):
            run("UPDATE source_invitation SET revoked_at = NULL")


def test_where_sign_up_is_closed_the_holder_of_the_link_is_told_whom_to_ask(
    client: Client, home: Home, alice: User, settings: Any
) -> None:
    settings.ACCOUNT_SIGNUP_OPEN = False
    page = shown(client, invited(home, alice))
    assertContains(page, "New accounts are made only by who runs this site: ask Alice.")
    assertNotContains(page, "/account/signup/")


def test_nobody_bound_reads_what_the_link_offers_and_accepts_nothing(source: DataSource, alice: User) -> None:
    invited(source, alice)
    with acting_as(alice), connection.cursor() as cursor:
        cursor.execute("SELECT token_hash FROM source_invitation")
        (known,) = cursor.fetchone()
    with acting_as(None):
        assert run("SELECT * FROM invitation_offered(%s)", known) == 1
        assert run("SELECT * FROM invitation_offered('no')") == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT accept_invitation(%s)", [known])
            assert cursor.fetchone() == (None,)
    with acting_as(alice):
        assert SourceInvitation.objects.get().used_at is None
