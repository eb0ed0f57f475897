"""Every address of the served site, signed in and out: headers, cookies, and what the Observatory says of it."""

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import requests

from benchmarks.crawl.target import HOST, Target
from homelog.testing_pages import HEADERS, POLICY, inline, policy

ENCRYPTED = {**HEADERS, "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload"}
"""What an answer over https carries."""
KEPT = ("/sw.js", "/manifest.webmanifest", "/offline/", "/admin/jsi18n/")
"""The same for everybody, so they may be kept."""
AIM = 135


def check(target: Target) -> list[str]:
    """Ask for every page, signed in and out; what is wrong with which."""
    wrong, seen = [], Counter[int]()
    for path in target.somebody.pages():
        for signed_in in (True, False):
            answer = target.get(path, signed_in=signed_in)
            seen[answer.status_code] += 1
            who = "signed in" if signed_in else "signed out"
            wrong += [f"{path}, {who}, {answer.status_code}: {what}" for what in complaints(path, answer)]
    print(f"headers: {sum(seen.values())} answers: {', '.join(f'{n} x {code}' for code, n in sorted(seen.items()))}")
    return wrong


def complaints(path: str, answer: requests.Response) -> Iterator[str]:
    """What is wrong with one answer."""
    if answer.status_code >= 500:
        yield "an error of the site"
    found = policy(answer.headers)
    if found != POLICY:
        yield f"the policy is {found}"
    for name, value in ENCRYPTED.items():
        if answer.headers.get(name) != value:
            yield f"{name} is {answer.headers.get(name)!r}"
    if "microphone=()" not in answer.headers.get("Permissions-Policy", ""):
        yield "no Permissions-Policy"
    if path not in KEPT and "no-store" not in answer.headers.get("Cache-Control", ""):
        yield f"Cache-Control is {answer.headers.get('Cache-Control')!r}"
    if re.search(r"\d", answer.headers.get("Server", "")) or "X-Powered-By" in answer.headers:
        yield "a version of the server"
    for cookie in answer.raw.headers.getlist("Set-Cookie"):
        if not {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {*cookie.split("; ")} or not cookie.startswith(
            "__Host-"
        ):
            yield f"the cookie {cookie.split('=')[0]} is open"
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        yield from (f"inline: {each}" for each in inline(answer.text))


def observe(target: Target, program: Path) -> list[str]:
    """Let the Observatory (its folder) judge every page that is shown, signed in and out; which reach less than AIM.

    A page that sets no cookie cannot have the five points for cookies that are set well: AIM is less by them there.
    """
    asked = [[path, cookie] for path in target.somebody.pages() for cookie in (target.cookie, "")]
    script = str(Path(__file__).with_name("observatory.mjs"))
    done = subprocess.run(  # noqa: S603 - a program that was named
        [shutil.which("node") or "node", script, str(program), HOST, str(target.port), str(target.other_port)],
        input="\n".join(map(json.dumps, asked)),
        env=os.environ | {"NODE_EXTRA_CA_CERTS": str(target.certificate)},
        capture_output=True,
        text=True,
        check=True,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    judged = [each for each in found if "score" in each]
    counts = Counter((each["grade"], each["score"]) for each in judged)
    told = ", ".join(f"{n} x {grade} {score}" for (grade, score), n in sorted(counts.items()))
    print(f"observatory: {len(judged)} of {len(asked)} judged: {told}", flush=True)
    return [f"{each['path']}: {each}" for each in judged if each["score"] < aim_of(each)]


def aim_of(judged: dict[str, str]) -> int:
    """What a page should reach."""
    return AIM - 5 if judged["cookies"] == "cookies-not-found" else AIM
