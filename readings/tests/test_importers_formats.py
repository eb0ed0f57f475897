"""Formats known by name, in small files of our own: what becomes of them, whole."""

import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from readings.importers import Choices, ImportRefused, Series, Understanding, series, understand


def brought(data: bytes | str, choices: Choices | None = None) -> tuple[Understanding, list[Series]]:
    understanding = understand(data if isinstance(data, bytes) else data.encode())
    return understanding, series(understanding, choices or Choices())


def shown(each: Series) -> tuple[str, str | None, str, str, list[tuple[str, str, str]]]:
    """Name, unit, kind, counting, and each row: when, value or error, quality."""
    rows = [
        (
            str(row.instant or row.local)[:19],
            row.error or f"{row.value:f}",
            row.quality + (f" {row.note}" if row.note else ""),
        )
        for row in each.rows
    ]
    return each.name, each.unit, each.kind, each.counting, rows


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Readings", 0)
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_backup_of_energietracker_brings_every_meter_of_every_utility() -> None:
    def reading(meter: str, day: str, counter: float, **more: Any) -> dict[str, Any]:
        return {
            "id": "x",
            "meter_id": meter,
            "date": day,
            "counter": counter,
            "note": "",
            "is_estimated": False,
            **more,
        }

    utilities = {
        "strom": {
            "meters": [{"id": "m1", "name": "Keller"}],
            "readings": [reading("m1", "2024-01-01", 100.5), reading("m1", "2024-02-01", 120, is_estimated=True)],
        },
        "wasser": {"meters": [], "readings": [reading("m2", "2024-01-05", 7.125, note="by torch")]},
    }
    for document in ({"utilities": utilities}, {"success": True, "data": {"utilities": utilities}}):
        understanding, found = brought(json.dumps(document))
        assert understanding.format == "energietracker"
        assert [shown(each) for each in found] == [
            (
                "strom Keller",
                "kWh",
                "electricity",
                "counter",
                [("2024-01-01 00:00:00", "100.5", "good"), ("2024-02-01 00:00:00", "120", "estimated")],
            ),
            ("wasser m2", "m³", "water", "counter", [("2024-01-05 00:00:00", "7.125", "good by torch")]),
        ]


def test_the_readings_csv_of_energietracker_keeps_marks_and_notes_without_the_guard() -> None:
    data = (
        "\ufeffZaehler-ID;Zaehler;Geraet-ID;Datum;Zaehlerstand;Preis (ct);Notiz;Geschaetzt;Zukunft\r\n"
        "m_gas_1;Bad;d1;2025-01-01;0,5;;'=A1;nein;nein\r\nm_gas_1;Bad;d1;2025-02-01;31,25;31,5;;ja;nein\r\n"
    )
    (found,) = brought(data)[1]
    assert shown(found) == (
        "Bad",
        "m³",
        "gas",
        "counter",
        [("2025-01-01 00:00:00", "0.5", "good =A1"), ("2025-02-01 00:00:00", "31.25", "estimated")],
    )


def test_home_assistant_says_at_fifteen_what_its_hour_from_fourteen_ended_with() -> None:
    head = "statistic_id,start,unit,sum,state\n"
    rows = "sensor.gas,05.02.2024 14:00,m³,1,101.5\nsensor.gas,05.02.2024 15:00,m³,2,102.5\n"
    (found,) = brought(head + rows)[1]
    assert shown(found)[4] == [("2024-02-05 15:00:00", "101.5", "good"), ("2024-02-05 16:00:00", "102.5", "good")]
    document = [{"id": "sensor.sun", "unit": "kWh", "values": [{"datetime": "2024-02-05 14:00", "delta": 1.25}]}]
    (found,) = brought(json.dumps(document))[1]
    assert shown(found) == ("sensor.sun", "kWh", "electricity", "amount", [("2024-02-05 14:00:00", "1.25", "good")])


