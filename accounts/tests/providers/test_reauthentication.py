"""Who came with LINE or Google alone signs in there once more before something delicate, and nobody else does."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts import encryption
from accounts.models import User
from accounts.providers.refusals import sentence
from accounts.tests.pages import NEW
from audit.models import AuditLog
from homelog.idp import faults
from homelog.idp.server import DemoIdp
from homelog.idp.testing import FIRST, GWEN, LINE_PLOY, OTTO, agree, asked, begin, show_again, sign_up_with
from homelog.testing import PASSWORD, make_home

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

NAMES = {"line": "LINE", "google": "Google"}
OTHER = {"line": LINE_PLOY, "google": OTTO}
PAGE = "/account/reauthenticate/again/"
KEYS = "/account/keys/"
EMAIL = "/account/email/"
DELICATE = [
    KEYS,
    "/account/password/set/",
    "/account/second-factor/totp/activate/",
    "/account/second-factor/webauthn/add/",
    "/account/data/",
    "/account/data.zip",
    "/account/delete/",
]
both = pytest.mark.parametrize("provider", ["line", "google"])


def again(client: Client, provider: str, goes_to: str = KEYS) -> "Answer":
    """Press the button of the page that asks."""
    return begin(client, provider, process="reauthenticate", next=goes_to)


def is_asked(client: Client, path: str = KEYS) -> bool:
    """Whether the person is asked there who they are."""
    return unquote(client.get(path).headers.get("Location", "")) == f"{PAGE}?next={path}"


def events(name: str) -> list[AuditLog]:
    """What the log has of this kind."""
    return list(AuditLog.objects.filter(event_type=name).order_by("pk"))


@pytest.fixture
def told(owner: Any) -> Callable[[str], list[AuditLog]]:
    """The log, read by the owner of the database."""

    def read(name: str) -> list[AuditLog]:
        with owner():
            return events(name)

    return read


@both
@pytest.mark.parametrize("path", DELICATE)
def test_before_what_is_delicate_one_signs_in_there_again(
    client: Client, idp: DemoIdp, provider: str, path: str
) -> None:
    sign_up_with(client, provider)
    assertRedirects(client.get(path), f"{PAGE}?next={path}")
    page = client.get(f"{PAGE}?next={path}")
    assertContains(page, f"Sign in with {NAMES[provider]} again, to show that it is you")
    assertNotContains(page, f"Sign in with {NAMES[{'line': 'google', 'google': 'line'}[provider]]} again, to show")
    answer = show_again(client, provider, next=path)
    assertRedirects(answer, f"{PAGE}?next={path}", fetch_redirect_response=False)
    assertRedirects(client.get(answer.headers["Location"]), path, fetch_redirect_response=False)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("provider", "more"), [("line", {"prompt": "login", "max_age": "60"}), ("google", {"prompt": "select_account"})]
)
def test_the_provider_is_told_to_ask_anew(client: Client, idp: DemoIdp, provider: str, more: dict[str, str]) -> None:
    sign_up_with(client, provider)
    fields = asked(again(client, provider))
    assert {name: fields.get(name) for name in ("prompt", "max_age")} == {"prompt": None, "max_age": None} | more
    assert {len(fields[name]) for name in ("nonce", "code_challenge", "state")} == {64, 43, 16}


@both
def test_what_was_sent_before_the_question_is_done_after_it(client: Client, idp: DemoIdp, provider: str) -> None:
    sign_up_with(client, provider)
    sent = client.post(EMAIL, {"email": "nok@example.com", "action_add": ""})
    assertRedirects(sent, f"{PAGE}?next={EMAIL}", fetch_redirect_response=False)
    assert mail.outbox == []
    client.get(show_again(client, provider, next=EMAIL).headers["Location"])
    assert [letter.to for letter in mail.outbox] == [["nok@example.com"]]


def test_another_way_in_is_connected_and_given_up_only_after_the_question(client: Client, idp: DemoIdp) -> None:
    sign_up_with(client, "line")
    sent = begin(client, "google", process="connect")
    path = "/account/google/login/"
    assertRedirects(sent, f"{PAGE}?next={path}", fetch_redirect_response=False)
    goes_on = client.get(show_again(client, "line", next=path).headers["Location"])
    client.get(agree(goes_on, GWEN))
    assert SocialAccount.objects.count() == 2
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        client.post("/account/connections/", {"account": SocialAccount.objects.get(provider="line").pk})
        assert SocialAccount.objects.count() == 2
        client.get(show_again(client, "google", next="/account/connections/").headers["Location"])
        assert SocialAccount.objects.get().provider == "google"


def test_also_what_the_site_offers_no_more_is_given_up_only_after_the_question(
    client: Client, idp: DemoIdp, settings: Any
) -> None:
    sign_up_with(client, "line")
    google = SocialAccount.objects.create(user=User.objects.get(), provider="google", uid=GWEN)
    settings.SIGN_IN = {**settings.SIGN_IN, "google": {**settings.SIGN_IN["google"], "secret": ""}}
    answer = client.post("/account/connections/", {"account": google.pk})
    assertRedirects(answer, f"{PAGE}?next=/account/connections/", fetch_redirect_response=False)
    assert SocialAccount.objects.count() == 2


@both
def test_it_is_asked_again_after_five_minutes(client: Client, idp: DemoIdp, provider: str) -> None:
    sign_up_with(client, provider)
    show_again(client, provider)
    for minutes, asks in ((4, False), (6, True)):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            assert is_asked(client) is asks


@both
def test_signing_in_alone_shows_nothing(client: Client, idp: DemoIdp, provider: str) -> None:
    sign_up_with(client, provider)
    client.get(agree(begin(client, provider), FIRST[provider]))
    assert is_asked(client)


@both
@pytest.mark.parametrize("known", [True, False])
def test_the_identity_of_somebody_else_shows_nothing(
    client: Client, idp: DemoIdp, told: Any, provider: str, known: bool
) -> None:
    sign_up_with(client, provider)
    person = client.session["_auth_user_id"]
    if known:
        sign_up_with(Client(), provider, OTHER[provider])
    people, identities = User.objects.count(), SocialAccount.objects.count()
    answer = client.get(agree(again(client, provider), OTHER[provider]))
    assert answer.status_code == 401
    assert sentence("another", NAMES[provider]) in unescape(answer.text)
    assertContains(answer, f'href="{PAGE}?next=%2Faccount%2Fkeys%2F"', status_code=401)
    assert (is_asked(client), client.session["_auth_user_id"]) == (True, person)
    assert (User.objects.count(), SocialAccount.objects.count()) == (people, identities)
    assert "socialaccount_sociallogin" not in client.session
    (refused,) = told("sign_in_refused")
    assert (refused.details, str(refused.actor_id)) == ({"way": NAMES[provider], "refusal": "another"}, person)


@both
@pytest.mark.parametrize("fault", faults.ANEW)
def test_a_sign_in_at_the_provider_from_before_the_question_shows_nothing(
    client: Client, idp: DemoIdp, provider: str, fault: str
) -> None:
    sign_up_with(client, provider)
    idp.reset(fault)
    answer = show_again(client, provider)
    assert answer.status_code == 401
    assert sentence("stale", NAMES[provider]) in unescape(answer.text)
    assert is_asked(client)


@both
@pytest.mark.parametrize("fault", faults.ANEW)
def test_for_signing_in_it_does_not_matter_since_when(client: Client, idp: DemoIdp, provider: str, fault: str) -> None:
    sign_up_with(client, provider)
    idp.reset(fault)
    elsewhere = Client()
    elsewhere.get(agree(begin(elsewhere, provider), FIRST[provider]))
    assert "_auth_user_id" in elsewhere.session


def test_the_question_cannot_be_taken_out_on_its_way_to_line(client: Client, idp: DemoIdp) -> None:
    sign_up_with(client, "line")
    begun = again(client, "line")
    begun.headers["Location"] = begun.headers["Location"].replace("prompt=login", "").replace("max_age=60", "")
    answer = client.get(agree(begun, FIRST["line"]))
    assert answer.status_code == 401
    assert sentence("stale", "LINE") in unescape(answer.text)
    assert is_asked(client)


@both
@pytest.mark.parametrize("meddled", ["replayed", "made up", "of a sign-in", "of the other provider"])
def test_an_answer_to_another_question_shows_nothing(client: Client, idp: DemoIdp, provider: str, meddled: str) -> None:
    sign_up_with(client, provider)
    begun = again(client, provider)
    back = agree(begun, FIRST[provider])
    if meddled == "replayed":
        client.get(back)
    elif meddled == "made up":
        back = back.replace(asked(begun)["state"], "x" * 16)
    elif meddled == "of the other provider":
        other = {"line": "google", "google": "line"}[provider]
        back = back.replace(f"/{provider}/", f"/{other}/")
    else:
        back = agree(begin(client, provider), FIRST[provider])
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        answer = client.get(back)
        assert answer.status_code == (302 if meddled == "of a sign-in" else 401)
        assert is_asked(client)


@both
def test_what_somebody_else_began_shows_nothing(client: Client, idp: DemoIdp, provider: str) -> None:
    sign_up_with(client, provider)
    begun = again(client, provider)
    other = Client()
    sign_up_with(other, provider, OTHER[provider])
    session = other.session
    session["socialaccount_states"] = client.session["socialaccount_states"]
    session.save()
    answer = other.get(agree(begun, OTHER[provider]))
    assert answer.status_code == 401
    assert sentence("begun", NAMES[provider]) in unescape(answer.text)
    assert is_asked(other)


@both
def test_who_signed_out_meanwhile_is_not_signed_in_by_it(client: Client, idp: DemoIdp, provider: str) -> None:
    sign_up_with(client, provider)
    back, states = agree(again(client, provider), FIRST[provider]), client.session["socialaccount_states"]
    out = Client()
    session = out.session
    session["socialaccount_states"] = states
    session.save()
    answer = out.get(back)
    assert (answer.status_code, "_auth_user_id" in out.session) == (401, False)


@both
def test_who_turns_back_is_where_they_were(client: Client, idp: DemoIdp, told: Any, provider: str) -> None:
    sign_up_with(client, provider)
    state = asked(again(client, provider))["state"]
    answer = client.get(f"/account/{provider}/login/callback/", {"error": "access_denied", "state": state}, follow=True)
    assert answer.redirect_chain == [(f"{PAGE}?next=%2Faccount%2Fkeys%2F", 302)]
    assertContains(answer, "You turned back. Nothing was changed.")
    assertContains(answer, "again, to show that it is you")
    assert (is_asked(client), told("sign_in_refused")) == (True, [])


@both
@pytest.mark.parametrize("fault", ["token: 500", "token: 400", "expired", "no nonce", "another issuer"])
def test_a_provider_that_is_wrong_shows_nothing(client: Client, idp: DemoIdp, provider: str, fault: str) -> None:
    sign_up_with(client, provider)
    idp.reset(fault)
    answer = show_again(client, provider)
    assertContains(answer, f'href="{PAGE}"', status_code=401)
    assert is_asked(client)


def test_trying_it_is_limited(client: Client, idp: DemoIdp) -> None:
    sign_up_with(client, "line")
    answers = [again(client, "line") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    # Another person is not held up by it.
    other = Client()
    sign_up_with(other, "line", LINE_PLOY)
    assert again(other, "line").status_code == 302


@both
def test_the_log_tells_a_household_what_happened(client: Client, idp: DemoIdp, told: Any, provider: str) -> None:
    sign_up_with(client, provider)
    home = make_home(User.objects.get())
    client.get(agree(again(client, provider), OTHER[provider]))
    show_again(client, provider)
    (shown,) = told("show_identity")
    assert shown.details["way"] == NAMES[provider]
    page = unescape(client.get(f"/homes/{home.public_id}/history/?kind=sign_ins").text)
    assert f"You signed in with {NAMES[provider]} once more, to show that it is them" in page
    assert f"A sign-in with {NAMES[provider]} was refused: {sentence('another', NAMES[provider])}" in page


@both
@pytest.mark.parametrize("has", ["password", "second factor"])
def test_whoever_has_a_password_or_a_second_factor_is_asked_for_that_alone(
    client: Client, idp: DemoIdp, provider: str, has: str
) -> None:
    sign_up_with(client, provider, email="nok@example.com")
    person = User.objects.get()
    EmailAddress.objects.update(verified=True)
    if has == "password":
        person.set_password(PASSWORD)
        person.save()
    else:
        Authenticator.objects.create(user=person, type="totp", data={"secret": encryption.encrypt("A")})
    client.force_login(person)
    way = "/account/reauthenticate/" if has == "password" else "/account/second-factor/reauthenticate/"
    assertRedirects(client.get(KEYS), f"{way}?next={KEYS}")
    assertNotContains(client.get(way), "again")
    for path in (f"{PAGE}?next={KEYS}", "/account/reauthenticate/code/"):
        assert client.get(path).headers["Location"].startswith(way)
    assertRedirects(again(client, provider), f"{PAGE}?next=%2Faccount%2Fkeys%2F", fetch_redirect_response=False)
    assert [endpoint for endpoint, _ in idp.asked if endpoint == "authorize"] == ["authorize"]


def test_who_has_no_way_at_all_is_told_what_to_do(client: Client, idp: DemoIdp, settings: Any) -> None:
    sign_up_with(client, "line")
    settings.SIGN_IN = {**settings.SIGN_IN, "line": {**settings.SIGN_IN["line"], "secret": ""}}
    answer = client.get(KEYS, follow=True)
    assertContains(answer, "There is no way to ask you")


def test_the_first_password_counts_from_then_on(client: Client, idp: DemoIdp) -> None:
    sign_up_with(client, "line")
    show_again(client, "line")
    client.post("/account/password/set/", {"password1": NEW, "password2": NEW})
    assert User.objects.get().has_usable_password()
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assertRedirects(client.get(KEYS), f"/account/reauthenticate/?next={KEYS}")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_leads_nowhere_else(client: Client, idp: DemoIdp, target: str) -> None:
    sign_up_with(client, "line")
    answer = client.get(show_again(client, "line", next=target).headers["Location"])
    assert urlsplit(answer.headers["Location"]).netloc == ""
    assert answer.headers["Location"] == "/account/"
