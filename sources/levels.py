"""The one table of what each level on a source may do. Pure: no Django.

A level is stored as its name (read, write, admin); the owner stands above all three. The numbers are those of the
database function `source_level` (sources/migrations), which row-level security uses.
"""

from enum import IntEnum


class Level(IntEnum):
    """How far somebody's rights on a source reach; a higher level may do all that a lower one may."""

    NONE = 0
    READ = 1
    WRITE = 2
    ADMIN = 3
    OWNER = 4


NEEDED: dict[str, Level] = {
    "see": Level.READ,
    "export": Level.READ,
    "see_reading_history": Level.READ,
    "add_reading": Level.WRITE,
    "correct_reading": Level.WRITE,
    "delete_own_reading": Level.WRITE,
    "import": Level.WRITE,
    "delete_any_reading": Level.ADMIN,
    "see_history": Level.ADMIN,
    "edit_source": Level.ADMIN,
    "set_rules": Level.ADMIN,
    "share": Level.ADMIN,
    "publish": Level.ADMIN,
    "hand_over": Level.OWNER,
    "delete_source": Level.OWNER,
}

OF_READINGS = frozenset(
    {"add_reading", "correct_reading", "delete_own_reading", "delete_any_reading", "import", "set_rules"}
)
"""What nobody may do with a source that is worked out from others: it has no readings of its own."""


def may(level: int, what: str) -> bool:
    """Whether `level` is enough for `what`. Raises KeyError for a right that the table does not know."""
    return level >= NEEDED[what]
