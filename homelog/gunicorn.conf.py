"""How gunicorn serves the site: `gunicorn --config homelog/gunicorn.conf.py homelog.wsgi`.

What differs between machines comes from the environment (HOMELOG_BIND, HOMELOG_WORKERS, HOMELOG_THREADS,
HOMELOG_ACCESS_LOG, FORWARDED_ALLOW_IPS); Django's settings are not read here, so that a reload finds fresh code.
"""

# ruff: noqa: N999 - the name that gunicorn documents

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

bind = os.environ.get("HOMELOG_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("HOMELOG_WORKERS", "2"))
threads = int(os.environ.get("HOMELOG_THREADS", "4"))
worker_class = "gthread"
# Heartbeat files belong in memory: on a busy disk a worker would seem dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a place, not a file
# Where long uploads go through is chosen now: a worker that chose while that disk is full would take another one.
tempfile.gettempdir()
timeout = 30
graceful_timeout = 30
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000

limit_request_line = 4_094
limit_request_fields = 60
limit_request_field_size = 8_190
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
control_socket_disable = True

# Off unless asked for: a path can hold the key of a password reset. "-" is standard output.
accesslog = os.environ.get("HOMELOG_ACCESS_LOG") or None
# Neither what stands behind the ? of an address, which somebody may have typed, nor the page before.
access_log_format = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(B)s "%(a)s"'
errorlog = "-"
if os.environ.get("LOG_FORMAT") == "json":
    _console = {"handlers": ["console"], "propagate": False, "level": "INFO"}
    logconfig_dict = {
        "formatters": {"generic": {"()": "homelog.watching.logs.JsonFormatter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "generic"}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "gunicorn.error": _console,
            "gunicorn.access": _console if accesslog else {"handlers": [], "propagate": False, "level": "CRITICAL"},
        },
    }

METRICS = "PROMETHEUS_MULTIPROC_DIR"


def on_starting(server: object) -> None:
    """Refuse to start a site that its own system checks refuse, such as one that connects as a too mighty role.

    Tell the code that makes the first administrator, as long as there is none. A process of its own does both: what
    this one imports would outlive a reload.
    """
    command = [sys.executable, "-m", "django", "first_run", "--check", "--if-needed"]
    environment = {"DJANGO_SETTINGS_MODULE": "homelog.settings", **os.environ}
    done = subprocess.run(command, cwd=Path(__file__).resolve().parent.parent, env=environment, check=False)  # noqa: S603
    if done.returncode:
        sys.exit("HomeLog does not start: see the failed checks above.")
    on_reload(server)


def on_reload(server: object) -> None:
    """Make the folder of the figures, where there is none: what is reloaded may have been started by a version without
    figures, and without a folder the end of its first worker would end everything.
    """
    if METRICS not in os.environ:
        os.environ[METRICS] = tempfile.mkdtemp(prefix="homelog-metrics-", dir=worker_tmp_dir)


def child_exit(server: object, worker: Any) -> None:
    """What a worker counted stays; that it is there does not. Imported late: what that does depends on METRICS."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: object) -> None:
    """Take the folder of the figures away."""
    shutil.rmtree(os.environ.get(METRICS, ""), ignore_errors=True)
