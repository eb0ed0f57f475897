"""What changed between two states of a row, as the log keeps it."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.changes import Plain, changed, plain, state

SOME = UUID("01900000-0000-7000-8000-000000000001")


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, None),
        (True, True),
        (7, 7),
        ("12,5", "12,5"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.000001"), "-0.000001"),
        (datetime(2026, 5, 3, 18, 2, tzinfo=timezone(timedelta(hours=2))), "2026-05-03T16:02:00+00:00"),
        (datetime(2026, 5, 3, 18, 2, 1, 5, tzinfo=UTC), "2026-05-03T18:02:01.000005+00:00"),
        (date(2026, 5, 3), "2026-05-03"),
        (SOME, str(SOME)),
        ({"outside": 7.5}, {"outside": 7.5}),
        ({"a": [Decimal("1.0"), None], 2: ()}, {"a": ["1.0", None], "2": []}),
    ],
)
def test_a_value_is_kept_as_json_can_hold_it(value: object, kept: Plain) -> None:
    assert plain(value) == kept


@pytest.mark.parametrize("value", [1.5, b"x", object(), {1.5}])
def test_a_value_that_cannot_be_kept_exactly_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="cannot be written to the log"):
        plain(value)


def test_a_time_without_its_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="without its offset"):
        plain(datetime(2026, 5, 3, 18, 2))  # noqa: DTZ001 - what must be refused


def test_a_row_becomes_plain_field_by_field() -> None:
    assert state({"value": Decimal("1.10"), "notes": ""}) == {"value": "1.10", "notes": ""}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {}, ({}, {})),
        ({"a": 1}, {"a": 1}, ({}, {})),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, ({"b": 2}, {"b": 3})),
        ({}, {"a": None}, ({}, {"a": None})),
        ({"a": None}, {"a": ""}, ({"a": None}, {"a": ""})),
        ({"a": 1, "b": 2}, {"a": 5}, ({"a": 1}, {"a": 5})),
        ({"a": "12.5"}, {"a": "12.50"}, ({"a": "12.5"}, {"a": "12.50"})),
    ],
)
def test_only_what_differs_is_a_change(old: Any, new: Any, expected: Any) -> None:
    assert changed(old, new) == expected


PLAIN = st.dictionaries(st.sampled_from("abcd"), st.none() | st.integers() | st.text(max_size=3))


@given(PLAIN, PLAIN)
def test_the_old_state_with_the_changes_laid_over_it_is_the_new_state(
    old: dict[str, Plain], new: dict[str, Plain]
) -> None:
    before, after = changed(old, new)
    assert {name: {**old, **after}[name] for name in new} == new
    assert {name: {**new, **before}[name] for name in new if name in old} == {n: old[n] for n in new if n in old}


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6), st.datetimes(timezones=st.just(UTC)))
def test_numbers_and_instants_come_back_unchanged(number: Decimal, at: datetime) -> None:
    assert Decimal(str(plain(number))) == number
    assert datetime.fromisoformat(str(plain(at))) == at
