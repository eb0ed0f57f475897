"""`manage.py demo_site 127.0.0.1:8000`: runserver with a server beside it that plays LINE and Google (`make run`)."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.runserver import Command as Runserver

from accounts.providers import addresses
from homelog.idp.server import DemoIdp

HERE = {"127.0.0.1", "localhost", "[::1]"}


class Command(Runserver):
    help = "Serves the site on this machine, with a demo of LINE and Google unless they are set up. For development."

    def handle(self, *args: Any, **options: Any) -> None:
        """Start the demo once; what serves is started anew by each change of the code, and inherits its address."""
        if not settings.DEBUG:
            raise CommandError("At the demo everybody signs in as anybody: it runs only with DEBUG on.")
        if str(options["addrport"] or "127.0.0.1:8000").rpartition(":")[0] not in HERE:
            raise CommandError("At the demo everybody signs in as anybody: serve on this machine only.")
        if options["use_reloader"] and not settings.DEMO_IDP and not addresses.offered():
            idp = DemoIdp()
            idp.start()
            os.environ["DEMO_IDP"] = idp.url
            self.stdout.write(f"LINE and Google are played by a demo at {idp.url}, where nobody needs an account.")
        super().handle(*args, **options)
