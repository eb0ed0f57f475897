"""From the bytes of a file to its text. What the text means is for the other rooms."""

import re
from typing import Literal, NamedTuple

from readings.importers.errors import ImportRefused

MEGABYTE = 1_000_000
MAX_BYTES = 20 * MEGABYTE

Encoding = Literal["UTF-8", "UTF-16", "Windows-1252"]

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = [chr(code) for code in (*range(1, 9), *range(14, 32), 127)]
_MOST_CONTROLS = 0.05
_LOOKED_AT = 400
_MOSTLY = 0.8
# What version control leaves in a file that two people changed: which of the two lines is true, only they know.
_CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7}) \S", re.MULTILINE)


class Text(NamedTuple):
    """A file's text without its byte order mark, and how its letters were stored."""

    text: str
    encoding: Encoding


def decode(data: bytes) -> Text:
    """Read UTF-8, UTF-16 with its mark, or else Windows-1252, which is what older spreadsheets write.

    Raises ImportRefused: "too_large" over MAX_BYTES, "not_text", "unknown_encoding".
    """
    if len(data) > MAX_BYTES:
        raise ImportRefused("too_large", most=MAX_BYTES // MEGABYTE)
    text, encoding = _decoded(data)
    controls = sum(text.count(control) for control in _CONTROLS)
    if "\0" in text or controls > len(text) * _MOST_CONTROLS:
        raise ImportRefused("not_text")
    if conflict := _CONFLICT.search(text):
        raise ImportRefused("conflict", line=text.count("\n", 0, conflict.start()) + 1)
    return Text(text, encoding)


def _decoded(data: bytes) -> tuple[str, Encoding]:
    try:
        if data.startswith(_UTF16_MARKS):
            return data.decode("utf-16"), "UTF-16"
        if unmarked := _unmarked_utf16(data):
            return data.decode(unmarked), "UTF-16"
        data = data.removeprefix(_UTF8_MARK)
        try:
            return data.decode("utf-8"), "UTF-8"
        except UnicodeDecodeError:
            return data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError as error:
        raise ImportRefused("not_text" if b"\0" in data else "unknown_encoding") from error


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark: every second byte of what a table begins with is zero."""
    start = data[:_LOOKED_AT]
    if len(start) < 4 or not start.count(0):
        return None
    high, low = start[0::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if low >= half * _MOSTLY and not high:
        return "utf-16-le"
    return "utf-16-be" if high >= half * _MOSTLY and not low else None
