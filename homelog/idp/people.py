"""Who can be signed in as: invented people, some without an e-mail address, as many of LINE are."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a provider knows: `sub` is the provider's own name for them."""

    sub: str
    name: str
    email: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    def claims(self) -> dict[str, Any]:
        """What the provider says about them."""
        return {"sub": self.sub, "name": self.name, **({"email": self.email} if self.email else {}), **self.more}


PEOPLE = {
    "line": [
        Person("U1f0a6c2e", "Nok Suwan"),
        Person("U2b9d7e41", "Ploy Chai", "ploy@example.com"),
        Person("U3c5f8a90", "Alice", "alice@example.com"),
    ],
    "google": [
        Person("100000000000000000001", "Gwen Hale", "gwen@example.com", {"email_verified": True}),
        Person("100000000000000000002", "Otto Berg", "otto@example.org", {"email_verified": True, "hd": "example.org"}),
        Person("100000000000000000003", "Alice", "alice@example.com", {"email_verified": True}),
        Person("100000000000000000004", "Uma Neri", "uma@example.com", {"email_verified": False}),
    ],
}


def person(provider: str, sub: str) -> Person:
    """The one with this `sub`. Raises KeyError."""
    return {each.sub: each for each in PEOPLE[provider]}[sub]
