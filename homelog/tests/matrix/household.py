"""The household that the matrix tries: everything that could leak is really there, and each visitor has a browser.

Everybody who ever had a right once recorded, deleted and imported something while they could write: so that "one's own"
is tried for those too whose right was lowered to looking, or ended.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID

from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.test.client import ClientHandler

from accounts.current import acting_as
from accounts.models import User
from accounts.statements import Fixed
from audit.models import AuditLog
from homelog.testing import START, make_home, make_readings, make_source, make_user, share
from readings.importers import ImportRow
from readings.imports import store
from readings.models import ImportBatch, ImportDraft, Reading
from sources.invitations import make
from sources.models import ApiKey, DataSource, Home, HomeMember, SourceAccess
from sources.picture_files import keep
from sources.tests.images import made_small

SECRET = "Cellar7741"
"""Stands in every name and note of the household: no page shows it to somebody without a right."""

VISITORS = {
    "anonymous": "not signed in",
    "public": "not signed in, the source is public",
    "stranger": "stranger",
    "passer_by": "stranger, the source is public",
    "former": "whose right ended",
    "invited": "invited, not yet accepted",
    "staff": "staff without a right",
    "reader": "read, by share",
    "writer": "write, by share",
    "admin": "admin, by share",
    "home_reader": "read, by home",
    "home_writer": "write, by home",
    "home_admin": "admin, by home",
    "owner": "owner",
}
"""Everybody who is tried, in the words of the document."""
ON_SOURCE = {
    "reader": "read",
    "writer": "write",
    "admin": "admin",
    "owner": "owner",
    "home_reader": "read",
    "home_writer": "write",
    "home_admin": "admin",
}
ON_HOME = {"home_reader": "read", "home_writer": "write", "home_admin": "admin", "owner": "admin"}
NOT_SIGNED_IN = ("anonymous", "public")
SOURCE_IS_PUBLIC = ("public", "passer_by")

UNWATCHED = ("django_session", "usersessions_usersession", "django_migrations", "cache_entry", "api_count")
"""Tables that any visit may change: sessions, when they were last used, counts of requests."""


@dataclass
class Own:
    """What a person recorded: a reading, one that they deleted, an import, a file that is not imported yet, and one for
    the whole home, for those who belong to it.
    """

    reading: Reading
    gone: UUID
    batch: ImportBatch
    draft: ImportDraft
    home_draft: ImportDraft | None = None


@dataclass
class Household:
    """Alice's home with a meter and all that hangs on it, and the people around it by their name in VISITORS."""

    people: dict[str, User]
    home: Home
    source: DataSource
    own: dict[str, Own] = field(default_factory=dict)
    shares: dict[str, SourceAccess] = field(default_factory=dict)
    members: dict[str, HomeMember] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    cookies: dict[str, SimpleCookie] = field(default_factory=dict)
    before: dict[bool, dict[str, str]] = field(default_factory=dict)
    entries: int = 0
    handler: ClientHandler = field(default_factory=lambda: ClientHandler(enforce_csrf_checks=False))
    """The middleware, made once for all browsers."""

    def keys(self, who: str, names: tuple[str, ...], *, home: bool = False, **special: Any) -> dict[str, Any]:
        """The keys of an address: Alice's things, or what `special` puts in their place."""
        place = self.home if home else self.source
        if home:
            special = {"right_id": self.known["member_id"], "invitation_id": self.known["joining_id"], **special}
        return {name: {**self.known, "public_id": place.public_id, **special}[name] for name in names}

    def owned_by(self, who: str) -> Own:
        """What `who` recorded; the writer's for those who never recorded anything."""
        return self.own.get(who, self.own["writer"])

    def of_another(self, who: str) -> Own:
        """What somebody else recorded."""
        return self.own["owner" if who == "writer" else "writer"]

    def open_to_all(self) -> None:
        """Make the source public, without a word in the log."""
        with as_owner_of_the_tables():
            DataSource.objects.filter(pk=self.source.pk).update(is_public=True)

    def changed(self, *, is_public: bool) -> set[str]:
        """The tables whose rows are not as they were when the household was made, but for the log."""
        return {name for name, digest in stored().items() if self.before[is_public].get(name) != digest} - {"audit_log"}

    def browser(self, who: str) -> Client:
        """A browser in which `who` is signed in, as it was when the household was made."""
        client = Client(raise_request_exception=False)
        client.handler = self.handler
        for name, morsel in self.cookies.get(who, SimpleCookie()).items():
            client.cookies[name] = morsel.value
        return client


def household() -> Household:
    """Make everything. Call it inside a transaction that is rolled back in the end."""
    people = {who: make_user(who) for who in VISITORS if who not in NOT_SIGNED_IN}
    people["staff"].is_staff = True
    people["staff"].save()
    alice = people["owner"]
    home = make_home(alice, f"{SECRET} house", address=f"{SECRET} street")
    source = make_source(alice, home, name=f"{SECRET} meter", meter_number=f"{SECRET}-1", place_name=f"{SECRET} cellar")
    made = Household(people, home, source)
    for number, who in enumerate(["owner", *[who for who in ON_SOURCE if who != "owner"], "former"]):
        _let_write(made, who)
        made.own[who] = _records(made, people[who], START + timedelta(days=10 * number), at_home=who in ON_HOME)
    _settle_rights(made)
    _furnish(made)
    for who, person in people.items():
        client = Client()
        client.force_login(person)
        made.cookies[who] = client.cookies
    made.entries = last_entry()
    made.before[False] = stored()
    with rolled_back():
        made.open_to_all()
        made.before[True] = stored()
    return made


