"""What is fetched and sent, as a browser and a program do, and which reference each is held against."""

import http.client
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

from accounts.ids import uuid7
from benchmarks.faults.household import Household

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PAGE, FORM, BARE = "minimal page", "minimal INSERT form", "bare INSERT"
MINIMAL = "/bench/minimal/"


@dataclass(frozen=True)
class Target:
    """A thing to ask for; `most` is the aim, as a multiple of the reference. `paths`: where each of several connections
    asks for it, in turns, where that is not `path`.
    """

    name: str
    path: str
    kind: str = "get"
    reference: str = PAGE
    most: float | None = None
    expected: int = 200
    paths: tuple[str, ...] = ()

    def path_of(self, number: int) -> str:
        """Where the connection of that number asks for it."""
        return self.paths[number % len(self.paths)] if self.paths else self.path


def apart(sources: list[str]) -> list[Target]:
    """Both ways to write a reading, several at once, each to a meter of its own: as a household and its gadgets do."""
    forms, calls = (tuple(each(source) for source in sources) for each in (_entry, _api))
    return [
        Target("form, own meters", forms[0], "form", FORM, 2.5, 302, forms),
        Target("API, own meters", calls[0], "api", FORM, 2.5, 201, calls),
    ]


def _entry(source: str) -> str:
    return f"/sources/{source}/read/"


def _api(source: str) -> str:
    return f"/api/v1/sources/{source}/readings"


def targets(source: str, home: str) -> list[Target]:
    """The references first, then each page and call for one source."""
    here, api = f"/sources/{source}/", _api(source)
    return [
        Target(PAGE, MINIMAL),
        Target(FORM, MINIMAL, "note", FORM, expected=302),
        Target(BARE, "/bench/bare/", "note", FORM, expected=302),
        Target("entry page", _entry(source), most=4),
        Target("POST of a reading, form", _entry(source), "form", FORM, 2.5, 302),
        Target("POST of a reading, API", api, "api", FORM, 2.5, 201),
        Target("home page, 8 sources", f"/homes/{home}/", most=4),
        Target("source page", here, most=4),
        Target("history", f"{here}history/"),
        Target("import page", f"{here}import/"),
        Target("export page", f"{here}export/"),
        Target("API list", f"{api}?limit=100"),
    ]


@dataclass
class Line:
    """One connection, kept open, of a signed-in person or a program with a key."""

    port: int
    household: Household
    number: int = 0
    tokens: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cookies["sessionid"] = self.household.session
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, target: Target, count: bool = False) -> tuple[int, http.client.HTTPMessage]:
        """The bytes of the body and the headers of an answer that is as expected."""
        method, body, headers = "GET", "", {"Accept-Encoding": "gzip"}
        if target.kind == "api" or target.path.startswith("/api/"):
            headers["Authorization"] = f"Bearer {self.household.key}"
        else:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if target.kind != "get":
            method, body, headers["Content-Type"] = "POST", *self._sent(target)
        if count:
            headers["X-Count"] = "yes"
        status, text, answered = self._exchange(method, target.path_of(self.number), body, headers)
        if status != target.expected or "/account/" in answered.get("Location", ""):
            raise RuntimeError(f"{target.name}: {status} {answered.get('Location', '')} {text[:300]!r}")
        return len(text), answered

    def _sent(self, target: Target) -> tuple[str, str]:
        reading, now = str(uuid7()), datetime.now(UTC).isoformat()
        if target.kind == "api":
            sent = {"id": reading, "value": "21.5", "recorded_at": now, "confirm": True}
            return json.dumps(sent), "application/json"
        form = {"csrfmiddlewaretoken": self.tokens[target.path_of(self.number)], "value": "21.5"}
        if target.kind == "form":
            form |= {"public_id": reading, "confirm": "21.5"}
        return urlencode(form), "application/x-www-form-urlencoded"

    def prepare(self, target: Target) -> None:
        """Fetch the form's token, once a connection: the page of the form is a target of its own."""
        path = target.path_of(self.number)
        if target.kind in {"form", "note"} and path not in self.tokens:
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            _status, text, headers = self._exchange("GET", path, "", {"Cookie": cookies})
            for each in headers.get_all("Set-Cookie") or []:
                name, _equals, value = each.partition(";")[0].partition("=")
                self.cookies[name] = value
            found = TOKEN.search(text.decode())
            if found is None:
                raise RuntimeError(f"{target.name}: no form there")
            self.tokens[path] = found[1]

    def _exchange(
        self, method: str, path: str, body: str, headers: dict[str, str]
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read(), answer.headers
