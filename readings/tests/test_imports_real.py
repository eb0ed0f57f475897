"""Real meter files, kept beside the repository and not in it: what is stored comes to what they say, exactly."""

from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from readings.tests.files import stored, total_use
from sources.models import DataSource

FILES = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
VANONS = "vanons-stroom/meterstanden_stroom.csv"
GREENCHOICE = "greenchoice-stroom/meterstanden_stroom.csv"
HOMEWIZARD = "homewizard-elec/15min_elec.csv"
REGISTERS = [
    ("energycontrol-water/Water.csv", 2, 10, "141.940"),
    (VANONS, 1, 71, "705"),
    (VANONS, 2, 71, "704"),
    (VANONS, 3, 71, "25"),
    (VANONS, 4, 71, "69"),
    (GREENCHOICE, 1, 103, "576"),
    (GREENCHOICE, 2, 103, "640"),
    (GREENCHOICE, 3, 103, "1608"),
    (GREENCHOICE, 4, 103, "722"),
    (HOMEWIZARD, 1, 2880, "855.816"),
    (HOMEWIZARD, 2, 2880, "500.611"),
    (HOMEWIZARD, 3, 2880, "284.979"),
    (HOMEWIZARD, 4, 2880, "576.139"),
]

pytestmark = [
    pytest.mark.skipif(not FILES.is_dir(), reason="the real meter files are not beside this repository"),
    pytest.mark.parametrize(("name", "column", "count", "use"), REGISTERS),
]


def test_the_page_stores_what_the_file_says_and_only_once(
    client: Client, source: DataSource, name: str, column: int, count: int, use: str
) -> None:
    client.force_login(source.owner)
    upload = reverse("readings:import_upload", args=[source.public_id])
    statuses = []
    for _ in range(2):
        file = SimpleUploadedFile("meter.csv", (FILES / name).read_bytes())
        preview = client.post(upload, {"file": file}).headers["Location"]
        statuses.append(client.post(f"{preview}?column={column}").status_code)
    assert statuses == [302, 422]
    assert (len(stored(source)), total_use(source)) == (count, Decimal(use))


def test_the_command_stores_what_the_file_says_and_only_once(
    source: DataSource, name: str, column: int, count: int, use: str
) -> None:
    out = StringIO()
    options = ["--source", str(source.public_id), "--as", source.owner.username, "--column", str(column + 1)]
    call_command("import_readings", str(FILES / name), *options, stdout=out)
    assert f"Total use: {use} kWh.\nStored {count} readings in Electricity.\n" in out.getvalue()
    with pytest.raises(CommandError, match=r"^There is nothing new in this file: no reading was stored.$"):
        call_command("import_readings", str(FILES / name), *options, stdout=StringIO())
    assert (len(stored(source)), total_use(source)) == (count, Decimal(use))
