"""Measure and print the table: every target beside the reference of the same round, at each number of readings.

    python -m benchmarks.speed [quick]

The site is served by gunicorn with its real settings, as homelog_app under row-level security, on a PostgreSQL of its
own in var/bench-db, which is kept: 5,000,000 readings are written once. Targets alternate within each of 5 rounds, so
that whatever else the machine does falls on all; ratios are medians of the rounds' ratios. Processor time is that of
gunicorn's workers, which other people's work disturbs least. `quick` measures 3 short rounds and not the largest size.
"""

import sys
from statistics import median

from benchmarks import ending
from benchmarks.faults import site
from benchmarks.faults.server import Database
from benchmarks.speed import people
from benchmarks.speed.measuring import Rounds, counted, measure
from benchmarks.speed.targets import Target, apart, targets
from homelog import devdb

FOLDER = site.ROOT / "var" / "bench-db"
SIZES, CROWDS = (1_000, 100_000, 5_000_000), (1, 16)
GROWTH, MOST_QUERIES = 1.3, 12
HEAD = f"{'':26}{'p50':>8}{'p95':>8}{'CPU':>8}{'times':>7}{'CPU':>6}{'made':>6}{'rows':>8}{'bytes':>8}  aims"


def main(quick: bool) -> None:
    """Fill what is missing, serve, measure, print."""
    sizes, rounds, requests = (SIZES[:2], 3, 16) if quick else (SIZES, 5, 64)
    try:
        database = Database(FOLDER)
        known = site.environment(database, FOLDER.parent, DJANGO_SETTINGS_MODULE="benchmarks.speed.settings")
        site.manage(known, "migrate", "--verbosity", "0")
        site.manage(known, "collectstatic", "--noinput", "--verbosity", "0")
        somebody = people.sign_in(known)
        places = {size: people.fill(database, size) for size in sizes}
        with database.connect("homelog_owner") as connection:
            connection.execute(people.TABLE)
        least: dict[str, float] = {}
        with site.serving(known, FOLDER.parent) as running:
            for size in sizes:
                wanted = targets(places[size].source, places[size].home)
                counts = {target.name: counted(running, somebody, target) for target in wanted}
                for crowd in CROWDS:
                    asked = [*wanted, *(apart(places[size].sources) if crowd > 1 else [])]
                    counts |= {each.name: counted(running, somebody, each) for each in asked if each not in wanted}
                    found = measure(running, somebody, asked, crowd, rounds, requests)
                    print(f"\n{size:,} readings, {crowd} connections (ms)\n{HEAD}")
                    for target in asked:
                        _tell(target, found, counts[target.name], least if crowd == 1 else None)
    finally:
        devdb.stop(FOLDER)


def _tell(target: Target, found: Rounds, counts: tuple[int, int, int], least: dict[str, float] | None) -> None:
    """A line of the table. `least`: the multiples at the first size, where growth is to be judged."""
    own, beside = found[target.name], found[target.reference]
    times = median(one.p50 / other.p50 for one, other in zip(own, beside, strict=True))
    work = median(one.cpu / max(other.cpu, 0.1) for one, other in zip(own, beside, strict=True))
    middle, late, cpu = (median(getattr(each, name) for each in own) for name in ("p50", "p95", "cpu"))
    aims = [_aim(f"at most {target.most}", times <= target.most)] if target.most else []
    if target.kind == "get":
        aims.append(_aim(f"{MOST_QUERIES} queries", counts[0] <= MOST_QUERIES))
    if least is not None:
        # By the multiples of the reference, which does not grow: whatever else the machine does meanwhile is in both.
        if target.name in least and target.name != target.reference:
            growth = times / least[target.name]
            aims.append(_aim(f"grown {growth:.2f}", growth <= GROWTH))
        least.setdefault(target.name, times)
    print(
        f"{target.name:26}{middle:8.1f}{late:8.1f}{cpu:8.1f}{times:7.2f}{work:6.2f}"
        f"{counts[0]:6}{counts[1]:8}{counts[2]:8}  {', '.join(aims)}",
        flush=True,
    )


def _aim(words: str, met: bool) -> str:
    return f"{words} {'met' if met else 'MISSED'}"


if __name__ == "__main__":
    ending.in_order()
    main("quick" in sys.argv[1:])
