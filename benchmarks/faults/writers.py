"""Threads that write readings down as people and programs do: by the page's form and by the API, singly or in batches.

Each reading has an id that its sender made. What is not acknowledged is sent again with the same id, some of it; the
rest is given up, as by somebody who closes the page.
"""

import random
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event, Thread
from typing import Any

import requests

from accounts.ids import uuid7
from benchmarks.faults.household import Household
from benchmarks.faults.ledger import Ledger

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
BATCH = 20
TRIES = (1, 3, 8, 20)
EXPECTED = {200, 201, 302, 503}
LONGEST = 30
"""After so many seconds without an answer a sender gives up waiting; the site answers within ten."""

START = datetime(2020, 1, 1, tzinfo=UTC)
_instants = count()


class Writer:
    """One sender with a connection of its own."""

    def __init__(self, address: str, household: Household, source: str, ledger: Ledger, way: str) -> None:
        self.address, self.household, self.source, self.ledger, self.way = address, household, source, ledger, way
        self.line = requests.Session()
        self.token = ""

    def run(self, until: Event) -> None:
        """Write until told to end."""
        while not until.is_set():
            readings = {str(uuid7()): f"{random.randint(200, 240) / 10}" for _n in range(self.at_once())}  # noqa: S311
            for reading, value in readings.items():
                self.ledger.sends(reading, self.source, value)
            self.send(readings, until)

    def at_once(self) -> int:
        """How many readings go in one request."""
        return BATCH if self.way == "batch" else 1

    def send(self, readings: dict[str, str], until: Event) -> None:
        """Send until it is acknowledged, or as often as this sender cares."""
        times = [(START + timedelta(seconds=next(_instants))).isoformat() for _each in readings]
        for _try in range(random.choice(TRIES)):  # noqa: S311
            try:
                status, acknowledged = WAYS[self.way](self, readings, times)
            except requests.RequestException as error:
                self.ledger.answered(self.way, type(error).__name__, [])
                self.line.close()
                time.sleep(0.1)
                continue
            self.ledger.answered(self.way, status, acknowledged)
            if acknowledged or until.is_set():
                return
            time.sleep(0.1)

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """One request, without following where it leads."""
        return self.line.request(method, self.address + path, allow_redirects=False, timeout=LONGEST, **more)

    def judged(self, answer: requests.Response, readings: list[str]) -> tuple[int, list[str]]:
        """The status, and what it acknowledges; a redirect to the sign-in acknowledges nothing."""
        leads = answer.headers.get("Location", "")
        odd = answer.status_code not in EXPECTED or "/account/" in leads
        if odd:
            self.ledger.wonders(f"{self.way}: {answer.status_code} {leads} {answer.text[:300]}")
        if answer.status_code == 503 and "Retry-After" not in answer.headers:
            self.ledger.wonders(f"{self.way}: 503 without Retry-After")
        return answer.status_code, [] if odd or answer.status_code == 503 else readings


def by_form(writer: Writer, readings: dict[str, str], times: list[str]) -> tuple[int, list[str]]:
    """The entry page, as a browser without JavaScript sends it."""
    path = f"/sources/{writer.source}/read/"
    if not writer.token:
        writer.line.cookies.set("sessionid", writer.household.session)
        page = writer.ask("GET", path)
        found = TOKEN.search(page.text)
        if page.status_code != 200 or found is None:
            return writer.judged(page, [])
        writer.token = found[1]
    ((reading, value),) = readings.items()
    form = {"csrfmiddlewaretoken": writer.token, "public_id": reading, "value": value, "confirm": value}
    return writer.judged(writer.ask("POST", path, data=form), [reading])


def by_api(writer: Writer, readings: dict[str, str], times: list[str]) -> tuple[int, list[str]]:
    """One reading, as a program sends it."""
    ((reading, value),) = readings.items()
    sent = {"id": reading, "value": value, "recorded_at": times[0], "confirm": True}
    path = f"/api/v1/sources/{writer.source}/readings"
    return writer.judged(writer.ask("POST", path, json=sent, headers=_bearer(writer)), [reading])


def by_batch(writer: Writer, readings: dict[str, str], times: list[str]) -> tuple[int, list[str]]:
    """What a device kept: twenty at once, each with a result of its own."""
    rows = [
        {"id": reading, "value": value, "recorded_at": at, "confirm": True}
        for at, (reading, value) in zip(times, readings.items(), strict=True)
    ]
    path = f"/api/v1/sources/{writer.source}/readings/batch"
    answer = writer.ask("POST", path, json={"readings": rows}, headers=_bearer(writer))
    if answer.status_code != 200:
        return writer.judged(answer, [])
    results = answer.json()["results"]
    kept = [row["id"] for row, result in zip(rows, results, strict=True) if result["status"] in (200, 201)]
    if len(kept) < len(rows):
        writer.ledger.wonders(f"batch: {[result for result in results if result['status'] not in (200, 201)][:1]}")
    return 200, [str(reading) for reading in kept]


WAYS: dict[str, Callable[[Writer, dict[str, str], list[str]], tuple[int, list[str]]]] = {
    "form": by_form,
    "api": by_api,
    "batch": by_batch,
}


def start(address: str, household: Household, ledger: Ledger, until: Event, ways: list[str]) -> list[Thread]:
    """A thread for each of `ways`, on the meters in turn."""
    threads = []
    for number, way in enumerate(ways):
        source = household.sources[number % len(household.sources)]
        writer = Writer(address, household, source, ledger, way)
        threads.append(Thread(target=writer.run, args=[until], daemon=True))
        threads[-1].start()
    return threads


def _bearer(writer: Writer) -> dict[str, str]:
    return {"Authorization": f"Bearer {writer.household.key}"}
