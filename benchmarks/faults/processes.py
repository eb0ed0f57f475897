"""Two gunicorns on one database that share nothing else but the folder of pictures: is each as good as the other?

Each has a temporary folder and figures of its own. What is begun at one is gone on with at the other.
"""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle
from typing import Any

import requests

from accounts.ids import uuid7
from benchmarks.faults import household, server, site, writers
from benchmarks.faults.household import Household
from benchmarks.faults.imports import ROWS, Browser
from benchmarks.faults.server import Database
from benchmarks.faults.site import Site

AT_ONCE, CALLS, TRIES = 50, 160, 8
PER_MINUTE = 120
PASSWORD = "quiet-copper-lantern-42"  # noqa: S105 - that of homelog.testing, which needs Django
CODE = re.compile(r"\b[A-Z2-7]{5}-[A-Z2-7]{5}\b")


class Between(Browser):
    """A browser whose requests go to one site and the other in turns."""

    def __init__(self, sites: list[Site], people: Household, source: str) -> None:
        self.turns = cycle(sites)
        super().__init__(sites[0], people, source)

    def _get(self, path: str) -> requests.Response:
        self.running = next(self.turns)
        return super()._get(path)

    def _post(self, path: str, data: dict[str, str], **more: Any) -> requests.Response:
        self.running = next(self.turns)
        return super()._post(path, data, **more)


def run() -> list[str]:
    """One round; what is wrong."""
    with server.temporary() as (root, database), ExitStack() as running:
        known = site.environment(database, root, API_PER_MINUTE=str(PER_MINUTE))
        site.manage(known, "migrate", "--verbosity", "0")
        site.manage(known, "collectstatic", "--noinput", "--verbosity", "0")
        sites = []
        for name in ("one", "other"):
            (root / name).mkdir()
            sites.append(running.enter_context(site.serving({**known, "TMPDIR": str(root / name)}, root / name)))
        found = _first_run(sites, database, site.manage(known, "first_run"))
        people = household.make(known)
        guest = household.another("guest")
        steps = (_signed_in, _tokens, _imported, _once, _wrong_passwords, _counted)
        for step in steps:
            found |= step(sites, people, guest, database)
    for name, (seen, _wanted) in found.items():
        print(f"{name}: {seen}", flush=True)
    return [f"{name}: {seen} instead of {wanted}" for name, (seen, wanted) in found.items() if seen != wanted]


Found = dict[str, tuple[Any, Any]]


def _first_run(sites: list[Site], database: Database, said: str) -> Found:
    """Two people with the code at the same moment, at two sites."""
    code = CODE.findall(said)[0]

    def make(number: int) -> int:
        form = {"code": code, "display_name": f"First {number}", "email": f"first{number}@example.com"}
        return _form(sites[number], "/account/set-up/", {**form, "password1": PASSWORD}).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(make, (0, 1)))
    administrators = _number(database, 'SELECT count(*) FROM "user" WHERE is_superuser')
    return {"administrators of two who came at once": ((administrators, answers), (1, [302, 302]))}


def _signed_in(sites: list[Site], people: Household, guest: Household, database: Database) -> Found:
    one, other = sites
    line = requests.Session()
    _form(one, "/account/login/", {"login": "guest", "password": PASSWORD}, line)
    used = line.get(f"{other.address}/account/", allow_redirects=False).status_code
    _form(other, "/account/logout/", {}, line)
    ended = line.get(f"{one.address}/account/", allow_redirects=False).status_code
    return {"signed in at one, used at the other, signed out there, used at the first": ((used, ended), (200, 302))}


