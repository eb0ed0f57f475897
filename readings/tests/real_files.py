"""The real meter files beside this repository: what each meter in them comes to, and what has to be said. No tests."""

from pathlib import Path
from typing import NamedTuple

FILES = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"


class RealFile(NamedTuple):
    """A file, by its name; each meter that it brings: how many readings, and what they come to: a counter from first to
    last over its changes, amounts their sum, a level its last less its first. said: the one answer that it takes.
    """

    name: str
    meters: dict[str, tuple[int, str]]
    said: dict[str, str] = {}


REAL = [
    RealFile("energycontrol-water/Water.csv", {"Water": (10, "141.940")}),
    RealFile(
        "vanons-stroom/meterstanden_stroom.csv",
        {
            "afname stand dal": (71, "705"),
            "afname stand normaal": (71, "704"),
            "invoeding stand dal": (71, "25"),
            "invoeding stand normaal": (71, "69"),
        },
    ),
    RealFile(
        "greenchoice-stroom/meterstanden_stroom.csv",
        {
            "StandNormaal": (103, "576"),
            "StandDal": (103, "640"),
            "TerugleveringNormaal": (103, "1608"),
            "TerugleveringDal": (103, "722"),
        },
    ),
    RealFile(
        "homewizard-elec/15min_elec.csv",
        {
            "Import T1 kWh": (2880, "855.816"),
            "Import T2 kWh": (2880, "500.611"),
            "Export T1 kWh": (2880, "284.979"),
            "Export T2 kWh": (2880, "576.139"),
        },
    ),
    RealFile("za-halfhour/readings.csv", {"forwardActiveEnergy Value": (1536, "1358159")}),
    RealFile("meralco-daily/readings.csv", {"readings": (9, "36")}, {"unit-0": "kWh"}),
    RealFile(
        "dsmr-hourly/export-hour.csv",
        {
            "Electricity 1 (Dutch Users: Low Tariff)": (8754, "1828.818"),
            "Electricity 2 (Dutch Users: Normal Tariff)": (8754, "1914.313"),
            "Electricity 1 Returned (Dutch Users: Low Tariff)": (8754, "651.104"),
            "Electricity 2 Returned (Dutch Users: Normal Tariff)": (8754, "1477.279"),
            "Gas": (8754, "621.827"),
        },
    ),
    RealFile("gazpar-daily/daily.xlsx", {"Index de début de période (m3)": (357, "2095")}),
    RealFile("volvo-odometer/odometer.csv", {"odometer": (1013, "33697543")}, {"unit-0": "m"}),
    RealFile("energietracker-demo/strom-readings.json", {"m_strom_main": (39, "10469.4")}),
    RealFile("energietracker-demo/readings-strom.csv", {"Hauptzähler": (4, "1234.5678")}),
    RealFile("nem13/Example_NEM13_consumption_data.csv", {"METSER123 11": (2, "1312.1")}),
    RealFile("nem13/Example_NEM13_forward_estimate.csv", {"MET12345 11": (2, "111"), "MET5678 41": (2, "9065")}),
    RealFile("nem13/NEM13_000000000000018_CNRGYMDP_NEMMCO.csv", {"18142 41": (4, "1362"), "18142 11": (4, "14")}),
    RealFile("nem13/NEM13_SEN1316103_AGILITY_NEMMCO.csv", {"16103 11": (4, "6780")}),
    RealFile("nem13/NEM13_Scenario18_ETSAMDP_NEMMCO.csv", {"18151 11": (3, "260"), "18151 41": (3, "260")}),
    RealFile("nem13/nem13_12_INTEGM_NEMMCO.csv", {"SerialBMP1 12": (24, "-120")}),
]
