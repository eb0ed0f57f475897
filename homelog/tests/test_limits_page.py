"""docs/limits.md: the values it names are those of the code, the tests it names are there."""

import ast
import importlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "limits.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| limit |")
]


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


def test_each_test_that_the_page_names_is_there() -> None:
    named = [row[4].strip("`") for row in ROWS if len(row) == 5]
    assert [name for name in named if (parts := name.split("::"))[1] not in names_in(parts[0])] == []
    assert len(named) > 20


def test_each_rate_limit_of_the_accounts_stands_on_the_page() -> None:
    page = (ROOT / "docs" / "limits.md").read_text()
    own = re.findall(r"`settings\.ACCOUNT_RATE_LIMITS\.(\w+)`", page)
    ours = {"login", "login_failed", "signup", "reset_password", "invite", "first_run"}
    assert sorted(own) == sorted(ours & set(settings.ACCOUNT_RATE_LIMITS))
