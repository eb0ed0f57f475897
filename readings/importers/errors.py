"""Everything an importer may answer when it cannot go on, or cannot read a cell: codes, sentences, exceptions.

A page translates by code and fills in the details. Nothing here reads a file.
"""

from typing import Literal

from sources.numbers import gettext_noop

SkipReason = Literal["title", "blank", "repeated_header", "footer"]

REFUSALS: dict[str, tuple[int, str]] = {
    "too_large": (
        413,
        gettext_noop("This file is larger than %(most)s MB. Split it and import the parts one after the other."),
    ),
    "too_many_rows": (
        413,
        gettext_noop("This file has more than %(most)s lines. Split it and import the parts one after the other."),
    ),
    "too_many_columns": (
        413,
        gettext_noop("Line %(line)s has more than %(most)s cells. Keep only the columns with dates and readings."),
    ),
    "line_too_long": (
        413,
        gettext_noop("Line %(line)s is too long to be a reading. Save the table with one reading in each line."),
    ),
    "not_text": (
        422,
        gettext_noop("This file is not text. Open it in the program it comes from, save it as CSV, and import that."),
    ),
    "conflict": (
        422,
        gettext_noop(
            "Line %(line)s holds the mark of two versions of this file that were never joined. Decide in the file "
            "which lines are true, and import it again."
        ),
    ),
    "not_a_workbook": (
        422,
        gettext_noop("This workbook cannot be opened. Save it as XLSX or CSV, without a password, and import that."),
    ),
    "workbook_too_large": (
        413,
        gettext_noop(
            "This workbook unpacks to more than %(most)s MB. Save the sheet with the readings as CSV and import that."
        ),
    ),
    "an_archive": (
        422,
        gettext_noop("This is a packed archive. Unpack it and import the file with the readings from it."),
    ),
    "old_workbook": (
        422,
        gettext_noop("This is a workbook of an old kind. Save it as XLSX or CSV and import that."),
    ),
    "not_json": (
        422,
        gettext_noop("This file looks like JSON, but line %(line)s cannot be read. Export it once more."),
    ),
    "newer_homelog": (
        422,
        gettext_noop("This file is from another version of HomeLog. Export the readings as CSV and import that."),
    ),
    "many_meters": (422, gettext_noop("This file holds several meters. Import it into a home.")),
    "too_many_turns": (
        422,
        gettext_noop(
            "This file names more than %(most)s meter changes or rules of one meter. HomeLog writes no such file."
        ),
    ),
    "too_deep": (422, gettext_noop("This file is packed too deeply to be readings. Export it as a table.")),
    "not_xml": (
        422,
        gettext_noop("This file looks like XML, but cannot be read safely. Export it as a table, CSV or Green Button."),
    ),
    "no_readings": (
        422,
        gettext_noop("No readings were found in this file. Each needs a date and what the meter showed."),
    ),
    "too_many_series": (
        413,
        gettext_noop("This file holds more than %(most)s meters. Split it and import the parts one after the other."),
    ),
    "no_moment": (
        422,
        gettext_noop("Say which column holds the dates: without one, no reading has its time."),
    ),
    "no_values": (
        422,
        gettext_noop("Say which column holds the readings."),
    ),
    "unknown_encoding": (
        422,
        gettext_noop("The letters of this file cannot be read. Save it as CSV in UTF-8 and import that."),
    ),
    "open_quote": (
        422,
        gettext_noop(
            "A quotation mark opened in line %(line)s is closed in the wrong place or not at all. "
            "Correct that line and import the file again."
        ),
    ),
    "no_dates": (
        422,
        gettext_noop(
            "No column with dates was found. Save the table with one reading in each line, a date and a number, "
            "separated by semicolons, commas, tabs or several spaces."
        ),
    ),
    "no_numbers": (
        422,
        gettext_noop("No column with numbers was found. Each line needs what the meter showed beside its date."),
    ),
    "no_such_column": (422, gettext_noop("This column holds no numbers. Choose one that does.")),
    "order_unknown": (
        422,
        gettext_noop("The dates in this file can be read in two ways. Say whether the day or the month comes first."),
    ),
    "mark_unknown": (
        422,
        gettext_noop(
            "The numbers in this file can be read in two ways: %(first)s may be thousands or have three decimals. "
            "Say which."
        ),
    ),
}

CELL_ERRORS: dict[str, str] = {
    "no_date": gettext_noop("This line has no date."),
    "not_a_date": gettext_noop("“%(cell)s” is not a date that can be read here."),
    "no_such_day": gettext_noop("“%(cell)s” is not a day or time that exists."),
    "odd_year": gettext_noop("“%(cell)s” is not a year between 1900 and 2200."),
    "empty": gettext_noop("This line has no reading."),
    "not_a_number": gettext_noop("“%(cell)s” is not a number as the rest of its column is written."),
    "too_long": gettext_noop("“%(cell)s” has more than 12 digits before the decimals."),
    "too_many_decimals": gettext_noop("“%(cell)s” has more than 6 decimals."),
    "other_unit": gettext_noop("“%(cell)s” is in another unit than the rest of its column."),
    "extra_cells": gettext_noop(
        "This line has more cells than the table has columns. If its numbers have a decimal comma, save the file "
        "with semicolons between the cells."
    ),
}

SKIPPED: dict[SkipReason, str] = {
    "title": gettext_noop("Above the first reading."),
    "blank": gettext_noop("An empty line."),
    "repeated_header": gettext_noop("The names of the columns once more."),
    "footer": gettext_noop("Below the last reading."),
}

_SHOWN = 60


class ImportRefused(ValueError):
    """The file as a whole cannot be imported. `code` is a key of REFUSALS, `status` the HTTP status that says so
    (413 or 422), `details` what the sentence has to be filled with; str() is the English sentence.
    """

    def __init__(self, code: str, **details: int | str) -> None:
        self.code = code
        self.details = details
        self.status, sentence = REFUSALS[code]
        super().__init__(sentence % details)


class CellError(ValueError):
    """One cell cannot be read. `code` is a key of CELL_ERRORS, `cell` its text, shortened; str() is the sentence."""

    def __init__(self, code: str, cell: str = "") -> None:
        self.code = code
        self.cell = cell if len(cell) <= _SHOWN else cell[: _SHOWN - 1] + "…"
        super().__init__(CELL_ERRORS[code] % {"cell": self.cell})
