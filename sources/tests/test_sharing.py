"""The sharing pages of a source and of a home: who is shown to whom, levels changed, shares ended, places left."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.current import acting_as
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import make_home, make_source, make_user, share
from sources.deleting import delete_home
from sources.invitations import PER_DAY, hashed, make
from sources.models import DataSource, Home, HomeMember, SourceAccess, SourceInvitation
from sources.sharing import Right, url
from sources.written import moment

INVITE = {"email": "dora@example.com", "level": "write"}


def join(home: Home, user: User, level: str = "read") -> HomeMember:
    """`user` becomes a member of Alice's home."""
    assert home.created_by is not None
    with acting_as(home.created_by):
        return home.members.create(user=user, level=level, granted_by=home.created_by)


def level_of(right: Right, by: User) -> str | None:
    """The stored level as `by` sees it; None where it is gone."""
    with acting_as(by):
        rights = type(right).objects.filter(pk=right.pk)
        return rights.values_list("level", flat=True).first()


def events(by: User) -> list[str]:
    """What `by` reads in the log of what was done about rights, the newest first."""
    with acting_as(by):
        kinds = AuditLog.objects.exclude(event_type__in=["sign_in", "view_source"])
        return list(kinds.values_list("event_type", flat=True)[:3])


def test_the_owner_sees_everybody_with_the_reason(
    client: Client, source: DataSource, home: Home, alice: User, bob: User, charlie: User
) -> None:
    share(source, bob, "write")
    join(home, charlie)
    client.force_login(alice)
    page = client.get(url("sharing", source))
    assert [(one.person, one.words, len(one.reasons)) for one in page.context["people"]] == [
        (alice, "Owns it", 1),
        (bob, "May add and correct readings", 1),
        (charlie, "May see", 1),
    ]
    assertContains(page, "Belongs to Rama IX flat.")
    assertContains(page, "Shared by Alice on ")


def test_who_may_only_see_sees_the_owner_and_themselves_and_no_form(
    client: Client, source: DataSource, bob: User, charlie: User
) -> None:
    share(source, bob)
    share(source, charlie)
    client.force_login(bob)
    page = client.get(url("sharing", source))
    assert [one.person for one in page.context["people"]] == [source.owner, bob]
    assertContains(page, "Leave Electricity")
    assertNotContains(page, "Invite somebody")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_one_and_for_three(
    rows: int, client: Client, source: DataSource, alice: User, django_assert_num_queries: Any
) -> None:
    for _number in range(rows):
        share(source, make_user())
        with acting_as(alice):
            make(source, alice, "read")
    client.force_login(alice)
    with django_assert_num_queries(10):
        client.get(url("sharing", source))


def test_an_invitation_by_mail_brings_a_link_of_which_only_the_hash_is_stored(
    client: Client, source: DataSource, alice: User
) -> None:
    client.force_login(alice)
    assertRedirects(client.post(url("sharing", source), INVITE), url("sharing", source))
    letter = mail.outbox[0]
    assert (letter.to, letter.subject) == (["dora@example.com"], "Alice invites you to Electricity")
    link = next(line for line in str(letter.body).splitlines() if line.startswith("http"))
    page, _hash, key = link.partition("#")
    assert page == "http://testserver/invitation/"
    with acting_as(alice):
        made = SourceInvitation.objects.get()
        assert made.token_hash == hashed(key)
        assert (made.level, made.invited_by, made.source, made.home) == ("write", alice, source, None)
    assert (made.expires_at - made.created_at).days == 14
    assert events(alice)[0] == "create_invitation"


def test_a_link_is_shown_once(client: Client, home: Home, alice: User) -> None:
    client.force_login(alice)
    assertRedirects(
        client.post(url("sharing", home), {"level": "read"}), url("sharing", home), fetch_redirect_response=False
    )
    assertContains(client.get(url("sharing", home)), "http://testserver/invitation/#", count=1)
    assertNotContains(client.get(url("sharing", home)), "http://testserver/invitation/#")
    assert mail.outbox == []


def test_open_invitations_are_told_apart_by_name_right_and_time(client: Client, home: Home, alice: User) -> None:
    client.force_login(alice)
    for typed in (
        {"level": "read", "for_whom": "Grandma"},
        {"level": "write", "for_whom": "<b>Tom</b>", "email": "tom@example.com"},
        {"level": "admin"},
    ):
        assert client.post(url("sharing", home), typed).status_code == 302
    page = client.get(url("sharing", home))
    heads = ("<b>Grandma</b>", "<b>&lt;b&gt;Tom&lt;/b&gt;</b>", "<b>Whoever has the link</b>")
    ways = ("By a link. ", "tom@example.com. ", "")
    levels = ("May see", "May add and correct readings", "May change everything")
    with acting_as(alice):
        made = list(SourceInvitation.objects.order_by("pk"))
    for one, head, way, level in zip(made, heads, ways, levels, strict=True):
        assertContains(page, f"<p>{head} · {level}</p>", html=True)
        times = [moment(at, home.zone) for at in (one.created_at, one.expires_at)]
        assertContains(page, f'<p class="meta">{way}Made by Alice on {times[0]}, ends on {times[1]}.</p>', html=True)
    assert "Tom" not in str(mail.outbox[0].body)
    assertContains(client.get(reverse("audit:home_history", args=[home.public_id])), "You invited Grandma to")


