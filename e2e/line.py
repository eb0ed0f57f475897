"""The line between a browser and the server, with what goes wrong on lines: it may be cut, or answer nothing at all."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Line:
    """A forwarder at `url`. `state`: "open"; "cut", no connection comes about; "mute", what is sent is swallowed;
    "deaf", what is sent arrives, and the answer is swallowed.
    """

    def __init__(self, server: str) -> None:
        host, _, port = server.removeprefix("http://").partition(":")
        self.server = (host, int(port))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://{host}:{self.listener.getsockname()[1]}"
        self.state = "open"
        self.requests: list[str] = []
        self.sockets: list[socket.socket] = []

    def turn(self, state: str) -> None:
        """Change what becomes of the line; connections that are open end."""
        self.state = state
        while self.sockets:
            end(self.sockets.pop())

    def run(self) -> None:
        """Take connections until the listener is closed."""
        with suppress(OSError):
            while True:
                browser, _ = self.listener.accept()
                threading.Thread(target=self._carry, args=(browser,), daemon=True).start()

    def _carry(self, browser: socket.socket) -> None:
        self.sockets.append(browser)
        if self.state == "cut":
            end(browser)
            return
        server = socket.create_connection(self.server)
        self.sockets.append(server)
        threading.Thread(target=self._move, args=(server, browser, {"deaf"}), daemon=True).start()
        self._move(browser, server, {"mute"})

    def _move(self, source: socket.socket, target: socket.socket, swallowed: set[str]) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if "mute" in swallowed:
                    self.requests += [data.split(b"\r\n")[0].decode("latin-1")]
                if self.state not in swallowed:
                    target.sendall(data)
        end(source)
        end(target)


def end(connection: socket.socket) -> None:
    """Close a connection for both sides, also where somebody waits for it."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


@contextmanager
def line_to(server: str) -> Iterator[Line]:
    """A line to a server, until the block is left."""
    line = Line(server)
    threading.Thread(target=line.run, daemon=True).start()
    yield line
    end(line.listener)
    line.turn("cut")
