"""What Prometheus may know: how many requests, how long, how busy the database is. No address, no name, no value.

Views are told by the names of their addresses, of which there are few. With several worker processes the figures lie in
files of one folder (PROMETHEUS_MULTIPROC_DIR, which homelog/gunicorn.conf.py makes and empties), and any worker tells
those of all.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import suppress

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily

from accounts import replica
from homelog.errors import UNREACHABLE
from homelog.postgresql import aside, lag
from homelog.watching import state

logger = logging.getLogger("homelog.watching")

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
NO_VIEW = "none"
"""For what leads to no view: static files, addresses that do not exist, requests that are refused at the door."""

REQUESTS = Counter("homelog_requests", "Answered requests", ["view", "method", "status"])
SECONDS = Histogram("homelog_request_seconds", "Time until an answer begins", ["view"], buckets=BUCKETS)
FAILED = Counter("homelog_sign_ins_failed", "Sign-ins that failed: wrong password, second factor, provider", ["way"])
OUTBOX = Counter("homelog_outbox_answers", "What became of readings that waited on a device", ["state"])
POOL = Gauge("homelog_pool_connections", "Connections of the pool", ["state"], multiprocess_mode="livesum")
FROM_REPLICA = Counter(
    "homelog_replica_pages", "Pages that may come from the replica: read there, or it was behind or away", ["outcome"]
)

ASKED = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
       pg_database_size(current_database()),
       (SELECT sum(greatest(reltuples, 0)) FROM pg_class WHERE oid = 'reading'::regclass)
"""
METHODS = {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"}


def note(view: str, method: str, status: int, seconds: float) -> None:
    """One answered request."""
    REQUESTS.labels(view or NO_VIEW, method if method in METHODS else "other", status).inc()
    SECONDS.labels(view or NO_VIEW).observe(seconds)


def note_pool() -> None:
    """How busy this process's connections are."""
    pool = getattr(connections[DEFAULT_DB_ALIAS], "_connection_pools", {}).get(DEFAULT_DB_ALIAS)
    if pool is not None:
        stats = pool.get_stats()
        POOL.labels("open").set(stats.get("pool_size", 0))
        POOL.labels("free").set(stats.get("pool_available", 0))
        POOL.labels("waited_for").set(stats.get("requests_waiting", 0))


class Replica:
    """Asked when Prometheus asks, where there is one."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """homelog_replica_up: 1 where it answers and follows; and how far it is behind."""
        if not replica.is_configured():
            return
        found = None
        with suppress(*UNREACHABLE):
            found = lag.measured()
        up = found is not None and found.follows
        yield GaugeMetricFamily("homelog_replica_up", "1 where the replica answers and follows", value=int(up))
        if found is not None and up:
            size, seconds = "homelog_replica_lag_bytes", "homelog_replica_lag_seconds"
            yield GaugeMetricFamily(size, "Bytes of the log that the replica has not replayed yet", value=found.size)
            yield GaugeMetricFamily(seconds, "Age of what it replayed last; 0 if all", value=found.seconds)


class Database:
    """Asked when Prometheus asks."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """homelog_database_up, and what is known where it is 1."""
        found = None
        with suppress(*UNREACHABLE):
            found = aside.asked(ASKED)
        yield GaugeMetricFamily("homelog_database_up", "1 where the database answers", value=0 if found is None else 1)
        names = (
            ("homelog_database_connections", "Connections to the database, of everybody"),
            ("homelog_database_bytes", "Size of the database"),
            ("homelog_readings", "Readings stored, about"),
        )
        for (name, text), value in zip(names, found or (), strict=False):
            yield GaugeMetricFamily(name, text, value=float(value))
        if found is not None:
            yield from _of_state()


def _of_state() -> Iterator[GaugeMetricFamily]:
    """A question of its own: where it takes too long, or fails, the database is up all the same, and it is logged."""
    try:
        row = aside.asked(state.SQL)
    except DatabaseError as error:
        logger.warning("No figures of seals, backups and imports: %s", error)
        return
    for name, text, value in state.told(state.of(row)) if row else ():
        yield GaugeMetricFamily(name, text, value=value)


def told() -> bytes:
    """All figures, in Prometheus' text format."""
    registry = CollectorRegistry() if "PROMETHEUS_MULTIPROC_DIR" in os.environ else None
    if registry is not None:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    database = CollectorRegistry()
    database.register(Database())
    database.register(Replica())
    return generate_latest(registry or REGISTRY) + generate_latest(database)
