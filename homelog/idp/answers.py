"""How an HTTP answer is written: rightly, and in every way in which it can be wrong."""

import json as json_module
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any

SLOW = 20
"""Seconds: longer than anybody waits."""
HEAD = b"<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'><title>Demo</title>"


def send(handler: BaseHTTPRequestHandler, status: int, content: bytes, kind: str, **headers: str) -> None:
    """One whole answer."""
    handler.send_response(status)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(content)


def json(handler: BaseHTTPRequestHandler, status: int, data: Any) -> None:
    """JSON."""
    send(handler, status, json_module.dumps(data).encode(), "application/json")


def page(handler: BaseHTTPRequestHandler, status: int, html: str) -> None:
    """A page."""
    send(handler, status, HEAD + html.encode(), "text/html; charset=utf-8")


def redirect(handler: BaseHTTPRequestHandler, url: str) -> None:
    """To another address."""
    send(handler, 302, b"", "text/plain", Location=url)


def wrong(handler: BaseHTTPRequestHandler, how: str, released: threading.Event) -> None:
    """An answer that is wrong in this way (homelog.idp.faults.ANSWERED)."""
    whole = {
        "500": (500, b"<h1>Internal error</h1>", "text/html"),
        "400": (400, b'{"error": "invalid_grant"}', "application/json"),
        "HTML": (200, b"<!doctype html><h1>Welcome</h1>", "text/html"),
        "a list": (200, b'["access_token", "id_token"]', "application/json"),
        "deeply nested": (200, b"[" * 90_000, "application/json"),
        "10 MB": (200, b'{"access_token": "' + b"x" * 10_000_000 + b'"}', "application/json"),
        "empty": (200, b"", "application/json"),
    }
    if how in whole:
        _send_if_heard(handler, *whole[how])
    elif how == "redirects elsewhere":
        redirect(handler, "http://127.0.0.1:9/")
    elif how == "slow":
        released.wait(SLOW)
    elif how == "drips":
        _drip(handler, b"Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n", released)
    elif how == "drips its headers":
        _drip(handler, b"", released)
    handler.close_connection = True


def _send_if_heard(handler: BaseHTTPRequestHandler, status: int, content: bytes, kind: str) -> None:
    try:
        send(handler, status, content, kind)
    except (BrokenPipeError, ConnectionResetError):
        handler.close_connection = True


def _drip(handler: BaseHTTPRequestHandler, headers: bytes, released: threading.Event) -> None:
    """One letter after the other, each in time, for ever: of the body, or of a header after these."""
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + headers)
        while not released.wait(0.2):
            handler.wfile.write(b"x")
            handler.wfile.flush()
    except (BrokenPipeError, ConnectionResetError):
        handler.close_connection = True
