"""`manage.py demo_idp [--port 8001]`: plays LINE and Google on this machine; set DEMO_IDP to its address."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from homelog.idp import faults
from homelog.idp.server import DemoIdp


class Command(BaseCommand):
    help = "Plays LINE and Google for trying sign-in by hand, honest or with a fault. For development only."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        ways = sorted({*faults.SAID, *faults.SIGNED, *faults.EXCHANGED})
        parser.add_argument("--port", type=int, default=8001)
        parser.add_argument("--fault", default="", help=f'"token: 500" and the like, or one of: {", ".join(ways)}')

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Whoever asks this server is signed in: it runs only with DEBUG on.")
        idp = DemoIdp(options["port"])
        idp.fault = options["fault"]
        self.stdout.write(
            f"Plays LINE and Google at {idp.url}. Start the site with DEMO_IDP={idp.url}; Ctrl-C ends this."
        )
        try:
            idp.server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("Ended.")
