"""Every address and method, tried by every kind of visitor: the status, what changes, and what leaks.

The table is in homelog/tests/matrix, which also says how a line is added.
"""

import pytest

from homelog.tests.matrix import document
from homelog.tests.matrix.addresses import addresses
from homelog.tests.matrix.household import Household
from homelog.tests.matrix.table import AREAS, lines_of
from homelog.tests.matrix.trying import judged

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", [name for name, _ in addresses()])
def test_every_address_is_in_the_table(name: str) -> None:
    assert lines_of(name), (
        f"Say who may do what at {name}: homelog/tests/matrix/__init__.py tells how to add its lines."
    )


def test_every_line_is_about_an_address_that_there_is() -> None:
    names = {name for name, _ in addresses()}
    assert {line.name for lines in AREAS.values() for line in lines} - names == set()


@pytest.mark.parametrize(("name", "names"), addresses(), ids=str)
def test_everybody_meets_what_the_table_says(name: str, names: tuple[str, ...], house: Household) -> None:
    assert [complaint for line in lines_of(name) for complaint in judged(house, line, names)] == []


def test_the_document_says_what_the_table_says() -> None:
    there = document.place().read_text(encoding="utf-8") if document.place().exists() else ""
    assert there == document.page(), f"docs/access-matrix.md is out of date: run {document.COMMAND}"
