"""The kinds of source a household keeps, with the unit, the dial and the hue each starts with.

Pure: no Django, no clock, no I/O. A source stores its own unit, counting, digits and decimals; what stands here is what
the form offers for its kind, and the look. Labels are English msgids: the page that shows one translates it.
"""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Counting = Literal["counter", "level", "amount", "sum"]
Hue = Literal["amber", "blue", "coral", "green", "teal", "violet"]


def gettext_noop(message: str) -> str:
    """Return `message` as it is: the name lets makemessages find it, the page that shows it translates."""
    return message


@dataclass(frozen=True)
class Kind:
    """One kind of source. `units` has the usual one first, and is empty where only the person can say.

    counting: "counter" (a dial that only grows), "level" (a value as it is) or "amount" (use since the last entry).
    digits: places before the point, where the dial rolls over; None where that is not known. decimals: places after it.
    more_is_good: whether more than a year earlier is good news, as it is of what is produced; mostly it is less.
    is_personal: whether it tells of a person, so that no number stands on what measures it, and not all need see it.
    plausible: the least and the most, in the first unit, that is taken unasked; None where a value can be anything.
    """

    key: str
    label: str
    units: tuple[str, ...]
    counting: Counting
    digits: int | None
    decimals: int
    hue: Hue
    icon: str
    more_is_good: bool = False
    is_personal: bool = False
    plausible: tuple[Decimal, Decimal] | None = None

    @property
    def unit(self) -> str:
        """The unit the form starts with."""
        return self.units[0] if self.units else ""

    def decimals_in(self, unit: str) -> int:
        """Places after the point of a dial in `unit`. Of those in cubic feet and gallons households read whole numbers;
        where a dial shows more, a value has them all the same.
        """
        return 0 if self.unit == "m³" and unit in AMERICAN else self.decimals

    def digits_in(self, unit: str) -> int | None:
        """Places before the point of a dial in `unit`: of water or gas mostly 100,000 m³ at the end, 10,000 CCF, a
        million cubic feet, ten million gallons.
        """
        return DIALS.get(unit, self.digits) if self.unit == "m³" else self.digits

    def plausible_in(self, unit: str) -> tuple[Decimal, Decimal] | None:
        """`plausible` where `unit` is the one it is given in, else None."""
        return self.plausible if unit == self.unit else None


_ENERGY = ("kWh", "MWh")
AMERICAN = ("ft³", "CCF", "gal")
_VOLUME = ("m³", "L", *AMERICAN)
DIALS = {"L": 8, "ft³": 6, "CCF": 4, "gal": 7}
_LIQUID = ("L", "gal")
_WEIGHT = ("kg", "lb")


def _between(least: int, most: int) -> tuple[Decimal, Decimal]:
    return Decimal(least), Decimal(most)


_BLOOD, _PULSE, _BODY, _AIR = _between(30, 280), _between(25, 250), _between(1, 400), _between(-60, 150)

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("electricity", gettext_noop("Electricity"), _ENERGY, "counter", 6, 1, "amber", "bolt"),
        Kind("feed_in", gettext_noop("Solar feed-in"), _ENERGY, "counter", 6, 1, "green", "feed-in", more_is_good=True),
        Kind("solar", gettext_noop("Solar production"), _ENERGY, "counter", 6, 1, "green", "sun", more_is_good=True),
        Kind("water", gettext_noop("Water"), _VOLUME, "counter", 5, 3, "blue", "drop"),
        Kind("hot_water", gettext_noop("Hot water"), _VOLUME, "counter", 5, 3, "violet", "hot-drop"),
        Kind("gas", gettext_noop("Gas"), ("m³", "kWh", "ft³", "CCF"), "counter", 5, 3, "coral", "flame"),
        Kind("heat", gettext_noop("Heat"), ("kWh", "MWh", "GJ"), "counter", None, 1, "coral", "radiator"),
        Kind("oil", gettext_noop("Heating oil"), _LIQUID, "level", None, 0, "coral", "tank"),
        Kind("pellets", gettext_noop("Pellets"), ("kg", "t", "lb"), "amount", None, 0, "coral", "pellets"),
        Kind("fuel", gettext_noop("Fuel"), _LIQUID, "amount", None, 2, "violet", "fuel"),
        Kind("odometer", gettext_noop("Odometer"), ("km", "mi"), "counter", 6, 0, "violet", "car"),
        Kind(
            "blood_pressure",
            gettext_noop("Blood pressure"),
            ("mmHg", "kPa"),
            "level",
            None,
            0,
            "coral",
            "heart",
            is_personal=True,
            plausible=_BLOOD,
        ),
        Kind(
            "pulse",
            gettext_noop("Pulse"),
            ("/min",),
            "level",
            None,
            0,
            "coral",
            "pulse",
            is_personal=True,
            plausible=_PULSE,
        ),
        Kind(
            "weight",
            gettext_noop("Weight"),
            _WEIGHT,
            "level",
            None,
            1,
            "teal",
            "scale",
            is_personal=True,
            plausible=_BODY,
        ),
        Kind(
            "temperature",
            gettext_noop("Temperature"),
            ("°C", "°F"),
            "level",
            None,
            1,
            "teal",
            "thermometer",
            plausible=_AIR,
        ),
        Kind("other", gettext_noop("Something else"), (), "counter", None, 0, "teal", "gauge"),
    )
}


