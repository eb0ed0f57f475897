"""`manage.py audit_partitions [--months N]`: the coming months of the audit log, made by the owner of its table."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from audit import partitions
from homelog.roles import as_owner


class Command(BaseCommand):
    help = "Makes the partitions of the audit log for this month and the coming ones, and moves entries that had none."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--months", type=_months, default=partitions.AHEAD, help="how many in all (default: 24)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing and say what was done."""
        with as_owner():
            done = partitions.make_months(options["months"])
            end = partitions.until()
        self.stdout.write(f"Months made: {done.months}." if done.months else "All months were there.")
        if done.moved:
            self.stdout.write(f"Entries moved to the month they belong to: {done.moved}.")
        if done.strays:
            self.stdout.write(f"Entries left in audit_log_other, of months that are not made ahead: {done.strays}.")
        self.stdout.write(f"The audit log has months until {end:%Y-%m-%d}.")


def _months(text: str) -> int:
    """A number of months. Raises ArgumentTypeError for what is none from 1 to 240."""
    if not text.isdecimal() or not 1 <= int(text) <= 240:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 240.")
    return int(text)
