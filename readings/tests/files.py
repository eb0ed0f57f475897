"""Small files of readings for tests, made up, and the real ones that some machines keep; no tests here."""

import os
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from accounts.current import acting_as
from readings.consumption import Point, between
from readings.models import Reading
from sources.models import DataSource

REAL = Path(os.environ.get("HOMELOG_METER_FILES", ""))
"""A folder of real meter files; tests that need it skip where the variable is not set."""
