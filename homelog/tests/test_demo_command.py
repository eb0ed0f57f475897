"""`manage.py demo`: it stores once, in development only, and says how to sign in."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.current import acting_as
from accounts.models import User
from homelog import demo
from homelog.demo_household import METERS, PASSWORD
from homelog.testing import make_user
from readings.models import Reading


@pytest.fixture(autouse=True)
def development(settings: Settings) -> None:
    """The tests run with DEBUG off unless told otherwise."""
    settings.DEBUG = True


@pytest.fixture
def small(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo with one source only, the first, so that it takes no time."""
    monkeypatch.setattr(demo, "METERS", METERS[:1])
    monkeypatch.setattr(demo, "TOTALS", ())


def stored() -> tuple[int, int, date]:
    """How many people and readings there are, and the day of the last reading."""
    with acting_as(User.objects.get(username="alice")):
        last = Reading.objects.latest("recorded_at")
        return User.objects.count(), Reading.objects.count(), timezone.localdate(last.recorded_at)


def run(*arguments: str) -> list[str]:
    """The lines that the command prints."""
    printed = StringIO()
    call_command("demo", *arguments, stdout=printed)
    return printed.getvalue().splitlines()


SIGN_IN = f"Sign in at http://127.0.0.1:8000/ as alice, bob or charlie, with the password {PASSWORD}."


@pytest.mark.parametrize("arguments", [[], ["--if-empty"]])
def test_a_second_run_stores_nothing_and_says_how_to_sign_in(small: None, arguments: list[str]) -> None:
    run()
    before = stored()
    assert run(*arguments) == ["Nothing was stored: there are people here already.", SIGN_IN]
    assert stored() == before


def test_where_somebody_has_an_account_nothing_is_made_if_it_is_to_be_empty(db: None) -> None:
    make_user("dora")
    assert run("--if-empty", "--address", "http://127.0.0.1:8010/") == [
        "Nothing was stored: there are people here already.",
        "Sign in at http://127.0.0.1:8010/.",
    ]
    assert User.objects.count() == 1


@pytest.mark.parametrize("arguments", [[], ["--if-empty"]])
def test_on_an_empty_database_it_is_made_up_to_yesterday(small: None, arguments: list[str]) -> None:
    lines = run(*arguments)
    people, readings, last = stored()
    assert lines == [f"Stored 3 people, 3 homes, 1 sources, {readings} readings.", SIGN_IN]
    assert (people, last) == (3, timezone.localdate() - timedelta(days=1))


def test_outside_development_it_is_refused(db: None, settings: Settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="only with DEBUG on"):
        run()
    assert User.objects.count() == 0
