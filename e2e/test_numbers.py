"""The browser's number parser and the server's are one rule: both are held against the same table of cases."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CASES = json.loads((Path(settings.BASE_DIR) / "sources" / "number_cases.json").read_text())


def test_the_browser_reads_every_case_of_the_table_as_the_server_does(visit: Callable[..., Page]) -> None:
    page = visit("/account/login/")
    read = page.evaluate(
        """async (texts) => {
            const { asThousands, parseNumber } = await import("/static/js/numbers.js");
            return texts.map((text) => {
                const read = parseNumber(text);
                const thousands = read.error ? undefined : asThousands(text);
                return thousands === undefined ? read : { ...read, thousands };
            });
        }""",
        [case["text"] for case in CASES],
    )
    expected = [{key: case[key] for key in ("value", "error", "thousands") if key in case} for case in CASES]
    assert read == expected
