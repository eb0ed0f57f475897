"""A mail server that takes everything and keeps nothing, as slowly as one across the network."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SLOW = 0.02
"""Seconds before each of its answers."""


class _Taker(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """Answer one client until it leaves."""
        self._say("220 mail")
        while line := self.rfile.readline():
            word = line.split(b" ")[0].strip().upper()
            if word == b"DATA":
                self._say("354 go on")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
            self._say("221 bye" if word == b"QUIT" else "250 ok")
            if word == b"QUIT":
                return

    def _say(self, text: str) -> None:
        time.sleep(SLOW)
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def taken() -> Iterator[str]:
    """Such a server; its address as in EMAIL_URL."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Taker) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"smtp://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
