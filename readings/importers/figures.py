"""Numbers as files write them: which decimal mark a whole column proves, and one cell read exactly by it.

The limits of a reading are those of sources/numbers.py. Floats are not used, and nothing is rounded.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from readings.importers.errors import CellError
from readings.importers.units import known_unit
from sources.numbers import MAX_DECIMALS, MAX_LENGTH, MAX_WHOLE, NumberError, parse_number

Mark = Literal[".", ","]

MARKS: tuple[Mark, Mark] = (".", ",")

_NUMBER = re.compile(
    r"(?:(?P<currency>[€$£฿]|EUR|USD|GBP|CHF|THB)\s?)?(?P<sign>[+\-\u2212]?)(?P<body>\d(?:[\d.,'\u2019\s]*[\d.,])?|[.,]\d+)(?:[eE](?P<exponent>[+-]?\d{1,2}))?"
    r"\s*(?P<unit>[^\W\d_]\S*|[°%€$£฿]\S*)?"
)


def _body(point: Mark, other: Mark) -> re.Pattern[str]:
    """Match digits with one decimal mark and with groups of three, or of two as in India, before it.

    A group never begins with zero: "0,381" has decimals.
    """
    grouped = rf"[1-9]\d{{0,2}}(?P<group>[{other}'\u2019\s])\d{{3}}(?:(?P=group)\d{{3}})*"
    indian = rf"[1-9]\d?(?:{other}\d{{2}})+{other}\d{{3}}"
    return re.compile(rf"(?:{grouped}|{indian}|\d+)?(?:\{point}\d*)?")


_BODIES: dict[Mark, re.Pattern[str]] = {".": _body(".", ","), ",": _body(",", ".")}
# Nearly every cell of a long file: the limits and the answer are parse_number's, at a tenth of the time.
PLAIN: dict[Mark, re.Pattern[str]] = {
    mark: re.compile(rf"[0-9]{{1,{MAX_WHOLE}}}(?:\{mark}[0-9]{{1,{MAX_DECIMALS}}})?") for mark in MARKS
}
_NOT_DIGITS = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a column writes numbers. Where the mark is not `mark_known`, every number in the file can be read with
    either mark ("8,350"), and `mark` is the likelier one. `thousands` are the grouping marks seen, `unit` None
    where neither the column's name nor its cells carry one.
    """

    mark: Mark
    mark_known: bool
    thousands: str
    unit: str | None


@dataclass(slots=True)
class Proofs:
    """How many numbers can only be read with one mark, and which mark those have that could be read with both."""

    proven: Counter[Mark] = field(default_factory=Counter)
    unclear: Counter[Mark] = field(default_factory=Counter)

    def add(self, cell: str, times: int) -> None:
        """Count a cell that stands there `times` times; one that is no number, or has no mark, proves nothing."""
        if cell.isdecimal() or (match := _match(cell)) is None:
            return
        body = match["body"]
        fits = [mark for mark in MARKS if _BODIES[mark].fullmatch(body)]
        if len(fits) == 1:
            self.proven[fits[0]] += times
        elif fits:
            self.unclear.update({mark: times for mark in MARKS if mark in body})


def proofs(cells: Counter[str]) -> Proofs:
    """Weigh all cells of a column, or their shapes."""
    found = Proofs()
    for cell, times in cells.items():
        found.add(cell, times)
    return found


def choose_mark(column: Proofs, file: Proofs, separator: str) -> tuple[Mark, bool]:
    """Say which decimal mark a column has, and whether it is known: proven by the column, else by the whole file.

    Without any mark in the column it does not matter. Where nothing proves it, a lone mark is the decimal mark, as
    for people who type a number; only in a file whose cells are separated by commas does a comma group thousands.
    """
    if not column.proven and not column.unclear:
        return ".", True
    for evidence in (column, file):
        if evidence.proven:
            mark = max(MARKS, key=lambda mark: evidence.proven[mark])
            return mark, len(evidence.proven) == 1
    lone = max(MARKS, key=lambda mark: column.unclear[mark])
    return ("." if lone == separator else lone), False


def is_number(cell: str) -> bool:
    """Say whether a cell is a number by either mark, perhaps with a unit that is known."""
    if cell.isdecimal():
        return True
    match = _match(cell)
    return match is not None and any(_BODIES[mark].fullmatch(match["body"]) for mark in MARKS)


def unit_of(cell: str) -> str | None:
    """Return the unit a cell carries, None where it has none or is no number."""
    if (match := _match(cell)) is None:
        return None
    unit = match["currency"] or match["unit"]
    return known_unit(unit) if unit else None


def thousands_in(cell: str, mark: Mark) -> set[str]:
    """Return the marks that group the thousands in a cell."""
    if cell.isdecimal() or (match := _match(cell)) is None or not _BODIES[mark].fullmatch(match["body"]):
        return set()
    return set(_NOT_DIGITS.findall(match["body"])) - {mark}


def read_number(cell: str, style: NumberStyle) -> Decimal:
    """Read a cell exactly as it stands, by the way its column is written.

    Raises CellError: "empty", "not_a_number" (also NaN, infinities, formulas), "other_unit", "too_long",
    "too_many_decimals".
    """
    if not cell:
        raise CellError("empty")
    if PLAIN[style.mark].fullmatch(cell):
        return Decimal(cell.replace(",", "."))
    if (match := _match(cell)) is None or not _BODIES[style.mark].fullmatch(body := match["body"]):
        raise CellError("not_a_number", cell)
    if match["unit"] and style.unit and known_unit(match["unit"]) != style.unit:
        raise CellError("other_unit", cell)
    whole, _, decimals = body.partition(style.mark)
    try:
        return parse_number(match["sign"] + _plain(_NOT_DIGITS.sub("", whole), decimals, match["exponent"]))
    except NumberError as error:
        raise CellError(error.code, cell) from error


def _match(cell: str) -> re.Match[str] | None:
    match = _NUMBER.fullmatch(cell) if len(cell) <= MAX_LENGTH else None
    return match if match and (not match["unit"] or known_unit(match["unit"])) else None


def _plain(whole: str, decimals: str, exponent: str | None) -> str:
    """Write the number without an exponent and without the zeros at its end that no reading has room for."""
    if exponent:
        whole, _, decimals = f"{Decimal(f'{whole}.{decimals}E{exponent}'):f}".partition(".")
    # One digit too many says as much as fifty, and what is refused is then the decimals and not the length.
    return f"{whole}.{decimals[:MAX_DECIMALS]}{decimals[MAX_DECIMALS:].rstrip('0')[:1]}"