def test_an_odometer_of_lubelogger_and_a_log_of_fuelio() -> None:
    data = "Date,InitialOdometer,Odometer,Notes,Tags\n2024-01-01,100,150,to work,a b\n2024-01-02,150,170,,\n"
    (found,) = brought(data)[1]
    assert shown(found)[2:] == (
        "odometer",
        "counter",
        [("2024-01-01 00:00:00", "150", "good to work"), ("2024-01-02 00:00:00", "170", "good")],
    )
    log = '"## Vehicle"\n"Name"\n"Car"\n"## Log"\n"Data","Odo (km)","Fuel (litres)","Notes"\n'
    rows = (
        '"2024-01-05 10:00","1200","40.5",""\n"2024-02-05 10:00","1900","38","far"\n"## Costs"\n"x","2024-01-01","5"\n'
    )
    both = brought(log + rows)[1]
    assert [(each.kind, each.unit, each.counting, [str(row.value) for row in each.rows]) for each in both] == [
        ("odometer", "km", "counter", ["1200", "1900"]),
        ("fuel", "L", "amount", ["40.5", "38"]),
    ]


def test_emoncms_counts_from_1970_in_seconds_or_milliseconds() -> None:
    for data in (
        "1469664000,5\n1469664010,null\n1469664020,7\n",
        "[[1469664000000,5],[1469664010000,null],[1469664020000,7]]",
    ):
        understanding, found_all = brought(data)
        (found,) = found_all
        assert understanding.format == "emoncms"
        assert [(row.instant, row.error or str(row.value)) for row in found.rows] == [
            (datetime(2016, 7, 28, 0, 0, 0, tzinfo=UTC), "5"),
            (datetime(2016, 7, 28, 0, 0, 10, tzinfo=UTC), "empty"),
            (datetime(2016, 7, 28, 0, 0, 20, tzinfo=UTC), "7"),
        ]


def test_green_button_gives_what_was_used_in_its_unit() -> None:
    def interval(start: int, value: int) -> str:
        period = f"<timePeriod><duration>900</duration><start>{start}</start></timePeriod>"
        return f"<IntervalReading>{period}<value>{value}</value></IntervalReading>"

    xml = (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        "<entry><content><ReadingType><powerOfTenMultiplier>-3</powerOfTenMultiplier><uom>72</uom></ReadingType>"
        "</content>"
        "</entry><entry><content><IntervalBlock>"
        f"{interval(1700000000, 1500)}{interval(1700000900, 2500)}</IntervalBlock></content></entry></feed>"
    )
    understanding, (found,) = brought(xml)
    assert understanding.format == "Green Button"
    assert shown(found)[1:] == (
        "Wh",
        "electricity",
        "amount",
        [("2023-11-14 22:13:20", "1.500", "good"), ("2023-11-14 22:28:20", "2.500", "good")],
    )


def test_nem12_gives_every_interval_and_its_quality() -> None:
    values = ",".join(str(number / 10) for number in range(48))
    data = (
        "100,NEM12,200506081149,A,B\n200,NEM1201009,E1Q1,1,E1,N1,01009,kWh,30,20050610\n"
        f"300,20050301,{values},V,,,20050310121004,20050310182204\n400,1,47,A,,\n400,48,48,S14,32,\n900\n"
    )
    (found,) = brought(data)[1]
    rows = shown(found)[4]
    assert (found.name, found.unit, found.counting, len(rows)) == ("01009 E1", "kWh", "amount", 48)
    assert (rows[0], rows[47]) == (("2005-02-28 14:00:00", "0.0", "good"), ("2005-03-01 13:30:00", "4.7", "estimated"))


def test_nem13_gives_each_reading_once() -> None:
    line = "250,N,1141,1,{0},{0},7741,E,{1},{2},A,,,{3},{4},E64,4,,5,KWH,20050519,20040416092849,\n"
    data = "100,NEM13,200505161423,A,B\n" + line.format("11", "06100", "20041212073107", "06105", "20050215080629")
    data += line.format("11", "06105", "20050215080629", "06110", "20050315080629").replace(",A,", ",E,") + "900\n"
    (found,) = brought(data)[1]
    readings = [row[1:] for row in shown(found)[4]]
    assert readings == [("6100", "good"), ("6105", "estimated"), ("6110", "estimated")]
    assert found.name == "7741 11"


