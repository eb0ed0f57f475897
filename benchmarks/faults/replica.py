"""A standby that pages are read from: does everybody see what was written, and only what they may, also without it?

A primary and a standby that follows it by streaming, both on this machine; gunicorn in front, as it is deployed.
"""

import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import requests

from accounts.ids import uuid7
from benchmarks.faults import household, server, site
from benchmarks.faults.household import Household
from benchmarks.faults.server import Database, children, send
from homelog import pgarea, pgprocess, pgstandby

ROUNDS, TURNS, READERS = 200, 25, 6
METRICS = "a token of the round only"
OUTCOME = re.compile(r'homelog_replica_pages_total\{outcome="(\w+)"\} (\d+)')
PAGES = ("", "?by=day", "readings/", "series/", "use/?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "history/")


@dataclass
class Standby:
    """The second server."""

    database: Database
    folder: Path

    def start(self) -> str:
        """Start it, copied at the first time; its address for the site."""
        self.server = pgstandby.follow(self.database.server, self.folder)
        return self.server.url("homelog_app")

    def run(self, statement: str) -> Any:
        """What a statement of the superuser answers."""
        with psycopg.connect(self.server.url(pgprocess.SUPERUSER), autocommit=True) as connection:
            return (connection.execute(statement.encode()).fetchone() or (None,))[0]

    def signal(self, what: signal.Signals) -> None:
        """To all its processes."""
        main = pgprocess.running(pgarea.locate(self.folder))
        if main is not None:
            send([main, *children(main)], what)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """It takes what it is sent, and shows nothing of it."""
        self.run("SELECT pg_wal_replay_pause()")
        try:
            yield
        finally:
            while self.run("SELECT pg_get_wal_replay_pause_state()") != "not paused":
                with suppress(psycopg.errors.SerializationFailure):  # what it replays now ends who looks meanwhile
                    self.run("SELECT pg_wal_replay_resume()")


@dataclass
class Asker:
    """A person of the round: by the session of a browser and by a key."""

    running: site.Site
    people: Household

    def get(self, path: str) -> requests.Response:
        """A page, or a call of the API."""
        if path.startswith("/api/"):
            headers, cookies = {"Authorization": f"Bearer {self.people.key}"}, {}
        else:
            headers, cookies = {}, {"sessionid": self.people.session}
        address = self.running.address + path
        return requests.get(address, headers=headers, cookies=cookies, allow_redirects=False, timeout=30)

    def write(self, number: int) -> str:
        """A reading, by the API; its id."""
        sent = {"id": str(uuid7()), "value": f"{number / 10}", "confirm": True}
        sent["recorded_at"] = f"2024-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"
        path = f"{self.running.address}/api/v1/sources/{self.people.sources[0]}/readings"
        answer = requests.post(path, json=sent, headers={"Authorization": f"Bearer {self.people.key}"}, timeout=30)
        answer.raise_for_status()
        return str(sent["id"])


def run() -> list[str]:
    """One round; what is wrong."""
    with server.temporary() as (root, database):
        standby = Standby(database, root / "standby")
        try:
            known = site.environment(database, root, METRICS_TOKEN=METRICS)
            site.manage(known, "migrate", "--verbosity", "0")
            site.manage(known, "collectstatic", "--noinput", "--verbosity", "0")
            people, others = household.make(known), household.another("stranger")
            with site.serving(known, root) as alone:
                before = _matrix([Asker(alone, people), Asker(alone, others)], people)
            known["REPLICA_URL"] = standby.start()
            print(
                f"PostgreSQL {database.server.version}; {site.manage(known, 'doctor').count('replica')} line of doctor"
            )
            with site.serving(known, root) as running:
                return _judged(standby, Asker(running, people), Asker(running, others), before)
        finally:
            pgstandby.end(standby.folder)


def _judged(standby: Standby, owner: Asker, stranger: Asker, before: dict[str, int]) -> list[str]:
    wrong = []
    told = Outcomes(owner.running)
    after = _matrix([owner, stranger], owner.people)
    share = told.since()
    print(f"{len(after)} addresses of two people: {share}", flush=True)
    wrong += [
        f"{name}: {before[name]} without the replica, {after[name]} with it"
        for name in before
        if before[name] != after[name]
    ]
    if not share["read"]:
        wrong.append("no page came from the replica")
    numbers = iter(range(1, 100_000))
    for state, there in (("running", None), ("paused", standby.paused)):
        wrong += _with(there, lambda state=state: _seen(state, owner, numbers, told))  # type: ignore[misc]
        wrong += _with(there, lambda state=state: _taken(state, owner, stranger, told))  # type: ignore[misc]
    time.sleep(1)
    told.since()
    _matrix([owner], owner.people)
    print(f"caught up again: {told.since()}", flush=True)
    return wrong + _broken(standby, owner, told)


def _with(there: Callable[[], Any] | None, work: Callable[[], list[str]]) -> list[str]:
    if there is None:
        return work()
    with there():
        return work()


def _matrix(askers: list[Asker], of: Household) -> dict[str, int]:
    """The status of every address of one household for each person."""
    found = {}
    for asker in askers:
        for source in of.sources[:2]:
            for page in PAGES:
                found[f"{asker.people.session[:4]} {page} {source}"] = asker.get(
                    f"/sources/{source}/{page}"
                ).status_code
            for call in ("readings", "consumption", "history"):
                path = f"/api/v1/sources/{source}/{call}"
                found[f"{asker.people.session[:4]} {call} {source}"] = asker.get(path).status_code
        for page in ("", "use/", "year/2024/", "history/"):
            found[f"{asker.people.session[:4]} home {page}"] = asker.get(f"/homes/{of.home}/{page}").status_code
    return found


def _seen(state: str, owner: Asker, numbers: Iterator[int], told: "Outcomes") -> list[str]:
    """Write and read at once, by browser and API in turns."""
    missed, source = 0, owner.people.sources[0]
    for turn in range(ROUNDS):
        number = next(numbers)
        key = owner.write(number)
        if turn % 2:
            missed += key not in owner.get(f"/sources/{source}/readings/?").text
        else:
            missed += key not in owner.get(f"/api/v1/sources/{source}/readings?limit=1000").text
    print(f"{state}: {ROUNDS} written and read at once, {missed} not seen; {told.since()}", flush=True)
    return [f"{state}: {missed} readings were not seen by who wrote them"] if missed else []


def _taken(state: str, owner: Asker, guest: Asker, told: "Outcomes") -> list[str]:
    """A right is given and taken away; the page is asked for at once after each."""
    lingered = unseen = 0
    path = f"/sources/{owner.people.sources[0]}/"
    for _turn in range(TURNS):
        end = household.share(owner.people, guest.people)
        unseen += guest.get(path).status_code != 200
        end()
        lingered += guest.get(path).status_code != 404
    print(
        f"{state}: {TURNS} rights given and taken, {unseen} not there, {lingered} lingered; {told.since()}", flush=True
    )
    return [f"{state}: of {TURNS} rights {lingered} lingered and {unseen} were late"] if lingered or unseen else []


def _broken(standby: Standby, owner: Asker, told: "Outcomes") -> list[str]:
    """Readers go on while the replica hangs, is woken, killed, started again and promoted."""
    until, answers, slowest = Event(), Counter[object](), {"now": 0.0}

    def read() -> None:
        while not until.is_set():
            begun = time.monotonic()
            try:
                answers[owner.get(f"/sources/{owner.people.sources[0]}/").status_code] += 1
            except requests.RequestException as error:
                answers[type(error).__name__] += 1
            slowest["now"] = max(slowest["now"], time.monotonic() - begun)

    readers = [Thread(target=read, daemon=True) for _reader in range(READERS)]
    for reader in readers:
        reader.start()
    for name, act, seconds in (
        ("running", lambda: None, 5),
        ("hung", lambda: standby.signal(signal.SIGSTOP), 8),
        ("woken", lambda: standby.signal(signal.SIGCONT), 15),
        ("killed", lambda: standby.signal(signal.SIGKILL), 8),
        ("started again", standby.start, 20),
        ("promoted", lambda: standby.run("SELECT pg_promote()"), 8),
    ):
        slowest["now"] = 0.0
        act()
        time.sleep(seconds)
        print(f"{name}: slowest {slowest['now']:.2f} s; {told.since()}", flush=True)
    time.sleep(1)
    since = told.since()
    until.set()
    for reader in readers:
        reader.join()
    print(f"answers: {dict(answers)}", flush=True)
    wrong = [f"{number} times {what} while the replica broke" for what, number in answers.items() if what != 200]
    return [*wrong, f"{since['read']} pages were read from one that was promoted"] if since["read"] else wrong


class Outcomes:
    """What became of the pages that may be read from the replica, as /metrics tells it."""

    def __init__(self, running: site.Site) -> None:
        self.running, self.last = running, Counter[str]()
        self.since()

    def since(self) -> Counter[str]:
        """Those since it was asked before."""
        headers = {"Authorization": f"Bearer {METRICS}"}
        text = requests.get(self.running.address + "/metrics", headers=headers, timeout=20).text
        now = Counter({word: int(number) for word, number in OUTCOME.findall(text)})
        found, self.last = now - self.last, now
        return found