def test_no_level_is_given_that_nobody_chose(client: Client, source: DataSource, alice: User) -> None:
    client.force_login(alice)
    assertNotContains(client.get(url("sharing", source)), "checked")
    answer = client.post(url("sharing", source), {"email": "dora@example.com"})
    assertContains(answer, "Choose what they may do. Nothing is given until then.", status_code=422)
    assertContains(answer, 'value="dora@example.com"', status_code=422)
    assert mail.outbox == []
    with acting_as(alice):
        assert not SourceInvitation.objects.exists()


def test_a_mail_that_fails_leaves_no_invitation(
    client: Client, source: DataSource, alice: User, settings: Any, tmp_path: Any
) -> None:
    # A port on which nobody listens.
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    client.force_login(alice)
    answer = client.post(url("sharing", source), INVITE)
    assert (answer.status_code, answer.context["form"].errors) == (
        422,
        {"email": ["The mail could not be sent, so nothing was done. Leave the address empty to get a link instead."]},
    )
    with acting_as(alice):
        assert not SourceInvitation.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("email", "dora", "Enter a valid email address."),
        ("email", "ALICE@example.com", "This is your own address. Type that of the person whom you want to invite."),
        ("level", "owner", "Select a valid choice. owner is not one of the available choices."),
        ("level", "", "Choose what they may do. Nothing is given until then."),
    ],
)
def test_what_cannot_be_an_invitation_comes_back_with_its_reason(
    field: str, value: str, message: str, client: Client, source: DataSource, alice: User
) -> None:
    client.force_login(alice)
    answer = client.post(url("sharing", source), {**INVITE, field: value})
    assert (answer.status_code, answer.context["form"].errors) == (422, {field: [message]})
    assert mail.outbox == []


def test_the_twenty_first_invitation_of_a_day_is_refused(client: Client, source: DataSource, alice: User) -> None:
    with acting_as(alice):
        for _number in range(PER_DAY):
            make(source, alice, "read")
    client.force_login(alice)
    answer = client.post(url("sharing", source), INVITE)
    sentence = "You made 20 invitations within a day, which is as many as anybody may. Try again tomorrow."
    assertContains(answer, sentence, status_code=429)
    assert 0 < int(answer.headers["Retry-After"]) <= 24 * 3600
    assert mail.outbox == []


def test_nor_does_it_help_to_delete_the_invitations_with_their_home(client: Client, alice: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"invite": "2/d/user"}
    cache.clear()
    client.force_login(alice)
    for status in (302, 302, 429):
        home = make_home(alice, "Cabin")
        answer = client.post(url("sharing", home), {**INVITE, "email": ""})
        assert answer.status_code == status
        with acting_as(alice):
            assert home.invitations.count() == (status == 302)
            delete_home(home)
    assert answer.headers["Retry-After"] == str(24 * 3600)


def test_an_invitation_can_be_taken_back_once(client: Client, source: DataSource, alice: User) -> None:
    with acting_as(alice):
        made, _path = make(source, alice, "read")
    client.force_login(alice)
    address = url("uninvite", source, made.public_id)
    assertRedirects(client.post(address), url("sharing", source))
    assert (client.post(address).status_code, events(alice)[0]) == (404, "update_invitation")


def test_an_administrator_changes_and_ends_the_shares_of_others(
    client: Client, source: DataSource, alice: User, bob: User, charlie: User
) -> None:
    share(source, bob, "admin")
    given = share(source, charlie)
    client.force_login(bob)
    address = url("level", source, given.public_id)
    assertRedirects(client.post(address, {"level": "write"}), url("sharing", source))
    assert (level_of(given, alice), events(alice)[0]) == ("write", "update_share")
    end = url("end", source, given.public_id)
    assertContains(client.get(end), "No more Electricity for Charlie?")
    assertRedirects(client.post(end), url("sharing", source))
    assert (level_of(given, alice), events(alice)[0]) == (None, "delete_share")


def test_an_administrator_by_share_grants_no_more_than_that_and_nothing_elsewhere(
    client: Client, source: DataSource, home: Home, alice: User, bob: User, charlie: User
) -> None:
    share(source, bob, "admin")
    other = make_source(alice, home, name="Water")
    elsewhere, given = share(other, charlie), share(source, charlie)
    client.force_login(bob)
    client.post(url("level", source, given.public_id), {"level": "owner"})
    assert level_of(given, alice) == "read"
    for address in (
        url("level", source, elsewhere.public_id),
        url("level", other, elsewhere.public_id),
        url("end", source, elsewhere.public_id),
        url("sharing", other),
        url("sharing", home),
    ):
        assert client.post(address, {**INVITE, "level": "admin"}).status_code == 404
    assert client.post(reverse("sources:source_hand_over", args=[source.public_id])).status_code == 403
    assert (level_of(elsewhere, alice), mail.outbox) == ("read", [])


