"""docs/limits.md: the values it names are those of the code, the tests it names are there."""

import ast
import importlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LIMITS, _, TIMES = (ROOT / "docs" / "limits.md").read_text().partition("## Time-outs")


def rows_of(text: str) -> list[list[str]]:
    """The cells of its tables, without their heads."""
    lines = [
        line for line in text.splitlines() if line.startswith("| ") and not line.startswith(("| limit |", "| what |"))
    ]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


ROWS = rows_of(LIMITS)


def value_of(name: str) -> Any:
    """What a dotted name has: settings.NAME, settings.NAME.key or package.module.NAME."""
    first, _, rest = name.partition(".")
    if first == "settings":
        setting, _, key = rest.partition(".")
        return getattr(settings, setting)[key] if key else getattr(settings, setting)
    module, _, constant = name.rpartition(".")
    return getattr(importlib.import_module(module), constant)


@cache
def names_in(file: str) -> frozenset[str]:
    """The names of the functions of a file."""
    return frozenset(
        node.name for node in ast.parse((ROOT / file).read_text()).body if isinstance(node, ast.FunctionDef)
    )


def test_each_limit_has_the_value_that_the_page_says() -> None:
    wrong = {name: (row[1], found) for row in ROWS if (found := str(value_of(name := row[2].strip("`")))) != row[1]}
    assert (wrong, len(ROWS) > 30) == ({}, True)


def test_each_time_out_stands_in_its_file_as_the_page_says() -> None:
    wrong = []
    for what, value, where, *_others in (rows := rows_of(TIMES)):
        file, words = (part.strip("` ") for part in where.split("`: `"))
        number = value.split()[0] if value.endswith("days") else value
        is_told = number == "none" or number in words
        if words not in (ROOT / file).read_text() or not is_told:
            wrong.append(what)
    assert (wrong, len(rows) > 25) == ([], True)


def test_each_test_that_the_page_names_is_there() -> None:
    named = [row[4].strip("`") for row in ROWS] + [name for row in rows_of(TIMES) if (name := row[4].strip("`"))]
    assert [name for name in named if (parts := name.split("::"))[1] not in names_in(parts[0])] == []
    assert len(named) > 45


def test_each_rate_limit_of_the_accounts_stands_on_the_page() -> None:
    page = (ROOT / "docs" / "limits.md").read_text()
    own = re.findall(r"`settings\.ACCOUNT_RATE_LIMITS\.(\w+)`", page)
    ours = {"login", "login_failed", "signup", "reset_password", "invite", "first_run"}
    ours |= {"reauthenticate", "request_login_code"}
    assert sorted(own) == sorted(ours & set(settings.ACCOUNT_RATE_LIMITS))
