"""`manage.py audit_ship PLACE [--name NAME] [--every SECONDS]`: the audit log to a file, syslog or an address."""

import argparse
import os
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from audit import places, seals, shipping
from homelog.roles import as_owner


class Command(BaseCommand):
    help = "Seals new entries and ships them as lines of JSON. What does not arrive is sent again the next time."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("place", help="a file, https://address (AUDIT_SHIP_TOKEN is sent) or syslog+tcp://host:514")
        parser.add_argument("--name", help="of the cursor (default: the place)")
        parser.add_argument("--every", type=int, metavar="SECONDS", help="go on for ever, so often")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ship once, or again and again: then a place that cannot be reached is said and tried again."""
        try:
            deliver = places.way_to(options["place"], os.environ.get("AUDIT_SHIP_TOKEN", ""))
        except ValueError as error:
            raise CommandError(str(error)) from error
        name = options["name"] or options["place"]
        while True:
            try:
                self.stdout.write(_ship(name, deliver))
            except (shipping.ShippingError, OperationalError, InterfaceError) as error:
                if not options["every"]:
                    raise CommandError(str(error)) from error
                self.stderr.write(str(error))
            if not options["every"]:
                return
            time.sleep(options["every"])


def _ship(name: str, deliver: places.Deliver) -> str:
    with as_owner():
        seals.seal()
        count, entries = shipping.ship(name, deliver)
    return f"Shipped {entries} entries in {count} seals."
