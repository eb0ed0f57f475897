"""Every test that the security report and the table of ASVS name is there."""

import csv
import re
from pathlib import Path

from django.conf import settings

DOCS = Path(settings.BASE_DIR, "docs")


def every_test() -> set[str]:
    return {
        name
        for file in Path(settings.BASE_DIR).glob("[!.]*/**/test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
    }


def test_every_test_that_the_report_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (DOCS / "security-report.md").read_text("utf-8")))
    assert len(named) > 60
    assert named - every_test() == set()


def test_every_line_of_asvs_has_its_status_and_tests_that_exist() -> None:
    with (DOCS / "asvs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["id"] for row in rows}) == len(rows)
    assert [sum(row["level"] == level for row in rows) for level in "12"] == [70, 183]  # every row of ASVS 5.0.0
    assert [row["id"] for row in rows if (row["level"], row["status"], row["tests"]) == ("1", "met", "")] == []
    assert {row["status"] for row in rows} == {"met", "not met", "not applicable"}
    assert [row["id"] for row in rows if not row["where"] or row["level"] not in {"1", "2", "3"}] == []
    assert {name for row in rows for name in row["tests"].split()} - every_test() == set()
