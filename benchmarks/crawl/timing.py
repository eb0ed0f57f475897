"""Does the time of an answer tell who has an account? Known and unknown addresses in turns, in one request at a time.

For the time that one waits and for the processor time of the site's workers: how often a random known one took longer
than a random unknown one (AUC), turned so that 0.5 is nothing and 1 is certainty.
"""

import re
import statistics
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import requests

from benchmarks.crawl.target import Target

SAMPLES, MOST = 80, 0.65
KNOWN = "friend@example.com"
CSRF = "__Host-csrf"
Ask = Callable[[Target, str], requests.Response]


def sign_in(target: Target, address: str) -> requests.Response:
    """A wrong password on the page."""
    return _form(target, "/account/login/", {"login": address, "password": "wrong-copper-lantern-1"}, 422)


def sign_up(target: Target, address: str) -> requests.Response:
    """A new account."""
    said = {"display_name": "Somebody", "email": address, "password1": "a-quiet-copper-lantern-77"}
    return _form(target, "/account/signup/", said, 302)


def reset(target: Target, address: str) -> requests.Response:
    """A forgotten password."""
    return _form(target, "/account/password/reset/", {"email": address}, 302)


def invite(target: Target, address: str) -> requests.Response:
    """Sharing a source with an address; the one who invites is signed in."""
    path = f"/sources/{target.somebody.source['public_id']}/sharing/"
    return _form(target, path, {"email": address, "level": "read"}, 302, target.cookie)


def api_sign_in(target: Target, address: str) -> requests.Response:
    """A wrong password at the API."""
    return _sent(target, "/api/v1/auth/token", 401, json={"username": address, "password": "wrong-copper-lantern-1"})


WAYS: dict[str, Ask] = {
    "sign-in": sign_in,
    "sign-up": sign_up,
    "reset": reset,
    "invitation": invite,
    "API sign-in": api_sign_in,
}


def check(target: Target, ways: tuple[str, ...] = tuple(WAYS), samples: int = SAMPLES) -> list[str]:
    """Print both figures of each way; those that tell."""
    wrong = []
    for way in ways:
        took: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
        for number in range(2 * samples + 8):
            is_known = number % 2 == 0
            address = KNOWN if is_known else f"u{uuid.uuid4().hex[:5]}@example.com"
            spent, worked = _measured(target, WAYS[way], address)
            if number >= 8:
                took[is_known].append((spent, worked))
        for kind, of in (("waiting", 0), ("processor", 1)):
            known, unknown = ([each[of] for each in took[which]] for which in (True, False))
            found = auc(known, unknown)
            middle = f"{statistics.median(known) * 1000:.1f} and {statistics.median(unknown) * 1000:.1f} ms"
            print(f"timing: {way}, {kind}: AUC {found:.2f} of {samples} and {samples}, medians {middle}", flush=True)
            if found > MOST:
                wrong.append(f"{way}, {kind}: AUC {found:.2f}")
    return wrong


def auc(one: list[float], other: list[float]) -> float:
    """How well a threshold separates them: 0.5 not at all, 1 wholly, whichever is the greater."""
    wins = sum((a > b) + (a == b) / 2 for a in one for b in other) / (len(one) * len(other))
    return max(wins, 1 - wins)


def _measured(target: Target, ask: Ask, address: str) -> tuple[float, float]:
    """Seconds of waiting for the answer, and of processor time of all workers."""
    before = _worked(target)
    answer = ask(target, address)
    time.sleep(0.02)
    return answer.elapsed.total_seconds(), _worked(target) - before


def _worked(target: Target) -> float:
    """Seconds that the workers have computed for so far."""
    tasks = [task for worker in target.running.workers() for task in Path(f"/proc/{worker}/task").iterdir()]
    spent = 0
    for task in tasks:
        with suppress(ProcessLookupError, FileNotFoundError):  # a thread that mails aside, and is done
            spent += int((task / "schedstat").read_text().split()[0])
    return spent / 1e9


def _form(target: Target, path: str, said: dict[str, str], wanted: int, cookie: str = "") -> requests.Response:
    page = _sent(target, path, 200, cookie=cookie)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    said = {**said, "csrfmiddlewaretoken": token[1] if token else ""}
    return _sent(target, path, wanted, cookie=f"{CSRF}={page.cookies[CSRF]}; {cookie}", data=said)


def _sent(target: Target, path: str, wanted: int, cookie: str = "", **body: dict[str, str]) -> requests.Response:
    """To gunicorn itself, from another address each time, as the proxy tells it."""
    number = uuid.uuid4().int
    headers = {
        "Host": "localhost",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": f"10.{number % 250}.{number // 250 % 250}.{number // 62500 % 250}",
        "Referer": f"https://localhost{path}",
        "Cookie": cookie,
    }
    address = target.running.address + path
    method = "POST" if body else "GET"
    answer = requests.request(method, address, headers=headers, allow_redirects=False, timeout=60, **body)  # type: ignore[arg-type]
    if answer.status_code != wanted:
        raise RuntimeError(f"{method} {path}: {answer.status_code} instead of {wanted}: {answer.text[:400]}")
    return answer
