"""Asking a provider ends in time, whatever it dawdles with, and leaves no thread behind."""

import socket
import threading
import time
from concurrent.futures import Future

import pytest

from accounts.providers import deadline, outgoing
from accounts.providers.refusals import Refused
from homelog.idp.server import DemoIdp


def waiting() -> set[threading.Thread]:
    """The threads that wait for an answer."""
    return {each for each in threading.enumerate() if each.name.endswith("(_run)")}


def test_a_name_that_is_looked_up_for_ever_is_given_up(idp: DemoIdp, monkeypatch: pytest.MonkeyPatch) -> None:
    found = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found.wait() and [])
    with pytest.raises(Refused, match="unreachable"):
        outgoing.get(f"{idp.url}/google/certificates")
    found.set()


def test_a_connection_that_never_stands_is_given_up(idp: DemoIdp, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many addresses, none of which answers: each has the time-out, all together have the deadline."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        taken = [socket.socket() for _ in range(3)]
        for each in taken:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        place = (socket.AF_INET, socket.SOCK_STREAM, 6, "", full.getsockname())
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: [place] * 20)
        begun = time.monotonic()
        with pytest.raises(Refused, match="unreachable"):
            outgoing.get(f"{idp.url}/google/certificates")
        assert time.monotonic() - begun < 10
        for each in taken:
            each.close()


def test_whoever_drips_is_hung_up_on(idp: DemoIdp) -> None:
    for how in ("drips", "drips its headers"):
        idp.reset(f"certificates: {how}")
        before = waiting()
        with pytest.raises(Refused, match="unreachable"):
            outgoing.get(f"{idp.url}/google/certificates")
        for thread in waiting() - before:
            thread.join(10)
            assert not thread.is_alive()


def test_what_asking_raises_is_raised_where_it_was_asked() -> None:
    assert deadline.within(5, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        deadline.within(5, lambda: 1 // 0)


def test_what_comes_after_the_end_is_no_answer() -> None:
    future: Future[int] = Future()
    deadline._run(future, lambda: 7, time.monotonic())
    with pytest.raises(TimeoutError):
        future.result(0)
