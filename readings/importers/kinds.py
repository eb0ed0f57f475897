"""What a meter most likely counts, told from its name in a file, the file's own name, and its unit."""

import re

_KINDS: tuple[tuple[str, str], ...] = (
    ("blood_pressure", r"systol|diastol|blood pressure|blutdruck|tension art"),
    ("pulse", r"\bpuls|heart rate|herzfrequenz|\bbpm\b"),
    ("weight", r"weight|gewicht|\bpoids\b|\bpeso\b"),
    ("temperature", r"temperat|°c|°f"),
    ("odometer", r"odo(?:meter)?\b|mileage|kilometerstand|km-stand|kilom[ée]trage|tacho"),
    ("fuel", r"fuel|litres\)|tank|sprit|diesel|benzin|\bessence\b"),
    (
        "feed_in",
        r"feed.?in|return|teruglever|invoeding|einspeis|export|injection|backflow|reverse|surplus|/e/b|\b2\.8\.",
    ),
    ("solar", r"solar|\bpv\b|photovolt|produktion|productie|opwek|erzeug"),
    ("hot_water", r"hot water|warmwasser|warm water|eau chaude"),
    ("water", r"water|wasser|\beau\b|\bagua\b|\bacqua\b|น้ำ|水"),
    ("gas", r"\bgas\b|gas\W|erdgas|\bgaz|\bpce\b|metano|แก๊ส|ガス"),
    ("heat", r"\bheat|w(?:ä|ae)rme|chauffage|stadsverwarming|district"),
    ("oil", r"heiz(?:ö|oe)l|heating oil|\boil\b"),
    ("pellets", r"pellet"),
    (
        "electricity",
        r"ele[ck]tr|strom|stroom|power|energy|energie|kwh|\bwh\b|afname|stand ?(?:normaal|dal)|import|\btariff?\b"
        r"|\b(?:dag|nacht|tag|day|night|peak|off.peak|hoch|nieder|ht|nt|t1|t2)\b|luz|ไฟฟ้า|電気|\b1\.8\.|active|levering",
    ),
)
_PATTERNS = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _KINDS)
_ENERGY = ("kWh", "Wh", "MWh", "W", "kW")
_VOLUME = ("m³", "L", "ft³", "CCF", "gal")
_UNITS = {
    "electricity": _ENERGY,
    "feed_in": _ENERGY,
    "solar": _ENERGY,
    "water": _VOLUME,
    "hot_water": _VOLUME,
    "gas": (*_VOLUME, *_ENERGY, "therm", "MJ"),
    "heat": (*_ENERGY, "GJ", "MJ"),
    "odometer": ("km", "mi", "m"),
}
_OF_UNIT = {
    "kWh": "electricity",
    "Wh": "electricity",
    "MWh": "electricity",
    "km": "odometer",
    "mi": "odometer",
    "mmHg": "blood_pressure",
    "bpm": "pulse",
    "kg": "weight",
    "°C": "temperature",
    "°F": "temperature",
    "m³": "water",
    "L": "water",
}


def guess_kind(name: str, unit: str | None, *others: str) -> str:
    """The key of the kind (sources.units.KINDS) that a meter probably is: by its name, else by what stands around it,
    else by its unit; "other" where nothing tells.
    """
    for text in (name, *others):
        for kind, pattern in _PATTERNS:
            if text and pattern.search(text) and (unit is None or unit in _UNITS.get(kind, (unit,))):
                return kind
    return _OF_UNIT.get(unit or "", "other")
