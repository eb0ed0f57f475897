"""The site of a round: gunicorn as it is deployed, as homelog_app, on a free port of loopback."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from benchmarks.faults.server import Database, children, send

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60


class Site:
    """One gunicorn; `environment` is all it knows."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {**environment, "HOMELOG_BIND": f"127.0.0.1:{self.port}"}
        self.environment.pop("DATABASE_OWNER_URL", None)
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns once it answers. It looks at the database first, so that has to be there."""
        command = [sys.executable, "-m", "gunicorn", "--config", "homelog/gunicorn.conf.py", "homelog.wsgi"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.wait_for("/healthz", 200)

    def wait_for(self, path: str, status: int, seconds: float = PATIENCE) -> float:
        """After how many seconds the path answers so."""
        begun = time.monotonic()
        while time.monotonic() < begun + seconds:
            with suppress(requests.RequestException):
                if requests.get(self.address + path, timeout=20).status_code == status:
                    return time.monotonic() - begun
            time.sleep(0.02)
        raise RuntimeError(f"{path} did not answer {status} within {seconds} s: see {self.log}.")

    def workers(self) -> list[int]:
        """The processes that answer."""
        return children(self.master())

    def master(self) -> int:
        """The process that watches over them."""
        if self.process is None:
            raise RuntimeError("The site of this round does not run.")
        return self.process.pid

    def kill_worker(self) -> None:
        """kill -9 of one worker; gunicorn makes another."""
        workers = self.workers()
        if workers:
            send([random.choice(workers)], signal.SIGKILL)  # noqa: S311 - chance, no secret

    def kill(self) -> None:
        """kill -9 of all of it."""
        send([self.master(), *self.workers()], signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def stop(self) -> None:
        """End it in order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()


def environment(database: Database, root: Path, **more: str) -> dict[str, str]:
    """The settings of a deployment, without TLS; the owner's address is for manage.py alone."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "HOMELOG_PG_BIN") if name in os.environ}
    return {
        **kept,
        "ENV_FILE": "rounds-read-no-env-file",
        "DJANGO_SETTINGS_MODULE": "homelog.settings",
        "HTTPS": "off",
        "SECRET_KEY": "only-for-fault-rounds-" + "0123456789abcdef" * 2,
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": database.server.url("homelog_app"),
        "DATABASE_OWNER_URL": database.server.url("homelog_owner"),
        "EMAIL_URL": "consolemail://",
        "MEDIA_FOLDER": str(root / "media"),
        "API_PER_MINUTE": "100000",
        **more,
    }


def manage(environment: dict[str, str], *command: str) -> str:
    """What a management command printed; it must succeed."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"manage.py {' '.join(command)} failed: {done.stderr}")
    return done.stdout


@contextmanager
def serving(environment: dict[str, str], root: Path) -> Iterator[Site]:
    """A site that runs, and does not afterwards."""
    site = Site(environment, root / "site.log")
    try:
        site.start()
        yield site
    finally:
        site.stop()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
