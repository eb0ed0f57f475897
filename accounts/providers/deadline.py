"""An end for asking another server, whatever it dawdles with: its name, the connection, headers or body.

A time-out of requests holds for each wait on the socket anew, so a server that sends a letter now and then is never cut
off by it; and looking up a name has none. Knows nothing of providers.
"""

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import urllib3
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

Answer = TypeVar("Answer")


def within(seconds: float, ask: Callable[[], Answer]) -> Answer:
    """What `ask` returns, or raises. Raises TimeoutError once the time is over; `ask` goes on until it is hung up on.

    `ask` runs in a thread of its own: it must not use the database, whose connection belongs to the request's. What it
    returns after the end is no answer: a connection that was cut in the middle of its headers looks like an empty one.
    """
    future: Future[Answer] = Future()
    end = time.monotonic() + seconds
    threading.Thread(target=_run, args=(future, ask, end), daemon=True).start()
    return future.result(seconds)


def _run(future: Future[Answer], ask: Callable[[], Answer], end: float) -> None:
    try:
        answer = ask()
        if time.monotonic() >= end:
            raise TimeoutError
        future.set_result(answer)
    except BaseException as error:  # noqa: BLE001 - raised again by whoever waits for the result
        future.set_exception(error)


class _HungUp:
    """A connection that is cut when its time is over, so that nothing of it waits for ever."""

    sock: Any
    _watch: threading.Timer | None = None

    def connect(self) -> None:
        """Connect, and let the time run."""
        super().connect()  # type: ignore[misc]  # of urllib3's class, beside this one
        self._watch = threading.Timer(settings.SIGN_IN_SECONDS, _hang_up, [self.sock])
        self._watch.daemon = True
        self._watch.start()

    def close(self) -> None:
        """Close, in time."""
        if self._watch is not None:
            self._watch.cancel()
        super().close()  # type: ignore[misc]


def _hang_up(connected: socket.socket) -> None:
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:  # the other side was faster
        return


class _Http(_HungUp, HTTPConnection):
    pass


class _Https(_HungUp, HTTPSConnection):
    pass


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Https


class Adapter(HTTPAdapter):
    """Of requests: with such connections."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