_SPELLINGS: dict[str, str] = {
    "Wh": "wh",
    "kWh": "kwh kilowatthour kilowatthours kilowattstunde kilowattstunden",
    "MWh": "megawatthour megawatthours megawattstunde megawattstunden",
    "GJ": "gj gigajoule gigajoules",
    "kW": "kw kilowatt",
    "m³": "m3 m^3 m**3 cbm cubicmeter cubicmeters cubicmetre cubicmetres kubikmeter",
    "L": "l lt ltr ltrs liter liters litre litres",
    "ft³": "ft3 ft^3 cf cuft cu.ft cubicfeet cubicfoot",
    "CCF": "ccf hcf 100cf 100ft3 100cuft hundredcubicfeet",
    "gal": "gal gals gallon gallons usgal",
    "kg": "kg kgs kilogram kilograms kilogramm",
    "t": "tonne tonnes",
    "lb": "lb lbs pound pounds",
    "km": "km kms kilometer kilometers kilometre kilometres",
    "mi": "mi mile miles",
    "mmHg": "mmhg",
    "kPa": "kpa",
    "mg/dL": "mg/dl",
    "mmol/L": "mmol/l",
    "/min": "/min 1/min",
    "°C": "°c oc degc celsius",
    "°F": "°f of degf fahrenheit",
}
"""How units are typed too, in small letters without blanks; ºC with the ring of an ordinal is "oc"."""
_USUAL = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()}
_MEGA = {"MWH": "MWh", "MJ": "MJ"}
"""What a small m would make a thousandth, not a million: taken with a capital alone."""


def spelled(text: str) -> str:
    """A unit as it is written here, for "kwh", "m3" or "ltr" as well; what is not known stays as it was typed.

    Letters count where they mean something: "mwh" could be milli or mega, so nothing is guessed.
    """
    bare = "".join(unicodedata.normalize("NFKC", text).split()).rstrip(".")
    found = _USUAL.get(bare.casefold())
    if found is None and bare[:1] == "M":
        found = _MEGA.get(bare.upper())
    return found or text


_FINEST = {"ft³": 1, "CCF": 2}


def places_in(unit: str, decimals: int) -> int:
    """Places after the point of what is worked out in `unit`, as a use or a mean, of a dial with `decimals`: enough to
    tell small ones apart where the dial is read in whole numbers of a big unit.
    """
    return max(decimals, _FINEST.get(unit, 0))


_TENS = {
    ("Wh", "kWh"): -3,
    ("Wh", "MWh"): -6,
    ("kWh", "MWh"): -3,
    ("MJ", "GJ"): -3,
    ("W", "kW"): -3,
    ("L", "m³"): -3,
    ("ft³", "CCF"): -2,
    ("kg", "t"): -3,
    ("m", "km"): -3,
}


def tens(unit: str, wanted: str) -> int | None:
    """The power of ten by which a value in `unit` becomes one in `wanted`, 0 for one and the same unit; None where they
    are not related so. Exact ones only: nothing is ever rounded by being converted.
    """
    unit, wanted = spelled(unit), spelled(wanted)
    if unit == wanted:
        return 0
    if (unit, wanted) in _TENS:
        return _TENS[unit, wanted]
    back = _TENS.get((wanted, unit))
    return None if back is None else -back


def related(unit: str) -> tuple[str, ...]:
    """The units whose values become ones in `unit` exactly, itself first."""
    own, every = spelled(unit), dict.fromkeys(each for pair in _TENS for each in pair)
    return (own, *(each for each in every if each != own and tens(each, own) is not None))


def unit_choices() -> tuple[str, ...]:
    """Every unit that some kind offers, each once, in the order of the kinds: the suggestions of a unit field."""
    return tuple(dict.fromkeys(unit for kind in KINDS.values() for unit in kind.units))
