"""The database stopped, hung, out of connections: how soon the answer comes, and that all is well again by itself."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from benchmarks.faults import household, server, site
from benchmarks.faults.household import Household
from benchmarks.faults.server import Database
from benchmarks.faults.site import Site

STOPPED, HUNG, EXHAUSTED, READY = 1.0, 10.0, 5.0, 2.5
"""Seconds, as they are promised; on a busy machine it may take longer without anything being wrong."""


def run() -> list[str]:
    """One round; what is wrong."""
    with server.temporary() as (root, database):
        environment = site.environment(database, root, DATABASE_POOL="2", HOMELOG_WORKERS="1", HOMELOG_THREADS="8")
        site.manage(environment, "migrate", "--verbosity", "0")
        site.manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
        people = household.make(environment)
        with site.serving(environment, root) as running:
            wrong = _tried(running, people, "all well", None, READY)
            database.stop()
            wrong += _tried(running, people, "stopped", 503, STOPPED)
            database.start()
            wrong += _back(running, people, "stopped")
            with database.hung():
                wrong += _tried(running, people, "hung", 503, HUNG)
            wrong += _back(running, people, "hung")
            with _exhausted(running, people, database):
                wrong += _tried(running, people, "out of connections", 503, EXHAUSTED, ready=200)
            wrong += _back(running, people, "out of connections")
        return wrong


def _tried(
    running: Site, people: Household, name: str, status: int | None, most: float, ready: int | None = None
) -> list[str]:
    """A page, a form and the API, one after the other, and both questions of health."""
    path, api = f"/sources/{people.sources[0]}/read/", f"/api/v1/sources/{people.sources[0]}/readings"
    cookies = {"sessionid": people.session, "csrftoken": "a" * 32}
    asked: dict[str, tuple[str, str, dict[str, Any]]] = {
        "page": ("GET", path, {"cookies": cookies}),
        "form": ("POST", path, {"cookies": cookies, "data": {"csrfmiddlewaretoken": "a" * 32, "value": "21.7"}}),
        "api": ("POST", api, {"json": {"value": "21.8"}, "headers": {"Authorization": f"Bearer {people.key}"}}),
        "healthz": ("GET", "/healthz", {}),
        "readyz": ("GET", "/readyz", {}),
    }
    wrong: list[str] = []
    told: list[str] = []
    for what, (method, address, more) in asked.items():
        begun = time.monotonic()
        answer = requests.request(method, running.address + address, allow_redirects=False, timeout=60, **more)
        took = time.monotonic() - begun
        told.append(f"{what} {answer.status_code} in {took:.2f} s")
        well = {"page": 200, "form": 302, "api": 201, "healthz": 200, "readyz": 200}[what]
        wanted = {"healthz": 200, "readyz": ready or status or well}.get(what, status or well)
        limit = READY if what.endswith("z") else most
        if answer.status_code != wanted or took > limit:
            wrong.append(f"{name}: {told[-1]}, wanted {wanted} within {limit} s")
        if wanted == 503 and "Retry-After" not in answer.headers:
            wrong.append(f"{name}: {what} without Retry-After")
        if what == "form" and wanted == 503 and 'name="value" value="21.7"' not in answer.text:
            wrong.append(f"{name}: the typed value is not on the page")
    print(f"{name}: {', '.join(told)}", flush=True)
    return wrong


def _back(running: Site, people: Household, name: str) -> list[str]:
    """How soon a reading is taken again, with the same processes."""
    begun = time.monotonic()
    line = requests.Session()
    address = f"{running.address}/api/v1/sources/{people.sources[1]}/readings"
    bearer = {"Authorization": f"Bearer {people.key}"}
    while time.monotonic() < begun + 60:
        answer = line.post(address, json={"value": "21.9"}, headers=bearer, timeout=30)
        if answer.status_code == 201:
            print(f"    after {name}: the first reading after {time.monotonic() - begun:.2f} s", flush=True)
            return []
        time.sleep(0.05)
    return [f"after {name} no reading was taken for a minute"]


@contextmanager
def _exhausted(running: Site, people: Household, database: Database) -> Iterator[None]:
    """Both connections of the pool wait for a meter that somebody else holds."""
    with database.connect() as holder:
        holder.autocommit = False
        holder.execute("SELECT FROM data_source WHERE public_id = %s FOR UPDATE", [people.sources[2]])
        path = f"/api/v1/sources/{people.sources[2]}/readings"
        stop = threading.Event()

        def wait() -> None:
            while not stop.is_set():
                requests.post(
                    running.address + path,
                    json={"value": "21.6"},
                    headers={"Authorization": f"Bearer {people.key}"},
                    timeout=60,
                )

        threads = [threading.Thread(target=wait, daemon=True) for _n in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        try:
            yield
        finally:
            stop.set()
            holder.rollback()
            for thread in threads:
                thread.join(60)
