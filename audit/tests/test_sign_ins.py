"""Sign-ins, sign-ups and passwords in the log: once each, with who it was, and never what was typed as a password."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.pages import opened
from audit.models import AuditLog
from audit.tests.conftest import Log
from homelog.testing import PASSWORD


def events(entries: list[AuditLog]) -> list[tuple[str, int | None, dict[str, Any]]]:
    """Entries as (event, actor, details)."""
    return [(entry.event_type, entry.actor_id, entry.details) for entry in entries]


def test_signing_in_and_out_is_written_down_once_each(client: Client, alice: User, log: Log) -> None:
    me = {"person": "Alice", "person_id": alice.pk}
    client.post("/account/login/", {"login": "alice", "password": PASSWORD}, REMOTE_ADDR="192.0.2.7")
    entries = log()
    assert events(entries) == [("sign_in", alice.pk, me)]
    assert entries[0].remote_address == "192.0.2.7"
    client.post("/account/logout/")
    assert events(log()) == [("sign_out", alice.pk, me)]


@pytest.mark.parametrize("typed", ["alice", "alice@example.com", "nobody@example.com", "x" * 140])
def test_a_failed_sign_in_is_written_down_once_with_what_was_typed(
    client: Client, alice: User, log: Log, typed: str
) -> None:
    response = client.post("/account/login/", {"login": typed, "password": "not-the-password"})
    assert response.status_code == 422
    entries = log()
    assert events(entries) == [("sign_in_failed", None, {"typed": typed})]
    assert "not-the-password" not in str(entries[0].details)


def test_signing_up_and_confirming_names_who_it_was(client: Client, log: Log, mailoutbox: list[Any]) -> None:
    form = {"display_name": "Dora", "email": "dora@example.com", "password1": PASSWORD}
    client.post("/account/signup/", form)
    dora = User.objects.get(email="dora@example.com")
    about = {"person": "Dora", "person_id": dora.pk}
    assert [(event, about_ | {"new": 0} if "new" in about_ else about_) for event, _, about_ in events(log())] == [
        ("create_person", {**about, "new": 0}),
        ("sign_up", about),
    ]
    found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", mailoutbox[0].body, re.MULTILINE)
    assert found is not None
    client.post("/account/confirm-email/", {"code": found[1]})
    assert [(event, told) for event, _, told in events(log())] == [("confirm_email", about), ("sign_in", about)]


def test_changing_the_password_is_written_down(client: Client, alice: User, log: Log) -> None:
    client.post("/account/login/", {"login": "alice", "password": PASSWORD})
    log()
    new = "another-quiet-lantern-7"
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert [(entry.event_type, entry.actor_id) for entry in log()] == [("change_password", alice.pk)]


def test_resetting_the_password_names_whose_it_was(
    client: Client, alice: User, log: Log, mailoutbox: list[Any]
) -> None:
    client.post("/account/password/reset/", {"email": "alice@example.com"})
    found = re.search(r"/account/password/reset/key/\S+", mailoutbox[0].body)
    assert found is not None
    page = opened(client, found[0]).request["PATH_INFO"]
    new = "another-quiet-lantern-7"
    client.post(page, {"password1": new, "password2": new})
    me = {"person": "Alice", "person_id": alice.pk}
    assert ("reset_password", None, me) in events(log())
