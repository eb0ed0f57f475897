"""Providers that lie, break or dawdle, people who meddle: each is refused with its sentence, nothing is left."""

from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django.asserts import assertRedirects

from accounts.models import User
from accounts.providers.refusals import sentence
from homelog.idp import faults
from homelog.idp.server import DemoIdp
from homelog.idp.testing import FIRST, GWEN, OTTO, agree, asked, begin, go_through, played_by, sign_up_with

NAMES = {"line": "LINE", "google": "Google"}
both = pytest.mark.parametrize("provider", ["line", "google"])

SAID = {
    "nonce of another sign-in": "nonce",
    "no nonce": "nonce",
    "nonce that is no text": "nonce",
    "made for another site": "audience",
    "made for two sites": "audience",
    "no audience": "audience",
    "handed on by another site": "audience",
    "another issuer": "issuer",
    "issuer that only begins alike": "issuer",
    "expired": "expired",
    "from the future": "expired",
    "never expires": "expired",
    "expires at a word": "expired",
    "nobody": "subject",
    "nobody's name": "subject",
    "a number for a name": "subject",
    "a name that is too long": "subject",
    "a name with a NUL": "subject",
}
ANSWERED = {
    "500": "unreachable",
    "400": "declined",
    "slow": "unreachable",
    "drips": "unreachable",
    "drips its headers": "unreachable",
    "HTML": "nonsense",
    "10 MB": "nonsense",
    "a list": "nonsense",
    "deeply nested": "nonsense",
    "redirects elsewhere": "nonsense",
    "hangs up": "unreachable",
    "empty": "nonsense",
}
EXCHANGED = {
    "no id_token": "nonsense",
    "an access token that is a number": "nonsense",
    "an expiry that is a word": "nonsense",
}


def cases() -> Iterator[tuple[str, str, str]]:
    """(provider, fault, reason): everything that homelog.idp.faults knows, for each provider."""
    for provider, second in (("line", "verify"), ("google", "certificates")):
        for told in (SAID, EXCHANGED):
            yield from ((provider, fault, reason) for fault, reason in told.items())
        for endpoint in ("token", second):
            yield from ((provider, f"{endpoint}: {how}", reason) for how, reason in ANSWERED.items())
    yield from (("google", fault, "signature") for fault in sorted(faults.SIGNED))
    yield from (("line", fault, "declined") for fault in ("not signed", "not even a token"))


def nothing_is_left(client: Client) -> bool:
    """Nobody was made, nothing was connected, nobody is signed in and no sign-up waits."""
    session = client.session
    waits = {"_auth_user_id", "socialaccount_sociallogin", "account_login", "account_authentication_methods"}
    return not (User.objects.exists() or SocialAccount.objects.exists() or waits & set(session.keys()))


def test_every_fault_that_the_server_knows_is_tried() -> None:
    tried = {fault for _, fault, _ in cases()}
    assert set(SAID) == set(faults.SAID)
    assert set(ANSWERED) == faults.ANSWERED
    assert tried >= faults.SIGNED
    assert {*EXCHANGED, "does not look at the verifier"} == faults.EXCHANGED


@pytest.mark.parametrize(("provider", "fault", "reason"), list(cases()), ids=str)
def test_a_provider_that_is_wrong_signs_nobody_in(
    client: Client, idp: DemoIdp, provider: str, fault: str, reason: str
) -> None:
    idp.reset(fault)
    answer = go_through(client, provider)
    assert answer.status_code == 401
    assert sentence(reason, NAMES[provider]) in unescape(answer.text)
    assert nothing_is_left(client)


@pytest.mark.parametrize(("provider", "fault", "reason"), [case for case in cases() if case[1] in SAID], ids=str)
def test_nor_does_it_sign_in_somebody_who_has_an_account(
    client: Client, idp: DemoIdp, provider: str, fault: str, reason: str
) -> None:
    sign_up_with(client, provider)
    before = SocialAccount.objects.values().get()
    idp.reset(fault)
    elsewhere = Client()
    assert go_through(elsewhere, provider).status_code == 401
    assert "_auth_user_id" not in elsewhere.session
    assert SocialAccount.objects.values().get() == before


