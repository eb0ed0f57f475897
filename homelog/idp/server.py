"""The HTTP server: for each provider /authorize, /token, /verify (LINE) and /certificates (Google)."""

import base64
import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt

from homelog.idp import answers, faults
from homelog.idp.people import PEOPLE, person
from homelog.idp.tokens import Signer, claims_of, read_line

PROVIDERS = {"line": "LINE", "google": "Google"}
Fields = dict[str, str]


class Declined(Exception):
    """A request that an honest provider refuses with 400."""


@dataclass
class Grant:
    """What a code stands for: who, and what was asked."""

    provider: str
    sub: str
    asked: Fields
    is_used: bool = False


class DemoIdp:
    """Plays both providers on one port of the loopback; `fault` says what is wrong with it at the moment."""

    client_id = "demo"
    secret = "demo"  # noqa: S105 - made up, as everything here

    def __init__(self, port: int = 0) -> None:
        self.fault = ""
        self.asked: list[tuple[str, Fields]] = []
        self.grants: dict[str, Grant] = {}
        self.signer = Signer()
        self.released = threading.Event()
        handler = type("Handler", (_Handler,), {"idp": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def start(self) -> None:
        """Answer from now on, in a thread."""
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Answer no more, and let go what was kept waiting."""
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def reset(self, fault: str = "") -> None:
        """Forget what was asked; be wrong in this way from now on, or honest."""
        self.fault, self.asked, self.grants = fault, [], {}

    def allow(self, provider: str, asked: Fields, sub: str) -> str:
        """Where the browser is sent once this person agreed. Raises Declined, as a provider would show an error."""
        if asked.get("client_id") != self.client_id or asked.get("response_type") != "code":
            raise Declined("client_id or response_type")
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge") or not asked.get("nonce"):
            raise Declined("PKCE or nonce")
        code = secrets.token_urlsafe(12)
        self.grants[code] = Grant(provider, person(provider, sub).sub, asked)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked.get('state', '')})}"

    def exchange(self, provider: str, fields: Fields) -> dict[str, Any]:
        """What a code, or a refresh token, is exchanged for. Raises Declined."""
        if (fields.get("client_id"), fields.get("client_secret")) != (self.client_id, self.secret):
            raise Declined("invalid_client")
        if fields.get("grant_type") == "refresh_token":
            return self._refreshed(fields)
        grant = self.grants.get(fields.get("code", ""))
        if grant is None or grant.is_used or grant.provider != provider:
            raise Declined("invalid_grant")
        grant.is_used = True
        if fields.get("redirect_uri") != grant.asked["redirect_uri"]:
            raise Declined("redirect_uri")
        challenge = _challenge(fields.get("code_verifier", ""))
        if challenge != grant.asked["code_challenge"] and self.fault != "does not look at the verifier":
            raise Declined("code_verifier")
        told = provider == "line" and "max_age" in grant.asked
        return self._given(provider, self.id_token(provider, grant.sub, grant.asked["nonce"], tells_when=told))

    def id_token(self, provider: str, sub: str, nonce: str | None = None, tells_when: bool = False) -> str:
        """An id_token of this person, as wrong as the server is at the moment."""
        said = claims_of(provider, person(provider, sub).claims(), self.client_id, nonce)
        said |= {"auth_time": said["iat"]} if tells_when else {}
        return self.signer.token(provider, said, self.secret, self.fault)

    def _given(self, provider: str, id_token: str) -> dict[str, Any]:
        given = {
            "access_token": f"AT-{secrets.token_urlsafe(12)}",
            "refresh_token": f"RT-{secrets.token_urlsafe(12)}",
            "expires_in": 3600,
            "id_token": id_token,
            "token_type": "Bearer",
        }
        changed: dict[str, dict[str, Any]] = {
            "no id_token": {"id_token": None},
            "an access token that is a number": {"access_token": 7},
            "an expiry that is a word": {"expires_in": "soon"},
        }
        return {**given, **changed.get(self.fault, {})}

    def _refreshed(self, fields: Fields) -> dict[str, Any]:
        if not fields.get("refresh_token", "").startswith("RT-"):
            raise Declined("invalid_grant")
        return {"access_token": f"AT-{secrets.token_urlsafe(12)}", "expires_in": 3600}

    def verify(self, fields: Fields) -> dict[str, Any]:
        """What LINE answers about an id_token. Raises Declined."""
        try:
            said = read_line(fields.get("id_token", ""), self.secret)
        except jwt.PyJWTError as error:
            raise Declined("Invalid IdToken.") from error
        if said["aud"] != fields.get("client_id"):
            raise Declined("Invalid IdToken Audience.")
        if self.fault != "does not look at the verifier" and fields.get("nonce") not in (None, said.get("nonce")):
            raise Declined("Invalid IdToken Nonce.")
        return faults.twisted(said, self.fault)

    def certificates(self) -> dict[str, Any]:
        """The keys that Google publishes."""
        return self.signer.published()


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class _Handler(BaseHTTPRequestHandler):
    """Routes; how a fault answers is in homelog.idp.answers."""

    idp: DemoIdp
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        _, provider, *rest = parts.path.split("/")
        fields = dict(parse_qsl(parts.query))
        if provider not in PROVIDERS or rest not in (["authorize"], ["allow"], ["certificates"]):
            answers.page(self, 404, "<h1>Nothing here</h1>")
        elif rest == ["certificates"]:
            self._answer("certificates", fields, lambda: self.idp.certificates())
        elif rest == ["authorize"] and "as" not in fields:
            answers.page(self, 200, _choice(provider, fields))
        else:
            self._send_back(provider, fields)

    def do_POST(self) -> None:
        _, provider, *rest = urlsplit(self.path).path.split("/")
        length = int(self.headers.get("Content-Length", 0))
        fields = dict(parse_qsl(self.rfile.read(length).decode()))
        if rest == ["token"]:
            self._answer("token", fields, lambda: self.idp.exchange(provider, fields))
        else:
            self._answer("verify", fields, lambda: self.idp.verify(fields))

    def _send_back(self, provider: str, fields: Fields) -> None:
        self.idp.asked.append(("authorize", fields))
        sub = fields.pop("as")
        try:
            answers.redirect(self, self.idp.allow(provider, fields, sub))
        except (Declined, KeyError) as error:
            answers.page(self, 400, f"<h1>Refused</h1><p>{escape(str(error))}")

    def _answer(self, endpoint: str, fields: Fields, honest: Callable[[], dict[str, Any]]) -> None:
        self.idp.asked.append((endpoint, fields))
        where, _, how = self.idp.fault.partition(": ")
        if where == endpoint and how:
            answers.wrong(self, how, self.idp.released)
            return
        try:
            answers.json(self, 200, honest())
        except Declined as declined:
            answers.json(self, 400, {"error": str(declined), "error_description": str(declined)})

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what was asked is in `asked`."""


def _choice(provider: str, asked: Fields) -> str:
    """The page on which somebody is chosen."""
    links = "".join(
        f'<p><a class="{each.sub}" href="/{provider}/allow?{escape(urlencode({**asked, "as": each.sub}))}">'
        f"{escape(each.name)}</a> {escape(each.email or 'no e-mail address')}"
        for each in PEOPLE[provider]
    )
    back = f"{asked.get('redirect_uri', '')}?{urlencode({'error': 'access_denied', 'state': asked.get('state', '')})}"
    return (
        f"<h1>Demo of {PROVIDERS[provider]}</h1><p>This is not {PROVIDERS[provider]}. Sign in as"
        f'{links}<p><a class="cancel" href="{escape(back)}">Cancel</a>'
    )
