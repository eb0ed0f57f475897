"""Imports that are killed at random moments, while the file comes, is judged, is stored: it is there whole, or not.

Afterwards the same file is brought once more and stored, and once more after that, which adds nothing.
"""

import random
import re
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from benchmarks.faults import household, server, site, writers
from benchmarks.faults.household import Household
from benchmarks.faults.server import Database
from benchmarks.faults.site import Site

KILLS, ROWS, PATIENCE = 24, 20_000, 120
DRAFT = re.compile(r"/import/[0-9a-f-]{36}/")
HIDDEN = re.compile(r'name="(seen|public_id)" value="([^"]*)"')
COUNTS = """
SELECT (SELECT count(*) FROM reading), (SELECT count(*) FROM import_batch),
       (SELECT count(*) FROM audit_log WHERE event_type = 'import_readings'),
       (SELECT count(*) FROM reading_day)
"""


class Browser:
    """A person with a file."""

    def __init__(self, running: Site, people: Household, source: str) -> None:
        self.running, self.source = running, source
        self.line = requests.Session()
        self.line.cookies.set("sessionid", people.session)
        self.step = ""

    def bring(self) -> None:
        """Bring the file, wait until it was judged, store it, wait until it is stored."""
        path = f"/sources/{self.source}/import/"
        self.step = "upload"
        found = writers.TOKEN.search(self._get(path).text)
        token = {"csrfmiddlewaretoken": found[1] if found else ""}
        answer = self._post(path, token, files={"file": ("tank.csv", file_of(ROWS), "text/csv")})
        draft = answer.headers["Location"]
        self.step = "judging"
        page = self._wait(draft, lambda page: 'name="do" value="' in page.text)
        if 'value="import"' not in page.text:
            return
        self.step = "storing"
        self._post(draft, {**token, **dict(HIDDEN.findall(page.text)), "do": "import"})
        self._wait(draft, lambda page: page.status_code != 200)
        self.step = "stored"

    def _get(self, path: str) -> requests.Response:
        return self.line.get(self.running.address + path, timeout=60, allow_redirects=False)

    def _post(self, path: str, data: dict[str, str], **more: Any) -> requests.Response:
        answer = self.line.post(self.running.address + path, data=data, timeout=60, allow_redirects=False, **more)
        if answer.status_code != 302:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        return answer

    def _wait(self, path: str, is_it: Any) -> requests.Response:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            page = self._get(path)
            if is_it(page):
                return page
            time.sleep(0.1)
        raise RuntimeError(f"{self.step} took too long")


def run() -> list[str]:
    """One round; what is wrong."""
    wrong: list[str] = []
    with server.temporary() as (root, database):
        environment = site.environment(database, root)
        site.manage(environment, "migrate", "--verbosity", "0")
        site.manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
        people = household.make(environment)
        with site.serving(environment, root) as running:
            whole = 0
            for number in range(KILLS):
                step, stored = _killed(running, database, people, number)
                found = _counts(database)
                done = found[0] == ROWS
                print(f"{number + 1:>3} {step}: readings, imports, entries, days {found}", flush=True)
                if found not in ((0, 0, 0, 0), (ROWS, 1, 1, found[3])) or (stored and not done):
                    wrong.append(f"killed at {step}: readings, imports, entries, days are {found}")
                whole += done
                _emptied(database)
            for expected in (ROWS, ROWS):
                with suppress(RuntimeError):
                    Browser(running, people, people.sources[0]).bring()
                if _counts(database)[0] != expected:
                    wrong.append(f"brought again: {_counts(database)} instead of {expected} readings")
            print(f"{KILLS} kills, {whole} of them after it was stored; brought twice again: {_counts(database)}")
    return wrong


def _killed(running: Site, database: Database, people: Household, number: int) -> tuple[str, bool]:
    """Bring the file and kill something meanwhile: at which step it was, and whether the page had said it is stored."""
    browser = Browser(running, people, people.sources[0])

    def bring() -> None:
        with suppress(requests.RequestException, RuntimeError, KeyError):
            browser.bring()

    bringing = threading.Thread(target=bring, daemon=True)
    bringing.start()
    wanted = ("upload", "judging", "storing")[number % 3]
    end = time.monotonic() + PATIENCE
    while browser.step not in (wanted, "stored") and bringing.is_alive() and time.monotonic() < end:
        time.sleep(0.002)
    time.sleep(random.random() * (0.3 if wanted == "upload" else 1.5))  # noqa: S311 - chance, no secret
    step = browser.step
    if number % 2:
        database.kill()
    running.kill()
    database.start()
    running.start()
    bringing.join(PATIENCE)
    return step, step == "stored"


def _counts(database: Database) -> tuple[int, ...]:
    with database.connect() as connection:
        row = connection.execute(COUNTS).fetchone()
    return tuple(int(str(number)) for number in row or ())


def _emptied(database: Database) -> None:
    """As before it was brought; the log's triggers step aside."""
    with database.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        for table in ("reading", "reading_day", "reading_fall", "import_batch", "import_draft", "audit_log"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names


def file_of(rows: int) -> bytes:
    """A reading a quarter of an hour."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    lines = (f"{(start + timedelta(minutes=15 * n)).isoformat()},{200 + n % 37}.{n % 10}\n" for n in range(rows))
    return ("time,l\n" + "".join(lines)).encode()