@both
def test_an_honest_provider_signs_in_so_that_the_cases_above_can_fail(
    client: Client, idp: DemoIdp, provider: str
) -> None:
    assertRedirects(go_through(client, provider), "/account/connections/signup/", fetch_redirect_response=False)
    assert "socialaccount_sociallogin" in client.session


@pytest.mark.parametrize(("sub", "reason"), [(GWEN, "domain"), (OTTO, "")])
@pytest.mark.parametrize("domains", [["example.org"], ["example.org", "example.net"]])
def test_where_a_domain_is_set_only_its_people_come_in(
    client: Client, idp: DemoIdp, sub: str, reason: str, domains: list[str]
) -> None:
    with played_by(idp, domains=domains):
        begun = begin(client, "google")
        answer = client.get(agree(begun, sub))
    assert asked(begun)["hd"] == ("example.org" if len(domains) == 1 else "*")
    assert answer.status_code == (401 if reason else 302)
    if reason:
        assert sentence(reason, "Google") in answer.text
        assert nothing_is_left(client)


@both
def test_an_answer_is_taken_once(client: Client, idp: DemoIdp, provider: str) -> None:
    path = agree(begin(client, provider), FIRST[provider])
    client.get(path)
    client.get("/account/connections/signup/")
    client.session.flush()
    exchanges = len(idp.asked)
    answer = client.get(path)
    assert (answer.status_code, len(idp.asked)) == (401, exchanges)
    assert sentence("state", NAMES[provider]) in unescape(answer.text)


@both
def test_a_state_of_the_past_with_a_new_code_is_refused(client: Client, idp: DemoIdp, provider: str) -> None:
    begun = begin(client, provider)
    client.get(agree(begun, FIRST[provider]))
    answer = client.get(agree(begun, FIRST[provider]))
    assert answer.status_code == 401
    assert sentence("state", NAMES[provider]) in unescape(answer.text)


@both
def test_a_state_that_two_answers_find_at_once_is_taken_once(client: Client, idp: DemoIdp, provider: str) -> None:
    begun = begin(client, provider)
    waiting = dict(client.session)
    client.get(agree(begun, FIRST[provider]))
    other = Client()
    session = other.session
    session["socialaccount_states"] = waiting["socialaccount_states"]
    session.save()
    answer = other.get(agree(begun, FIRST[provider]))
    assert answer.status_code == 401
    assert nothing_is_left(other)


@both
def test_a_code_that_was_used_before_is_refused(client: Client, idp: DemoIdp, provider: str) -> None:
    code = parse_qs(urlsplit(agree(begin(client, provider), FIRST[provider])).query)["code"][0]
    idp.grants[code].is_used = True
    state = asked(begin(client, provider))["state"]
    answer = client.get(f"/account/{provider}/login/callback/?code={code}&state={state}")
    assert answer.status_code == 401
    assert sentence("declined", NAMES[provider]) in answer.text
    assert nothing_is_left(client)


@both
@pytest.mark.parametrize(("fault", "reason"), [("", "declined"), ("does not look at the verifier", "nonce")])
def test_somebody_elses_code_signs_nobody_in(
    client: Client, idp: DemoIdp, provider: str, fault: str, reason: str
) -> None:
    """A code slipped in by its owner: PKCE stops it, and the nonce where the provider forgets PKCE."""
    idp.reset(fault)
    evil = parse_qs(urlsplit(agree(begin(Client(), provider), FIRST[provider])).query)["code"][0]
    state = asked(begin(client, provider))["state"]
    answer = client.get(f"/account/{provider}/login/callback/?code={evil}&state={state}")
    assert answer.status_code == 401
    assert sentence(reason, NAMES[provider]) in unescape(answer.text)
    assert nothing_is_left(client)


