"""Tests of sources/numbers.py against the table that the page's JavaScript must meet too."""

import json
import re
import string
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import numbers
from sources.numbers import MAX_DECIMALS, MAX_WHOLE, MESSAGES, NumberError, as_thousands, format_number, parse_number

CASES: list[dict[str, str]] = json.loads(Path(numbers.__file__).with_name("number_cases.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["text"])[:40])
def test_every_text_of_the_table_is_read_as_the_table_says(case: dict[str, str]) -> None:
    try:
        found = {"text": case["text"], "value": str(parse_number(case["text"]))}
        other = as_thousands(case["text"])
        found |= {} if other is None else {"thousands": str(other)}
    except NumberError as error:
        found = {"text": case["text"], "error": error.code}
    assert found == case


def test_the_table_shows_every_way_to_fail_and_no_text_twice() -> None:
    assert {case["error"] for case in CASES if "error" in case} == set(MESSAGES)
    assert len({case["text"] for case in CASES}) == len(CASES)


def test_an_error_says_what_to_do() -> None:
    with pytest.raises(NumberError) as caught:
        parse_number("12.43.1")
    assert (caught.value.code, str(caught.value)) == (
        "ambiguous",
        "It is not clear where the decimals begin. Type one point or comma there, and nothing between the thousands.",
    )


def test_the_sentences_name_the_limits_that_are_kept() -> None:
    assert MESSAGES["too_long"] == f"This number is too long. Type at most {MAX_WHOLE} digits before the point."
    assert MESSAGES["too_many_decimals"] == f"Type at most {MAX_DECIMALS} digits after the point."


@given(st.text(max_size=80) | st.text(string.digits + " .,'-\u066b\u066c", max_size=24))
def test_any_text_is_a_number_within_the_limits_or_one_of_our_errors(text: str) -> None:
    try:
        found = str(parse_number(text))
    except NumberError as error:
        found = error.code
    assert found in MESSAGES or re.fullmatch(rf"-?[0-9]{{1,{MAX_WHOLE}}}(\.[0-9]{{1,{MAX_DECIMALS}}})?", found)


@given(st.decimals(-999_999_999_999, 999_999_999_999, places=3), st.sampled_from([",.", ".,", " ,", "',", " ."]))
def test_a_number_written_with_any_marks_is_read_back(value: Decimal, marks: str) -> None:
    written = f"{value:,f}".translate(str.maketrans(",.", marks))
    assert parse_number(written) == value


@given(st.decimals(-999_999_999_999, 999_999_999_999, places=6), st.none() | st.integers(0, 8))
def test_what_is_written_down_loses_no_digit(value: Decimal, decimals: int | None) -> None:
    assert Decimal(format_number(value, decimals)) == value


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("12431.7", None, "12431.7"),
        ("12431.700000", None, "12431.700000"),
        ("12431.700000", 1, "12431.7"),
        ("12431.700000", 3, "12431.700"),
        ("12431.76", 1, "12431.76"),
        ("12431", 0, "12431"),
        ("12431.000", 0, "12431"),
        ("12400", 0, "12400"),
        ("12431", 2, "12431.00"),
        ("1E+3", None, "1000"),
        ("1E-8", None, "0.00000001"),
        ("-0", None, "0"),
        ("-0.00", 1, "0.0"),
        ("-5.50", 1, "-5.5"),
    ],
)
def test_a_number_is_written_plainly(value: str, decimals: int | None, text: str) -> None:
    assert format_number(Decimal(value), decimals) == text


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_no_finite_number_is_not_written(value: str) -> None:
    with pytest.raises(ValueError, match="Only a finite number can be written down"):
        format_number(Decimal(value))
