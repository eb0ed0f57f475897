"""The package of a workbook (XLSX), measured before anything in it is opened: what it would unpack to is counted, not
believed, and how far its cells reach, as a reader makes room for all that lies between the first and the last.
"""

import io
import re
import struct
import zipfile
import zlib
from pyexpat import ParserCreate, XMLParserType
from xml.parsers.expat import ExpatError

from readings.importers.errors import ImportRefused

MEGABYTE = 1_000_000
MAX_UNPACKED = 150 * MEGABYTE
MAX_PARTS = 2_000
MAX_CELLS = 6_000_000
_PIECE = 1 << 16
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_LETTERS = 26
# Pictures, printers' settings, macros: nothing that is read.
_READ = (".xml", ".rels")
_BROKEN = (
    zlib.error,
    struct.error,
    KeyError,
    ValueError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    zipfile.BadZipFile,
    OverflowError,
    ExpatError,
)


def plain_package(data: bytes) -> bytes:
    """The parts that say what stands in a workbook, unpacked, each of them XML without entities of its own.

    Raises ImportRefused: "an_archive", "not_a_workbook", "workbook_too_large".
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if "[Content_Types].xml" not in package.namelist():
                raise ImportRefused("an_archive")
            return _measured(package)
    except _BROKEN as error:
        if isinstance(error, ImportRefused):
            raise
        raise ImportRefused("not_a_workbook") from error


def _measured(package: zipfile.ZipFile) -> bytes:
    parts = package.infolist()
    left = MAX_UNPACKED
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > left:
        raise _too_large()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as plain:
        for part in parts:
            if not part.filename.lower().endswith(_READ):
                continue
            reach, content = _Reach(), []
            with package.open(part) as file:
                while piece := file.read(_PIECE):
                    left -= len(piece)
                    if left < 0:
                        raise _too_large()
                    reach.feed(piece)
                    content.append(piece)
            reach.end()
            plain.writestr(part.filename, b"".join(content))
    return out.getvalue()


class _Reach:
    """How far the cells with a value in a part reach, as readers of workbooks count rows and columns."""

    def __init__(self) -> None:
        self._row = self._column = 0
        self._first_row = self._first_column = 1 << 30
        self._last_row = self._last_column = 0
        self._parser: XMLParserType = ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, piece: bytes) -> None:
        """Read on. Raises ExpatError, or ImportRefused: "workbook_too_large", "not_a_workbook"."""
        self._parser.Parse(piece, False)
        rows, columns = self._last_row - self._first_row + 1, self._last_column - self._first_column + 1
        if self._last_row and rows * columns > MAX_CELLS:
            raise _too_large()

    def end(self) -> None:
        """Nothing more comes. Raises ExpatError."""
        self._parser.Parse(b"", True)

    def _start(self, name: str, given: dict[str, str]) -> None:
        kind = name.rpartition(" ")[2]
        if kind == "c":
            self._column += 1
            if "r" in given:
                self._go_to(given["r"])
        elif kind == "row":
            self._row = int(given["r"]) if "r" in given else self._row + 1
            self._column = 0
        elif kind in ("v", "is"):
            self._first_row, self._last_row = min(self._first_row, self._row), max(self._last_row, self._row)
            self._first_column = min(self._first_column, self._column)
            self._last_column = max(self._last_column, self._column)

    def _go_to(self, place: str) -> None:
        match = _PLACE.fullmatch(place)
        if match is None:
            raise ImportRefused("not_a_workbook")
        self._row, self._column = int(match[2]), 0
        for letter in match[1]:
            self._column = self._column * _LETTERS + ord(letter) - ord("A") + 1

    def _refuse(self, *_doctype: object) -> None:
        raise ImportRefused("not_a_workbook")


def _too_large() -> ImportRefused:
    return ImportRefused("workbook_too_large", most=MAX_UNPACKED // MEGABYTE)
