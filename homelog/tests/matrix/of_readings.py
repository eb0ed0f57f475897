"""Lines of the addresses in readings/urls.py: looking, writing down, correcting, importing, meter changes."""

from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile

from homelog.tests.matrix.household import CSV, ON_HOME, Household
from homelog.tests.matrix.lines import Line

CORRECTION = {
    "value": "77412",
    "recorded_at": "2026-05-01T09:00",
    "quality_flag": "good",
    "notes": "",
    "confirm": "77412",
}
CHANGE = {
    "reason": "replaced",
    "changed_at": "2025-12-30T09:00",
    "old_final": "8",
    "new_initial": "0",
    "old_number": "",
    "new_number": "N 2",
    "save": "1",
}
GO_ON = dict.fromkeys(("writer", "admin", "home_writer", "home_admin", "owner"), 302)


def own_reading(house: Household, who: str) -> dict[str, object]:
    return {"public_id": house.owned_by(who).reading.public_id}


def another_reading(house: Household, who: str) -> dict[str, object]:
    return {"public_id": house.of_another(who).reading.public_id}


def own_import(house: Household, who: str) -> dict[str, object]:
    return {"batch_id": house.owned_by(who).batch.public_id}


def another_import(house: Household, who: str) -> dict[str, object]:
    return {"batch_id": house.of_another(who).batch.public_id}


def own_draft(house: Household, who: str) -> dict[str, object]:
    return {"draft_id": house.owned_by(who).draft.public_id}


def another_draft(house: Household, who: str) -> dict[str, object]:
    return {"draft_id": house.of_another(who).draft.public_id}


def own_home_draft(house: Household, who: str) -> dict[str, object]:
    draft = house.owned_by(who).home_draft or house.own["owner"].home_draft
    return {"draft_id": draft.public_id if draft else None}


def another_home_draft(house: Household, who: str) -> dict[str, object]:
    draft = house.own["home_writer" if who == "owner" else "owner"].home_draft
    return {"draft_id": draft.public_id if draft else None}


def own_file(house: Household, who: str) -> dict[str, object]:
    return {"file_id": house.owned_by(who).batch.file_id}


def another_file(house: Household, who: str) -> dict[str, object]:
    return {"file_id": house.of_another(who).batch.file_id}


def _note(house: Household, who: str) -> dict[str, str]:
    """What the message after a deletion carries to bring the meter change back."""
    kept = {"public_id": str(house.home.public_id), "changed_at": "2025-12-29 08:00:00+00:00", "reason": "replaced"}
    kept |= {"old_final": "9", "new_initial": "0", "old_number": "", "new_number": ""}
    return {"change": signing.dumps(kept, salt=f"readings.meter_change:{house.source.public_id}:{house.source.unit}")}


def _with_photo(house: Household, who: str) -> dict[str, object]:
    return {"public_id": house.known["corrected"]}


LOOKING = [
    Line("home", "GET", "The way to one's home", of="person", but=dict.fromkeys(ON_HOME, 302)),
    Line("readings:home", "GET", "A home: the use of each source, what is due, what is doubtful", of="home"),
    Line("readings:source", "GET", "A source: charts, the last readings, what it used"),
    Line(
        *("readings:use", "GET", "What made a figure: readings, days and sums"),
        query=lambda h, who: {"from": "2026-01-01", "to": "2026-02-01"},
    ),
    Line("readings:series", "GET", "The line of a source as numbers, thinned to what is shown"),
    Line("readings:home_use", "GET", "Sources of one kind in a home, one over the other", of="home"),
    Line(
        *("readings:home_year", "GET", "The yearly sheet of a home"),
        of="home",
    ),
    Line("readings:reading_list", "GET", "The readings of a source"),
    Line("readings:reading", "GET", "One reading with its history", keys=another_reading),
    Line(
        *("readings:reading", "GET", "What is known of a reading that was deleted"),
        keys=lambda h, who: {"public_id": h.of_another(who).gone},
    ),
    Line("readings:photo", "GET", "The photo of a reading", keys=_with_photo),
    Line("readings:photo_small", "GET", "The small photo of a reading", keys=_with_photo),
    Line(
        *("readings:public", "GET", "The public page of a source, while it is public"),
        of="anybody",
        ok=404,
        but={"public": 200, "passer_by": 200},
        shows=("public", "passer_by"),
    ),
    Line("readings:meter_change_list", "GET", "The meter changes of a source"),
    Line("readings:worker", "GET", "The service worker, the same for everybody", of="anybody"),
    Line("readings:manifest", "GET", "What a phone needs to install the site", of="anybody"),
    Line("readings:offline", "GET", "What is shown without network", of="anybody"),
]

