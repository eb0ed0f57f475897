"""Another unit for a source about which numbers are written down: what becomes of them, and bringing them along whole.

The person says one of two things (WAYS): "convert" every number that is told in the unit, or only "rename" it, because
it was written down wrong. A conversion is by a power of ten (sources.units.tens), so that nothing is rounded; what
would not fit is refused. Readings live a floor above and are brought along by who hears `unit_converted`.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Func, Q, QuerySet
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.deadline import give_time
from sources.numbers import MAX_DECIMALS, MAX_WHOLE
from sources.signals import unit_converted
from sources.units import spelled, tens
from sources.written import measured

if TYPE_CHECKING:
    from sources.models import DataSource

CONVERT, RENAME = WAYS = ("convert", "rename")
MOST_DIGITS = 12
LIMITS = ("min_value", "max_value", "max_per_day")
DIALS = ("old_final", "new_initial")
ASKED, OUTDATED, MISFIT = "unit_asked", "outdated", "unit_misfit"
"""Codes of errors of the field `unit`: it must be asked, somebody was faster, it cannot be converted."""


def shifted(column: str) -> str:
    """SQL for a number in the new unit, with no digit lost nor made up. Takes what `shift` gives."""
    return f"round({column} * %(factor)s, least(greatest(scale({column}) - %(power)s, 0), {MAX_DECIMALS})::integer)"


def shift(power: int) -> dict[str, Any]:
    """What `shifted` takes, for ten to the `power`."""
    return {"power": power, "factor": Decimal(1).scaleb(power)}


def fitting(value: Decimal) -> Decimal:
    """A converted number without noughts at its end for which there is no room, as `shifted` has it; one with other
    digits there is left as it is.
    """
    short = round(value, MAX_DECIMALS)
    return short if short == value and value.as_tuple().exponent < -MAX_DECIMALS else value  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many things are told in the unit of a source."""

    readings: int
    rules: int
    meter_changes: int

    def __bool__(self) -> bool:
        return any((self.readings, self.rules, self.meter_changes))


def numbers_of(source: "DataSource") -> Numbers:
    """What is told in the unit of a source; a sum has nothing of its own."""
    return Numbers(source.readings.count(), _limiting(source).count(), source.meter_changes.count())


