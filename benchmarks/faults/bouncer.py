"""The site behind PgBouncer as deploy/pgbouncer.ini sets it up, with a single connection to the database.

Two people who alternate on it never see each other's rows, what waits too long is taken back, and a database that is
away is told.
"""

import configparser
import os
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import requests

from benchmarks.faults import household, server, site
from benchmarks.faults.household import Household
from benchmarks.faults.server import Database
from benchmarks.faults.site import ROOT, Site, free_port

TURNS = 100
PATIENCE = 1.0


def run() -> list[str]:
    """One round; what is wrong."""
    with server.temporary() as (root, database):
        direct = site.environment(database, root, HOMELOG_WORKERS="2")
        site.manage(direct, "migrate", "--verbosity", "0")
        site.manage(direct, "collectstatic", "--noinput", "--verbosity", "0")
        people = {name: household.make(direct, name) for name in ("ada", "ben")}
        direct_lines = _lines(database)
        with _bouncer(root, database) as url:
            with site.serving({**direct, "DATABASE_URL": url, "DATABASE_POOL": "0"}, root) as running:
                wrong = _alternate(running, people, database, direct_lines)
                wrong += _away(running, people["ada"], database)
            return wrong + _taken_back(url, database)


def _alternate(running: Site, people: dict[str, Household], database: Database, direct: int) -> list[str]:
    """Everybody reads and writes, four at a time; what each sees."""
    seen: Counter[str] = Counter()
    threads = [threading.Thread(target=_turns, args=(running, people, name, seen)) for name in [*people] * 2]
    for thread in threads:
        thread.start()
    used = 0
    while any(thread.is_alive() for thread in threads):
        used = max(used, _lines(database) - direct)
        time.sleep(0.05)
    print(f"alternating: {seen.pop('fine', 0)} answers as they should be, over {used} connection", flush=True)
    wrong = [f"{times} times: {what}" for what, times in seen.items()]
    return wrong if used == 1 else [*wrong, f"{used} connections to the database were used, wanted 1"]


def _lines(database: Database) -> int:
    """How many connections the site's role has."""
    with database.connect() as line:
        found = line.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'homelog_app'").fetchone()
    return int(str(found[0])) if found else 0


def _turns(running: Site, people: dict[str, Household], name: str, seen: Counter[str]) -> None:
    mine, other = people[name], next(people[each] for each in people if each != name)
    browser, program = requests.Session(), requests.Session()
    browser.cookies.set("sessionid", mine.session)
    program.headers["Authorization"] = f"Bearer {mine.key}"
    for _turn in range(TURNS):
        page = browser.get(running.address + "/", timeout=60)
        is_own = f"of {name}" in page.text and not any(f"of {each}" in page.text for each in people if each != name)
        seen["fine" if page.status_code == 200 and is_own else f"{name} saw {page.status_code}, own {is_own}"] += 1
        for whose, wanted in ((mine, (201,)), (other, (403, 404))):
            path = f"/api/v1/sources/{whose.sources[0]}/readings"
            answer = program.post(running.address + path, json={"value": "21.5", "confirm": True}, timeout=60)
            seen["fine" if answer.status_code in wanted else f"POST of {name}: {answer.status_code}"] += 1


def _away(running: Site, person: Household, database: Database) -> list[str]:
    """The database stopped behind it: how soon 503 comes, and how soon all is well again."""
    address = f"{running.address}/sources/{person.sources[0]}/read/"
    cookies = {"sessionid": person.session}
    database.stop()
    wrong, told = [], []
    for _try in range(3):
        begun = time.monotonic()
        answer = requests.get(address, cookies=cookies, timeout=60)
        told.append(f"{answer.status_code} in {time.monotonic() - begun:.2f} s")
        if answer.status_code != 503 or "Retry-After" not in answer.headers:
            wrong.append(f"stopped: {told[-1]}")
    database.start()
    begun = time.monotonic()
    while requests.get(address, cookies=cookies, timeout=60).status_code != 200 and time.monotonic() < begun + 60:
        time.sleep(0.05)
    print(f"stopped: {', '.join(told)}; a page again {time.monotonic() - begun:.2f} s after it was back", flush=True)
    return wrong


def _taken_back(url: str, database: Database) -> list[str]:
    """A question that nobody waits for any more is ended in the database too, or it would hold the one connection."""
    from accounts.deadline import deadline
    from homelog.postgresql.driver import Connection

    with Connection.connect(url, prepare_threshold=None, autocommit=True) as line, deadline(PATIENCE):
        try:
            line.execute("SELECT pg_sleep(60)")
        except psycopg.OperationalError as error:
            print(f"a question without an answer: {error}", flush=True)
    begun = time.monotonic()
    with psycopg.connect(url, prepare_threshold=None, connect_timeout=10) as line:
        line.execute("SELECT 1")
    took = time.monotonic() - begun
    print(f"the next one was answered after {took:.2f} s", flush=True)
    with database.connect() as line:
        left = line.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE query LIKE '%pg_sleep(60)%' AND state = 'active' AND pid <> pg_backend_pid()"
        ).fetchone()
    return [] if left == (0,) and took < PATIENCE * 5 else [f"{left} still at it, the next one after {took:.2f} s"]


@contextmanager
def _bouncer(root: Path, database: Database) -> Iterator[str]:
    """PgBouncer on a free port, over the file of the project with one connection; the site's address of it."""
    program = shutil.which("pgbouncer")
    if program is None:
        raise RuntimeError("This round needs pgbouncer: on Debian apt-get install pgbouncer.")
    folder, port = root / "bouncer", free_port()
    folder.mkdir(mode=0o755)
    address = psycopg.conninfo.conninfo_to_dict(database.server.url("homelog_app"))
    file = configparser.ConfigParser(interpolation=None)
    file.read(ROOT / "deploy" / "pgbouncer.ini")
    place = {key: str(address[key]) for key in ("host", "port") if key in address}
    file["databases"]["homelog"] = (
        " ".join(f"{key}={text}" for key, text in place.items()) + f" dbname={address['dbname']}"
    )
    users = folder / "users"
    users.write_text('"homelog_app" "only for this round"\n')
    own = {"listen_port": port, "auth_file": users, "auth_type": "plain", "default_pool_size": 1, "unix_socket_dir": ""}
    own |= {"logfile": folder / "log", "pidfile": folder / "pid"}
    file["pgbouncer"].update({key: str(value) for key, value in own.items()})
    with (folder / "ini").open("w") as written:
        file.write(written)
    as_whom = ["-u", "postgres"] if os.geteuid() == 0 else []
    if as_whom:
        shutil.chown(folder, "postgres")
    process = subprocess.Popen([program, "-q", *as_whom, str(folder / "ini")])  # noqa: S603 - found on PATH
    try:
        time.sleep(1)
        yield f"postgresql://homelog_app:only%20for%20this%20round@127.0.0.1:{port}/homelog"
    finally:
        process.terminate()
        process.wait()
