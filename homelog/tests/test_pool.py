"""The pool of connections: a server that is away is told from one that is busy."""

import socket

import pytest
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from homelog.postgresql import pool
from homelog.postgresql.driver import Connection
from homelog.postgresql.pool import Pool


def test_a_server_that_is_away_is_noticed_long_before_the_patience_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "GLANCE", 0.05)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        address = {"host": "127.0.0.1", "port": taken.getsockname()[1]}
        with Pool(kwargs=address, connection_class=Connection, open=False, timeout=600, min_size=0, max_size=1) as away:
            with pytest.raises(OperationalError) as refused:
                away.getconn()
            assert not isinstance(refused.value, PoolTimeout)
            with pytest.raises(PoolTimeout):
                away.getconn(0.01)
