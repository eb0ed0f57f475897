"""Nothing in the site's own code runs text as a program, or loads what could."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

APPS = ("homelog", "accounts", "sources", "readings", "audit")
NAMES = {"eval", "exec", "os.system", "os.popen", "pickle.loads", "pickle.load", "marshal.loads", "yaml.load"}


def dangerous(source: str) -> Iterator[str]:
    """The calls in a module that run what they are given."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        through_shell = any(
            word.arg == "shell" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
            for word in node.keywords
        )
        if name in NAMES or through_shell:
            yield name


def test_no_text_is_run_as_code_or_by_a_shell() -> None:
    files = [
        file
        for app in APPS
        for file in Path(settings.BASE_DIR, app).rglob("*.py")
        if "tests" not in file.relative_to(settings.BASE_DIR).parts
    ]
    found = {str(file): names for file in files if (names := list(dangerous(file.read_text("utf-8"))))}
    assert (found, len(files) > 300) == ({}, True)


def test_such_a_call_would_be_found() -> None:
    planted = (
        "import os, pickle\neval('1')\nos.system(x)\nrun(x, shell=True)\nrun(x, shell=y)\npickle.loads(z)\nrun(x)\n"
    )
    assert list(dangerous(planted)) == ["eval", "os.system", "run", "run", "pickle.loads"]
