"""The formats known by name, in the order in which they are tried. A further one gets a module and a line here.

of_document: what JSON holds. of_records: lines that are no table. of_table: a table told by the names of its columns.
HomeLog's own files are told before all of these, by their whole head: homelog.py.
"""

from collections.abc import Callable

from readings.importers import (
    documents,
    emoncms,
    energietracker,
    energycontrol,
    energyid,
    fuelio,
    homeassistant,
    lubelogger,
    metermaid,
    nem12,
    nem13,
    openenergydashboard,
)
from readings.importers.made import Made
from readings.importers.records import Records
from readings.importers.table import Table, table_of

DOCUMENTS: tuple[Callable[[object], Made | None], ...] = (
    energietracker.of_document,
    homeassistant.of_document,
    emoncms.of_document,
)
RECORDS: tuple[Callable[[Records], Made | None], ...] = (nem12.of_records, nem13.of_records, fuelio.of_records)
TABLES: tuple[Callable[[Table], Made | None], ...] = (
    energietracker.of_table,
    homeassistant.of_table,
    energycontrol.of_table,
    lubelogger.of_table,
    openenergydashboard.of_table,
    emoncms.of_table,
    metermaid.of_table,
    energyid.of_table,
)


def of_document(document: object) -> Made:
    """A JSON document as a table. Raises ImportRefused where it holds no readings."""
    for read in DOCUMENTS:
        if found := read(document):
            return found
    return Made(table_of(documents.records_of(document)), "", ())


def of_records(records: Records) -> Made | None:
    """Lines of a format known by name that are no table; None where they are something else."""
    return next((found for read in RECORDS if (found := read(records))), None)


def of_table(table: Table) -> Made | None:
    """A table of a format known by name; None where it is any other."""
    return next((found for read in TABLES if (found := read(table))), None)
