"""XML: Green Button (ESPI), as energy suppliers in America give it. Read with a parser that follows no entity."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from readings.importers.errors import ImportRefused
from readings.importers.made import Made, table_from
from readings.importers.roles import Role

FORMAT = "Green Button"
MAX_DEPTH = 100
NAMES = ("start", "used", "meter", "unit", "quality")
ROLES: tuple[Role, ...] = ("when", "use", "name", "unit", "quality")
# The units of the standard that households have meters in, by their numbers.
UNITS = {"72": "Wh", "42": "m³", "119": "ft³", "128": "gal", "134": "L", "169": "therm", "38": "W"}
QUALITY = {"0": "valid", "8": "estimated", "10": "estimated", "11": "estimated", "14": "valid", "17": "valid"}


def read_green_button(text: str) -> Made:
    """Every interval of every meter. Raises ImportRefused: "not_xml", "no_readings"."""
    try:
        # The parser wants to find the letters' storage out by itself, and a str must not name one.
        root = fromstring(text.encode("utf-8", "replace"), forbid_dtd=True) if _is_utf8(text) else None
    except (ParseError, DefusedXmlException, ValueError, RecursionError, LookupError) as error:
        raise ImportRefused("not_xml") from error
    if root is None:
        raise ImportRefused("not_xml")
    rows = list(_rows(root))
    several = len({row[2] for row in rows}) > 1
    rows = [row if several else [row[0], row[1], "", row[3], row[4]] for row in rows]
    return Made(table_from(NAMES, enumerate(rows, start=1)), FORMAT, ROLES)


def _is_utf8(text: str) -> bool:
    start = text.lstrip()[:200].lower()
    return not start.startswith("<?xml") or "encoding" not in start.partition("?>")[0] or "utf-8" in start


def _rows(root: Element) -> Iterator[list[str]]:
    """In the order of the document: a block of intervals counts as the last kind of reading before it says."""
    power, unit, meter = 0, "Wh", ""
    for each in root.iter():
        match _name(each):
            case "title":
                meter = (each.text or "").strip()[:60] or meter
            case "ReadingType":
                power = int(digits) if (digits := _text(each, "powerOfTenMultiplier")).lstrip("-").isdigit() else 0
                unit = UNITS.get(_text(each, "uom"), "")
            case "IntervalReading":
                yield _row(each, power, unit, meter)


def _row(reading: Element, power: int, unit: str, meter: str) -> list[str]:
    start = next((_text(each, "start") for each in reading if _name(each) == "timePeriod"), "")
    try:
        at = f"{datetime.fromtimestamp(int(start), UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):
        at = start[:60]
    value = _text(reading, "value")
    try:
        value = f"{Decimal(value).scaleb(power):f}" if abs(power) <= 12 else value
    except InvalidOperation:
        value = value[:60]
    said = next((_text(each, "quality") for each in reading if _name(each) == "ReadingQuality"), "")
    return [at, value, meter, unit, QUALITY.get(said, "")]


def _text(parent: Element, name: str) -> str:
    return next(((each.text or "").strip() for each in parent if _name(each) == name), "")


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
