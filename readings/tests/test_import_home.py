"""Importing into a home: several meters of one file at once, to those that are there or new ones; undone together."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.current import acting_as
from accounts.models import User
from audit.models import AuditLog
from homelog.testing import make_home, make_source
from readings.import_targets import without_unit
from readings.models import ImportBatch, ImportDraft
from readings.tests.files import PLAIN, WIDE, stored
from readings.tests.importing import browser, said, text
from sources.models import DataSource, Home

FALLS = (
    "date;kWh\n"
    + "".join(f"2025-{1 + day // 31:02}-{1 + day % 31:02};{100 + day}\n" for day in range(42))
    + "2025-02-12;5\n2025-02-13;200\n2025-02-14;2\n2025-02-15;9\n"
).encode()
"""Six weeks, a glitch in line 44, then a new meter in line 46."""
LONG = b"meter;date;m3\nhall;2025-01-01;1\nattic;2025-01-01;7\nhall;2025-01-02;2\nattic;2025-01-02;9\n"


@pytest.fixture
def house(alice: User) -> Home:
    return make_home(alice, "Villa")


@pytest.fixture
def at_home(alice: User) -> Client:
    return browser(alice)


def upload_url(home: Home) -> str:
    return reverse("readings:home_import", args=[home.public_id])


def bring(client: Client, home: Home, content: bytes, name: str = "meters.csv") -> str:
    answer = client.post(upload_url(home), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, text(answer)
    return str(answer.headers["Location"])


def sources_of(home: Home, person: User) -> dict[str, DataSource]:
    with acting_as(person):
        return {each.name: each for each in DataSource.objects.filter(home=home).select_related("home", "owner")}


def values(source: DataSource) -> list[str]:
    return [value for _, value, _ in stored(source)]


def imported(client: Client, url: str, **form: str) -> Any:
    return client.post(url, {"do": "import", **form})


def test_nothing_is_stored_before_the_import_is_confirmed(at_home: Client, house: Home, alice: User) -> None:
    page = text(at_home.get(bring(at_home, house, WIDE)))
    for part in ("Dag Goes to", "A new meter", "Nacht Goes to", "Import 8 readings"):
        assert part in page
    assert sources_of(house, alice) == {}


@pytest.mark.parametrize(("count", "said_of_it"), [(30, ""), (32, "The file has 2 meters more, which are not shown")])
def test_meters_beyond_the_thirtieth_are_counted_aloud(
    at_home: Client, house: Home, count: int, said_of_it: str
) -> None:
    rows = "".join(f"M{number:02};2025-0{month}-01;{number + month}\n" for number in range(count) for month in (1, 2))
    page = text(at_home.get(bring(at_home, house, f"meter;date;m3\n{rows}".encode())))
    assert page.count("Goes to") == 30
    assert ("not imported" in page) == bool(said_of_it)
    assert said_of_it in page


def test_each_column_becomes_a_meter_of_its_own(at_home: Client, house: Home, alice: User) -> None:
    answer = imported(at_home, bring(at_home, house, WIDE))
    assert (answer.status_code, answer.headers["Location"]) == (302, house.get_absolute_url())
    made = sources_of(house, alice)
    assert {name: values(each) for name, each in made.items()} == {
        "Dag": ["100.5", "110", "110", "132.25"],
        "Nacht": ["10", "20", "30", "41"],
    }
    assert said(answer)[0][1] == "8 readings from meters.csv are stored, for 2 meters."
    with acting_as(alice):
        kinds = list(AuditLog.objects.filter(event_type="import_readings").values_list("details__source", flat=True))
        assert sorted(kinds) == ["Dag", "Nacht"]
        assert [each.validators.get().non_decreasing for each in made.values()] == [True, True]


def test_a_new_meter_is_not_named_after_its_unit(at_home: Client, house: Home, alice: User) -> None:
    wide = "Datum;Strom (kWh);Gas [m³]\n2025-01-01;1;2\n2025-02-01;2;3\n".encode()
    imported(at_home, bring(at_home, house, wide))
    assert sorted(sources_of(house, alice)) == ["Gas", "Strom"]
    assert without_unit("Bad (oben)", "m³") == "Bad (oben)"


def test_a_column_goes_where_it_is_said_and_a_new_meter_is_as_described(
    at_home: Client, house: Home, alice: User
) -> None:
    there = make_source(alice, house, name="Day meter", decimals=2)
    url = bring(at_home, house, WIDE)
    form = {"key-0": "1", "to-0": str(there.public_id), "key-1": "2", "to-1": "new", "name-1": "Night", "unit-1": "MWh"}
    at_home.post(url, {**form, "kind-1": "heat", "do": "look"})
    assert "Night · Heat · MWh" in text(at_home.get(url))
    imported(at_home, url, **form)
    made = sources_of(house, alice)
    assert values(there) == ["100.5", "110", "110", "132.25"]
    assert (made["Night"].unit, made["Night"].source_type, made["Night"].counting) == ("MWh", "heat", "counter")


def test_of_what_tells_of_a_person_it_is_said_that_all_of_the_home_will_see_it(
    at_home: Client, house: Home, alice: User
) -> None:
    told = "Everybody in Villa will see it. To keep it to yourself, leave it out here"
    url = bring(at_home, house, b"date;weight kg;Gas m3\n2025-01-01;71.2;1\n2025-01-02;71;2\n")
    assert text(at_home.get(url)).count(told) == 1
    at_home.post(url, {"key-0": "1", "to-0": "skip", "do": "look"})
    assert told not in text(at_home.get(url))


def test_the_unit_of_a_new_meter_is_spelled_as_usual_before_anything_is_stored(
    at_home: Client, house: Home, alice: User
) -> None:
    url = bring(at_home, house, WIDE)
    form = {"key-0": "1", "to-0": "new", "name-0": "Day", "unit-0": "kwh", "key-1": "2", "to-1": "skip"}
    at_home.post(url, {**form, "do": "look"})
    assert "Day · Electricity · kWh" in text(at_home.get(url))
    imported(at_home, url, **form)
    assert {name: (values(each), each.unit) for name, each in sources_of(house, alice).items()} == {
        "Day": (["100.5", "110", "110", "132.25"], "kWh")
    }


def test_a_column_that_is_left_out_is_not_stored(at_home: Client, house: Home, alice: User) -> None:
    imported(at_home, bring(at_home, house, WIDE), **{"key-0": "1", "to-0": "skip"})
    assert list(sources_of(house, alice)) == ["Nacht"]


def test_two_columns_cannot_go_to_one_meter(at_home: Client, house: Home, alice: User) -> None:
    there = make_source(alice, house)
    to = str(there.public_id)
    answer = imported(at_home, bring(at_home, house, WIDE), **{"key-0": "1", "to-0": to, "key-1": "2", "to-1": to})
    assert answer.status_code == 422
    assert "Two parts of this file go to Electricity. Choose another meter for one of them." in text(answer)
    assert stored(there) == []


def test_a_column_that_names_the_meter_makes_one_for_each_name(at_home: Client, house: Home, alice: User) -> None:
    imported(at_home, bring(at_home, house, LONG))
    made = sources_of(house, alice)
    assert {name: (values(each), each.unit) for name, each in made.items()} == {
        "hall": (["1", "2"], "m³"),
        "attic": (["7", "9"], "m³"),
    }


def test_of_a_fall_no_new_meter_is_made_up_and_what_comes_of_it_can_be_said_later(
    at_home: Client, house: Home, alice: User
) -> None:
    url = bring(at_home, house, FALLS)
    page = text(at_home.get(url))
    assert "Line 44, 12 Feb 2025, 00:00: 5 after 141. What happened? A glitch: leave this row out" in page
    said_of_it = "Choose what happened. Otherwise the value is stored as it stands and marked as questionable"
    assert f"Line 46, 14 Feb 2025, 00:00: 2 after 200. What happened? {said_of_it}" in page
    assert page.count(said_of_it) == 1
    answer = imported(at_home, url)
    (source,) = sources_of(house, alice).values()
    assert values(source)[40:] == ["140", "141", "200", "2", "9"]
    assert [quality for *_rest, quality in stored(source)][40:] == ["good", "good", "good", "questionable", "good"]
    assert "Left out, as the preview said: 1." in said(answer)[0][1]
    with acting_as(alice):
        assert not source.meter_changes.exists()
    later = text(at_home.get(house.get_absolute_url()))
    assert "2 kWh 14 Feb 2025, 00:00 · the meter was replaced" in later


def test_a_new_meter_that_somebody_tells_of_is_noted(at_home: Client, house: Home, alice: User) -> None:
    url = bring(at_home, house, FALLS)
    at_home.post(url, {"key-0": "1", "q-0-46.1739487600.2": "meter", "do": "look"})
    assert "Choose what happened. Otherwise" not in text(at_home.get(url))
    answer = imported(at_home, url)
    (source,) = sources_of(house, alice).values()
    assert values(source)[40:] == ["140", "141", "200", "2", "9"]
    with acting_as(alice):
        change = source.meter_changes.get()
        assert (change.old_final, change.new_initial, change.reason) == (200, 0, "replaced")
    assert "Left out, as the preview said: 1. Meter changes noted: 1." in said(answer)[0][1]


def test_an_answer_counts_instead_of_the_proposal(at_home: Client, house: Home, alice: User) -> None:
    url = bring(at_home, house, FALLS)
    key = "46.1739487600.2"
    at_home.post(url, {"key-0": "1", f"q-0-{key}": "keep", "do": "look"})
    imported(at_home, url)
    (source,) = sources_of(house, alice).values()
    assert [quality for _, _, quality in stored(source)] == [*["good"] * 43, "questionable", "good"]
    with acting_as(alice):
        assert not source.meter_changes.exists()
        assert not source.validators.exists()


def test_what_was_not_looked_at_is_not_imported(at_home: Client, house: Home, alice: User) -> None:
    url = bring(at_home, house, WIDE)
    seen = at_home.get(url).context["prepared"].seen
    answer = imported(at_home, url, **{"seen": seen, "key-0": "1", "to-0": "skip"})
    assert answer.status_code == 422
    assert "You changed something. This is what it comes to: look, then import." in text(answer)
    assert sources_of(house, alice) == {}
    assert imported(at_home, url, seen=answer.context["prepared"].seen).status_code == 302


def test_what_was_looked_at_is_imported_with_all_that_the_page_sends(at_home: Client, house: Home, alice: User) -> None:
    url = bring(at_home, house, b"date;Gas m3\n2025-01-01;1,500\n2025-01-02;2,500\n")
    at_home.post(url, {"mark": ",", "do": "look"})
    page = at_home.get(url)
    shown = page.context["prepared"]
    form = {f"role-{index}": role for index, role in enumerate(shown.choices.roles)}
    form |= {
        "key-0": "1",
        "to-0": "new",
        "name-0": "Gas m3",
        "kind-0": "gas",
        "unit-0": "m³",
        "mark": page.context["mark"],
    }
    answer = imported(at_home, url, seen=shown.seen, separator="", zone="", **form)
    assert answer.status_code == 302
    assert values(sources_of(house, alice)["Gas m3"]) == ["1.500", "2.500"]


def test_the_whole_file_is_undone_together_and_told_so(at_home: Client, house: Home, alice: User) -> None:
    imported(at_home, bring(at_home, house, WIDE))
    with acting_as(alice):
        (file_id,) = {batch.file_id for batch in ImportBatch.objects.all()}
    assert "Every reading that it brought into these meters is deleted" in text(at_home.get(upload_url(house)))
    url = reverse("readings:home_import_undo", args=[house.public_id, file_id])
    assert "Undone: 8 readings from meters.csv are deleted." in at_home.post(url, follow=True).content.decode()
    assert [stored(each) for each in sources_of(house, alice).values()] == [[], []]
    assert "This import was undone already." in at_home.post(url, follow=True).content.decode()


def test_undoing_takes_the_meter_changes_along_that_it_noted(at_home: Client, house: Home, alice: User) -> None:
    imported(at_home, bring(at_home, house, FALLS))
    (source,) = sources_of(house, alice).values()
    with acting_as(alice):
        batch = ImportBatch.objects.get()
    at_home.post(reverse("readings:import_undo", args=[source.public_id, batch.public_id]))
    with acting_as(alice):
        assert not source.meter_changes.exists()
    assert stored(source) == []


def test_one_meter_of_a_file_is_undone_alone(at_home: Client, house: Home, alice: User) -> None:
    imported(at_home, bring(at_home, house, WIDE))
    made = sources_of(house, alice)
    with acting_as(alice):
        batch = ImportBatch.objects.get(source=made["Dag"])
    at_home.post(reverse("readings:import_undo", args=[made["Dag"].public_id, batch.public_id]))
    assert (values(made["Dag"]), len(values(made["Nacht"]))) == ([], 4)


def test_next_months_file_of_the_same_shape_asks_nothing(at_home: Client, house: Home, alice: User) -> None:
    first = b"date,up,down\n03/04/2024,100,7\n04/04/2024,110,8\n"
    url = bring(at_home, house, first)
    assert "What comes first in its dates?" in text(at_home.get(url))
    at_home.post(url, {"order": "dmy", "do": "look"})
    imported(at_home, url, **{"key-0": "1", "name-0": "Up", "unit-0": "kWh", "key-1": "2", "to-1": "skip"})
    second = b"date,up,down\n05/04/2024,120,9\n06/04/2024,130,10\n"
    url = bring(at_home, house, second)
    assert at_home.get(url).context["prepared"].choices.order == "dmy"
    imported(at_home, url)
    assert {name: values(each) for name, each in sources_of(house, alice).items()} == {
        "Up": ["100", "110", "120", "130"]
    }


def test_the_same_file_again_stores_nothing(at_home: Client, house: Home, alice: User) -> None:
    imported(at_home, bring(at_home, house, WIDE))
    answer = imported(at_home, bring(at_home, house, WIDE))
    assert answer.status_code == 422
    assert "There is nothing new in this file: no reading was stored." in text(answer)
    assert len(sources_of(house, alice)) == 2


def test_a_refused_row_keeps_everything_out_until_it_is_left_out(at_home: Client, house: Home, alice: User) -> None:
    url = bring(at_home, house, WIDE.decode("utf-16").replace("132,25", "1x").encode())
    assert imported(at_home, url).status_code == 422
    assert sources_of(house, alice) == {}
    assert imported(at_home, url, leave_out="on").status_code == 302
    assert len(sources_of(house, alice)) == 2


# Who may


def test_somebody_who_may_only_write_makes_no_new_meter(house: Home, alice: User, bob: User) -> None:
    there = make_source(alice, house)
    with acting_as(alice):
        house.members.create(user=bob, level="write", granted_by=alice)
    his = browser(bob)
    url = bring(his, house, PLAIN)
    assert "A new meter" not in text(his.get(url))
    refused = imported(his, url, **{"key-0": "1", "to-0": "new"})
    assert "Choose at least one meter that a part of this file goes to." in text(refused)
    assert list(sources_of(house, alice)) == ["Electricity"]
    imported(his, url, **{"key-0": "1", "to-0": str(there.public_id)})
    assert len(values(there)) == 4


def test_a_meter_of_another_home_is_no_target(at_home: Client, house: Home, alice: User, charlie: User) -> None:
    theirs = make_source(charlie, make_home(charlie, "Theirs"))
    imported(at_home, bring(at_home, house, PLAIN), **{"key-0": "1", "to-0": str(theirs.public_id)})
    assert stored(theirs) == []


def test_who_may_only_look_or_is_a_stranger_does_not_come_in(
    house: Home, alice: User, bob: User, charlie: User
) -> None:
    with acting_as(alice):
        house.members.create(user=bob, level="read", granted_by=alice)
    assert browser(bob).get(upload_url(house)).status_code == 403
    assert browser(charlie).get(upload_url(house)).status_code == 404
    assert Client().get(upload_url(house)).status_code == 302


def test_a_draft_for_a_home_belongs_to_its_person(at_home: Client, house: Home, alice: User, bob: User) -> None:
    url = bring(at_home, house, PLAIN)
    with acting_as(alice):
        house.members.create(user=bob, level="admin", granted_by=alice)
    assert browser(bob).get(url).status_code == 404
    with acting_as(bob):
        assert ImportDraft.objects.count() == 0
    assert at_home.put(url).status_code == 405


def test_a_bad_file_is_refused_with_its_sentence(at_home: Client, house: Home) -> None:
    answer = at_home.post(upload_url(house), {"file": SimpleUploadedFile("a.csv", b"\x00\x01")})
    assert answer.status_code == 422
    assert "This file is not text." in text(answer)
