"""What the API tells of homes, sources, rights and rules, and how rows become that."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BeforeValidator, Field

from accounts.api.framework import Exact, Sent, Told
from accounts.api.problems import Problem
from accounts.models import User
from sources.levels import Level
from sources.models import Counting, DataSource, DataValidator, Home, Rhythm
from sources.numbers import format_number
from sources.units import KINDS

WORDS = {Level.READ: "read", Level.WRITE: "write", Level.ADMIN: "admin", Level.OWNER: "owner"}
LONGEST = 30


def exact(value: Any) -> Any:
    """A JSON number as the text that it was, without an exponent; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | Exact):
        return value
    text = str(value)
    if "e" not in text.lower():
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        # The exponent itself is longer than any that decimals know.
        return "too long"
    return f"{number:f}" if abs(number.adjusted()) < LONGEST else "too long"


_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")


def _plain(text: str) -> str:
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(_("Write a number with a point before the decimals, such as 12.5, and nothing else"))
    return text


Number = Annotated[
    str,
    BeforeValidator(exact, json_schema_input_type=str | int | float),
    AfterValidator(_plain),
    Field(description="A number with a point, as a text or a number."),
]
"""What a meter says; no float stands between what was sent and what is stored."""
Grant = Literal["read", "write", "admin"]
Way = Literal["counter", "level", "amount"]


def _one_of(words: Iterable[str]) -> AfterValidator:
    """What an annotated text must be."""
    known = [*words]

    def look(value: str) -> str:
        if value not in known:
            raise ValueError(f"One of {', '.join(known)} is meant")
        return value

    return AfterValidator(look)


Kind = Annotated[str, _one_of(KINDS), Field(json_schema_extra={"enum": [*KINDS]})]
Often = Annotated[str, _one_of(Rhythm.values), Field(json_schema_extra={"enum": [*Rhythm.values]})]
Counted = Annotated[str, Field(json_schema_extra={"enum": [*Counting.values]})]


class HomeOut(Told):
    """A home that one belongs to; level: what one may do there."""

    id: str
    name: str
    address: str
    time_zone: str
    level: Grant
    created_at: str


class HomeIn(Sent):
    """id: a UUID made by the program, by which a retry is known."""

    id: str | None = Field(None, max_length=36)
    name: str = Field(max_length=100)
    address: str = Field("", max_length=500)
    time_zone: str = Field("", max_length=50)


class HomeChange(Sent):
    """What is not named stays as it is."""

    name: str | None = Field(None, max_length=100)
    address: str | None = Field(None, max_length=500)
    time_zone: str | None = Field(None, max_length=50)


class SourceOut(Told):
    """A meter, or another series of readings; latest: the last reading that counts."""

    id: str
    name: str
    kind: str
    unit: str
    counting: Counted
    home: str | None
    place: str
    meter_number: str
    description: str
    rhythm: str
    digits: int | None
    decimals: int
    time_zone: str
    level: Literal["read", "write", "admin", "owner"]
    is_public: bool
    created_at: str
    archived_at: str | None
    latest_value: str | None
    latest_at: str | None


class SourceFields(Sent):
    """What a source has, whether it is new or there already."""

    unit: str | None = Field(None, max_length=20)
    home: str | None = Field(None, max_length=36, description="The id of a home; empty for none.")
    place: str | None = Field(None, max_length=200)
    meter_number: str | None = Field(None, max_length=100)
    description: str | None = Field(None, max_length=1000)
    rhythm: Often | None = None
    counting: Way | None = None
    digits: int | None = Field(None, ge=1, le=12)
    decimals: int | None = Field(None, ge=0, le=6)


class SourceIn(SourceFields):
    """kind: fills in all that is not named. id: a UUID made by the program, by which a retry is known. refuse_lower:
    whether a counter refuses a value lower than the last.
    """

    id: str | None = Field(None, max_length=36)
    kind: Kind
    name: str | None = Field(None, max_length=100)
    refuse_lower: bool = True


class SourceChange(SourceFields):
    """What is not named stays as it is; archived puts a source away or takes it back. unit_change: what becomes of the
    numbers that are there where the unit is changed: convert multiplies them all, rename leaves them as they are.
    """

    name: str | None = Field(None, max_length=100)
    kind: Kind | None = None
    archived: bool | None = None
    unit_change: Literal["convert", "rename"] | None = None


