"""Who calls the API: the bearer of an access token, or of something that a floor above knows, such as a gadget's key.

A caller takes the place of the session's person (accounts.middleware), with what the token or key allows: row-level
security holds a caller to one source, or to reading, by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.api.problems import Problem
from accounts.current import Actor
from accounts.models import User

READ, WRITE = "read:data", "write:data"
SCOPES = (READ, WRITE)


@dataclass(frozen=True, slots=True)
class Caller:
    """user: who acts. allowance: whose calls are counted together. sign_in: that of an app, None for a key. source_id:
    the one source that a key is for, None for all. key_id, app: the key, or what the app calls itself.
    """

    user: User
    scopes: frozenset[str]
    allowance: str
    sign_in: UUID | None = None
    source_id: int | None = None
    source: UUID | None = None
    key_id: int | None = None
    app: str | None = None

    def narrowed(self, actor: Actor) -> Actor:
        """Who acts, and by what, with no more rights than the token or key has."""
        reads_only = WRITE not in self.scopes
        return replace(actor, only_source=self.source_id, reads_only=reads_only, key_id=self.key_id, app=self.app)


Reader = Callable[[HttpRequest, str], Caller | None]
_readers: dict[str, Reader] = {}


def add_reader(prefix: str, reader: Reader) -> None:
    """Let `reader` say who bears what begins with `prefix`; called once, from an app's ready()."""
    _readers[prefix] = reader


def read(request: HttpRequest) -> Caller | Problem:
    """Who calls, or why that is not known."""
    kind, _blank, token = request.headers.get("Authorization", "").strip().partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        return Problem("not_signed_in", _("Send the header Authorization: Bearer, with an access token or a key."))
    token = token.strip()
    reader = next((each for prefix, each in _readers.items() if prefix and token.startswith(prefix)), _readers[""])
    try:
        return reader(request, token) or Problem("token_invalid", _("This token or key is not known here."))
    except Problem as problem:
        return problem


def of(request: HttpRequest) -> Caller:
    """Who calls. Raises Problem (401) for somebody who is not known."""
    caller: Caller | Problem = request.caller  # type: ignore[attr-defined]  # set by accounts.api.middleware
    if isinstance(caller, Problem):
        raise caller
    return caller
