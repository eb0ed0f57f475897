"""The pages that growth asks for, and what the database does for each: statements, milliseconds, 8 kB pages touched."""

from datetime import timedelta
from typing import Any

from benchmarks._growth_data import rows

SCANS = ("Index Name", "Relation Name")


def measure() -> None:
    """A line for each page: of the biggest source and of one with a thousand readings, and of a home."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone as clock

    from homelog.roles import as_owner
    from sources.models import DataSource

    settings.ALLOWED_HOSTS, settings.DEBUG = ["testserver"], False
    with as_owner():
        biggest, small = DataSource.objects.select_related("owner", "home").order_by("pk")[:9:8]
    for which, source in (("half of all", biggest), ("1,000", small)):
        browser = Client()
        browser.force_login(source.owner)
        place: Any = source.home
        here, home = source.get_absolute_url(), place.get_absolute_url()
        first = (clock.now() - timedelta(days=400)).date()
        for page in (
            here,
            f"{here}?by=day",
            f"{here}read/",
            f"{here}readings/",
            f"{here}history/",
            f"{here}history/?kind=views",
            f"{here}history/?first={first}&last={first}",
            home,
            f"{home}history/",
        ):
            browser.get(page)
            with CaptureQueriesContext(connection) as seen:
                status = browser.get(page).status_code
            asked = [each["sql"] for each in seen if each["sql"].lstrip().startswith(("SELECT", "WITH"))]
            found = [explained(source.owner, sql) for sql in asked if "act_as" not in sql]
            spent, touched, worst = sum(f[0] for f in found), sum(f[1] for f in found), max(found)
            name = page.replace(str(source.public_id), which).replace(str(place.public_id), which)
            told = f"{len(found):2} {spent:7.1f} ms {touched:6} pages, worst {worst[0]:6.1f}: {worst[2]}"
            print(f"{name:48} {status} {told}", flush=True)


def explained(person: Any, sql: str) -> tuple[float, int, str]:
    """Milliseconds, pages touched, and the scans of one statement, asked as `person`."""
    from accounts.current import acting_as

    def scans(node: dict[str, Any]) -> set[str]:
        found = {f"{node['Node Type']} {next((node[n] for n in SCANS if n in node), '')}"}
        own = found if node["Node Type"].endswith("Scan") and node["Actual Loops"] else set()
        return own.union(*(scans(part) for part in node.get("Plans", ())))

    with acting_as(person):
        (told,) = rows("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql)[0][0]
    plan = told["Plan"]
    touched = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return told["Planning Time"] + told["Execution Time"], touched, ", ".join(sorted(scans(plan)))[:160]
