"""kill -9 of PostgreSQL and gunicorn at random moments while readings are written; then everything is compared."""

import random
import signal
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any

from benchmarks.faults import household, ledger, server, site, writers
from benchmarks.faults.ledger import Ledger
from benchmarks.faults.server import Database
from benchmarks.faults.site import Site

WAYS = ["form"] * 5 + ["api"] * 5 + ["batch"] * 3
# Not before the site has started: it refuses to on such a database.
ANEW = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'homelog_app'"
PLANT = "ALTER ROLE homelog_app SET synchronous_commit = off"


def run(kills: int, readings: int, minutes: float, planted: bool) -> list[str]:
    """One round; what is wrong. `planted`: the database does not wait for the disk, which this round must notice."""
    with server.temporary() as (root, database):
        environment = site.environment(database, root)
        site.manage(environment, "migrate", "--verbosity", "0")
        site.manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
        people, book, until = household.make(environment), Ledger(), Event()
        with site.serving(environment, root) as running:
            if planted:
                with database.connect() as connection:
                    connection.execute(PLANT)
                    connection.execute(ANEW)
            sealer = Thread(target=_ship, args=[environment, root, until], daemon=True)
            sealer.start()
            senders = writers.start(running.address, people, book, until, WAYS)
            begun = time.monotonic()
            ways = KILLS[:3] if planted else KILLS
            waits = _break(running, database, book, random_order(ways, kills), readings, begun + minutes * 60)
            until.set()
            for thread in [*senders, sealer]:
                thread.join(site.PATIENCE)
            print(f"{time.monotonic() - begun:.0f} s, answers: {dict(sorted(book.answers.items()))}", flush=True)
        if waits:
            ordered = sorted(waits)
            middle, worst = ordered[len(ordered) // 2], ordered[-1]
            print(f"{len(waits)} kills; next acknowledged reading after {middle:.1f} s (median), {worst:.1f} s (worst)")
        with database.connect() as connection:
            figures, wrong = ledger.compare(book, connection)
        for name, number in figures.items():
            print(f"{number:>8} {name}")
        print(site.manage(environment, "audit_seal"), site.manage(environment, "audit_verify"), sep="", end="")
        if len(waits) < kills or figures["acknowledged"] < readings:
            wrong.append(f"only {len(waits)} kills and {figures['acknowledged']} readings in {minutes} minutes")
        return wrong


def random_order(ways: list[Any], kills: int) -> list[Any]:
    """Each way about as often as the others."""
    return [way for _round in range(kills // len(ways) + 1) for way in random.sample(ways, len(ways))][:kills]


def _break(running: Site, database: Database, book: Ledger, order: list[Any], readings: int, end: float) -> list[float]:
    """Kill at random moments, evenly over the readings; after how many seconds the next one was acknowledged."""
    waits: list[float] = []
    for number, way in enumerate(order):
        goal = (number + random.random()) * readings / len(order)  # noqa: S311 - chance, no secret
        while len(book.acknowledged) < goal and time.monotonic() < end:
            time.sleep(0.005)
        if time.monotonic() > end:
            return waits
        before, at = len(book.acknowledged), time.monotonic()
        way(running, database)
        while len(book.acknowledged) <= before + len(WAYS) * 2 and time.monotonic() < end:
            time.sleep(0.01)
        waits.append(time.monotonic() - at)
        print(f"{number + 1:>3} {way.__name__.strip('_')}: {waits[-1]:.1f} s, {before} acknowledged", flush=True)
    while len(book.acknowledged) < readings and time.monotonic() < end:
        time.sleep(0.1)
    return waits


def _database(running: Site, database: Database) -> None:
    database.kill()
    time.sleep(random.random())  # noqa: S311
    database.start()


def _one_backend(running: Site, database: Database) -> None:
    """PostgreSQL then ends all the others and recovers by itself."""
    backends = database.backends()
    if backends:
        server.send([random.choice(backends)], signal.SIGKILL)  # noqa: S311


def _worker(running: Site, database: Database) -> None:
    running.kill_worker()


def _gunicorn(running: Site, database: Database) -> None:
    running.kill()
    running.start()


def _both(running: Site, database: Database) -> None:
    running.kill()
    database.kill()
    database.start()
    running.start()


KILLS: list[Any] = [_database, _one_backend, _worker, _gunicorn, _both]


def _ship(environment: dict[str, str], root: Path, until: Event) -> None:
    """The log is sealed and carried away meanwhile; where that fails, the next time will do."""
    while not until.wait(5):
        try:
            site.manage(environment, "audit_ship", str(root / "shipped.jsonl"))
        except RuntimeError as error:
            print(f"    audit_ship: {str(error).strip().splitlines()[-1][:120]}", flush=True)