WRITING = [
    Line("readings:read", "GET", "The reading round, to the first meter that is due", of="person", but=GO_ON),
    Line(
        *("readings:read", "GET", "The reading round through a home (?home=)"),
        of="home",
        but={who: 302 for who in GO_ON if who in ON_HOME},
        query=lambda h, who: {"home": str(h.home.public_id)},
    ),
    Line("readings:today", "GET", "What a reading round brought, and what is left of it", of="person"),
    Line(
        *("readings:today", "GET", "The same of a home (?home=)"),
        of="home",
        query=lambda h, who: {"home": str(h.home.public_id)},
    ),
    Line("readings:kept", "GET", "What waits on this device, with the meters that one may read", of="person"),
    Line(
        *("readings:kept_pages", "GET", "One's own entry pages, for a device to keep"),
        of="anybody",
        ok=200,
        shows=tuple(GO_ON),
    ),
    Line("readings:kept_token", "GET", "Who is signed in, and a fresh token", of="anybody"),
    Line("readings:labels", "GET", "Labels with codes for the meters that one may see", of="person"),
    Line(
        *("readings:labels", "GET", "The label of a source (?source=)"),
        query=lambda h, who: {"source": str(h.source.public_id)},
    ),
    Line("readings:sheet", "GET", "A sheet to fill in by pen, of the meters that one may see", of="person"),
    Line(
        *("readings:sheet", "GET", "The same for a source (?source=)"),
        query=lambda h, who: {"source": str(h.source.public_id)},
    ),
    Line("readings:skip", "POST", "Pass a meter over for today", least="write"),
    Line("readings:entry", "GET", "The entry page of a meter", least="write"),
    Line("readings:hint", "GET", "What is to be said of a value of another time than now", least="write"),
    Line(
        *("readings:entry", "POST", "Write a reading down"),
        least="write",
        body=lambda h, who: {"value": "77990", "confirm": "77990", "public_id": "01990000-0000-7000-8000-000000000001"},
        changes="reading",
    ),
    Line("readings:reading_update", "GET", "The form that corrects a reading", least="write", keys=another_reading),
    Line(
        *("readings:reading_update", "POST", "Correct a reading, also somebody else's"),
        least="write",
        keys=another_reading,
        body=lambda h, who: CORRECTION,
        changes="reading",
    ),
    Line(
        *("readings:reading_confirm", "POST", "Say that a questionable reading is right"),
        least="write",
        keys=_with_photo,
        body=lambda h, who: {"seen": h.known["version"]},
        changes="reading",
    ),
    Line(
        *("readings:reading_delete", "GET", "The question before one's own reading is deleted"),
        least="write",
        keys=own_reading,
    ),
    Line(
        *("readings:reading_delete", "POST", "Delete a reading that one wrote down"),
        least="write",
        keys=own_reading,
        changes="reading",
    ),
    Line(
        *("readings:reading_delete", "GET", "The question before somebody else's reading is deleted"),
        least="admin",
        keys=another_reading,
    ),
    Line(
        *("readings:reading_delete", "POST", "Delete a reading that somebody else wrote down"),
        least="admin",
        keys=another_reading,
        changes="reading",
    ),
    Line(
        *("readings:reading_undo", "POST", "Undo what one has just written down"),
        least="write",
        keys=own_reading,
        changes="reading",
    ),
    Line(
        *("readings:reading_undo", "POST", "Undo what somebody else has just written down"),
        least="write",
        ok=403,
        keys=another_reading,
    ),
    Line(
        *("readings:registers_undo", "POST", "Undo what one has just written down for the registers of a meter"),
        least="write",
        query=lambda h, who: {"reading": str(h.owned_by(who).reading.public_id)},
        changes="reading",
    ),
    Line(
        *("readings:registers_undo", "POST", "Undo what somebody else has just written down for them"),
        least="write",
        ok=403,
        query=lambda h, who: {"reading": str(h.of_another(who).reading.public_id)},
    ),
]

