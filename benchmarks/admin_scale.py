"""Whether Django admin stays usable at a hundred thousand people and ten million readings: each page, timed.

    python -m benchmarks.admin_scale [PEOPLE] [READINGS] [ENTRIES] [keep]

A database of its own is made, filled (benchmarks/_admin_data.py), measured and dropped; with `keep` it stays for the
next run. Every list, search, filter, page, autocomplete, and confirmation of a deletion is asked for through the whole
site, as staff under row-level security. Shown are the seconds in which Python and the database worked, how long one
waited (more, where others use the machine too), and how the longest query finds its rows, beside the page of one's own
account as the reference. Ends with 1 where a page made more work than LONGEST.
"""

import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homelog.settings")
os.environ.setdefault("DATABASE_POOL", "0")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.current import acting, actor_of  # noqa: E402
from accounts.models import User  # noqa: E402
from benchmarks._admin_data import filled  # noqa: E402
from homelog.roles import as_owner  # noqa: E402

LONGEST = 0.3
ROUNDS = 3
SIZES = (2_000, 200_000, 20_000)

LISTS: dict[str, tuple[str, ...]] = {
    "accounts_user": (
        "q=person777",
        "q=nobody",
        "is_active__exact=0",
        "is_staff__exact=1",
        "p=100",
        "o=3",
        "_facets=True",
    ),
    "account_emailaddress": ("q=person777", "verified__exact=0", "primary__exact=0"),
    "socialaccount_socialaccount": ("q=person777", "q=uid777", "provider=line", "p=150"),
    "mfa_authenticator": ("q=person777", "type__exact=totp", "type__exact=recovery_codes"),
    "sources_home": ("q=home 77", "q=person777", "p=150"),
    "sources_homemember": ("q=home 777", "level__exact=read"),
    "sources_datasource": (
        *(
            "q=electricity",
            "q=water 77",
            "q=mea 777",
            "q=person",
            "q=nobody",
            "source_type__exact=water",
            "p=150",
            "o=2",
        ),
        *("archived_at__isempty=0", "counting__exact=level"),
    ),
    "sources_sourceaccess": ("q=person777", "q=water 77", "level__exact=admin"),
    "sources_datavalidator": ("q=water 77", "on_violation__exact=flag", "non_decreasing__exact=0"),
    "sources_meterchange": ("q=meb 77", "reason__exact=reset"),
    "sources_sourceinvitation": ("q=guest77", "level__exact=admin", "used_at__isempty=0"),
    "readings_reading": (
        "q=electricity",
        "q=water 777",
        "q=nobody",
        "quality=bad",
        "quality=questionable",
        "p=150",
        "o=2",
    ),
    "readings_importbatch": ("q=meter77", "undone_at__isempty=0"),
    "readings_importdraft": (),
    "audit_auditlog": (
        *("q=person 7", "q=person777", "q=electricity", "q=nobody", "days=1", "days=7", "days=365", "p=150"),
        *(
            f"kind={kind}"
            for kind in ("changes", "readings", "settings", "sharing", "meter_changes", "imports", "views")
        ),
        *("kind=sign_ins", "kind=failed", "kind=people", "by=staff", "kind=sharing&days=7", "kind=failed&q=person77"),
    ),
    "auth_group": (),
}


def addresses() -> Iterator[tuple[str, str]]:
    """What is asked for: a name for each, and its address."""
    keys = _keys()
    for name, queries in LISTS.items():
        here = reverse(f"admin:{name}_changelist")
        for query in ("", *queries):
            yield f"{name} {query}", f"{here}?{query}".removesuffix("?")
        if name in keys:
            for page in ("change", "delete"):
                yield f"{name} {page}", reverse(f"admin:{name}_{page}", args=[keys[name]])
            yield f"{name} add", reverse(f"admin:{name}_add")
    source, person, home = keys["sources_datasource"], keys["accounts_user"], keys["sources_home"]
    for name, query in (
        ("readings_reading", f"source__id__exact={source}"),
        ("readings_reading", f"source__id__exact={source}&quality=bad&p=10"),
        ("sources_datasource", f"owner__id__exact={person}"),
        ("sources_datasource", f"home__id__exact={home}"),
        ("audit_auditlog", f"source_id__exact={source}"),
        ("audit_auditlog", f"source_id__exact={source}&kind=sharing"),
        ("audit_auditlog", f"actor_id__exact={person}"),
        ("audit_auditlog", f"actor_id__exact={person}&kind=people"),
        ("audit_auditlog", f"home_id__exact={home}&kind=settings&days=7"),
    ):
        yield f"{name} {query}", f"{reverse(f'admin:{name}_changelist')}?{query}"
    for app, model, field in (
        ("sources", "datasource", "owner"),
        ("sources", "datasource", "home"),
        ("readings", "reading", "source"),
    ):
        for term in ("", "person77", "wat", "nobody"):
            query = f"app_label={app}&model_name={model}&field_name={field}&term={term}"
            yield f"autocomplete {model}.{field} {term}", f"{reverse('admin:autocomplete')}?{query}"
    yield "audit export", reverse("admin:audit_auditlog_export") + "?kind=sharing&days=7"


