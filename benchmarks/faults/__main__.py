"""`python -m benchmarks.faults kills [--kills 50] [--readings 20000] [--minutes 40] [--planted]`, and other rounds."""

import argparse
import sys
from collections.abc import Callable

from benchmarks import ending


def main() -> int:
    """Run one round and say what it found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    alone = ["kills", "imports", "away", "shipping", "migrations", "disk", "restarts", "replica", "processes"]
    parser.add_argument("round", choices=[*alone, "crowd", "bouncer"])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--readings", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--planted", action="store_true", help="with the fault that the round must notice")
    parser.add_argument("--proxy", default="", help="of crowd: what stands in front, caddy or nginx")
    asked = parser.parse_args()
    ending.in_order()
    wrong = _rounds(asked)[asked.round]()
    print("\n".join(wrong) if wrong else "Nothing was lost, and nothing is there by halves.")
    return 1 if wrong else 0


def _rounds(asked: argparse.Namespace) -> dict[str, Callable[[], list[str]]]:
    from benchmarks.faults import (
        away,
        bouncer,
        crowd,
        disk,
        imports,
        kills,
        migrating,
        processes,
        replica,
        restarts,
        shipping,
    )

    return {
        "kills": lambda: kills.run(asked.kills, asked.readings, asked.minutes, asked.planted),
        "disk": disk.run,
        "away": away.run,
        "shipping": shipping.run,
        "imports": imports.run,
        "migrations": migrating.run,
        "restarts": restarts.run,
        "replica": replica.run,
        "processes": processes.run,
        "crowd": lambda: crowd.run(asked.proxy),
        "bouncer": bouncer.run,
    }


if __name__ == "__main__":
    sys.exit(main())
