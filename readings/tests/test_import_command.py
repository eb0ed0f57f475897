"""`manage.py import_readings`: as the person named, with their rights, in plain sentences; exit code 1 on refusal."""

import subprocess
import sys
from decimal import Decimal
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import share
from readings.models import Reading
from readings.tests.files import REAL, WIDE, Real, total_use
from sources.models import DataSource


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """A file of four days, newest first, with two registers."""
    path = tmp_path / "wide.csv"
    path.write_bytes(WIDE)
    return path


def run(file: Path, source: DataSource, person: str, *options: str) -> str:
    out = StringIO()
    call_command("import_readings", str(file), "--source", str(source.public_id), "--as", person, *options, stdout=out)
    return out.getvalue()


def stored(source: DataSource) -> list[Decimal]:
    with acting_as(source.owner):
        return list(Reading.objects.of(source).order_by("recorded_at").values_list("value", flat=True))


def test_it_says_what_it_understood_and_stores(source: DataSource, wide: Path) -> None:
    assert run(wide, source, "alice") == (
        "UTF-8, cells separated by semicolons, newest first.\n"
        "Dates: DD-MM-YYYY, by the clock of Europe/Berlin where none is given.\n"
        "Numbers: a decimal comma.\n"
        "*   2 Dag, only grows\n"
        "    3 Nacht, only grows\n"
        "4 rows, 4 new, 0 there, 0 repeated, 0 conflicts, 0 refused, 0 questionable.\n"
        "Total use: 31.75 kWh.\n"
        "Stored 4 readings in Electricity.\n"
    )
    assert stored(source) == [Decimal("100.5"), Decimal("110"), Decimal("110"), Decimal("132.25")]
