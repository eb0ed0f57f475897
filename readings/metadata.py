"""Details of a reading, by name: what may be kept of them, and how they are typed and shown. The rules hold on every
road, as Reading.enforce asks `fault`; the database repeats the size (migration 0002). No look-ups here.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

MOST = 20
LONGEST_NAME = 50
MOST_BYTES = 4096

Rows = list[tuple[str, str]]


def fault(metadata: object) -> str | None:
    """What is wrong with the details of a reading, as a sentence; None where they may be kept."""
    if not isinstance(metadata, dict):
        return _("Details are names with their values.")
    if len(metadata) > MOST:
        return _("A reading has at most %(most)s details.") % {"most": MOST}
    for name, value in metadata.items():
        if sentence := _fault_of(name, value):
            return sentence
    if _size(metadata) > MOST_BYTES:
        return _("The details are too long: 4,000 letters in all are what is kept. Put the rest into the note.")
    return None


def _fault_of(name: object, value: object) -> str | None:
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or name != name.strip() or not _is_text(name):
        return _("The name of a detail has 1 to %(most)s letters, in one line.") % {"most": LONGEST_NAME}
    if isinstance(value, str):
        return None if _is_text(value) else _("The value of “%(name)s” must be in one line.") % {"name": name}
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and abs(value) < 1e15):
        return None
    return _("The value of “%(name)s” must be a text, a number, or yes or no.") % {"name": name}


def _size(metadata: Mapping[str, Any]) -> int:
    """How many bytes the database counts: it writes a number such as 1e-300 out."""
    numbers = [repr(value) for value in metadata.values() if isinstance(value, float)]
    written_out = sum(len(f"{Decimal(number):f}") - len(number) for number in numbers)
    return len(json.dumps(metadata, ensure_ascii=False).encode()) + written_out


def _is_text(text: str) -> bool:
    """Whether it is in one line, and whole characters only: what else there is neither shows nor can be stored."""
    return not any(letter < " " or "\x7f" <= letter <= "\x9f" or "\ud800" <= letter <= "\udfff" for letter in text)


def rows_of(metadata: Mapping[str, Any]) -> Rows:
    """Details as they are shown and typed, in the order of their names."""
    rows = [(name, shown(value)) for name, value in metadata.items()]
    return sorted(rows, key=lambda row: row[0].casefold())


def shown(value: object) -> str:
    """A value as text; what is no text in the way of JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def typed(rows: Iterable[tuple[str, str]], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The details that were typed. A value left as it was shown stays what it was, a number as a number; a name whose
    value was emptied goes. Raises ValueError with the sentence for rows that cannot be meant.
    """
    found: dict[str, Any] = {}
    for name, value in ((name.strip(), value.strip()) for name, value in rows):
        if name in found:
            raise ValueError(_("“%(name)s” is there twice. Give each detail a name of its own.") % {"name": name})
        if value and not name:
            raise ValueError(_("Give “%(value)s” a name.") % {"value": value})
        if value:
            found[name] = stored[name] if name in stored and shown(stored[name]) == value else value
        elif name and name not in stored:
            raise ValueError(_("Write a value beside “%(name)s”, or take the name away.") % {"name": name})
    return found
