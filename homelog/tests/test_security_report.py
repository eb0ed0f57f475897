"""Every test that the security report and the table of ASVS name is there."""

import csv
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from django.conf import settings

from benchmarks.crawl import libraries

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


def test_the_times_within_which_weak_libraries_are_replaced_are_written() -> None:
    text = Path(settings.BASE_DIR, "SECURITY.md").read_text("utf-8")
    assert re.findall(r"within (\d+) days", text) == ["7", "30"]
    assert "benchmarks.crawl libraries" in Path(settings.BASE_DIR, "Makefile").read_text("utf-8")


def pinned() -> Iterator[tuple[str, str]]:
    """Each package of requirements.txt, and its release."""
    for line in Path(settings.BASE_DIR, "requirements.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            found = re.match(r"([\w-]+)(?:\[[\w,]+])?==([\w.]+) +# \S", line)
            assert found, line
            yield found[1], found[2]


def test_what_is_installed_is_what_is_pinned() -> None:
    assert {name: metadata.version(name) for name, _version in pinned()} == dict(pinned())


def test_a_newer_release_is_an_error_until_it_was_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(libraries.READ, "one-that-was-read", ("1.1", "it repairs nothing that is used here"))
    behind = {name: ("1.0", read) for name, (read, _why) in libraries.READ.items()}
    assert list(libraries.judged(behind)) == []
    assert capsys.readouterr().out.count("; read: ") == len(libraries.READ)
    newer = {name: ("1.0", f"{read}.1") for name, (_here, read) in behind.items()}
    assert list(libraries.judged({**newer, "other": ("1.0", "1.1")})) == [
        *(f"{name} 1.0: {newest} is there" for name, (_here, newest) in sorted(newer.items())),
        "other 1.0: 1.1 is there",
    ]


def test_what_the_site_needs_in_turn_is_looked_at_too() -> None:
    found = libraries.runs_on()
    assert found > {libraries.plain(name) for name, _version in pinned()} | {"asgiref", "urllib3"}
    assert not found & {"pytest", "ruff"}
    assert libraries.plain("Django_CSP[more]>=4.0; python_version > '3'") == "django-csp"
