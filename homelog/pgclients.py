"""Runs pg_dump and pg_restore as homelog_owner. They must not be older than the server, so they are looked for: where
HOMELOG_PG_BIN says, on the PATH, where Debian puts them, in the wheel of development.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from homelog import pgbinaries

TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl")
"""What an address may say of how to connect safely; libpq reads it as PGSSLMODE and so on."""


class ClientError(Exception):
    """A program is missing or did not finish; the message says why and what to do."""


def run(program: str, arguments: Sequence[str], *, server: int) -> None:
    """Run a program on the site's database. `server`: the major version of the server. Raises ClientError."""
    command = [str(_find(program, server)), *arguments]
    done = subprocess.run(command, env=os.environ | _address(), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise ClientError(f"{program} did not finish: {done.stderr.strip() or done.returncode}")


def _address() -> dict[str, str]:
    """Whom to connect to as what, as libpq reads it: a password in the arguments could be seen by everybody."""
    owner = settings.DATABASE_OWNER
    names = {"PGDATABASE": "NAME", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGHOST": "HOST", "PGPORT": "PORT"}
    options: Any = owner.get("OPTIONS", {})
    safely = {f"PG{key.upper()}": str(options[key]) for key in TLS if options.get(key)}
    return {name: str(owner.get(key) or "") for name, key in names.items()} | safely


def _find(program: str, server: int) -> Path:
    """The oldest one that is new enough. Raises ClientError."""
    found = {version: path for path in _candidates(program) if (version := _major(path)) >= server}
    if found:
        return found[min(found)]
    raise ClientError(
        f"No {program} of PostgreSQL {server} or newer is here. Install it (Debian: postgresql-client-{server}), or"
        " name its folder in HOMELOG_PG_BIN."
    )


def _candidates(program: str) -> Iterator[Path]:
    named = os.environ.get("HOMELOG_PG_BIN")
    on_path = shutil.which(program)
    folders = [Path(named).expanduser()] if named else []
    folders += [*pgbinaries.SYSTEM.glob("*/bin"), *pgbinaries.in_wheel()]
    yield from ([Path(on_path)] if on_path else [])
    yield from (folder / program for folder in folders if os.access(folder / program, os.X_OK))


def _major(program: Path) -> int:
    asked = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    version = re.search(r"\(PostgreSQL\) (\d+)", asked.stdout)
    return int(version[1]) if version else 0
