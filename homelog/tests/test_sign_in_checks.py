"""Each check of signing in: silent where all is well, and heard once its fault is there."""

from typing import Any

import pytest

from accounts.providers import addresses
from homelog import sign_in_checks


@pytest.fixture(autouse=True)
def as_deployed(settings: Any) -> None:
    """As outside of development."""
    settings.STAFF_SECOND_FACTOR = True


def found() -> list[str | None]:
    """The ids of what is wrong."""
    return [message.id for message in sign_in_checks.check_sign_in()]


def of_google(settings: Any, **changes: Any) -> None:
    """Google set up, with changes."""
    own = {**settings.SIGN_IN["google"], "client_id": "id", "secret": "secret", **changes}
    settings.SIGN_IN = {**settings.SIGN_IN, "google": own}


def test_without_providers_and_with_a_whole_one_all_is_well(settings: Any) -> None:
    assert found() == []
    of_google(settings)
    assert found() == []


def test_an_id_without_its_secret_is_told_and_not_offered(settings: Any) -> None:
    of_google(settings, secret="")
    (message,) = sign_in_checks.check_sign_in()
    assert (
        message.msg == "GOOGLE_CLIENT_ID is set, but GOOGLE_CLIENT_SECRET is not: sign-in with Google is not offered."
    )
    assert (message.id, addresses.offered()) == ("homelog.W010", [])


def test_tokens_need_keys_of_their_own(settings: Any) -> None:
    of_google(settings, keeps_tokens=True)
    assert found() == ["homelog.E010"]


def test_a_host_must_be_named_in_full(settings: Any) -> None:
    of_google(settings)
    settings.SIGN_IN_HOSTS = []
    assert found() == ["homelog.E011"]


def test_an_admin_that_a_password_alone_opens_is_told(settings: Any) -> None:
    settings.DEBUG, settings.STAFF_SECOND_FACTOR = False, False
    assert found() == ["homelog.W011"]


def test_the_policy_of_the_pages_names_where_people_are_sent(settings: Any) -> None:
    for provider_id, own in settings.SIGN_IN.items():
        assert addresses.of(provider_id).authorize.startswith(f"{own['origin']}/")
