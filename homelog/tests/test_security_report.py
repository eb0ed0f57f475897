"""Every test that the security report names is there."""

import re
from pathlib import Path

from django.conf import settings

REPORT = Path(settings.BASE_DIR, "docs", "security-report.md")


def test_every_test_that_the_report_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", REPORT.read_text("utf-8")))
    assert len(named) > 60
    there = {
        name
        for file in Path(settings.BASE_DIR).glob("[!.]*/**/test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
    }
    assert named - there == set()
