"""The units that column names and cells carry, in the spellings that files use. What a unit measures lives in
sources/units.py.
"""

import re

from sources.units import tens

_SPELLINGS: dict[str, tuple[str, ...]] = {
    "Wh": ("wh",),
    "kWh": ("kwh",),
    "MWh": ("mwh",),
    "MJ": ("mj",),
    "GJ": ("gj",),
    "W": ("w",),
    "kW": ("kw",),
    "m³": ("m³", "m3", "cbm"),
    "L": ("l", "liter", "litre", "liters", "litres"),
    "gal": ("gal", "gallon", "gallons"),
    "ft³": ("ft³", "ft3", "cf", "cuft"),
    "CCF": ("ccf", "hcf"),
    "therm": ("therm", "therms"),
    "kg": ("kg",),
    "m": ("m",),
    "km": ("km",),
    "mi": ("mi", "mile", "miles"),
    "°C": ("°c", "℃"),
    "°F": ("°f", "℉"),
    "%": ("%",),
    "mmHg": ("mmhg",),
    "bpm": ("bpm", "/min"),
    "€": ("€", "eur"),
    "$": ("$", "usd"),
    "£": ("£", "gbp"),
    "CHF": ("chf",),
    "฿": ("฿", "thb", "baht"),
}
CURRENCIES = frozenset(("€", "$", "£", "CHF", "฿"))
_UNITS = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}
_LAST_WORD = re.compile(r"(?:^|[\s_,:-])([^\s_,:/()\[\]-]+)$|[(\[]\s*([^()\[\]]+?)\s*[)\]]$")


def known_unit(text: str) -> str | None:
    """Return the usual spelling of a unit, None where `text` is none."""
    return _UNITS.get(text.casefold())


def unit_in_name(name: str) -> str | None:
    """Return the unit a column's name ends in: "Import T1 kWh", "Gas (m3)", "volume_l" has none, "Volume [l]" has.

    One letter alone could be anything, so it counts only in brackets; "ct/kWh" is no unit of a reading.
    """
    if (match := _LAST_WORD.search(name.strip())) is None:
        return None
    bare, bracketed = match.groups()
    return known_unit(bracketed) if bracketed else known_unit(bare) if len(bare) > 1 else None


def conversion(unit: str | None, wanted: str) -> int | None:
    """The power of ten by which a value in `unit` becomes one in `wanted`: 0 for one and the same unit, None where they
    are not related so, or the file names none.
    """
    return 0 if unit is None else tens(unit, wanted)
