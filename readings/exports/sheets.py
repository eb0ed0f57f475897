"""Workbooks (XLSX) that are written while they are sent: memory holds a piece of one sheet, however many rows it has.

A library would write the sheets to disk first and send nothing before the last row. Pure: cells in, bytes out. What is
written is text, exact numbers, moments of a wall clock (as if in UTC), and "" for nothing; no formula can be.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from sources.archives import Files

MOST_ROWS = 1_048_576
"""How many rows a sheet can have, its head among them."""
MOST_SIZE = 1_500_000_000
"""How many characters a sheet may have before the next one begins: a spreadsheet reads no part of more than 2 GB."""
EXACT = 15
"""So many digits of a number stay as they are in a spreadsheet; one with more is written as text."""
DECIMALS = 6
_MOMENT, _HEAD, _PLACES = 1, 2, 3
_DAY_0, _FIRST = datetime(1899, 12, 30, tzinfo=UTC), datetime(1900, 3, 1, tzinfo=UTC)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# What XML cannot hold, or changes, and what looks as if it stood for that.
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f]|_(?=x[0-9A-Fa-f]{4}_)")
_SPECIAL = re.compile(r"[\x00-\x08\x0b-\x1f&<>\ufffe\uffff]|_x")
"""Most text has none of these."""
# The two that are no characters of any text: what stands for one that is lost.
_NO_LETTERS = dict.fromkeys((0xFFFE, 0xFFFF), "\ufffd")
_NUMBER = re.compile(r"-?\d+(?:\.(\d+))?")


class Number(str):
    """A number as it is written down, with all its decimals."""

    __slots__ = ()


Cell = str | Number | datetime


class Sheet(NamedTuple):
    """A sheet: its name, the names of its columns and how wide each is, in letters, and its rows, some at a time."""

    name: str
    columns: Sequence[tuple[str, int]]
    parts: Iterable[Iterable[Sequence[Cell]]]


def package(sheets: Iterable[Sheet]) -> Files:
    """The files of a workbook, for sources.archives.zipped; a sheet that is full goes on in one with a number."""
    names: list[str] = []
    for sheet in sheets:
        parts, number = _Parts(sheet), 1
        while number == 1 or not parts.ended:
            names.append(sheet.name if number == 1 else f"{sheet.name} {number}")
            yield f"xl/worksheets/sheet{len(names)}.xml", parts.sheet()
            number += 1
    yield "xl/styles.xml", [_styles()]
    yield "xl/workbook.xml", [_workbook(names)]
    yield "xl/_rels/workbook.xml.rels", [_links(names)]
    office = [("rId1", f"{_OFFICE}/officeDocument", "xl/workbook.xml")]
    yield "_rels/.rels", [_relations(office)]
    yield "[Content_Types].xml", [_types(names)]


class _Parts:
    """The rows of a sheet, in as many sheets as they need."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet, self._parts = sheet, iter(sheet.parts)
        self._left: list[Sequence[Cell]] = []
        self.ended = False

    def sheet(self) -> Iterator[bytes]:
        """The next sheet, piece by piece."""
        room, size = MOST_ROWS - 1, 0
        yield self._head().encode()
        while room and size < MOST_SIZE:
            if not self._left:
                part = next(self._parts, None)
                if part is None:
                    self.ended = True
                    break
                self._left = list(part)
            rows, self._left = self._left[:room], self._left[room:]
            text = "".join(map(_row, rows))
            room, size = room - len(rows), size + len(text)
            yield text.encode()
        yield b"</sheetData></worksheet>"
        self._look_on()

    def _look_on(self) -> None:
        """Whether there is anything for a further sheet."""
        while not self.ended and not self._left:
            part = next(self._parts, None)
            self.ended, self._left = part is None, list(part or ())

    def _head(self) -> str:
        columns = enumerate(self._sheet.columns, start=1)
        widths = "".join(f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, (_, width) in columns)
        cells = "".join(_text(name, f' s="{_HEAD}"') for name, _ in self._sheet.columns)
        return (
            f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            f"<cols>{widths}</cols><sheetData><row>{cells}</row>"
        )


def _coded(text: str) -> str:
    """Text as a workbook holds it: what XML cannot hold in the way that spreadsheets write and read it."""
    return _ODD.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _row(cells: Sequence[Cell]) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(cell: Cell) -> str:
    if not cell:
        return "<c/>"
    if isinstance(cell, Number):
        return _number(cell)
    return _text(cell) if isinstance(cell, str) else _moment(cell)


def _text(text: str, style: str = "") -> str:
    if _SPECIAL.search(text):
        text = escape(_coded(text.translate(_NO_LETTERS)))
    return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{text}</t></is></c>'


def _number(number: Number) -> str:
    """A number, shown with its decimals; one that would lose a digit stays text."""
    match = _NUMBER.fullmatch(number)
    if match is None or len(number.lstrip("-").replace(".", "").lstrip("0")) > EXACT:
        return _text(number)
    return f'<c s="{_PLACES + min(len(match[1] or ""), DECIMALS)}"><v>{number}</v></c>'


def _moment(at: datetime) -> str:
    """A moment as spreadsheets count: in days. They know none before March 1900."""
    if at < _FIRST:
        return _text(f"{at:%Y-%m-%d %H:%M:%S}")
    since = at - _DAY_0
    return f'<c s="{_MOMENT}"><v>{since.days + (since.seconds + since.microseconds / 1e6) / 86400:.11f}</v></c>'


def _styles() -> bytes:
    places = ["0", *("0." + "0" * places for places in range(1, DECIMALS + 1))]
    formats = ["yyyy\\-mm\\-dd hh:mm:ss", *places]
    known = "".join(f'<numFmt numFmtId="{200 + at}" formatCode="{form}"/>' for at, form in enumerate(formats))
    cells = "".join(
        f'<xf numFmtId="{form}" fontId="{font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>'
        for form, font in [(0, 0), (200, 0), (0, 1), *((201 + at, 0) for at in range(len(places)))]
    )
    font = '<sz val="11"/><name val="Calibri"/>'
    return (
        f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="{len(formats)}">{known}</numFmts>'
        f'<fonts count="2"><font>{font}</font><font><b/>{font}</font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        '</fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{_PLACES + len(places)}">{cells}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ).encode()


def _workbook(names: Sequence[str]) -> bytes:
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, start=1)
    )
    return f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'.encode()


def _links(names: Sequence[str]) -> bytes:
    sheets = [(f"rId{at}", f"{_OFFICE}/worksheet", f"worksheets/sheet{at}.xml") for at in range(1, len(names) + 1)]
    return _relations([*sheets, ("rIdStyles", f"{_OFFICE}/styles", "styles.xml")])


def _relations(found: Sequence[tuple[str, str, str]]) -> bytes:
    lines = "".join(f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, kind, target in found)
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'.encode()


def _types(names: Sequence[str]) -> bytes:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for at in range(1, len(names) + 1)
    )
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{sheets}</Types>'
    ).encode()
