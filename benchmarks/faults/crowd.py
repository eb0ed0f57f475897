"""600 connections that dawdle, on heads, on small and on large bodies: does anybody else wait for them?

`--proxy caddy` and `--proxy nginx` put that program with the file of deploy/ in front; without, gunicorn stands alone.
"""

import os
import selectors
import shutil
import socket
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from benchmarks.faults import household, server, site
from benchmarks.faults.household import Household
from benchmarks.faults.site import ROOT, free_port

MANY, SECONDS, ASKED, MOST = 600, 40, 100, 4.0
"""Connections; how long they dawdle; pages asked for meanwhile; how many times slower the median may get."""

HEAD = f"""POST /account/login/ HTTP/1.1\r
Host: 127.0.0.1\r
Cookie: csrftoken={"a" * 32}\r
Content-Type: multipart/form-data; boundary=x\r
Content-Length: """
"""With the cookie of a form, or nobody would read what comes after it."""
FIELD = '--x\r\nContent-Disposition: form-data; name="login"; filename="a"\r\n\r\n'
KINDS = {
    "heads": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ",
    "small bodies": f"{HEAD}60000\r\n\r\n{FIELD}".encode(),
    "large bodies": f"{HEAD}20000000\r\n\r\n{FIELD}{'a' * 100_000}".encode(),
}


class Crowd(threading.Thread):
    """So many connections that send a byte every few seconds, and come again when they are sent away."""

    def __init__(self, port: int, first: bytes) -> None:
        super().__init__(daemon=True)
        self.port, self.first = port, first
        self.until = threading.Event()
        self.lines: list[socket.socket] = []
        self.came = 0

    def come(self) -> None:
        """One more."""
        with suppress(OSError):
            line = socket.create_connection(("127.0.0.1", self.port), timeout=2)
            self.lines.append(line)
            self.came += 1
            line.setblocking(False)
            line.send(self.first)

    def run(self) -> None:
        """Dawdle until told to end."""
        while not self.until.is_set():
            while len(self.lines) < MANY and not self.until.is_set():
                before = self.came
                self.come()
                if self.came == before:
                    break
            for line in list(self.lines):
                if self.is_over(line):
                    line.close()
                    self.lines.remove(line)
            self.until.wait(2)
        for line in self.lines:
            line.close()

    def is_over(self, line: socket.socket) -> bool:
        """Send a byte; whether it was sent away, with or without an answer."""
        try:
            line.send(b"a")
            with selectors.DefaultSelector() as looked:
                looked.register(line, selectors.EVENT_READ)
                return bool(looked.select(0))
        except BlockingIOError:
            return False
        except OSError:
            return True


def run(proxy: str = "") -> list[str]:
    """One round; what is wrong."""
    with server.temporary() as (root, database):
        environment = site.environment(database, root, TRUSTED_PROXIES="1" if proxy else "0")
        site.manage(environment, "migrate", "--verbosity", "0")
        site.manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
        people = household.make(environment)
        with site.serving(environment, root) as running, in_front(proxy, running.port, root) as port:
            print(f"in front: {proxy or 'nothing'}", flush=True)
            asked(port, people, ASKED)
            before = told("nobody else", asked(port, people, ASKED))
            wrong = []
            for name, first in KINDS.items():
                crowd = Crowd(port, first)
                crowd.start()
                time.sleep(5)
                during = told(f"{MANY} on {name} ({len(crowd.lines)} there)", asked(port, people, ASKED))
                crowd.until.set()
                crowd.join()
                if during is None or (before and during > before * MOST):
                    wrong.append(f"{name}: the median went from {before} s to {during} s")
                time.sleep(8)
            told("nobody else any more", asked(port, people, ASKED))
        return wrong


def asked(port: int, people: Household, times: int) -> list[float]:
    """The seconds of each of so many pages; what did not come counts as for ever. Ends after SECONDS."""
    took: list[float] = []
    until = time.monotonic() + SECONDS
    for _time in range(times):
        begun = time.monotonic()
        if begun > until:
            break
        with suppress(requests.RequestException):
            answer = requests.get(
                f"http://127.0.0.1:{port}/sources/{people.sources[0]}/read/",
                cookies={"sessionid": people.session},
                timeout=20,
            )
            took.append(time.monotonic() - begun if answer.status_code == 200 else float("inf"))
            continue
        took.append(float("inf"))
    return took


def told(name: str, took: list[float]) -> float | None:
    """Print and return the median; None where half of them did not come."""
    p50, p95 = statistics.median_low(took), sorted(took)[int(len(took) * 0.95)]
    failed = sum(each == float("inf") for each in took)
    print(f"  {name}: p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, {failed} of {len(took)} failed", flush=True)
    return None if p50 == float("inf") else p50


@contextmanager
def in_front(proxy: str, behind: int, root: Path) -> Iterator[int]:
    """The port to ask: the site's own, or that of the proxy with the file of the project on loopback."""
    if not proxy:
        yield behind
        return
    program = shutil.which(proxy)
    if program is None:
        raise RuntimeError(f"There is no {proxy} on the PATH.")
    port, folder = free_port(), root / "proxy"
    folder.mkdir()
    command = {"caddy": _caddy, "nginx": _nginx}[Path(proxy).name](folder, port, behind)
    process = subprocess.Popen(  # noqa: S603 - a program that was named
        [program, *command],
        env=os.environ
        | {"HOME": str(folder), "SITE_ADDRESS": f"http://127.0.0.1:{port}", "SITE_UPSTREAM": f"127.0.0.1:{behind}"},
        stderr=(root / "proxy.log").open("wb"),
    )
    try:
        time.sleep(2)
        yield port
    finally:
        process.terminate()
        process.wait()


def _caddy(folder: Path, port: int, behind: int) -> list[str]:
    """deploy/Caddyfile, on loopback alone."""
    text = (ROOT / "deploy" / "Caddyfile").read_text()
    text = text.replace("admin off", "admin off\n\tdefault_bind 127.0.0.1", 1).replace(
        "\nhttp:// {", f"\nhttp://:{free_port()} {{"
    )
    (folder / "Caddyfile").write_text(text)
    return ["run", "--config", str(folder / "Caddyfile")]


def _nginx(folder: Path, port: int, behind: int) -> list[str]:
    """deploy/nginx.conf on loopback alone, without TLS, and with room for all from one address."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    text = text.replace("listen 443 ssl http2", f"listen 127.0.0.1:{port}").replace(
        "listen 80", f"listen 127.0.0.1:{free_port()}"
    )
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{behind}")
    kept = [line for line in text.splitlines() if not line.strip().startswith(("ssl_", "limit_conn "))]
    (folder / "site.conf").write_text("\n".join(kept))
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 2;\n"
        f"events {{ worker_connections 4096; }}\nhttp {{ access_log off; client_body_temp_path {folder}/body;\n"
        f"proxy_temp_path {folder}/proxy; include {folder}/site.conf; }}\n"
    )
    return ["-p", str(folder), "-c", str(folder / "nginx.conf")]