class Person(Told):
    """Somebody, as everybody in the household knows them."""

    id: str
    name: str


class Share(Told):
    """Who can see a place, and why; id: that of the right that can be changed or ended here, if it is one."""

    id: str | None
    person: Person
    level: Literal["read", "write", "admin", "owner"]
    reasons: list[str]


class InvitationIn(Sent):
    """Without email the answer has a link that can be sent to one person."""

    email: str = Field("", max_length=254)
    for_whom: str = Field("", max_length=100)
    level: Grant = "read"


class InvitationOut(Told):
    """An offer to one person; for_whom: a name by which who made it tells it from others; link: told once, when it was
    made without an address.
    """

    id: str
    email: str
    for_whom: str
    level: Grant
    created_at: str
    expires_at: str
    link: str | None = None


class LevelIn(Sent):
    """Another level."""

    level: Grant


class ValidatorIn(Sent):
    """A rule that readings must pass; at least one of its limits is needed."""

    min_value: Number | None = None
    max_value: Number | None = None
    max_per_day: Number | None = None
    non_decreasing: bool = False
    on_violation: Literal["reject", "flag"] = "reject"


class ValidatorChange(Sent):
    """What is not named stays as it is; null takes a limit away."""

    min_value: Number | None = None
    max_value: Number | None = None
    max_per_day: Number | None = None
    non_decreasing: bool | None = None
    on_violation: Literal["reject", "flag"] | None = None


class ValidatorOut(Told):
    """A rule, also in sentences."""

    id: str
    min_value: str | None
    max_value: str | None
    max_per_day: str | None
    non_decreasing: bool
    on_violation: str
    sentences: list[str]


def instant(at: datetime | None) -> str | None:
    """An instant in ISO 8601 with its offset: UTC, to the last digit that is stored."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def number(value: Decimal | None) -> str | None:
    """A number as text, digit by digit as it is stored."""
    return None if value is None else format_number(value)


def of_home(home: Home) -> dict[str, Any]:
    """A home that sources.access fetched."""
    return {
        "id": str(home.public_id),
        "name": home.name,
        "address": home.address,
        "time_zone": home.timezone,
        "level": WORDS[Level(home.level)],
        "created_at": instant(home.created_at),
    }


def of_source(source: DataSource) -> dict[str, Any]:
    """A source that sources.access fetched, or a query `with_latest`."""
    return {
        "id": str(source.public_id),
        **{
            name: getattr(source, name)
            for name in ("name", "unit", "counting", "meter_number", "description", "rhythm")
        },
        **{name: getattr(source, name) for name in ("digits", "decimals", "is_public")},
        "kind": source.source_type,
        "home": str(source.home.public_id) if source.home else None,
        "place": source.place_name,
        "time_zone": source.zone.key,
        "level": WORDS[Level(source.level)],
        "created_at": instant(source.created_at),
        "archived_at": instant(source.archived_at),
        "latest_value": number(getattr(source, "latest_value", None)),
        "latest_at": instant(getattr(source, "latest_at", None)),
    }


def of_person(person: User) -> dict[str, str]:
    """Somebody."""
    return {"id": str(person.public_id), "name": person.get_short_name()}


def of_validator(rule: DataValidator, sentences: list[str]) -> dict[str, Any]:
    """A rule."""
    return {
        "id": str(rule.public_id),
        **{name: number(getattr(rule, name)) for name in ("min_value", "max_value", "max_per_day")},
        "non_decreasing": rule.non_decreasing,
        "on_violation": rule.on_violation,
        "sentences": sentences,
    }


def kept(is_new: bool, says_the_same: bool, stored: dict[str, Any], sent: dict[str, Any]) -> int:
    """201 for a row that is new, 200 where the same was sent before. Raises Problem (409) where something else was."""
    if not is_new and not says_the_same:
        text = _("Another one is stored under this id. Look at both, and send what is right under a new id.")
        raise Problem("id_taken", text, stored=stored, sent=sent)
    return 201 if is_new else 200
