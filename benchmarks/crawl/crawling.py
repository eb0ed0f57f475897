"""wapiti, signed out and signed in: it follows links, fills in forms, and attacks what it found."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from benchmarks.crawl import PLANTED
from benchmarks.crawl.target import HOST, SESSION, Target

MODULES = (
    "backup,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,"
    "sql,timesql,upload,xss"
)
"""Without those that ask a server outside (ssrf, xxe, log4shell, takeover) or fetch lists (nikto, cms, wapp), and
without ldap: nothing here asks such a directory, and it takes a page with new random numbers for an answer of one.
"""
SPARED = ("/account/logout/*", "/account/password/*", "/account/devices/*", "/admin/logout/*", "/static/*", "/*delete*")
"""Not followed: it would sign itself out, or end what it is to attack."""
CRAWL, ATTACK = 300, 150
"""Seconds for the crawl and for each kind of attack."""
MUST = {"Reflected Cross Site Scripting", "Open Redirect"}
"""What it must find at the planted faults."""
FORGED = "Cross Site Request Forgery"
TOLD = {"HTTP Methods"}
"""What it says of every site."""


def crawl(target: Target, program: Path, *, signed_in: bool) -> list[str]:
    """One run; what it found besides what was planted, and what of that it missed."""
    who = "in" if signed_in else "out"
    report = target.root / f"wapiti-{who}.json"
    planted = f"{target.origin}/{PLANTED}"
    command = [str(program), "--url", f"{target.origin}/", "--start", f"{planted}?name=Cellar"]
    command += ["--start", f"{planted}?to=/sources/", "--module", MODULES, "--scope", "domain", "--verify-ssl", "0"]
    command += ["--no-bugreport", "--dns-endpoint", HOST, "--flush-session", "--tasks", "4", "--depth", "4"]
    command += ["--max-links-per-page", "60", "--max-files-per-dir", "30", "--max-scan-time", str(CRAWL)]
    command += ["--max-attack-time", str(ATTACK), "--timeout", "20", "--format", "json", "--output", str(report)]
    command += ["--store-session", str(target.root / f"wapiti-{who}"), "--store-config", str(target.root / "wapiti")]
    command += [part for path in SPARED for part in ("--exclude", target.origin + path)]
    if signed_in:
        command += ["--cookie", str(_cookie(target))]
    subprocess.run(command, check=True, capture_output=True, timeout=3600)  # noqa: S603 - a program that was named
    said = json.loads(report.read_text())
    if signed_in and target.get("/sources/", signed_in=True).status_code != 200:
        return ["wapiti signed itself out."]
    print(f"wapiti, signed {who}: {said['infos']['crawled_pages_nbr']} pages and forms", flush=True)
    at_planted = {kind for kind, each in _found(said) if each["path"] == f"/{PLANTED}"}
    wrong = [f"wapiti did not find what is planted: {kind}." for kind in MUST - at_planted]
    others = [(kind, each) for kind, each in _found(said) if each["path"] != f"/{PLANTED}" and kind not in TOLD]
    others = [each for each in others if each[0] != FORGED or not _is_refused(target, each[1]["path"])]
    return wrong + [f"{kind}: {each['method']} {each['path']} {each['info']}" for kind, each in others]


def _is_refused(target: Target, path: str) -> bool:
    """Whether the page refuses a form with a wrong token. wapiti only compares two answers, and some of what it sends
    is no form that anybody could read, so that both are the same refusal.
    """
    token = target.get(path, signed_in=True).cookies.get("__Host-csrf", "none")
    headers = {"Cookie": f"{target.cookie}; __Host-csrf={token}", "Referer": target.origin + path}
    sent = {"csrfmiddlewaretoken": (None, "w" * 64)}
    answer = requests.post(
        target.origin + path, headers=headers, files=sent, verify=str(target.certificate), timeout=60
    )
    print(f"wapiti says that {path} takes forged forms: with a wrong token it answers {answer.status_code}.")
    return answer.status_code == 403


def _found(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in ("vulnerabilities", "anomalies", "additionals"):
        for kind, found in said[part].items():
            yield from ((kind, each) for each in found)


def _cookie(target: Target) -> Path:
    """The session in a file of wapiti's: as a header of ours it would displace the cookie of forms, which are refused
    without it, and nothing behind them would be tried.
    """
    place = target.root / "cookie.json"
    kept = {"value": target.somebody.session, "expires": None, "secure": True, "port": None, "version": 0}
    place.write_text(json.dumps({f".{HOST}.local": {"/": {SESSION: kept}}}))
    return place
