"""What HomeLog's own files tell of a meter beside its readings: what it is, where its dial changed, its rules, and what
a sum is made of. Whatever stands there may be forged: what cannot be is left out here or refused where it is stored.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from readings.importers.documents import plain
from readings.importers.errors import ImportRefused
from sources.numbers import NumberError, parse_number

Counting = Literal["counter", "amount", "level", "sum"]
COUNTINGS: tuple[Counting, ...] = ("counter", "amount", "level", "sum")
RHYTHMS = ("auto", "day", "week", "month", "quarter", "year", "never")
REASONS = ("replaced", "rollover", "reset")
MOST = 1_000
"""So many changes, and so many rules, of one meter are read."""
TEXTS = {"description": 1000, "place_name": 200, "address": 500, "meter_number": 100}


class Turn(NamedTuple):
    """From `at` on another dial counted."""

    at: datetime
    old_final: Decimal
    new_initial: Decimal
    old_number: str
    new_number: str
    reason: str


class Rule(NamedTuple):
    """What readings must keep to; None where it says nothing."""

    min_value: Decimal | None
    max_value: Decimal | None
    max_per_day: Decimal | None
    non_decreasing: bool
    on_violation: str


class Origin(NamedTuple):
    """A meter as the file tells of it. `texts` are those of TEXTS; `parts` of a sum: the ids of others, with a sign."""

    id: str
    name: str
    kind: str
    unit: str
    counting: Counting
    digits: int | None = None
    decimals: int = 0
    rhythm: str = "auto"
    is_archived: bool = False
    texts: Mapping[str, str] = {}
    turns: tuple[Turn, ...] = ()
    rules: tuple[Rule, ...] = ()
    parts: tuple[tuple[str, int], ...] = ()


def origin_of(facts: object, changes: object, rules: object) -> Origin:
    """A meter from what the file says. Raises ImportRefused: "too_many_turns"."""
    said = facts if isinstance(facts, Mapping) else {}
    turns, known = list(_mappings(changes)), list(_mappings(rules))
    if max(len(turns), len(known)) > MOST:
        raise ImportRefused("too_many_turns", most=MOST)
    counting = plain(said.get("counting"))
    rhythm = plain(said.get("rhythm"))
    return Origin(
        plain(said.get("id")),
        plain(said.get("name"))[:100],
        plain(said.get("source_type")),
        plain(said.get("unit"))[:20],
        next((known for known in COUNTINGS if known == counting), "counter"),
        _digits(said.get("digits"), 1, 12),
        _digits(said.get("decimals"), 0, 6) or 0,
        rhythm if rhythm in RHYTHMS else "auto",
        bool(said.get("archived_at")),
        {name: _text(said.get(name))[:most] for name, most in TEXTS.items()},
        tuple(turn for each in turns if (turn := _turn(each))),
        tuple(map(_rule, known)),
        tuple(
            (plain(each.get("id")), -1 if str(each.get("sign")) == "-1" else 1) for each in _mappings(said.get("parts"))
        ),
    )


def labelled(origins: Iterable[Origin]) -> dict[str, Origin]:
    """The meters by their names, each with a number behind it where another has the same."""
    found: dict[str, Origin] = {}
    for origin in origins:
        name, number = origin.name or origin.id or "?", 1
        label = name
        while label in found:
            number += 1
            label = f"{name} · {number}"
        found[label] = origin
    return found


def _mappings(said: object) -> list[Mapping[str, Any]]:
    return [each for each in said if isinstance(each, Mapping)] if isinstance(said, list) else []


def _turn(said: Mapping[str, Any]) -> Turn | None:
    try:
        at = datetime.fromisoformat(plain(said.get("changed_at")))
    except ValueError:
        return None
    old, new = _number(said.get("old_final")), _number(said.get("new_initial"))
    if at.tzinfo is None or old is None or new is None:
        return None
    reason = plain(said.get("reason"))
    before, after = (_text(said.get(name))[:100] for name in ("old_number", "new_number"))
    return Turn(at.astimezone(UTC), old, new, before, after, reason if reason in REASONS else "replaced")


def _rule(said: Mapping[str, Any]) -> Rule:
    flagged = plain(said.get("on_violation")) == "flag"
    least, most, per_day = (_number(said.get(name)) for name in ("min_value", "max_value", "max_per_day"))
    return Rule(least, most, per_day, said.get("non_decreasing") in (True, "yes"), "flag" if flagged else "reject")


def _number(said: object) -> Decimal | None:
    try:
        return parse_number(plain(said))
    except NumberError:
        return None


def _digits(said: object, least: int, most: int) -> int | None:
    text = str(said)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 and least <= int(text) <= most else None


def _text(said: object) -> str:
    """Text as it is, lines and all, without what can be written in JSON but not be stored."""
    return said.encode("utf-8", "replace").decode().replace("\0", " ") if isinstance(said, str) else ""