def _tokens(sites: list[Site], people: Household, guest: Household, database: Database) -> Found:
    one, other = (each.address + "/api/v1" for each in sites)
    first = requests.post(f"{one}/auth/token", json={"username": "guest", "password": PASSWORD}, timeout=60).json()
    renewed = requests.post(f"{other}/auth/refresh", json={"refresh_token": first["refresh_token"]}, timeout=60)
    bearer = {"Authorization": f"Bearer {renewed.json()['access_token']}"}
    used = requests.get(f"{one}/me", headers=bearer, timeout=60).status_code
    ended = requests.post(f"{other}/auth/sign-out", headers=bearer, timeout=60).status_code
    after = requests.get(f"{one}/me", headers=bearer, timeout=60).status_code
    again = requests.post(
        f"{one}/auth/refresh", json={"refresh_token": renewed.json()["refresh_token"]}, timeout=60
    ).status_code
    seen = (renewed.status_code, used, ended, after, again)
    return {"token of one renewed at the other, used, signed out, used and renewed": (seen, (200, 200, 204, 401, 401))}


def _imported(sites: list[Site], people: Household, guest: Household, database: Database) -> Found:
    """Every request of an import goes to the other site than the one before."""
    browser = Between(sites, people, people.sources[1])
    browser.bring()
    count = "SELECT count(*) FROM reading WHERE import_batch_id IS NOT NULL"
    return {"import begun, watched and stored in turns": ((browser.step, _number(database, count)), ("stored", ROWS))}


def _once(sites: list[Site], people: Household, guest: Household, database: Database) -> Found:
    """The same reading many times at the same moment."""
    key = str(uuid7())
    sent = {"id": key, "value": "21.5", "recorded_at": "2026-01-01T08:00:00Z", "confirm": True}
    bearer = {"Authorization": f"Bearer {people.key}"}
    path = f"/api/v1/sources/{people.sources[0]}/readings"

    def post(number: int) -> int:
        return requests.post(sites[number % 2].address + path, json=sent, headers=bearer, timeout=60).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = Counter(pool.map(post, range(AT_ONCE)))
    stored = _number(database, f"SELECT count(*) FROM reading WHERE public_id = '{key}'")  # noqa: S608 - our own
    seen = (stored, dict(sorted(answers.items())))
    return {f"one reading sent {AT_ONCE} times at once": (seen, (1, {200: AT_ONCE - 1, 201: 1}))}


def _wrong_passwords(sites: list[Site], people: Household, guest: Household, database: Database) -> Found:
    """Five wrong passwords are allowed for a name in a quarter of an hour, wherever they are typed."""
    turns = cycle(sites)
    wrong = {"login": "faults", "password": "not this one at all"}
    answers = [_form(next(turns), "/account/login/", wrong).status_code for _try in range(TRIES)]
    return {"wrong passwords typed in turns": (answers, [422] * 5 + [429] * (TRIES - 5))}


def _counted(sites: list[Site], people: Household, guest: Household, database: Database) -> Found:
    """More calls than are allowed in a minute, in turns; they may fall into two minutes."""
    bearer = {"Authorization": f"Bearer {guest.key}"}
    turns = cycle(sites)
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(requests.get, f"{next(turns).address}/api/v1/me", headers=bearer) for _n in range(CALLS)]
        answers = Counter(call.result().status_code for call in calls)
    counted = _number(database, "SELECT max(calls) FROM api_count WHERE calls > 100")
    print(f"{CALLS} calls of one key in turns, {PER_MINUTE} allowed: {dict(answers)}, counted together {counted}")
    return {"calls that were refused, or fell into two minutes": (bool(answers[429]) or counted < PER_MINUTE, True)}


def _form(running: Site, path: str, fields: dict[str, str], line: requests.Session | None = None) -> requests.Response:
    """Send a form as a browser does, after its page was asked for."""
    line = line or requests.Session()
    page = line.get(running.address + path, timeout=60)
    token = writers.TOKEN.search(page.text)
    data = {**fields, "csrfmiddlewaretoken": token[1] if token else ""}
    return line.post(running.address + path, data=data, allow_redirects=False, timeout=60)


def _number(database: Database, sql: str) -> int:
    with database.connect() as connection:
        row = connection.execute(sql.encode()).fetchone()
    return int(str((row or (0,))[0] or 0))
