"""gunicorn with HomeLog's configuration: what the environment sets, and that a site its checks refuse never listens."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from homelog import devdb

CONFIGURATION = Path(devdb.__file__).with_name("gunicorn.conf.py")


def serve(**environment: str) -> subprocess.CompletedProcess[str]:
    """Start gunicorn on a free port; a site that serves instead of refusing fails the test after twenty seconds."""
    command = [sys.executable, "-m", "gunicorn", "--config", str(CONFIGURATION), "homelog.wsgi"]
    return subprocess.run(
        command,
        cwd=CONFIGURATION.parent.parent,
        env=os.environ | {"HOMELOG_BIND": "127.0.0.1:0"} | environment,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_the_environment_says_where_and_how_wide_it_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOMELOG_WORKERS", "FORWARDED_ALLOW_IPS", "HOMELOG_ACCESS_LOG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOMELOG_BIND", "127.0.0.1:8123")
    monkeypatch.setenv("HOMELOG_THREADS", "7")
    read = runpy.run_path(str(CONFIGURATION))
    names = ("bind", "workers", "threads", "worker_class", "forwarded_allow_ips", "accesslog", "control_socket_disable")
    assert {name: read[name] for name in names} == {
        "bind": "127.0.0.1:8123",
        "workers": 2,
        "threads": 7,
        "worker_class": "gthread",
        "forwarded_allow_ips": "127.0.0.1,::1",
        "accesslog": None,
        "control_socket_disable": True,
    }


def test_a_reload_of_what_was_started_without_figures_makes_their_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")  # so that it is taken away afterwards
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")
    read = runpy.run_path(str(CONFIGURATION))
    read["on_reload"](None)
    folder = os.environ["PROMETHEUS_MULTIPROC_DIR"]
    read["on_reload"](None)
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == folder
    read["child_exit"](None, SimpleNamespace(pid=1))
    assert Path(folder).is_dir()
    read["on_exit"](None)
    assert not Path(folder).exists()


def test_a_site_without_its_secrets_does_not_start() -> None:
    refused = serve(SECRET_KEY="")
    assert refused.returncode == 1
    assert "SECRET_KEY is not set." in refused.stderr
    assert refused.stderr.endswith("HomeLog does not start: see the failed checks above.\n")
    assert "Listening at" not in refused.stderr


def test_a_site_that_connects_as_a_superuser_does_not_start() -> None:
    url = os.environ["DATABASE_URL"]
    if urlsplit(url).username != "homelog_app" or urlsplit(url).password:
        pytest.skip("only the embedded server lets anybody in as its superuser")
    refused = serve(DATABASE_URL=url.replace("homelog_app@", "postgres@", 1))
    assert refused.returncode == 1
    assert "homelog.E0" in refused.stderr
    assert "Listening at" not in refused.stderr
