"""slowhttptest with 600 connections on heads, on bodies and on reading: what anybody else waits for meanwhile."""

import shutil
import subprocess
import time
from contextlib import suppress

import requests

from benchmarks.faults import crowd, household, server, site
from benchmarks.faults.household import Household

CONNECTIONS, SECONDS, LATEST = 600, 40, 0.5
"""How many dawdle and for how long; seconds at most that 99 of 100 others may wait."""
KINDS = {
    "heads": ["-H", "-i", "5", "-x", "24", "-t", "GET"],
    "bodies": ["-B", "-i", "5", "-s", "60000", "-x", "24", "-t", "POST"],
    "reading": ["-X", "-w", "256", "-y", "512", "-n", "5", "-z", "32", "-k", "3"],
}


def run(proxy: str) -> list[str]:
    """One round with nginx or caddy in front, or "" for gunicorn alone; what is wrong."""
    with server.temporary() as (root, database):
        known = site.environment(database, root, TRUSTED_PROXIES="1" if proxy else "0")
        site.manage(known, "migrate", "--verbosity", "0")
        site.manage(known, "collectstatic", "--noinput", "--verbosity", "0")
        people = household.make(known)
        with site.serving(known, root) as running, crowd.in_front(proxy, running.port, root) as port:
            waited(port, people, 5)
            before = told(proxy, "nobody", waited(port, people, 20))
            return [what for kind in KINDS if (what := _round(proxy, kind, port, people, before))]


def _round(proxy: str, kind: str, port: int, people: Household, before: float) -> str:
    path = "/static/js/app.js" if kind == "reading" else "/account/login/"
    common = [
        "-c",
        str(CONNECTIONS),
        "-r",
        "200",
        "-l",
        str(SECONDS),
        "-p",
        "3",
        "-u",
        f"http://127.0.0.1:{port}{path}",
    ]
    program = shutil.which("slowhttptest") or "slowhttptest"
    command = [program, *KINDS[kind], *common]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as dawdling:  # noqa: S603
        time.sleep(5)
        during = told(proxy, kind, waited(port, people, SECONDS - 10))
        dawdling.wait(SECONDS * 2)
    return (
        f"{proxy or 'alone'}, {kind}: {during:.2f} s instead of {before:.2f}"
        if during > max(LATEST, 2 * before)
        else ""
    )


def waited(port: int, people: Household, seconds: float) -> list[float]:
    """How long each page took, one after the other; for ever where it did not come."""
    took: list[float] = []
    until = time.monotonic() + seconds
    paths = ("/healthz", "/account/login/", f"/sources/{people.sources[0]}/read/")
    while time.monotonic() < until:
        begun = time.monotonic()
        spent = float("inf")
        with suppress(requests.RequestException):
            address = f"http://127.0.0.1:{port}{paths[len(took) % len(paths)]}"
            answer = requests.get(address, cookies={"sessionid": people.session}, timeout=20)
            spent = time.monotonic() - begun if answer.status_code < 400 else spent
        took.append(spent)
        time.sleep(0.03)
    return took


def told(proxy: str, kind: str, took: list[float]) -> float:
    """Print, and return what 99 of 100 waited at most."""
    ordered = sorted(took)
    p50, p99 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    lost = sum(each == float("inf") for each in took)
    print(
        f"slow: {proxy or 'alone'}, {kind}: {len(took)} pages, p50 {p50:.3f} s, p99 {p99:.3f} s, {lost} lost",
        flush=True,
    )
    return p99
