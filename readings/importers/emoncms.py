"""emoncms: `unix timestamp,value` without a heading, or its feed as JSON, `[[milliseconds, value], ...]`."""

from readings.importers.documents import plain
from readings.importers.made import Made, table_from
from readings.importers.moments import moment_kind
from readings.importers.table import Table

FORMAT = "emoncms"
_PAIR = 2


def of_table(table: Table) -> Made | None:
    """Two columns, the first of seconds since 1970; `null` is no reading."""
    if table.header or table.width != _PAIR or table.dates != 0 or not table.rows:
        return None
    first = table.rows[0].cells[0]
    if not (len(first) == len("1469664000") and first.isdigit() and moment_kind(first, compact=True)):
        return None
    rows = ((line, (cells[0], _value(cells[1] if len(cells) > 1 else ""))) for line, cells in table.rows)
    return Made(table_from(("", ""), rows, table.skipped), FORMAT, ())


def of_document(document: object) -> Made | None:
    """A feed's values: pairs of milliseconds and a number."""
    if not isinstance(document, list) or not document:
        return None
    if not all(isinstance(each, list) and len(each) == _PAIR for each in document):
        return None
    rows = [(plain(at), plain(value)) for at, value in document]
    if not all(at.isdigit() and moment_kind(at, compact=True) for at, _ in rows):
        return None
    return Made(table_from(("", ""), enumerate(rows, start=1)), FORMAT, ())


def _value(cell: str) -> str:
    return "" if cell.casefold() in ("null", "nan") else cell
