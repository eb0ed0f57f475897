"""The site restarted and reloaded under load while its socket is held open, as deploy/homelog.socket holds it.

No request may be dropped.
"""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import requests

from benchmarks.faults import household, server, site
from benchmarks.faults.household import Household
from benchmarks.faults.site import PATIENCE, ROOT, Site

HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "--config", "homelog/gunicorn.conf.py", "homelog.wsgi"])
"""
"""What systemd does with a socket that it holds: number 3 is the socket, and a variable says for whom."""


class HeldSite(Site):
    """A site whose socket outlives it."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        super().__init__(environment, log)
        self.socket = socket.create_server(("127.0.0.1", self.port), backlog=2048)

    def start(self) -> None:
        """Start it with the socket; who comes meanwhile waits."""
        held = self.socket.fileno()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-c", HAND_OVER, str(held)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                pass_fds=[held],
                start_new_session=True,
            )
        self.wait_for("/healthz", 200)


class Caller(threading.Thread):
    """Somebody who reads and writes in turn and notes what did not come back as it should."""

    def __init__(self, running: Site, people: Household, number: int, until: threading.Event) -> None:
        super().__init__(daemon=True)
        self.running, self.people, self.until = running, people, until
        self.source = people.sources[number % len(people.sources)]
        self.keeps = number % 2 == 0
        self.seen: Counter[str] = Counter()
        self.longest = 0.0

    def run(self) -> None:
        """Ask until told to end, half of them on a connection that is kept."""
        line = requests.Session()
        while not self.until.is_set():
            for method in ("GET", "POST"):
                if not self.keeps:
                    line = requests.Session()
                begun = time.monotonic()
                self.seen[self.ask(line, method)] += 1
                self.longest = max(self.longest, time.monotonic() - begun)

    def ask(self, line: requests.Session, method: str) -> str:
        """One request in a word: "fine", or what is wrong."""
        path = f"/api/v1/sources/{self.source}/readings"
        bearer = {"Authorization": f"Bearer {self.people.key}"}
        more = {"json": {"value": "21.5", "confirm": True}} if method == "POST" else {}
        try:
            answer = line.request(method, self.running.address + path, headers=bearer, timeout=PATIENCE, **more)  # type: ignore[arg-type]
        except requests.RequestException as error:
            return f"{method}, {'kept' if self.keeps else 'new'} connection: {error}"
        wanted = 201 if method == "POST" else 200
        return "fine" if answer.status_code == wanted else f"{method} {answer.status_code} {answer.text[:200]}"


def run(restarts: int = 10, reloads: int = 5) -> list[str]:
    """One round; what is wrong."""
    with server.temporary() as (root, database):
        environment = site.environment(database, root)
        site.manage(environment, "migrate", "--verbosity", "0")
        site.manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
        people = household.make(environment)
        callers = _restarted(HeldSite(environment, root / "site.log"), people, restarts + reloads)
    seen = sum((caller.seen for caller in callers), Counter[str]())
    longest = max(caller.longest for caller in callers)
    print(
        f"{restarts} restarts, {reloads} reloads, {seen.pop('fine', 0)} requests answered; the longest {longest:.1f} s"
    )
    return [f"{times} times: {what}" for what, times in seen.items()]


def _restarted(running: HeldSite, people: Household, times: int) -> list[Caller]:
    """Restart it twice and reload it once, in turns, while six call; the callers, once they are done."""
    until = threading.Event()
    callers = [Caller(running, people, number, until) for number in range(6)]
    try:
        running.start()
        for caller in callers:
            caller.start()
        for number in range(times):
            time.sleep(1)
            if number % 3 == 2:
                server.send([running.master()], signal.SIGHUP)
                time.sleep(4)
            else:
                running.stop()
                running.start()
        until.set()
        for caller in callers:
            caller.join(PATIENCE)
    finally:
        running.stop()
        running.socket.close()
    return callers
