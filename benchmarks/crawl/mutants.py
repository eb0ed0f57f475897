"""How many planted faults the tests notice: `python -m benchmarks.crawl mutants`, a pytest run that plants them itself.

One process and one test database for all: making them for each fault, as mutmut and cosmic-ray do, takes most of a
minute. A function gets the changed code while the tests that ran through it are run, the quickest first, until one
fails. Texts are not changed, nor defaults, nor what a module does when it is loaded.
"""

import inspect
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from accounts import prepared
from benchmarks.crawl.mutating import Mutant, mutants
from benchmarks.faults.site import ROOT

GROUPS: dict[str, tuple[list[str], list[str]]] = {
    "numbers": (["sources.numbers"], ["sources/tests/test_numbers.py"]),
    "rights": (
        ["sources.access", "sources.levels", "sources.querysets", "readings.access"],
        [
            *("sources/tests/test_access.py", "sources/tests/test_levels.py", "sources/tests/test_sources_pages.py"),
            *("readings/tests/test_reading_pages.py", "readings/tests/test_import_rights.py"),
            *("readings/tests/test_undo.py", "readings/tests/test_public_page.py", "sources/tests/test_sum_pages.py"),
            *("readings/tests/test_import_home.py", "sources/tests/test_walking_order.py"),
            *("readings/tests/test_export_pages.py", "sources/tests/test_invitations.py"),
            *("sources/tests/test_queries_alone.py", "readings/tests/test_access_alone.py"),
        ],
    ),
    "validators": (["readings.validators"], ["readings/tests/test_validators.py", "readings/tests/test_entry.py"]),
    "tokens": (
        [*(f"accounts.api.{name}" for name in ("signing", "sign_ins", "callers", "coming_in")), "sources.api.keys"],
        ["accounts/tests/api", "sources/tests/test_keys.py", "sources/tests/api"],
    ),
    "invitations": (
        ["sources.invitations"],
        [
            *("sources/tests/test_invitations.py", "sources/tests/test_sharing.py", "sources/tests/test_homes.py"),
            "sources/tests/test_queries_alone.py",
        ],
    ),
    "provider tokens": (
        ["accounts.provider_token", "accounts.identity_tokens"],
        ["accounts/tests/providers/test_provider_token.py", "accounts/tests/providers/test_tokens.py"],
    ),
}
PATIENCE = 60
"""Seconds for a test under a fault: what hangs is noticed."""
SURVIVED, BROKEN = "survived", "fails without any fault"


class TooLong(BaseException):
    """A test under a fault took more than PATIENCE."""


def run(group: str, most: int) -> list[str]:
    """Run one group in a process of its own, with at most so many faults drawn by chance; those that survived."""
    known = os.environ | {"MUTANTS": group, "MUTANTS_MOST": str(most)}
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-p", "benchmarks.crawl.mutants", *GROUPS[group][1]]
    done = subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, check=False)  # noqa: S603
    told = [line for line in done.stdout.splitlines() if line.startswith(("mutants:", SURVIVED))]
    if not told or BROKEN in done.stdout:
        raise RuntimeError(done.stdout[-3000:] + done.stderr[-3000:])
    print(told[-1], flush=True)
    return [line for line in told if line.startswith(SURVIVED)]


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """All tests once, noting which function each goes through; then the faults."""
    group = os.environ.get("MUTANTS", "")
    if not group:
        return None
    modules = [import_module(name) for name in GROUPS[group][0]]
    through: dict[tuple[str, str], list[tuple[float, pytest.Item]]] = defaultdict(list)
    for item in session.items:
        files = {str(module.__file__) for module in modules}
        seen: set[tuple[str, str]] = set()
        begun = time.perf_counter()
        if _fails(session, item, seen, files):
            print(f"\n{BROKEN}: {item.nodeid}")
            continue
        for place in seen:
            through[place].append((time.perf_counter() - begun, item))
    found = [
        (module, mutant) for module in modules for mutant in mutants(Path(str(module.__file__)).read_text("utf-8"))
    ]
    drawn = [each for each in found if _fits(*each)]
    count, most = len(drawn), int(os.environ.get("MUTANTS_MOST", "0"))
    if 0 < most < count:
        drawn = sorted(random.Random(1).sample(drawn, most), key=lambda each: (each[0].__name__, each[1].line))  # noqa: S311
    signal.signal(signal.SIGALRM, _end)
    survived = 0
    for module, mutant in drawn:
        tests = sorted(through[str(module.__file__), mutant.function], key=lambda each: each[0])
        killer = _noticed(session, module, mutant, [item for _seconds, item in tests])
        survived += not killer
        if not killer:
            print(f"\n{SURVIVED}: {module.__name__}:{mutant.line} {mutant.what} ({len(tests)} tests)", flush=True)
    score = 100 * (len(drawn) - survived) / max(1, len(drawn))
    print(f"\nmutants: {group}: {len(drawn) - survived} of {len(drawn)} noticed ({score:.0f} %), {count} there are")
    return True


def _noticed(session: pytest.Session, module: Any, mutant: Mutant, tests: list[pytest.Item]) -> str:
    """The first test that fails with the fault in place; "" where none does."""
    function = _live(module, mutant.function)
    before = function.__code__
    function.__code__ = _code(module, mutant)
    prepared.forget()  # questions that were made without the fault
    try:
        return next((item.nodeid for item in tests if _fails(session, item)), "")
    finally:
        function.__code__ = before
        prepared.forget()
        for each in vars(module).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()


def _fails(
    session: pytest.Session,
    item: pytest.Item,
    seen: set[tuple[str, str]] | None = None,
    files: set[str] | None = None,
) -> bool:
    """Whether a test fails; into `seen` comes which functions of the files it goes through."""

    def look(frame: FrameType, event: str, arg: object) -> None:
        if event == "call" and files is not None and seen is not None and frame.f_code.co_filename in files:
            seen.add((frame.f_code.co_filename, frame.f_code.co_qualname))

    session._setupstate.teardown_exact(item)  # what the test before left open, where it was of another file
    item._initrequest()  # type: ignore[attr-defined]  # as after a first run
    if seen is not None:
        sys.setprofile(look)
    else:
        signal.alarm(PATIENCE)
    other = session.items[1 if item is session.items[0] else 0]  # what comes next, or the item would not be put down
    try:
        reports = runtestprotocol(item, log=False, nextitem=other)
    except TooLong:
        return True
    finally:
        sys.setprofile(None)
        signal.alarm(0)
    return any(report.failed for report in reports)


def _end(number: int, frame: FrameType | None) -> None:
    raise TooLong


def _live(module: Any, name: str) -> Any:
    """The function itself, below what decorators and descriptors put around it."""
    found: Any = module
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    found = found.fget if isinstance(found, property) else getattr(found, "__func__", found)
    return inspect.unwrap(found)


def _fits(module: Any, mutant: Mutant) -> bool:
    """Whether the changed code can take the place: not where the fault took a call of super() away."""
    return bool(_code(module, mutant).co_freevars == _live(module, mutant.function).__code__.co_freevars)


def _code(module: Any, mutant: Mutant) -> CodeType:
    """The changed code of the function, out of that of its module."""
    return _within(compile(mutant.tree, str(module.__file__), "exec"), mutant.function)


def _within(code: CodeType, name: str) -> CodeType:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            if each.co_qualname == name:
                return each
            if name.startswith(f"{each.co_qualname}."):
                return _within(each, name)
    raise LookupError(name)
