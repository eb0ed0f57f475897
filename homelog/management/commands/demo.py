"""`manage.py demo [--if-empty]`: a household to look at, in development; described in homelog/demo_household.py."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from homelog import demo
from homelog.demo_household import PASSWORD, PEOPLE


class Command(BaseCommand):
    help = "Stores a demo household (three people, three homes, eight sources, three years). For development only."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing where anybody has an account already")
        parser.add_argument("--address", default="http://127.0.0.1:8000/", help="where the site answers, to be printed")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo's password is known to everybody: it is made only with DEBUG on.")
        here = User.objects.filter(username__in=PEOPLE).exists()
        if here or (options["if_empty"] and User.objects.exists()):
            self.stdout.write("Nothing was stored: there are people here already.")
        else:
            made = demo.build(timezone.localdate())
            self.stdout.write(
                f"Stored {made.people} people, {made.homes} homes, {made.sources} sources, {made.readings} readings."
            )
            here = True
        self.stdout.write(f"Sign in at {options['address']}" + (f" as {_people()}." if here else "."))


def _people() -> str:
    *names, last = PEOPLE
    return f"{', '.join(names)} or {last}, with the password {PASSWORD}"
