"""What a program sends, as a line for the shell: with the address of this site and a source of the person's own."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from shlex import quote

from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from sources.models import ApiKey, DataSource

ANY_KEY, ANY_VALUE = "YOUR-KEY", "VALUE"


@dataclass(frozen=True, slots=True)
class Example:
    """A command, and about which source. It names a key only while that is shown anyway; `writes` tells whether it
    writes a reading down: of a value that no meter shows, so that nothing is stored before one is typed there.
    """

    source: DataSource
    command: str
    writes: bool
    has_key: bool


def example(request: HttpRequest, person: User, keys: Iterable[ApiKey], new: str) -> Example | None:
    """For the key that was just made (`new`, else ""), or for the newest; None for who has no source that it is for."""
    key = next(iter(keys), None)
    only = key.source if key else None
    may_write = key is None or key.scope != ApiKey.Scope.READ
    found = DataSource.objects.writable_by(person) if may_write else DataSource.objects.visible_to(person)
    found = found.exclude(counting="sum").filter(archived_at=None, **({"pk": only.pk} if only else {}))
    source = found.order_by(F("home").asc(nulls_last=True), "name", "pk").first()
    if source is None:
        return None
    address = request.build_absolute_uri(f"{reverse('api:api-root')}sources/{source.public_id}/readings")
    parts = [
        f"curl {quote(address if may_write else f'{address}?limit=3')}",
        f"-H {quote(f'Authorization: Bearer {new or ANY_KEY}')}",
    ]
    if may_write:
        body = json.dumps({"value": ANY_VALUE, "unit": source.unit}, ensure_ascii=False)
        parts += ["-H 'Content-Type: application/json'", f"-d {quote(body)}"]
    return Example(source, " \\\n  ".join(parts), may_write, bool(new))
