"""Is what the site runs on the newest there is? SECURITY.md says how soon it must be; advisories are not asked for.

A newer release that was read and is not taken yet stands in READ, with what it repairs and where that is answered. Any
other one ends this with 1: take it, or read its changelog and say so here.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata

from benchmarks.faults.site import ROOT

READ: dict[str, tuple[str, str]] = {}
"""By package: the newest release whose changelog was read, and what came of it."""
Behind = dict[str, tuple[str, str]]
"""By package: the release that is installed, and the newest one."""


def check() -> list[str]:
    """Ask pip; what is behind, and not judged."""
    needed = runs_on()
    behind = {name: both for name, both in outdated().items() if name in needed}
    print(f"libraries: {len(needed) - len(behind)} of {len(needed)} that the site runs on are the newest", flush=True)
    return list(judged(behind))


def judged(behind: Behind) -> Iterator[str]:
    """A sentence about each that is behind, printed where its newest release was read."""
    for name, (here, newest) in sorted(behind.items()):
        read, why = READ.get(name, ("", ""))
        said = f"{name} {here}: {newest} is there"
        if read == newest:
            print(f"{said}; read: {why}", flush=True)
        else:
            yield said


def runs_on() -> set[str]:
    """The packages of requirements.txt, and what they need in turn, as they are installed here."""
    waiting = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line[:1].isalpha()]
    seen: dict[str, str] = {}
    while waiting:
        requirement = waiting.pop()
        name = plain(requirement)
        if requirement not in seen and _is_installed(name):
            seen[requirement] = name
            waiting += _needs(name, requirement)
    return {*seen.values()}


def _needs(name: str, requirement: str) -> list[str]:
    """What a package needs for the parts of it that are asked for in brackets."""
    parts = re.findall(r"\w+", requirement.split("[")[1].split("]")[0]) if "[" in requirement else []
    needed = [re.sub("'", '"', each) for each in metadata.requires(name) or []]
    return [each for each in needed if "extra ==" not in each or any(f'extra == "{part}"' in each for part in parts)]


def outdated() -> Behind:
    """What pip knows a newer release of, that fits this Python."""
    command = [sys.executable, "-m", "pip", "list", "--outdated", "--format=json", "--disable-pip-version-check"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return {plain(each["name"]): (each["version"], each["latest_version"]) for each in json.loads(done.stdout)}


def plain(requirement: str) -> str:
    """The name of a requirement as registries compare it: django_csp>=4 is django-csp."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


def _is_installed(name: str) -> bool:
    """Not what is needed on other systems alone, or for a part that was not asked for."""
    try:
        return bool(metadata.version(name))
    except metadata.PackageNotFoundError:
        return False
