"""The demo of LINE and Google beside the development server: here, with DEBUG, and only where it is wanted."""

import os
from typing import Any
from urllib.request import urlopen

import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands.runserver import Command as Runserver


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str | None]:
    """The address of the demo with which the site was served, each time that it was."""
    settings.DEBUG = True
    monkeypatch.setenv("DEMO_IDP", "")
    found: list[str | None] = []
    monkeypatch.setattr(Runserver, "handle", lambda *args, **options: found.append(os.environ["DEMO_IDP"]))
    return found


def test_the_site_finds_a_server_that_says_it_is_a_demo(served: list[str], capsys: Any) -> None:
    call_command("demo_site", "127.0.0.1:8000")
    (address,) = served
    assert address in capsys.readouterr().out
    with urlopen(f"{address}/line/authorize") as answer:  # noqa: S310 - our own, on this machine
        assert "This is not LINE." in answer.read().decode()


@pytest.mark.parametrize("offered", ["a demo that runs already", "a provider of its own"])
def test_where_there_is_another_one_it_stays_away(served: list[str | None], settings: Any, offered: str) -> None:
    if offered == "a demo that runs already":
        settings.DEMO_IDP = "http://127.0.0.1:9"
    else:
        settings.SIGN_IN = {**settings.SIGN_IN, "line": {"client_id": "1", "secret": "2"}}
    call_command("demo_site")
    assert served == [""]


@pytest.mark.parametrize("address", ["0.0.0.0:8000", "8000", "example.org:8000", "[::]:8000"])
def test_it_is_refused_where_others_could_come(served: list[str | None], address: str) -> None:
    with pytest.raises(CommandError, match="serve on this machine only"):
        call_command("demo_site", address)
    assert served == []


def test_it_is_refused_outside_of_development(served: list[str | None], settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="only with DEBUG on"):
        call_command("demo_site", "127.0.0.1:8000")
    assert served == []
