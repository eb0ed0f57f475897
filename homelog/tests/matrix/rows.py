"""What the database alone lets each visitor see and touch, table by table; tried with raw SQL as the site's role.

A table that is new fails `homelog/tests/test_access_database.py` until it has its entry: in ROWS if it holds what a
household wrote down, with the least right that it takes (on the source, on the "home", or "own" for what one made
oneself; a dict names exceptions, in rows); in OPEN, with the reason, if the pages alone keep it.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.db import DatabaseError, connection

from accounts.current import NOBODY, Actor, acting, actor_of
from accounts.models import User
from homelog.tests.matrix.household import ON_HOME, ON_SOURCE, Household, as_owner_of_the_tables, rolled_back
from homelog.tests.matrix.lines import RANK

BOUND = (
    *("nobody", "inactive", "stranger", "former", "invited", "reader", "writer", "admin"),
    *("home_reader", "home_writer", "home_admin", "owner", "staff"),
)
ALL = -1
REFUSED = -2

Exceptions = Mapping[str, int]


@dataclass(frozen=True)
class Rows:
    """The least right on the source ("home read": on the home) to see, change and delete all rows and to add one.

    touch: a change that reads no column, so that the policy for UPDATE is met alone; new: what differs in a new row;
    there: makes a row of Alice's meter where the household has none.
    """

    see: str
    change: str
    delete: str
    add: str
    but_see: Exceptions = field(default_factory=dict)
    but_change: Exceptions = field(default_factory=dict)
    but_delete: Exceptions = field(default_factory=dict)
    but_add: Exceptions = field(default_factory=dict)
    new: Mapping[str, Any] = field(default_factory=dict)
    touch: str = "public_id = gen_random_uuid()"
    there: str = ""


WRITERS = ("writer", "home_writer")
ADMINS = ("admin", "home_admin", "owner")
ANYBODY = dict.fromkeys((*ON_SOURCE, "stranger", "former", "invited"), 1)
"""Whoever is bound may make a home or a source of their own."""
OWN_SHARE = dict.fromkeys(("reader", "writer"), 1)
OWN_DRAFTS = {"writer": 1, "admin": 1, "home_reader": 1, "home_writer": 2, "home_admin": 2, "owner": 2}
"""Files for the meter and for the home: what a member brought for it stays theirs when they may look only."""
OWN_PICTURES = {"writer": 1, "owner": 1}
ITS_OWNER = {"owner": 1, "staff": 0}
BY_NOBODY = dict.fromkeys(BOUND, REFUSED)
OWN_MEMBERSHIP = dict.fromkeys(("home_reader", "home_writer"), 1)

ROWS = {
    "home": Rows("read", "home admin", "home admin", "", but_add=ANYBODY, new={"created_by_id": "me"}),
    "home_member": Rows(
        *("home read", "home admin", "home admin", "home admin"), but_delete=OWN_MEMBERSHIP, new={"user_id": "charlie"}
    ),
    "data_source": Rows(*("read", "admin", "owner", ""), but_add=ANYBODY, new={"owner_id": "me", "home_id": None}),
    "source_access": Rows(
        *("admin", "admin", "admin", "admin"), but_see=OWN_SHARE, but_delete=OWN_SHARE, new={"user_id": "charlie"}
    ),
    "data_validator": Rows("read", "admin", "admin", "admin"),
    "meter_change": Rows("read", "admin", "admin", "admin", new={"changed_at": "2020-01-01T00:00:00Z"}),
    # A sum and one part more, with the same rights as the meter.
    "source_part": Rows(
        *("read", "admin", "admin", "admin"),
        new={"part_id": 10**9 + 1},
        there="""
        INSERT INTO data_source SELECT (jsonb_populate_record(NULL::data_source, to_jsonb(s) || jsonb_build_object(
            'id', 1000000000 + number, 'public_id', gen_random_uuid(),
            'counting', CASE number WHEN 0 THEN 'sum' ELSE 'counter' END))).*
        FROM data_source AS s, generate_series(0, 1) AS number WHERE s.id = {source};
        INSERT INTO source_access (public_id, source_id, user_id, level, granted_at)
        SELECT gen_random_uuid(), 1000000000 + number, user_id, level, now()
        FROM source_access, generate_series(0, 1) AS number WHERE source_id = {source};
        INSERT INTO source_part (public_id, source_id, part_id, sign, created_at)
        VALUES (gen_random_uuid(), 1000000000, {source}, 1, now())
        """,
    ),
    "source_invitation": Rows(
        *("home admin", "home admin", "home admin", "admin"),
        but_see={"admin": 1},
        but_change={"admin": 1},
        but_delete={"admin": 1},
        touch="revoked_at = now()",
        new={"invited_by_id": "me", "token_hash": "x"},
    ),
    "reading": Rows(
        *("read", "write", "admin", "write"),
        but_delete={"writer": 3, "home_writer": 2},
        new={"recorded_at": "2020-01-01T00:00:00Z", "created_by_id": "me"},
    ),
    "import_batch": Rows(
        *("read", "admin", "admin", "write"), but_change=dict.fromkeys(WRITERS, 1), new={"created_by_id": "me"}
    ),
    "reading_day": Rows(
        *("read", "", "", ""),
        but_change=BY_NOBODY,
        but_delete=BY_NOBODY,
        but_add=BY_NOBODY,
        touch="count = 7",
        new={"day": "2020-01-01"},
        there="INSERT INTO reading_day (source_id, day, count, total, low, high, estimated, doubtful)"
        " VALUES ({source}, '2026-01-01', 1, 1, 1, 1, false, false)",
    ),
    "reading_fall": Rows(
        *("read", "", "", ""),
        but_change=BY_NOBODY,
        but_delete=BY_NOBODY,
        but_add=BY_NOBODY,
        touch="at = now()",
        new={"at": "2020-01-02T00:00:00Z", "before_at": "2020-01-01T00:00:00Z"},
        there="INSERT INTO reading_fall (source_id, at, before_at) VALUES ({source}, now(), now() - interval '1 day')",
    ),
    "identity_token": Rows(
        *("", "", "", ""),
        but_see=ITS_OWNER,
        but_change=ITS_OWNER,
        but_delete=ITS_OWNER,
        but_add={"owner": 1, "staff": 0},
        touch="expires_at = now()",
        new={"account_id": 10**9 + 1},
        there="""
        INSERT INTO socialaccount_socialaccount (id, provider, uid, extra_data, user_id, date_joined, last_login)
        SELECT 1000000000 + number, 'provider ' || number, 'x', '{{}}', {owner}, now(), now()
        FROM generate_series(0, 1) AS number;
        INSERT INTO identity_token (account_id, access_token, refresh_token) VALUES (1000000000, 'x', 'x')
        """,
    ),
    "api_key": Rows(
        *("", "", "", ""),
        but_see={"owner": 1},
        but_change={"owner": 1},
        but_delete={"owner": 1},
        but_add=ANYBODY,
        new={"user_id": "me", "source_id": None, "key_hash": "y"},
        there="INSERT INTO api_key (public_id, user_id, source_id, name, scope, prefix, key_hash, created_at)"
        " VALUES (gen_random_uuid(), {owner}, {source}, 'x', 'read:data', 'hlk_x', 'x', now())",
    ),
    "kept_picture": Rows(
        *("", "", "", ""),
        but_see=OWN_PICTURES,
        but_change=OWN_PICTURES,
        but_delete=OWN_PICTURES,
        but_add=ANYBODY,
        touch="size = 7",
        new={"person_id": "me", "name": "y"},
    ),
    "import_draft": Rows(
        *("", "", "", "write"),
        but_see=OWN_DRAFTS,
        but_change=OWN_DRAFTS,
        but_delete=OWN_DRAFTS,
        new={"created_by_id": "me"},
    ),
}

OPEN = {
    "user": "names and addresses: signing in looks them up before anybody is bound",
    "user_password": "hashes: the same",
    "user_groups": "what staff may do in Django admin",
    "user_user_permissions": "what staff may do in Django admin",
    "account_emailaddress": "signing in looks them up before anybody is bound",
    "account_emailconfirmation": "the same",
    "auth_group": "what staff may do in Django admin",
    "auth_group_permissions": "what staff may do in Django admin",
    "auth_permission": "names of permissions, the same on every site",
    "django_admin_log": "what staff did in Django admin",
    "django_content_type": "names of models, the same on every site",
    "django_migrations": "names of migrations, the same on every site; read only",
    "django_session": "sessions are looked up before anybody is bound",
    "socialaccount_socialaccount": "signing in with LINE or Google looks them up before anybody is bound",
    "socialaccount_socialapp": "allauth's own, unused: the providers are in the settings",
    "socialaccount_socialtoken": "allauth's own, unused: tokens are kept in identity_token",
    "mfa_authenticator": "second factors, encrypted: signing in asks for them before anybody is bound",
    "app_sign_in": "sign-ins of apps are looked up before anybody is bound",
    "api_count": "how often the API was called in a minute",
    "usersessions_usersession": "the devices that one is signed in on: written at the sign-in",
    "cache_entry": "counts of failed sign-ins",
}
LOG = "audit_log"
CLOSED = {"audit_seal": "entries", "audit_cursor": "seal_id", "audit_pruned": "seal_id", "backup_made": "bytes"}
"""For the owner alone, each with a column: who serves the site shall not make the proof of what it did."""


def expected(rule: str, exceptions: Exceptions, who: str, whole: int) -> int:
    """How many of `whole` rows `who` sees or touches."""
    if who in exceptions:
        return exceptions[who]
    if who == "staff":
        return whole
    place, _, level = rule.rpartition(" ")
    held = (ON_HOME if place else ON_SOURCE).get(who, "")
    return whole if level and held and RANK[held] >= RANK[level] else 0


@contextmanager
def bound(house: Household, who: str) -> Iterator[None]:
    """A transaction in which `who` acts as a page of theirs does; it is rolled back."""
    with rolled_back():
        if who == "inactive":
            User.objects.filter(pk=house.people["owner"].pk).update(is_active=False)
        person = house.people.get("owner" if who == "inactive" else who)
        actor = NOBODY if person is None else Actor(person.pk, staff=True) if who == "staff" else actor_of(person)
        with acting(actor):
            yield


def touched(sql: str, *parameters: str) -> int:
    """How many rows a statement found or touched; REFUSED where the database says no. It is undone."""
    try:
        with rolled_back(), connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return int(cursor.fetchone()[0]) if cursor.description else int(cursor.rowcount)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") in {"42501", "0A000"}:
            return REFUSED
        raise


def count(table: str) -> int:
    """How many rows there really are."""
    with as_owner_of_the_tables(), connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return int(cursor.fetchone()[0])


def _another(house: Household, table: str, who: str) -> tuple[str, str]:
    """The statement that adds a row like one that is there, but for what must differ."""
    me = house.people.get(who, house.people["owner"])
    people = {"me": me.pk, "charlie": house.people["stranger"].pk}
    new = {name: people.get(str(value), value) for name, value in ROWS[table].new.items()}
    with as_owner_of_the_tables(), connection.cursor() as cursor:
        # The oldest, however many digits the keys have by now.
        oldest = "lpad(row_to_json(t) ->> 'id', 20, '0'), 1"
        cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t ORDER BY {oldest} LIMIT 1')
        row = json.loads(cursor.fetchone()[0])
    own = {"id": 10**9, "public_id": str(uuid4())}
    row |= {name: value for name, value in own.items() if name in row} | new
    return f'INSERT INTO "{table}" SELECT (json_populate_record(NULL::"{table}", %s::json)).*', json.dumps(row)


def complaints(house: Household, table: str) -> Iterator[str]:
    """What the database lets somebody do that ROWS does not allow, or does not let them do that it does."""
    with rolled_back():
        if ROWS[table].there:
            with as_owner_of_the_tables(), connection.cursor() as cursor:
                cursor.execute(ROWS[table].there.format(source=house.source.pk, owner=house.source.owner_id))
        yield from list(_complaints(house, table))


def _complaints(house: Household, table: str) -> Iterator[str]:
    rows, whole = ROWS[table], count(table)
    if whole == 0:
        yield f"{table} holds nothing that could leak"
    for who in BOUND:
        add, row = _another(house, table, who)
        with bound(house, who):
            found = {
                "sees": touched(f'SELECT count(*) FROM "{table}"'),
                "changes": touched(f'UPDATE "{table}" SET {rows.touch}'),
                "deletes": touched(f'DELETE FROM "{table}"'),
                "adds": touched(add, row),
                "empties": touched(f'TRUNCATE "{table}" CASCADE'),
                "locks": touched(f'WITH locked AS (SELECT 1 FROM "{table}" FOR UPDATE) SELECT count(*) FROM locked'),
            }
        may_add = expected(rows.add, rows.but_add, who, 1)
        wanted = {
            "sees": expected(rows.see, rows.but_see, who, whole),
            "changes": expected(rows.change, rows.but_change, who, whole),
            "deletes": expected(rows.delete, rows.but_delete, who, whole),
            "adds": 1 if may_add > 0 else REFUSED,
            "empties": REFUSED,
            "locks": expected(rows.change, rows.but_change, who, whole),
        }
        for what, number in found.items():
            if number != wanted[what]:
                yield f"{table}: {who} {what} {_words(number)} instead of {_words(wanted[what])} of {whole}"


def _words(number: int) -> str:
    return "(refused)" if number == REFUSED else str(number)