def _keys() -> dict[str, int]:
    """One row of each table: the source with the most readings, and its owner and home, who have the most entries."""
    found: dict[str, int] = {}
    with as_owner(), connection.cursor() as cursor:
        for name, query in {
            "accounts_user": 'SELECT min(id) FROM "user"',
            "account_emailaddress": "SELECT min(id) FROM account_emailaddress",
            "sources_home": "SELECT min(id) FROM home",
            "sources_homemember": "SELECT min(id) FROM home_member",
            "sources_datasource": "SELECT min(id) FROM data_source",
            "sources_sourceaccess": "SELECT min(id) FROM source_access",
            "sources_datavalidator": "SELECT min(id) FROM data_validator",
            "sources_meterchange": "SELECT min(id) FROM meter_change",
            "sources_sourceinvitation": "SELECT min(id) FROM source_invitation",
            "readings_reading": "SELECT max(id) - 5 FROM reading WHERE source_id = (SELECT max(id) FROM data_source)",
            "readings_importbatch": "SELECT min(id) FROM import_batch",
            "audit_auditlog": "SELECT id FROM audit_log ORDER BY event_time DESC LIMIT 1",
        }.items():
            cursor.execute(query)
            found[name] = cursor.fetchone()[0]
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a page: its status, seconds in all, of Python's work, of the database's, and how it was read."""

    name: str
    status: int
    took: float
    python: float
    database: float
    queries: int
    read: str


def measure(client: Client, boss: User, name: str, address: str) -> Found:
    """The best of ROUNDS. What the database did is asked of it once more, query by query."""
    took, python, status, asked = [], [], 0, []
    for _round in range(ROUNDS):
        begun, busy = time.perf_counter(), time.process_time()
        answer: Any = client.get(address)
        if answer.streaming:
            next(iter(answer.streaming_content))
        took.append(time.perf_counter() - begun)
        python.append(time.process_time() - busy)
        status, asked = answer.status_code, [each["sql"] for each in connection.queries_log]
    plans = [plan(boss, query) for query in asked if query.startswith("SELECT") and "act_as" not in query]
    database = sum(spent for spent, _read in plans)
    return Found(name, status, min(took), min(python), database, len(asked), max(plans, default=(0.0, ""))[1])


def plan(boss: User, query: str) -> tuple[float, str]:
    """Seconds of planning and executing, and how the database finds what a query asks for, as staff ask it: each scan
    once, the months of the log as one.
    """

    def scans(node: dict[str, Any]) -> Iterator[str]:
        if node["Node Type"].endswith("Scan") and node["Actual Loops"]:
            on = node.get("Index Name") or node.get("Relation Name") or ""
            yield f"{node['Node Type']} {re.sub(r'audit_log_(other|[0-9]{4}_[0-9]{2})', 'audit_log', on)}".strip()
        for part in node.get("Plans", ()):
            yield from scans(part)

    with acting(actor_of(boss, staff=True)), connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + query)
        (told,) = cursor.fetchone()[0]
    spent = told["Planning Time"] + told["Execution Time"]
    return spent / 1000, f"{spent:.1f} ms: {', '.join(sorted(set(scans(told['Plan']))))}"


def main(people: int, readings: int, entries: int, keep: bool) -> int:
    """Measure every page and show the slowest first."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.SECURE_SSL_REDIRECT, settings.DEBUG = False, False
    connection.force_debug_cursor = True
    with filled(people, readings, entries, keep):
        with as_owner():
            boss, _made = User.objects.get_or_create(
                username="scale-boss", defaults={"is_staff": True, "is_superuser": True, "display_name": "Boss"}
            )
        client = Client()
        client.force_login(boss)
        reference = measure(client, boss, "", reverse("accounts:profile"))
        found = [measure(client, boss, name, address) for name, address in addresses()]
    found.sort(key=lambda page: -page.python - page.database)
    print(f"{people} people, {readings} readings, {entries} entries. Seconds of work: Python's and the database's.")
    unit = reference.python + reference.database
    for page in (reference, *found):
        work = page.python + page.database
        parts = f"{page.python * 1000:4.0f} + {page.database * 1000:5.1f} ms in {page.queries:2} queries"
        shown = f"{work / unit:4.1f} x  {parts}, waited {page.took * 1000:5.0f} ms  {page.status}"
        print(f"{shown}  {page.name or 'reference'}  [{page.read}]")
    slow = [page.name for page in found if page.python + page.database > LONGEST]
    print(f"{len(found)} pages, {len(slow)} with more than {LONGEST * 1000:.0f} ms of work")
    return 1 if slow else 0


if __name__ == "__main__":
    sizes = [int(each) for each in sys.argv[1:] if each.isdecimal()]
    people, readings, entries = (*sizes, *SIZES[len(sizes) :])
    sys.exit(main(people, readings, entries, keep="keep" in sys.argv))
