"""Home Assistant's long-term statistics: the CSV or TSV that its import tool writes and reads, and the same as JSON.

A row that begins at 14:00 says what the meter showed at 15:00: statistics are kept by the hour.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from readings.importers.documents import plain
from readings.importers.made import Made, pick, places, table_from
from readings.importers.roles import Role
from readings.importers.table import Table

FORMAT = "Home Assistant"
HOUR = timedelta(hours=1)
NAMES = ("start", "value", "statistic_id", "unit")


def of_table(table: Table) -> Made | None:
    """Its CSV: `statistic_id, start, unit` and `sum, state`, or `delta`, or `min, max, mean`."""
    at = places(table.header)
    if not {"statistic_id", "start"} <= at.keys():
        return None
    value = _value(at.keys())
    if value is None:
        return None
    wanted = ("start", value, "statistic_id", "unit")
    rows = [(line, [pick(cells, at.get(name)) for name in wanted]) for line, cells in table.rows]
    return _made(value, rows)


def of_document(document: object) -> Made | None:
    """Its JSON: a list of statistics, each with its values."""
    entities = document if isinstance(document, list) else [document]
    known = [each for each in entities if isinstance(each, Mapping) and isinstance(each.get("values"), list)]
    first = next((value for each in known for value in each["values"] if isinstance(value, Mapping)), None)
    if first is None or not all("id" in each or "statistic_id" in each for each in known):
        return None
    value = _value(first.keys())
    return _made(value, list(enumerate(_rows(known, value), start=1))) if value else None


def _made(value: str, rows: Sequence[tuple[int, Sequence[str]]]) -> Made:
    """What was used in an hour is kept at its beginning, what was shown at its end."""
    role: Role = {"delta": "use", "mean": "level"}.get(value, "dial")  # type: ignore[assignment]
    return Made(
        table_from(NAMES, rows), FORMAT, ("when", role, "name", "unit"), shift=HOUR if role == "dial" else HOUR * 0
    )


def _value(names: object) -> str | None:
    """What the meter showed, before its running sum, before the steps, before the mean of a level."""
    return next((name for name in ("state", "sum", "delta", "mean") if name in names), None)  # type: ignore[operator]


def _rows(entities: Sequence[Mapping], value: str) -> Iterator[Sequence[str]]:
    for entity in entities:
        name = plain(entity.get("statistic_id")) or plain(entity.get("id"))
        for each in entity["values"]:
            if isinstance(each, Mapping):
                at = plain(each.get("start")) or plain(each.get("datetime"))
                yield at, plain(each.get(value)), name, plain(entity.get("unit"))
