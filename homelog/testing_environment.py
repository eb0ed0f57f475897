"""The environment of the tests, loaded before Django's settings: hermetic, with an embedded database of its own.

DATABASE_URL in the environment wins (a PostgreSQL that has HomeLog's roles); .env is not read. Each test process holds
a number of its own, which names its test database, so that several runs at once do not meet.
"""

import fcntl
import os
from itertools import count
from pathlib import Path

from homelog import devdb

VAR = Path(__file__).resolve().parent.parent / "var"


def _claim_slot() -> tuple[int, int]:
    """The lowest number that no running test process holds, and the open file that holds it until this one ends."""
    (VAR / "static").mkdir(parents=True, exist_ok=True)
    folder = VAR / "testslots"
    folder.mkdir(parents=True, exist_ok=True)
    for number in count():
        held = os.open(folder / str(number), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
        else:
            return number, held
    raise AssertionError("count() does not end")


SLOT, _held = _claim_slot()

os.environ["ENV_FILE"] = "tests-read-no-env-file"
os.environ["DEBUG"] = "on"
os.environ["SECRET_KEY"] = "only-for-tests-" + "0123456789abcdef" * 3
os.environ.setdefault("DATABASE_POOL", "0")

if not os.environ.get("DATABASE_URL"):
    _server = devdb.ensure(VAR / "testdb", fast=True)
    os.environ["DATABASE_URL"] = _server.url("homelog_app")
    os.environ["DATABASE_OWNER_URL"] = _server.url("homelog_owner")
