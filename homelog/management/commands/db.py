"""`manage.py db start|stop|status|url`: the embedded database of this project folder, by hand."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from homelog import devdb


class Command(BaseCommand):
    help = "Starts, ends or shows the embedded PostgreSQL server that development uses when DATABASE_URL is unset."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("action", choices=["start", "stop", "status", "url"])
        parser.add_argument("--role", default="homelog_app", help="who `url` connects as (default: homelog_app)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(_act(options["action"], options["role"]))
        except devdb.DevDatabaseError as error:
            raise CommandError(str(error)) from error


def _act(action: str, role: str) -> str:
    match action:
        case "start":
            return _describe(devdb.ensure(devdb.FOLDER))
        case "stop":
            return "Ended." if devdb.stop(devdb.FOLDER) else "It was not running."
        case "url":
            return devdb.ensure(devdb.FOLDER).url(role)
        case _:
            server = devdb.status(devdb.FOLDER)
            return _describe(server) if server else "Not running."


def _describe(server: devdb.Server) -> str:
    return f"PostgreSQL {server.version} runs in {server.folder}, socket in {server.socket_dir}."
