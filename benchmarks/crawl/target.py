"""What is attacked: the site as it is deployed, behind nginx with TLS, with a household that has one of everything."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from benchmarks.crawl.people import Somebody, settle
from benchmarks.faults import server, site
from benchmarks.faults.site import ROOT, free_port

HOST = "localhost"
SESSION = "__Host-session"


@dataclass
class Target:
    """A site that runs. origin: its address, over TLS by nginx; port, other_port: of TLS and of the redirect to it;
    somebody: who owns everything there, an administrator; root: a folder of this run.
    """

    port: int
    other_port: int
    root: Path
    certificate: Path
    running: site.Site
    somebody: Somebody

    @property
    def origin(self) -> str:
        """Its address, without a slash at its end."""
        return f"https://{HOST}:{self.port}"

    @property
    def cookie(self) -> str:
        """The header by which one is signed in."""
        return f"{SESSION}={self.somebody.session}"

    def get(self, path: str, *, signed_in: bool) -> requests.Response:
        """What a page answers, signed in or not; redirects are not followed."""
        more = {"Cookie": self.cookie} if signed_in else {}
        return requests.get(
            self.origin + path, headers=more, verify=str(self.certificate), allow_redirects=False, timeout=60
        )


@contextmanager
def attacked(**more: str) -> Iterator[Target]:
    """A target of its own, which is gone afterwards; `more`: other settings of its site."""
    with server.temporary() as (root, database):
        settings = {"HTTPS": "on", "ALLOWED_HOSTS": HOST, "TRUSTED_PROXIES": "1", "EMAIL_VERIFICATION": "mandatory"}
        known = site.environment(database, root, **{**settings, "STAFF_SECOND_FACTOR": "off", **more})
        site.manage(known, "migrate", "--verbosity", "0")
        site.manage(known, "collectstatic", "--noinput", "--verbosity", "0")
        somebody = settle(known)
        certificate = certified(root)
        with site.serving(known, root) as running, in_front(root, running.port) as (port, other):
            yield Target(port, other, root, certificate, running, somebody)


def certified(folder: Path) -> Path:
    """A certificate for HOST that certifies itself, beside its key."""
    program = shutil.which("openssl") or "openssl"
    command = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "7", "-subj", f"/CN={HOST}"]
    command += ["-addext", f"subjectAltName=DNS:{HOST}", "-keyout", str(folder / "key.pem")]
    command += ["-out", str(folder / "certificate.pem")]
    subprocess.run([program, *command], check=True, capture_output=True)  # noqa: S603 - a program that was named
    return folder / "certificate.pem"


@contextmanager
def in_front(folder: Path, behind: int, *, most: int = 100) -> Iterator[tuple[int, int]]:
    """nginx with deploy/nginx.conf on loopback: its ports of TLS and of the redirect to it. most: connections that one
    address may hold.
    """
    port, other = free_port(), free_port()
    place = folder / "nginx"
    place.mkdir()
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for old, new in {
        "listen 443 ssl http2": f"listen 127.0.0.1:{port} ssl http2",
        "listen 80": f"listen 127.0.0.1:{other}",
        "https://$host$request_uri": f"https://$host:{port}$request_uri",
        "127.0.0.1:8000": f"127.0.0.1:{behind}",
        "homelog.example.org;": f"{HOST};",
        "/etc/letsencrypt/live/homelog.example.org/fullchain.pem": f"{folder}/certificate.pem",
        "/etc/letsencrypt/live/homelog.example.org/privkey.pem": f"{folder}/key.pem",
        "homelog_address 100": f"homelog_address {most}",
    }.items():
        if old not in text:
            raise RuntimeError(f"deploy/nginx.conf has no {old!r} any more.")
        text = text.replace(old, new)
    (place / "site.conf").write_text(text)
    (place / "nginx.conf").write_text(
        f"daemon off; pid {place}/pid; error_log {place}/error.log; worker_processes 2;\n"
        f"events {{ worker_connections 4096; }}\nhttp {{ access_log off; client_body_temp_path {place}/body;\n"
        f"proxy_temp_path {place}/proxy; include {place}/site.conf; }}\n"
    )
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    process = subprocess.Popen([program, "-p", str(place), "-c", str(place / "nginx.conf")])  # noqa: S603
    try:
        time.sleep(1)
        yield port, other
    finally:
        process.terminate()
        process.wait()