def _let_write(made: Household, who: str) -> None:
    """The right that `who` has in the end, as one that lets them write for now."""
    if who in ON_HOME and who != "owner":
        with acting_as(made.people["owner"]):
            owner = made.people["owner"]
            made.members[who] = made.home.members.create(user=made.people[who], level="write", granted_by=owner)
    elif who != "owner":
        made.shares[who] = share(made.source, made.people[who], "write")


def _records(made: Household, person: User, at: datetime, *, at_home: bool) -> Own:
    reading, gone = make_readings(made.source, ["77411", "77411"], start=at, by=person, notes=f"{SECRET} note")
    noon = (at + timedelta(days=3)).replace(tzinfo=None)
    with acting_as(person):
        gone.delete()
        batch = store(made.source, [ImportRow(1, noon, None, Decimal(77411))], f"{SECRET}.csv", "CSV, UTF-8")
        about = {"source": made.source, "file_name": f"{SECRET}.csv", "created_by": person}
        draft = ImportDraft.objects.create(content=CSV, **about)
        about = {"home": made.home, "file_name": f"{SECRET}.csv", "created_by": person}
        home_draft = ImportDraft.objects.create(content=CSV, **about) if at_home else None
    return Own(reading, gone.public_id, batch, draft, home_draft)


CSV = b"date;kWh\n2026-08-01 08:00;77420\n2026-08-02 08:00;77421\n"


def _settle_rights(made: Household) -> None:
    with acting_as(made.people["owner"]):
        made.shares.pop("former").delete()
        for level, rights in ((ON_SOURCE, made.shares), (ON_HOME, made.members)):
            for who, right in rights.items():
                right.level = level[who]
                right.save()


def _furnish(made: Household) -> None:
    """What hangs on the meter besides: a rule, a meter change, a correction, two people more, open invitations."""
    source, home, alice = made.source, made.home, made.people["owner"]
    (corrected,) = make_readings(source, ["77411"], start=START + timedelta(days=95), by=made.people["writer"])
    with acting_as(made.people["writer"]):
        corrected.value, corrected.change_reason = Decimal("77411.5"), f"{SECRET} reason"
        corrected.quality_flag, corrected.photo = "questionable", keep(made_small(), "photos")
        corrected.save()
    with acting_as(alice):
        source.thumbnail = keep(made_small(), "thumbnails")
        source.save(update_fields=["thumbnail"])
        rule = source.validators.create(min_value=1)
        change = source.meter_changes.create(changed_at=START - timedelta(days=1), old_final=7, new_initial=0)
        member = home.members.create(user=make_user("erin"), level="read", granted_by=alice)
        given, key = make(source, alice, "read", "invited@example.com")
        joining, home_key = make(home, alice, "read")
        entry = AuditLog.objects.get(reading_id=corrected.public_id, event_type="create_reading")
        gadget = ApiKey(user=make_user("gadget"), name=f"{SECRET} key", prefix="hlk_", key_hash="0" * 64)
    with acting_as(gadget.user):
        gadget.save()
    other = share(source, make_user("dora"))
    made.known = {
        "source_id": source.public_id,
        "rule_id": rule.public_id,
        "change_id": change.public_id,
        "right_id": other.public_id,
        "member_id": member.public_id,
        "invitation_id": given.public_id,
        "joining_id": joining.public_id,
        "key_id": gadget.public_id,
        "year": "2026",
        "invitation_key": key,
        "home_invitation_key": home_key,
        "first_state": f"{entry.event_time.astimezone(UTC).isoformat()}_{entry.pk}",
        "corrected": corrected.public_id,
        "version": corrected.version,
        "uidb36": "1",
        "key": "no-such-key",
        "pk": 0,
    }


@contextmanager
def rolled_back() -> Iterator[None]:
    """Whatever happens inside is undone afterwards, mail included."""
    sent = len(mail.outbox)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    del mail.outbox[sent:]


@contextmanager
def as_owner_of_the_tables() -> Iterator[None]:
    """Look, past row-level security, on the test's own connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (before,) = cursor.fetchone()
        cursor.execute("RESET ROLE")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {before}")


TABLES = Fixed(
    "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
    " AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1"
)
KINDS = Fixed("SELECT DISTINCT event_type FROM audit_log WHERE id > %s")


def tables() -> list[str]:
    """Every table there is, from the catalogue, without the partitions, which are looked at through theirs."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return [name for (name,) in cursor.fetchall()]


def stored() -> dict[str, str]:
    """A digest of the rows of each table that a visit must not change, and of the mail that was sent."""
    watched = [name for name in tables() if name not in UNWATCHED]
    sql = " UNION ALL ".join(
        f"SELECT '{name}', count(*)::text || md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
        f' FROM "{name}" t'
        for name in watched
    )
    with as_owner_of_the_tables(), connection.cursor() as cursor:
        cursor.execute(Fixed(sql))
        found = dict(cursor.fetchall())
    return {**found, "mail": str(len(mail.outbox))}


def logged(after: int) -> set[str]:
    """The kinds of entries that the log got since the one with this number."""
    with as_owner_of_the_tables(), connection.cursor() as cursor:
        cursor.execute(KINDS, [after])
        return {kind for (kind,) in cursor.fetchall()}


def last_entry() -> int:
    """The number of the newest entry of the log."""
    with as_owner_of_the_tables(), connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM audit_log")
        return int(cursor.fetchone()[0])
