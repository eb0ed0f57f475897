"""One line of the matrix: an address, a method, what it is for, who may, and how it is tried."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from homelog.tests.matrix.household import NOT_SIGNED_IN, ON_HOME, ON_SOURCE, VISITORS, Household

Given = Callable[[Household, str], Mapping[str, Any]]

RANK = {"": 0, "read": 1, "write": 2, "admin": 3, "owner": 4}


def _nothing(house: Household, who: str) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Line:
    """Who may use a method of an address.

    of: what it belongs to, a "source", a "home", a "person" (whoever is signed in) or "anybody"; least: the right that
    it takes there; ok: the answer to those who may (None: any that is no error of ours); but: visitors who are an
    exception, with their answer; keys: what takes the place of `Household.keys`; query, body: what is sent; holds: what
    the session holds already; changes: the tables that it changes (a blank between them), and no others; shows: who may
    find the household's names in it without any right.
    """

    name: str
    method: Literal["GET", "POST"]
    purpose: str
    of: Literal["source", "home", "person", "anybody"] = "source"
    least: Literal["read", "write", "admin", "owner"] = "read"
    ok: int | None = 0
    but: Mapping[str, int] = field(default_factory=dict)
    keys: Given = _nothing
    query: Given = _nothing
    body: Given = _nothing
    holds: Given = _nothing
    changes: str = ""
    shows: tuple[str, ...] = ()

    def path(self, house: Household, who: str, names: tuple[str, ...]) -> str:
        """The address for `who`, with its query."""
        of_home = self.name.split(":")[-1].startswith("home")
        path = reverse(self.name, kwargs=house.keys(who, names, home=of_home, **self.keys(house, who)))
        query = self.query(house, who)
        return f"{path}?{urlencode(query)}" if query else path

    def shape(self, names: tuple[str, ...]) -> str:
        """The address with its keys in pointed brackets."""
        marks = {
            name: "90" if name == "pk" else str(UUID(int=number)) if name.endswith("_id") else f"{name}00"
            for number, name in enumerate(names)
        }
        path = reverse(self.name, kwargs=marks)
        for name, mark in marks.items():
            path = path.replace(mark, f"<{name.removesuffix('_id').replace('public', 'id')}>")
        return path

    def expected(self, who: str) -> int | None:
        """The status that `who` is answered with; 302 for those who are to sign in first; None for anything."""
        usual = self.ok if self.ok != 0 else 200 if self.method == "GET" else 302
        if who in self.but:
            return self.but[who]
        if self.of == "anybody":
            return usual
        if who in NOT_SIGNED_IN:
            return 302
        if self.of == "person":
            return usual
        held = (ON_HOME if self.of == "home" else ON_SOURCE).get(who, "")
        return 404 if not held else 403 if RANK[held] < RANK[self.least] else usual

    def is_refused(self, who: str) -> bool:
        """Whether `who` is kept out: by the sign-in page, or with 403, 404 or 410."""
        status = self.expected(who)
        return self.is_sent_to_sign_in(who) or (status is not None and status >= 400)

    def is_sent_to_sign_in(self, who: str) -> bool:
        """Whether `who` is to sign in first."""
        return who in NOT_SIGNED_IN and self.of != "anybody" and who not in self.but

    def may_know(self, who: str) -> bool:
        """Whether `who` may find the names of the household in the answer."""
        return who in self.shows or (not self.is_refused(who) and (who in ON_SOURCE or who in ON_HOME))

    def word(self, who: str) -> str:
        """What becomes of `who`, for the document."""
        if self.is_sent_to_sign_in(who):
            return "sign in"
        status = self.expected(who)
        words = {404: "not there (404)", 410: "gone (410)", **{each: f"no ({each})" for each in (403, 405, 409, 422)}}
        if status in words:
            return words[status]
        return "sees" if self.method == "GET" else "may"


def visitors() -> list[str]:
    """Everybody who is tried."""
    return list(VISITORS)