@dataclass(frozen=True, slots=True)
class Conversion:
    """One that was done, as the source remembers it: when, from which unit to which, by which power of ten."""

    at: datetime
    before: str
    after: str
    power: int

    @property
    def told(self) -> dict[str, str | int]:
        """As JSON keeps it."""
        return {**asdict(self), "at": self.at.isoformat()}

    @classmethod
    def of(cls, told: dict[str, Any]) -> Self:
        """One that JSON kept."""
        return cls(**{**told, "at": datetime.fromisoformat(told["at"])})


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked before `source`, not saved yet, counts in another unit than `before`.

    last: its last reading that counts with its unit, `converted` and `renamed` the same after each way; all "" where
    there is none. obstacle: why nothing can be converted, in a sentence; "" where it can. decimals: of the dial,
    converted.
    """

    source: "DataSource"
    before: str
    numbers: Numbers
    last: str
    converted: str
    renamed: str
    obstacle: str
    decimals: int


def question(source: "DataSource", before: str) -> Question:
    """What is to be shown of both ways: numbers, limits and dial."""
    why, power = obstacle(source, before), tens(before, source.unit) or 0
    row: Any = type(source).objects.filter(pk=source.pk).with_latest().get()
    last: Decimal | None = row.latest_value
    _digits, decimals = _dial_after(source, _dial_of(source), power)

    def said(unit: str, tenfold: int = 0) -> str:
        return "" if last is None else measured(last.scaleb(tenfold), unit)

    words = said(before), said(source.unit, power), said(source.unit)
    return Question(source, before, numbers_of(source), *words, why, decimals)


def check(source: "DataSource", before: str) -> None:
    """Hold the unit of `source`, which is locked, against `before`, the stored one, in which its numbers are told.

    Raises ValidationError for `unit`, with one of the codes above.
    """
    if source.unit_seen and source.unit_seen != before:
        text = _("The unit was changed meanwhile: it is %(unit)s now. Open the settings anew.")
        raise ValidationError({"unit": ValidationError(text % {"unit": before}, OUTDATED)})
    if source.unit == before or not numbers_of(source):
        return
    if source.unit_way not in WAYS:
        text = _("Say what is to become of the numbers that are written down in %(unit)s.")
        raise ValidationError({"unit": ValidationError(text % {"unit": before}, ASKED)})
    if source.unit_way == CONVERT and (reason := obstacle(source, before)):
        raise ValidationError({"unit": ValidationError(reason, MISFIT)})


def hold(source: "DataSource") -> None:
    """Refuse to save `source`, which may not have been looked at by `clean`, in another unit than the stored one, as
    long as nobody says what becomes of its numbers. Raises ValidationError.
    """
    source.lock()
    before = source.unit_locked
    if spelled(source.unit) != before and source.unit_way not in WAYS and numbers_of(source):
        text = _("Numbers are written down in %(old)s: call convert_to or rename_unit to count in %(new)s.")
        raise ValidationError({"unit": ValidationError(text % {"old": before, "new": source.unit}, ASKED)})


def obstacle(source: "DataSource", before: str) -> str:
    """Why what is told in `before` cannot be converted to `source.unit`, in a sentence; "" where it can."""
    power = tens(before, source.unit)
    said = {"old": before, "new": source.unit}
    if power is None:
        return _("%(old)s and %(new)s are not related by a power of ten that HomeLog knows.") % said
    stored = _dial_of(source)
    digits = stored["digits"] and stored["digits"] + power
    if digits is not None and not 1 <= digits <= MOST_DIGITS:
        text = _("A dial of %(digits)s digits in %(old)s would have %(others)s in %(new)s. It has 1 to 12.")
        return text % {**said, "digits": stored["digits"], "others": digits}
    if stored["decimals"] - power > MAX_DECIMALS:
        text = _("%(digits)s digits after the point in %(old)s would be %(others)s in %(new)s. There is room for 6.")
        return text % {**said, "digits": stored["decimals"], "others": stored["decimals"] - power}
    count = sum(_misfits(rows, names, power) for rows, names in _told_in(source))
    text = ngettext(
        "%(count)s number has too many digits to be written in %(new)s.",
        "%(count)s numbers have too many digits to be written in %(new)s.",
        count,
    )
    return text % {**said, "count": count} if count else ""


def bring_along(source: "DataSource") -> None:
    """Convert everything that is told in the stored unit to `source.unit`, the dial of `source` included, where that
    was not typed anew; `source` itself is saved by the caller, in the same transaction, after `check`.
    """
    source.lock()
    stored = _dial_of(source)
    power = tens(stored["unit"], source.unit)
    if not power:
        return
    give_time()
    rules = _update(source, "data_validator", LIMITS, power)
    changes = _update(source, "meter_change", DIALS, power)
    readings = sum(int(count or 0) for _hearer, count in unit_converted.send(type(source), source=source, power=power))
    source.converted = {"readings": readings, "rules": rules, "meter_changes": changes}
    done = Conversion(clock.now(), stored["unit"], source.unit, power)
    source.conversions = [*(stored["conversions"] or []), done.told]
    source.digits, source.decimals = _dial_after(source, stored, power)


def _dial_of(source: "DataSource") -> dict[str, Any]:
    """What is stored of the dial, whatever `source` says by now."""
    rows: Any = type(source)._base_manager.filter(pk=source.pk)
    stored: dict[str, Any] = rows.values("unit", "digits", "decimals", "conversions").get()
    return stored


def _dial_after(source: "DataSource", stored: dict[str, Any], power: int) -> tuple[int | None, int]:
    """Digits and decimals of a dial once everything is converted: what was typed anew is meant in the new unit."""
    digits, decimals = source.digits, source.decimals
    if digits is not None and digits == stored["digits"]:
        digits += power
    return digits, max(decimals - power, 0) if decimals == stored["decimals"] else decimals


def _limiting(source: "DataSource") -> QuerySet[Any]:
    """The rules of a source that name a number."""
    return source.validators.exclude(min_value=None, max_value=None, max_per_day=None)


def _told_in(source: "DataSource") -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Rows and columns that hold what is told in the unit of a source."""
    yield source.readings.order_by(), ("value",)
    yield source.validators.order_by(), LIMITS
    yield source.meter_changes.order_by(), DIALS


def _misfits(rows: Any, names: tuple[str, ...], power: int) -> int:
    """How many of the rows have a number that could not be stored after it is multiplied by ten to the `power`."""
    found, most = Q(), Decimal(1).scaleb(MAX_WHOLE - power)
    for name in names:
        places = Func(Func(F(name), function="trim_scale"), function="scale")
        rows = rows.alias(**{f"{name}_places": places})
        found |= Q(**{f"{name}__gte": most}) | Q(**{f"{name}__lte": -most})
        found |= Q(**{f"{name}_places__gt": MAX_DECIMALS + power})
    count: int = rows.filter(found).count()
    return count


def _update(source: "DataSource", table: str, names: tuple[str, ...], power: int) -> int:
    """Convert the columns of a table of this floor; how many rows were touched. One entry of the log tells of all."""
    sets = ", ".join(f"{name} = {shifted(name)}" for name in names)
    some = " OR ".join(f"{name} IS NOT NULL" for name in names)
    with connection.cursor() as cursor:
        sql = f"UPDATE {table} SET {sets} WHERE source_id = %(source)s AND ({some})"  # noqa: S608 - our own names only
        cursor.execute(sql, {**shift(power), "source": source.pk})
        return int(cursor.rowcount)
