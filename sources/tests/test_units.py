"""Tests of sources/units.py."""

import re
from decimal import Decimal

import pytest

from sources.units import KINDS, Kind, spelled, tens, unit_choices


def test_an_electricity_meter_starts_with_six_digits_and_one_decimal() -> None:
    assert KINDS["electricity"] == Kind(
        key="electricity",
        label="Electricity",
        units=("kWh", "MWh"),
        counting="counter",
        digits=6,
        decimals=1,
        hue="amber",
        icon="bolt",
    )
    assert KINDS["electricity"].unit == "kWh"


def test_every_kind_starts_with_its_unit_and_its_way_of_counting() -> None:
    assert {key: (kind.unit, kind.counting, kind.digits, kind.decimals) for key, kind in KINDS.items()} == {
        "electricity": ("kWh", "counter", 6, 1),
        "feed_in": ("kWh", "counter", 6, 1),
        "solar": ("kWh", "counter", 6, 1),
        "water": ("m³", "counter", 5, 3),
        "hot_water": ("m³", "counter", 5, 3),
        "gas": ("m³", "counter", 5, 3),
        "heat": ("kWh", "counter", None, 1),
        "oil": ("L", "level", None, 0),
        "pellets": ("kg", "amount", None, 0),
        "fuel": ("L", "amount", None, 2),
        "odometer": ("km", "counter", 6, 0),
        "blood_pressure": ("mmHg", "level", None, 0),
        "pulse": ("/min", "level", None, 0),
        "weight": ("kg", "level", None, 1),
        "temperature": ("°C", "level", None, 1),
        "other": ("", "counter", None, 0),
    }


def test_a_kind_is_found_by_its_own_key() -> None:
    assert [kind.key for kind in KINDS.values()] == list(KINDS)


def test_labels_and_icons_tell_the_kinds_apart() -> None:
    assert len({kind.label for kind in KINDS.values()}) == len(KINDS)
    assert len({kind.icon for kind in KINDS.values()}) == len(KINDS)


def test_keys_and_icons_are_fit_for_class_and_file_names() -> None:
    odd = [name for kind in KINDS.values() for name in (kind.key, kind.icon) if not re.fullmatch("[a-z_-]+", name)]
    assert odd == []


def test_the_units_offered_stand_once_each_with_the_commonest_first() -> None:
    assert unit_choices() == (
        *("kWh", "MWh", "m³", "L", "ft³", "CCF", "gal", "GJ", "kg", "t", "lb", "km", "mi"),
        *("mmHg", "kPa", "/min", "°C", "°F"),
    )


def test_what_is_plausible_is_known_in_the_first_unit_alone() -> None:
    limits = {(kind.key, unit): kind.plausible_in(unit) for kind in KINDS.values() for unit in kind.units}
    assert {key: limit for key, limit in limits.items() if limit} == {
        ("blood_pressure", "mmHg"): (Decimal(30), Decimal(280)),
        ("pulse", "/min"): (Decimal(25), Decimal(250)),
        ("weight", "kg"): (Decimal(1), Decimal(400)),
        ("temperature", "°C"): (Decimal(-60), Decimal(150)),
    }


def test_more_is_good_of_what_is_produced_alone() -> None:
    assert {key for key, kind in KINDS.items() if kind.more_is_good} == {"solar", "feed_in"}


@pytest.mark.parametrize(
    ("unit", "spellings"),
    [
        ("kWh", ["kWh", "kwh", "KWH", "Kwh", "k Wh", "kw h", "kWh.", "Kilowattstunden", "ｋＷｈ"]),
        ("MWh", ["MWh", "MWH", "Mwh", "Megawatt hours"]),
        ("m³", ["m³", "m3", "M3", "m^3", "cbm", "㎥", "Kubikmeter", "cubic metres"]),
        ("L", ["L", "l", "ℓ", "ltr", "Ltr.", "Liter", "litres"]),
        ("ft³", ["ft³", "ft3", "cu ft", "cu. ft.", "CF"]),
        ("CCF", ["CCF", "ccf", "HCF", "100 ft³", "100 cu ft", "hundred cubic feet"]),
        ("gal", ["gal", "Gallons", "US gal"]),
        ("lb", ["lb", "lbs.", "pounds"]),
        ("mg/dL", ["mg/dL", "mg/dl"]),
        ("mmol/L", ["mmol/L", "mmol/l"]),
        ("kg", ["kg", "KG", "Kgs"]),
        ("°C", ["°C", "°c", "℃", "ºC", "Celsius"]),
        ("°F", ["°F", "°f", "Fahrenheit"]),
        ("GJ", ["GJ", "gj"]),
        ("kPa", ["kPa", "KPA"]),
        ("mmHg", ["mmHg", "mm Hg", "MMHG"]),
        ("/min", ["/min", "1/min"]),
    ],
)
def test_a_unit_is_known_by_each_of_its_spellings(unit: str, spellings: list[str]) -> None:
    assert {spelling: spelled(spelling) for spelling in spellings} == dict.fromkeys(spellings, unit)


@pytest.mark.parametrize("typed", ["mW", "MW", "mwh", "mWh", "mJ", "T", "C", "Stück", "cups a day", "kWh/m²", "", " "])
def test_what_is_not_known_or_could_mean_two_things_stays_as_it_was_typed(typed: str) -> None:
    assert spelled(typed) == typed


def test_each_unit_that_is_offered_or_converted_is_spelled_as_usual() -> None:
    units = [*unit_choices(), "Wh", "MJ", "W", "kW", "m"]
    assert [spelled(unit) for unit in units] == units


def test_units_are_related_by_powers_of_ten_however_they_are_spelled() -> None:
    assert (tens("ltr", "cbm"), tens("M3", "L"), tens("kwh", "kWh"), tens("mW", "kW")) == (-3, 3, 0, None)
    assert (tens("CCF", "ft³"), tens("cu ft", "hcf"), tens("CCF", "m³")) == (2, -2, None)
    assert (tens("mg/dL", "mmol/L"), tens("°C", "°F"), tens("GJ", "kWh"), tens("lb", "kg")) == (None,) * 4
