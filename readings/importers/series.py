"""The meters in a file, each with its rows: one for every column of values, and one for every meter that a column
names. What each column is taken for was proposed in roles.py, and perhaps changed by the person (Choices).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from readings.importers.columns import cell_at
from readings.importers.errors import CellError, ImportRefused
from readings.importers.figures import Mark, NumberStyle
from readings.importers.kinds import guess_kind
from readings.importers.moments import Order
from readings.importers.origins import Origin
from readings.importers.qualities import quality_of
from readings.importers.records import Row
from readings.importers.roles import VALUES, Role
from readings.importers.rows import MOST_NOTE, ImportRow, Moment, MomentColumns, read_moments, read_values, with_kept
from readings.importers.sequence import sequence
from readings.importers.units import known_unit

if TYPE_CHECKING:
    from readings.importers.read import Understanding

Counting = Literal["counter", "amount", "level"]
COUNTING: dict[Role, Counting] = {"dial": "counter", "use": "amount", "level": "level"}
MOST_SERIES = 100


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person says of a file: the roles of its columns (None: as proposed), the order of day and month and the
    decimal mark where the file proves neither.
    """

    roles: tuple[Role, ...] | None = None
    order: Order | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One meter of a file. `key` stays the same for every file of the same shape. `name` and `number` are what the file
    calls it, "" where it does not; `kind` (sources.units.KINDS) is a guess. `rows` come oldest first.
    `origin` is what HomeLog's own file tells of the meter.
    """

    key: str
    column: int
    name: str
    number: str
    unit: str | None
    kind: str
    counting: Counting
    rows: list[ImportRow]
    origin: Origin | None = None

    @property
    def decimals(self) -> int:
        """The most digits after the point that a value has."""
        exponents = (row.value.normalize().as_tuple().exponent for row in self.rows if row.value is not None)
        return max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0) if self.rows else 0

    @property
    def greatest(self) -> Decimal:
        """The greatest value, 0 where there is none above."""
        return max((row.value for row in self.rows if row.value is not None), default=Decimal(0))


def series(found: "Understanding", choices: Choices = Choices()) -> list[Series]:
    """All meters of a file, in the order of its columns.

    Raises ImportRefused: "no_moment", "no_values", "order_unknown", "too_many_series", "no_such_column".
    """
    roles = choices.roles or found.roles
    columns = [index for index, role in enumerate(roles) if role in VALUES]
    if "when" not in roles:
        raise ImportRefused("no_moment")
    if not columns:
        raise ImportRefused("no_values")
    order = found.order_in(roles)
    if order.asked and choices.order is None:
        raise ImportRefused("order_unknown")
    chosen = choices.order if order.asked else order.likely
    moments = {False: read_moments(found.table.rows, found.moment_in(roles), chosen, found.shift)}
    if "end" in roles:
        ends = MomentColumns(roles.index("end"), None, found.moment_in(roles).utc)
        moments[True] = read_moments(found.table.rows, ends, chosen)
    made: list[Series] = []
    for column in columns:
        style = found.style_of(column, choices.mark)
        at = moments["end" in roles and roles[column] == "dial"]
        read = read_values(found.table.rows, at, column, style, found.table.width)
        kept = found.content.kept
        marked = with_kept(read, kept, roles) if kept else _with_marks(read, found.table.rows, roles)
        made.extend(_named(found, roles, column, style, _in_time(marked, at)))
        if len(made) > MOST_SERIES:
            raise ImportRefused("too_many_series", most=MOST_SERIES)
    return made


def _in_time(read: Sequence[ImportRow], moments: Sequence[Moment]) -> list[tuple[int, ImportRow]]:
    """The rows oldest first, each with its place in the file."""
    known: list[datetime | None] = [None if isinstance(moment, CellError) else moment for moment in moments]
    return [(index, read[index]) for index in sequence(known).oldest_first]


def _with_marks(read: list[ImportRow], rows: Sequence[Row], roles: Sequence[Role]) -> list[ImportRow]:
    """Add what other columns say of each value: its quality, a note."""
    quality = roles.index("quality") if "quality" in roles else None
    note = roles.index("note") if "note" in roles else None
    if quality is None and note is None:
        return read
    marked = []
    for row, (_, cells) in zip(read, rows, strict=True):
        said = quality_of(cell_at(cells, quality)) if quality is not None else None
        text = cell_at(cells, note)[:MOST_NOTE] if note is not None else ""
        if said == "missing":
            marked.append(row._replace(error="empty", value=None, cell="", message="", note=text))
        elif said or text:
            marked.append(row._replace(quality=said or "good", note=text))
        else:
            marked.append(row)
    return marked


def _of_origin(origin: Origin, label: str, column: int, role: Role, rows: list[ImportRow]) -> Iterator[Series]:
    """A meter of HomeLog's own file, as that tells of it; a sum has no rows and is made of the others."""
    if origin.counting != "sum":
        counting: Counting = origin.counting if role == "dial" else COUNTING[role]
        number, unit = origin.texts.get("meter_number", ""), origin.unit or None
        yield Series(f"{column}:{label}", column, origin.name, number, unit, origin.kind, counting, rows, origin)


def _named(
    found: "Understanding",
    roles: Sequence[Role],
    column: int,
    style: NumberStyle,
    rows: Sequence[tuple[int, ImportRow]],
) -> Iterator[Series]:
    """One series, or one for each meter that a column names."""
    header = found.columns[column].name
    counting = COUNTING[roles[column]]
    names = [index for index, role in enumerate(roles) if role == "name"]
    units = roles.index("unit") if "unit" in roles else None
    parts: dict[str, list[tuple[int, ImportRow]]] = {}
    for index, row in rows:
        cells = found.table.rows[index].cells
        parts.setdefault(" ".join(filter(None, (cell_at(cells, each) for each in names))), []).append((index, row))
    several = sum(role in VALUES for role in roles) > 1
    if names:
        # A meter without readings is one, too.
        parts |= {name: [] for name in found.content.origins if name not in parts}
    for name, inside in parts.items():
        if origin := found.content.origins.get(name):
            yield from _of_origin(origin, name, column, roles[column], [row for _, row in inside])
            continue
        unit = style.unit
        if units is not None:
            first = next(filter(None, (cell_at(found.table.rows[index].cells, units) for index, _ in inside)), "")
            unit = known_unit(first) or first or unit
        title = (f"{name} {header}" if several and header else name) if name else header
        number = name if name and any(map(str.isdigit, name)) and " " not in name else ""
        kind = found.kind or guess_kind(title, unit, found.title)
        key = f"{column}:{name}" if name else str(column)
        yield Series(key, column, title, number, unit, kind, counting, [row for _, row in inside])
