"""Tests of sources/levels.py: the table of what each level may do, against the one in the design."""

import pytest

from sources.levels import NEEDED, Level, may

WHO_MAY = {
    Level.NONE: set(),
    Level.READ: {"see", "export", "see_reading_history"},
    Level.WRITE: {"add_reading", "correct_reading", "delete_own_reading", "import"},
    Level.ADMIN: {"delete_any_reading", "see_history", "edit_source", "set_rules", "share", "publish"},
    Level.OWNER: {"hand_over", "delete_source"},
}


@pytest.mark.parametrize("level", Level)
def test_a_level_may_do_what_it_brings_and_all_that_the_lower_ones_may(level: Level) -> None:
    expected = set().union(*(rights for lower, rights in WHO_MAY.items() if lower <= level))
    assert {what for what in NEEDED if may(level, what)} == expected


def test_the_numbers_are_those_that_the_database_reckons_with() -> None:
    assert {level.name: int(level) for level in Level} == {"NONE": 0, "READ": 1, "WRITE": 2, "ADMIN": 3, "OWNER": 4}


def test_a_right_that_nobody_knows_is_an_error_and_no_refusal() -> None:
    with pytest.raises(KeyError, match="paint_it_green"):
        may(Level.OWNER, "paint_it_green")