@pytest.mark.parametrize("level", ["read", "write"])
def test_who_may_not_share_changes_nothing(
    level: str, client: Client, source: DataSource, home: Home, alice: User, bob: User, charlie: User
) -> None:
    own, given = share(source, bob, level), share(source, charlie)
    member, other = join(home, bob, level), join(home, charlie)
    with acting_as(alice):
        made, _path = make(source, alice, "read")
        joining, _path = make(home, alice, "read")
    client.force_login(bob)
    answers = {
        address: client.post(address, {**INVITE, "level": "admin", "public": "yes"}).status_code
        for address in (
            *(url("sharing", source), url("sharing", home), url("level", source, own.public_id)),
            *(url("level", home, member.public_id), url("level", home, other.public_id)),
            *(url("end", home, other.public_id), url("public", source), url("hand_over", source)),
            *(url("uninvite", source, made.public_id), url("uninvite", home, joining.public_id)),
        )
    }
    assert set(answers.values()) == {403}, answers
    # The shares of others are not even shown.
    assert client.post(url("end", source, given.public_id)).status_code == 404
    assert [level_of(right, alice) for right in (own, given, member, other)] == [level, "read", level, "read"]
    with acting_as(alice):
        assert SourceInvitation.objects.filter(revoked_at=None).count() == 2
        source.refresh_from_db()
    assert (source.is_public, source.owner, mail.outbox) == (False, alice, [])


def test_a_person_leaves_a_source_and_a_home(
    client: Client, source: DataSource, home: Home, alice: User, bob: User
) -> None:
    own, member = share(source, bob), join(home, bob)
    client.force_login(bob)
    assertContains(client.get(url("end", source, own.public_id)), "Leave Electricity?")
    assertRedirects(client.post(url("end", source, own.public_id)), "/", fetch_redirect_response=False)
    assert client.get(url("sharing", source)).status_code == 200
    assertRedirects(client.post(url("end", home, member.public_id)), "/", fetch_redirect_response=False)
    assert client.get(url("sharing", source)).status_code == 404
    assert (level_of(own, alice), level_of(member, alice)) == (None, None)


def test_the_last_administrator_of_a_home_can_neither_leave_nor_step_down(
    client: Client, home: Home, alice: User, bob: User
) -> None:
    join(home, bob, "write")
    with acting_as(alice):
        own = home.members.get(user=alice)
    client.force_login(alice)
    sentence = "Nobody else may change this home. First let somebody else change everything."
    assertContains(client.post(url("end", home, own.public_id)), sentence, status_code=422)
    answer = client.post(url("level", home, own.public_id), {"level": "read"}, follow=True)
    assertContains(answer, sentence)
    assert level_of(own, alice) == "admin"


def test_who_may_not_share_any_more_leaves_no_open_invitations(
    client: Client, source: DataSource, alice: User, bob: User
) -> None:
    given = share(source, bob, "admin")
    with acting_as(bob):
        make(source, bob, "admin")
    client.force_login(alice)
    client.post(url("level", source, given.public_id), {"level": "write"})
    with acting_as(alice):
        assert SourceInvitation.objects.filter(revoked_at=None).count() == 0


def test_a_source_is_handed_over_to_somebody_who_may_change_everything(
    client: Client, source: DataSource, alice: User, bob: User, charlie: User
) -> None:
    share(source, bob, "admin")
    share(source, charlie, "write")
    client.force_login(alice)
    address = url("hand_over", source)
    assert list(client.get(address).context["heirs"]) == [bob]
    assert client.post(address, {"heir": str(charlie.public_id)}).status_code == 422
    assertRedirects(client.post(address, {"heir": str(bob.public_id)}), url("sharing", source))
    with acting_as(bob):
        shares = list(SourceAccess.objects.order_by("user__username").values_list("user__username", "level"))
        source.refresh_from_db()
    assert (source.owner, shares) == (bob, [("alice", "admin"), ("charlie", "write")])
    assert (client.post(address, {"heir": str(bob.public_id)}).status_code, events(bob)[0]) == (403, "update_source")


@pytest.mark.parametrize("name", ["sharing", "public", "hand_over"])
def test_strangers_find_nothing_and_visitors_sign_in(
    name: str, client: Client, source: DataSource, charlie: User, owner: Callable[[], AbstractContextManager[None]]
) -> None:
    address = url(name, source)
    assertRedirects(client.post(address), f"/account/login/?next={address}")
    client.force_login(charlie)
    assert (client.post(address, {**INVITE, "public": "yes"}).status_code, mail.outbox) == (404, [])


def test_other_methods_are_refused(client: Client, source: DataSource, home: Home, alice: User, bob: User) -> None:
    given = share(source, bob)
    client.force_login(alice)
    for address in (url("sharing", source), url("sharing", home), url("end", source, given.public_id)):
        assert client.delete(address).status_code == 405
    for address in (url("public", source), url("level", source, given.public_id)):
        assert client.get(address).status_code == 405