@both
def test_an_answer_in_another_browser_is_refused(client: Client, idp: DemoIdp, provider: str) -> None:
    path = agree(begin(Client(), provider), FIRST[provider])
    answer = client.get(path)
    assert (answer.status_code, [endpoint for endpoint, _ in idp.asked]) == (401, ["authorize"])
    assert sentence("state", NAMES[provider]) in unescape(answer.text)
    assert nothing_is_left(client)


def test_the_state_of_one_provider_does_not_serve_the_other(client: Client, idp: DemoIdp) -> None:
    path = agree(begin(client, "line"), FIRST["line"])
    answer = client.get(path.replace("/line/", "/google/"))
    assert answer.status_code == 401
    assert nothing_is_left(client)


@both
def test_a_sign_in_without_its_verifier_is_refused(client: Client, idp: DemoIdp, provider: str) -> None:
    begun = begin(client, provider)
    session = client.session
    for state, *_rest in session["socialaccount_states"].values():
        del state["pkce_code_verifier"]
    session.save()
    answer = client.get(agree(begun, FIRST[provider]))
    assert answer.status_code == 401
    assert sentence("verifier", NAMES[provider]) in answer.text
    assert [endpoint for endpoint, _ in idp.asked] == ["authorize"]


@both
@pytest.mark.parametrize(
    "query", ["", "code=1", "state=", "code=1&state=no", "error=server_error", "code=%00&state=%00"]
)
def test_a_call_that_nobody_began_is_refused(client: Client, idp: DemoIdp, provider: str, query: str) -> None:
    answer = client.get(f"/account/{provider}/login/callback/?{query}")
    assert answer.status_code == 401
    assert sentence("state", NAMES[provider]) in unescape(answer.text)
    assert nothing_is_left(client)


@both
@pytest.mark.parametrize("error", ["server_error", "temporarily_unavailable", "<script>", "\0"])
def test_what_a_provider_says_instead_of_a_code_is_no_reason_to_break(
    client: Client, idp: DemoIdp, provider: str, error: str
) -> None:
    state = asked(begin(client, provider))["state"]
    answer = client.get(f"/account/{provider}/login/callback/", {"error": error, "state": state})
    assert answer.status_code == 401
    assert sentence("declined", NAMES[provider]) in answer.text
    assert nothing_is_left(client)


@both
def test_under_an_address_that_is_not_ours_nobody_is_sent_away(
    client: Client, idp: DemoIdp, settings: pytest.FixtureRequest, provider: str
) -> None:
    settings.ALLOWED_HOSTS = ["testserver", ".example.org"]  # type: ignore[attr-defined]
    for host in ("evil.example.org", "testserver.example.org"):
        answer = client.post(f"/account/{provider}/login/", headers={"host": host})
        assert answer.status_code == 401
        assert sentence("host", NAMES[provider]) in answer.text


@pytest.mark.parametrize(("host", "status"), [("homelog.example.org", 302), ("homelog.example.org:8443", 401)])
def test_outside_of_development_another_port_is_another_address(
    client: Client, idp: DemoIdp, settings: pytest.FixtureRequest, host: str, status: int
) -> None:
    settings.DEBUG = False  # type: ignore[attr-defined]
    settings.ALLOWED_HOSTS = settings.SIGN_IN_HOSTS = ["homelog.example.org"]  # type: ignore[attr-defined]
    assert client.post("/account/line/login/", headers={"host": host}).status_code == status


@both
def test_no_secret_is_on_any_page(client: Client, idp: DemoIdp, provider: str) -> None:
    idp.reset("token: 400")
    answer = go_through(client, provider)
    (exchange,) = [fields for endpoint, fields in idp.asked if endpoint == "token"]
    assert not [each for each in (exchange["code"], exchange["code_verifier"]) if each in answer.text]