def test_energyid_and_metermaid_and_the_dashboard() -> None:
    understanding, found = brought("energyid;Hall;Attic\n13/01/2024 08:00;10;5\n14/01/2024 08:00;12,5;6\n")
    assert (understanding.format, [each.name for each in found]) == ("EnergyID", ["Hall", "Attic"])
    understanding, (one,) = brought("Date,Reading\n2024-01-01,12345\n2024-02-01,12400\n")
    assert (understanding.format, [str(row.value) for row in one.rows]) == ("Metermaid", ["12345", "12400"])
    heading = "Readings, Start Timestamp, End Timestamp, Meter name, Roof, Unit, kWh\n"
    understanding, (one,) = brought(
        heading + "5,2024-01-01 00:00:00,2024-01-01 01:00:00\n3,2024-01-01 01:00:00,2024-01-01 02:00:00\n"
    )
    assert (understanding.format, one.name, one.unit) == ("Open Energy Dashboard", "Roof (kWh)", "kWh")


# Tables of any kind


def test_a_workbook_is_read_like_a_table_with_its_dates_and_numbers_as_they_are_shown() -> None:
    data = workbook(
        ["My house", None],
        ["Day", "Gas m3"],
        [datetime.fromisoformat("2024-01-01 08:30"), 8350.2739999999994],
        [datetime.fromisoformat("2024-01-02"), 8351],
    )
    understanding, (found,) = brought(data)
    assert understanding.content.sort == "XLSX"
    assert shown(found) == (
        "Gas m3",
        "m³",
        "gas",
        "counter",
        [("2024-01-01 08:30:00", "8350.274", "good"), ("2024-01-02 00:00:00", "8351", "good")],
    )


def test_several_tables_one_below_the_other_are_several_meters() -> None:
    data = "Kitchen\ndate;m3\n2024-01-01;1\n2024-01-02;2\n\nBath\ndate;m3\n2024-01-01;5\n2024-01-02;7\n"
    found = brought(data)[1]
    assert [(each.name, [str(row.value) for row in each.rows]) for each in found] == [
        ("Kitchen", ["1", "2"]),
        ("Bath", ["5", "7"]),
    ]


def test_a_year_of_the_buddhist_era_a_month_by_name_and_money_are_understood() -> None:
    (found,) = brought("date;kWh\n31/12/2567;5\n01/01/2568;6\n")[1]
    assert [str(row.local) for row in found.rows] == ["2024-12-31 00:00:00", "2025-01-01 00:00:00"]
    (named,) = brought("date;kWh\n29 Oct 2022;5\n1. März 2023;6\n2 มี.ค. 2566;7\n")[1]
    assert [str(row.local)[:10] for row in named.rows] == ["2022-10-29", "2023-03-01", "2023-03-02"]
    understanding, several = brought("date;kWh;price\n2024-01-01;5;€ 1.50\n2024-01-02;6;€ 2.50\n")
    assert (understanding.roles, len(several)) == (("when", "dial", "none"), 1)


def test_the_reading_before_beside_the_reading_is_not_taken_for_another_meter() -> None:
    data = "date,reading,previousReading\n" + "".join(
        f"2024-01-0{day},{day * 5},{day * 5 - 5}\n" for day in range(1, 7)
    )
    assert [each.name for each in brought(data)[1]] == ["reading"]


def test_missing_and_estimated_rows_say_so() -> None:
    data = "date;m3;Status\n2024-01-01;5;Measured\n2024-01-02;;No data\n2024-01-03;7;Estimated\n"
    assert shown(brought(data)[1][0])[4] == [
        ("2024-01-01 00:00:00", "5", "good"),
        ("2024-01-02 00:00:00", "empty", "good"),
        ("2024-01-03 00:00:00", "7", "estimated"),
    ]


def test_the_person_says_what_a_column_is() -> None:
    data = "date;a;b\n2024-01-01;5;7\n2024-01-02;6;9\n"
    (found,) = brought(data, Choices(roles=("when", "none", "use")))[1]
    assert (found.name, found.counting, [row.value for row in found.rows]) == ("b", "amount", [Decimal(7), Decimal(9)])
    with pytest.raises(ImportRefused, match=r"^Say which column holds the dates"):
        brought(data, Choices(roles=("none", "dial", "none")))
    with pytest.raises(ImportRefused, match=r"^Say which column holds the readings"):
        brought(data, Choices(roles=("when", "none", "none")))
