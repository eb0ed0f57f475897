"""What a format known by name makes of a file: a table of its own, and what its columns are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from readings.importers.errors import ImportRefused
from readings.importers.origins import Origin
from readings.importers.records import MAX_ROWS, Row
from readings.importers.roles import Role
from readings.importers.table import Skipped, Table


class Kept(NamedTuple):
    """What HomeLog's own file says of a reading beside its value: to be stored as it stands. `quality` is "" where it
    says none; `metadata` is whatever stands there, judged where it is stored.
    """

    quality: str
    note: str
    metadata: object
    public_id: UUID | None


class Made(NamedTuple):
    """A table, its format's name for people, the role of each column, the kind (sources.units.KINDS) of all its meters
    where the format tells, the time from what a row says to the moment of its reading, what is kept of each
    line, and what the meters are by which a column of names calls them.
    """

    table: Table
    format: str
    roles: tuple[Role, ...]
    kind: str = ""
    shift: timedelta = timedelta(0)
    kept: Mapping[int, Kept] = {}
    origins: Mapping[str, Origin] = {}


def table_from(
    names: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], skipped: Sequence[Skipped] = ()
) -> Table:
    """A table with these column names, the first of which holds the moments, and rows with their lines.

    Raises ImportRefused: "no_readings", "too_many_rows".
    """
    found = [Row(line, list(cells)) for line, cells in rows]
    if not found:
        raise ImportRefused("no_readings")
    if len(found) > MAX_ROWS:
        raise ImportRefused("too_many_rows", most=MAX_ROWS)
    return Table(";", list(names), 0, len(names), 0, found, list(skipped))


def places(header: Sequence[str]) -> dict[str, int]:
    """Where each column stands, by its name in small letters."""
    return {name.strip().casefold(): index for index, name in enumerate(header)}


def pick(cells: Sequence[str], place: int | None) -> str:
    """A cell, "" where there is none."""
    return cells[place] if place is not None and place < len(cells) else ""
