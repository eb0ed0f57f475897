"""Who lives in the site that is attacked: somebody who owns one of everything and is an administrator besides."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from benchmarks.faults.household import way_in

CSV = b"date;kWh\n2026-08-01 08:00;77420\n2026-08-02 08:00;77421\n"
ADMIN_KEYS = {"object_id": "1", "content_type_id": "1", "app_label": "sources", "id": "1"}


@dataclass(frozen=True)
class Somebody:
    """The cookie of their session, a key of the API, and what stands in the addresses of their things."""

    session: str
    key: str
    source: dict[str, Any]
    home: dict[str, Any]

    def pages(self) -> list[str]:
        """A path for every address of the site, Django admin and the API's pages included, found by the resolver."""
        from django.urls import reverse

        from homelog.tests.matrix.addresses import addresses, admin_addresses

        found = ["/api/v1/openapi.json", "/api/v1/docs", "/nowhere/"]
        for name, keys in addresses():
            known = self.home if name.split(":")[-1].startswith("home") else self.source
            known = known | {"public_id": known["reading_id"]} if "source_id" in keys else known
            found.append(reverse(name, kwargs={key: known[key] for key in keys}))
        for name, keys in admin_addresses():
            if not name.endswith(":None"):
                found.append(reverse(name, kwargs={key: ADMIN_KEYS[key] for key in keys}))
        return [*dict.fromkeys(found)]


def settle(environment: Mapping[str, str]) -> Somebody:
    """Make them in a database that is migrated. From here on this process is a Django of that site."""
    os.environ.update({**environment, "EMAIL_URL": "dummymail://"})
    import django

    django.setup()
    from django.db import connection

    from homelog.testing import START, make_home, make_readings, make_source, make_user, share

    boss = make_user("boss", is_staff=True, is_superuser=True)
    home = make_home(boss, "Cellar", address="Long Street 1")
    meter = make_source(boss, home, meter_number="7741-1", place_name="Cellar")
    reading = make_readings(meter, range(1000, 9000, 100), start=START)[-1]
    given = share(meter, make_user("guest"))
    source = {"public_id": meter.public_id, "source_id": meter.public_id, "reading_id": reading.public_id}
    known = _furnish(boss, home, meter) | {"right_id": given.public_id}
    session, key = way_in(boss, "crawl")
    connection.close()
    return Somebody(session, key, {**known, **source}, {**known, **source, **_of_home(known, home)})


def _of_home(known: Mapping[str, Any], home: Any) -> dict[str, Any]:
    return {
        "public_id": home.public_id,
        "right_id": known["member_id"],
        "invitation_id": known["joining_id"],
        "draft_id": known["home_draft_id"],
    }


def _furnish(boss: Any, home: Any, meter: Any) -> dict[str, Any]:
    """What hangs on the meter and the home besides, and the keys of all of it."""
    from accounts.current import acting_as
    from homelog.testing import START, make_user
    from readings.importers import ImportRow
    from readings.imports import store
    from readings.models import ImportDraft
    from sources.invitations import make
    from sources.models import ApiKey

    noon = (START + timedelta(days=100, hours=4)).replace(tzinfo=None)
    friend = make_user("friend")
    with acting_as(boss):
        rule = meter.validators.create(min_value=1)
        change = meter.meter_changes.create(changed_at=START - timedelta(days=1), old_final=7, new_initial=0)
        member = home.members.create(user=friend, level="read", granted_by=boss)
        given, _key = make(meter, boss, "read", "invited@example.com")
        joining, _key = make(home, boss, "read")
        batch = store(meter, [ImportRow(1, noon, None, Decimal(9001))], "may.csv", "CSV, UTF-8")
        about = {"file_name": "june.csv", "content": CSV, "created_by": boss}
        draft = ImportDraft.objects.create(source=meter, **about)
        home_draft = ImportDraft.objects.create(home=home, **about)
        key = ApiKey.objects.create(user=boss, name="Gadget", prefix="hlk_", key_hash="0" * 64)
    return {
        "rule_id": rule.public_id,
        "change_id": change.public_id,
        "member_id": member.public_id,
        "invitation_id": given.public_id,
        "joining_id": joining.public_id,
        "draft_id": draft.public_id,
        "home_draft_id": home_draft.public_id,
        "batch_id": batch.public_id,
        "file_id": batch.file_id or batch.public_id,
        "key_id": key.public_id,
        "year": "2026",
        "uidb36": "1",
        "key": "no-such-key",
        "pk": 1,
    }
