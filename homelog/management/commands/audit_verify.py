"""`manage.py audit_verify [--head SEAL]`: whether the audit log is still what was sealed; else ends with 1."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import seals
from homelog.roles import as_owner


class Command(BaseCommand):
    help = "Adds the sealed entries of the audit log up anew and names every stretch that was tampered with."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--head", type=_digest, default=b"", help="a seal that was shipped off this machine")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at all of them and say what was found."""
        with as_owner():
            found = seals.verify(options["head"])
        if found.faults:
            raise CommandError("\n".join(found.faults))
        if found.pruned:
            self.stdout.write(
                f"Of them, {found.pruned} entries about looks were removed by audit_prune, all of them old."
            )
        self.stdout.write(f"All {found.entries} sealed entries are as they were. Seal: {found.head.hex() or 'none'}")


def _digest(text: str) -> bytes:
    """A seal as it was printed. Raises ArgumentTypeError."""
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no seal: 64 hexadecimal digits.") from error