IMPORTS = [
    Line("readings:export", "GET", "Which file of a source is wanted"),
    Line("readings:export_csv", "GET", "All readings of a source as a CSV file"),
    Line("readings:export_xlsx", "GET", "All readings of a source as a workbook"),
    Line("readings:export_json", "GET", "All readings of a source with everything that belongs to it, as a JSON file"),
    Line("readings:home_export", "GET", "Which file of a home is wanted", of="home"),
    Line("readings:home_export_csv", "GET", "All readings of a home as a CSV file", of="home"),
    Line("readings:home_export_xlsx", "GET", "All readings of a home as a workbook", of="home"),
    Line(
        "readings:home_export_json",
        "GET",
        "All readings of a home with everything that belongs to it, as a JSON file",
        of="home",
    ),
    Line(
        "readings:import_upload", "GET", "The page where a file is brought, with the imports made before", least="write"
    ),
    Line(
        *("readings:import_upload", "POST", "Bring a file"),
        least="write",
        body=lambda h, who: {"file": SimpleUploadedFile("meter.csv", CSV)},
        changes="import_draft",
    ),
    Line("readings:import_preview", "GET", "What one's own file says", least="write", keys=own_draft),
    Line(
        *("readings:import_preview", "POST", "Import one's own file"),
        least="write",
        keys=own_draft,
        changes="import_batch import_draft reading",
    ),
    Line(
        *("readings:import_preview", "GET", "What a file says that somebody else brought"),
        least="write",
        ok=404,
        keys=another_draft,
    ),
    Line(
        *("readings:import_preview", "POST", "Import a file that somebody else brought"),
        least="write",
        ok=404,
        keys=another_draft,
    ),
    Line(
        *("readings:import_undo", "POST", "Undo one's own import"),
        least="write",
        keys=own_import,
        changes="import_batch reading",
    ),
    Line(
        *("readings:import_undo", "POST", "Undo somebody else's import"),
        least="admin",
        keys=another_import,
        changes="import_batch reading",
    ),
    Line(
        *("readings:home_import", "GET", "The page where a file is brought for the whole home"),
        of="home",
        least="write",
    ),
    Line(
        *("readings:home_import", "POST", "Bring a file for the whole home"),
        of="home",
        least="write",
        body=lambda h, who: {"file": SimpleUploadedFile("meter.csv", CSV)},
        changes="import_draft",
    ),
    Line(
        *("readings:home_import_preview", "GET", "What one's own file for the home says"),
        of="home",
        least="write",
        keys=own_home_draft,
    ),
    Line(
        *("readings:home_import_preview", "POST", "Import one's own file for the home"),
        of="home",
        least="write",
        keys=own_home_draft,
        changes="import_batch import_draft reading",
    ),
    Line(
        *("readings:home_import_preview", "GET", "What a file for the home says that somebody else brought"),
        of="home",
        least="write",
        ok=404,
        keys=another_home_draft,
    ),
    Line(
        *("readings:home_import_preview", "POST", "Import a file for the home that somebody else brought"),
        of="home",
        least="write",
        ok=404,
        keys=another_home_draft,
    ),
    Line(
        *("readings:home_import_undo", "POST", "Undo everything that one's own file brought"),
        of="home",
        least="write",
        keys=own_file,
        changes="import_batch reading",
    ),
    Line(
        *("readings:home_import_undo", "POST", "Undo everything that somebody else's file brought"),
        of="home",
        least="admin",
        keys=another_file,
        changes="import_batch reading",
    ),
]

METERS = [
    Line("readings:meter_change_create", "GET", "The form for a meter change", least="admin"),
    Line(
        *("readings:meter_change_create", "POST", "Note a meter change"),
        least="admin",
        body=lambda h, who: CHANGE,
        changes="meter_change",
    ),
    Line("readings:meter_change_update", "GET", "The form that corrects a meter change", least="admin"),
    Line(
        *("readings:meter_change_update", "POST", "Correct a meter change"),
        least="admin",
        body=lambda h, who: {**CHANGE, "changed_at": "2025-12-31T09:00"},
        changes="meter_change",
    ),
    Line("readings:meter_change_delete", "POST", "Delete a meter change", least="admin", changes="meter_change"),
    Line(
        *("readings:meter_change_restore", "POST", "Put a deleted meter change back"),
        least="admin",
        query=_note,
        changes="meter_change",
    ),
]

AREAS = {"Looking": LOOKING, "Readings": WRITING, "Imports": IMPORTS, "Meter changes": METERS}
