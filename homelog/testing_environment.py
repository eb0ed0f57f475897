"""The environment of the tests, loaded before Django's settings: hermetic, with an embedded database of its own.

DATABASE_URL in the environment wins (a PostgreSQL that has HomeLog's roles); .env is not read.
"""

import os
from pathlib import Path

from homelog import devdb

os.environ["ENV_FILE"] = "tests-read-no-env-file"
os.environ["DEBUG"] = "on"
os.environ["SECRET_KEY"] = "only-for-tests-" + "0123456789abcdef" * 3
os.environ.setdefault("DATABASE_POOL", "0")

if not os.environ.get("DATABASE_URL"):
    _server = devdb.ensure(Path(__file__).resolve().parent.parent / "var" / "testdb", fast=True)
    os.environ["DATABASE_URL"] = _server.url("homelog_app")
    os.environ["DATABASE_OWNER_URL"] = _server.url("homelog_owner")
