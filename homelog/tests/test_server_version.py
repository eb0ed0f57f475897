"""A PostgreSQL without the repairs of row-level security is told by the checks, at the start and by doctor."""

import pytest
from django.core import checks
from django.db import connection

from homelog import doctor, server_version
from homelog.findings import Finding


@pytest.mark.parametrize(
    ("number", "ids"),
    [
        (150002, ["homelog.E012"]),
        (150008, ["homelog.E012"]),
        (150009, ["homelog.W002"]),
        (150013, ["homelog.W002"]),
        (150014, []),
        (150018, []),
        (160004, ["homelog.E012"]),
        (160009, ["homelog.W002"]),
        (160010, []),
        (170000, ["homelog.E012"]),
        (170005, ["homelog.W002"]),
        (170006, []),
        (180000, []),
        (180004, []),
        (190000, []),
    ],
)
def test_a_release_is_judged_by_what_was_repaired_in_it(number: int, ids: list[str]) -> None:
    assert [each.id for each in server_version.judge(number)] == ids


def test_an_old_release_is_told_by_the_checks_of_the_start_and_by_doctor(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0].split()[0]
    major, minor = (int(part) for part in version.split("."))
    assert list(server_version.is_repaired()) == []
    monkeypatch.setitem(server_version.SOUND, major, minor + 1)
    said = f"PostgreSQL {major}.{minor} can show rows that row-level security hides (CVE-2023-2455, CVE-2024-10976)."
    todo = f"Install the newest PostgreSQL {major}.x of your system and restart it; the data stay as they are."
    found = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    assert [(each.id, each.msg) for each in found] == [("homelog.E012", said)]
    assert Finding("wrong", said, todo) in list(doctor.by_django(["default"]))
