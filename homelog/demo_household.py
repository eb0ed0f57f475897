"""Who lives in the demo household, where, and which meters they read: the description, nothing is stored here.

Pure: no database, no clock. How it is stored is in homelog/demo.py, how the figures come about in demo_series.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from homelog import demo_series as series
from homelog.demo_series import Habit, Season

PASSWORD = "warm-lamp-second-cellar"  # noqa: S105
PEOPLE = {"alice": "Europe/Berlin", "bob": "Europe/Berlin", "charlie": "Europe/Lisbon"}
YEARS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A home: its name and zone, who administers it and who else may add readings in it."""

    name: str
    timezone: str
    admin: str
    writer: str = ""


@dataclass(frozen=True, slots=True)
class Meter:
    """A source and how its readings come about.

    home: a place's name, or empty for a source of `owner` alone. usual: use a day, or the middle of a level; spread:
    how far a level strays from it; pack: what an amount is a multiple of. start: the first reading of a counter.
    surge: the last use is so many times the usual one. replaced, estimated: how far along the series (0 to 1) a new
    meter is fitted after a reading (then `old_number` is the old one's), and a reading is estimated. notes: spread
    evenly over the readings; last_note is for the last one.
    """

    name: str
    kind: str
    owner: str
    home: str
    habit: Habit
    usual: Decimal
    season: Season
    start: Decimal = Decimal(0)
    spread: int = 0
    pack: int = 1
    surge: int = 1
    replaced: float | None = None
    old_number: str = ""
    estimated: float | None = None
    notes: tuple[str, ...] = ()
    last_note: str = ""
    shared_with: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    rules: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """A source that is worked out from others, by their names."""

    name: str
    owner: str
    home: str
    added: tuple[str, ...]


TOTALS = (
    Total("Electricity in all", "alice", "Linden Street 12", ("Electricity", "Heat pump, day", "Heat pump, night")),
)
PLACES = (
    Place("Linden Street 12", "Europe/Berlin", admin="alice", writer="bob"),
    Place("Summer house", "Europe/Helsinki", admin="alice"),
    Place("Harbour loft", "Europe/Lisbon", admin="charlie"),
)
CABINET = "Cellar, left cabinet"
CUFF = {"place_name": "Bathroom", "meter_number": "BP 7 4471"}
ONLY_GROWS = {"non_decreasing": True}

METERS = (
    Meter(
        name="Electricity",
        kind="electricity",
        owner="alice",
        home="Linden Street 12",
        habit=Habit(every=7, hour=18),
        usual=Decimal("8.4"),
        season=series.DARK,
        start=Decimal("48210.6"),
        replaced=0.75,
        old_number="0 ISK 9931 0457",
        notes=("Read by torchlight", "The week of Bob's birthday", "New washing machine since Monday"),
        fields={"place_name": CABINET, "meter_number": "1 EMH 5541 8820"},
        rules=(ONLY_GROWS,),
    ),
    Meter(
        name="Solar feed-in",
        kind="feed_in",
        owner="alice",
        home="Linden Street 12",
        habit=Habit(every=7, hour=18),
        usual=Decimal("5.6"),
        season=series.SUNNY,
        start=Decimal("3120.4"),
        notes=("Panels cleaned", "A cloudless week"),
        fields={"place_name": CABINET, "meter_number": "1 EMH 5541 8837"},
        rules=(ONLY_GROWS,),
    ),
    Meter(
        name="Water",
        kind="water",
        owner="alice",
        home="Linden Street 12",
        habit=Habit(every=12, hour=19, last=20),
        usual=Decimal("0.27"),
        season=series.THIRSTY,
        start=Decimal("611.482"),
        surge=4,
        notes=("Two guests for ten days", "Filled the aquarium"),
        last_note="The cistern was running; the plumber comes on Friday.",
        fields={"place_name": "Under the kitchen sink", "meter_number": "WZ 20 113 604"},
        rules=(ONLY_GROWS, {"max_per_day": Decimal("0.6"), "on_violation": "flag"}),
    ),
    Meter(
        name="Heat",
        kind="heat",
        owner="alice",
        home="Linden Street 12",
        habit=Habit(every=9, hour=20, last=15),
        usual=Decimal("27.5"),
        season=series.COLD,
        start=Decimal("77450.2"),
        estimated=0.5,
        notes=("Radiators bled", "Back from two weeks away"),
        fields={"place_name": "Boiler room", "meter_number": "HM 880 1406", "digits": 5},
        rules=(ONLY_GROWS,),
    ),
    *(
        Meter(
            name=f"Heat pump, {tariff}",
            kind="electricity",
            owner="alice",
            home="Linden Street 12",
            habit=Habit(every=7, hour=18, last=8),
            usual=usual,
            season=series.COLD,
            start=start,
            notes=notes,
            fields={"place_name": "Boiler room", "meter_number": "2 LOG 7716 0031"},
            rules=(ONLY_GROWS,),
        )
        for tariff, usual, start, notes in (
            ("day", Decimal("4.1"), Decimal("10984.2"), ("Hot water set to 52 degrees",)),
            ("night", Decimal("6.3"), Decimal("16207.9"), ()),
        )
    ),
    Meter(
        name="Pellets",
        kind="pellets",
        owner="alice",
        home="Summer house",
        habit=Habit(every=8, hour=17, last=4),
        usual=Decimal(13),
        season=series.COLD,
        pack=15,
        notes=("Last bags of the old pallet",),
        shared_with="bob",
        fields={"description": "Bags of 15 kg, put into the stove since the last entry."},
    ),
    Meter(
        name="Blood pressure, upper",
        kind="blood_pressure",
        owner="alice",
        home="",
        habit=Habit(every=4, hour=7),
        usual=Decimal(126),
        season=series.TENSE,
        spread=9,
        notes=("After a short night",),
        fields=CUFF,
        rules=({"min_value": Decimal(60), "max_value": Decimal(240)},),
    ),
    Meter(
        name="Blood pressure, lower",
        kind="blood_pressure",
        owner="alice",
        home="",
        habit=Habit(every=4, hour=7),
        usual=Decimal(81),
        season=series.TENSE,
        spread=6,
        fields=CUFF,
        rules=({"min_value": Decimal(30), "max_value": Decimal(160)},),
    ),
    Meter(
        name="Car",
        kind="odometer",
        owner="charlie",
        home="Harbour loft",
        habit=Habit(every=10, hour=19, last=2),
        usual=Decimal(34),
        season=series.EVEN,
        start=Decimal(61240),
        notes=("To the north coast and back",),
        fields={"meter_number": "46-QX-81"},
        rules=(ONLY_GROWS,),
    ),
)
