"""What `manage.py doctor` found: a sentence, how grave it is, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["wrong", "look", "fine"]


@dataclass(frozen=True, slots=True)
class Finding:
    """wrong: it has to be mended; look: it works, and one should know. `todo` may be empty."""

    level: Level
    sentence: str
    todo: str = ""


def first_line(error: Exception) -> str:
    """What an exception says, without what follows in further lines."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def long(seconds: float) -> str:
    """A time in words that are near enough: "1 minute", "3 hours", "2 days"."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * length or unit == "minute":
            count = round(seconds / length)
            return f"{count} {unit}{'s' * (count != 1)}"
    raise AssertionError("The last unit always answers.")
