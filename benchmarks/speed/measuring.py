"""One cell of the table: targets in turns, round after round, over one or many connections."""

import os
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from benchmarks.faults.household import Household
from benchmarks.faults.site import Site
from benchmarks.speed.targets import Line, Target

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Round:
    """Milliseconds of a target in one round: what was waited for, and processor time of the workers per request."""

    p50: float
    p95: float
    cpu: float


Rounds = dict[str, list[Round]]


def measure(site: Site, people: Household, wanted: list[Target], crowd: int, rounds: int, requests: int) -> Rounds:
    """`rounds` rounds of each target in turns; in each, `requests` requests spread over `crowd` connections."""
    lines = [Line(site.port, people, number) for number in range(crowd)]
    found: Rounds = defaultdict(list)
    with ThreadPoolExecutor(crowd) as pool:
        for target in wanted:
            for line in lines:
                line.prepare(target)
                line.ask(target)
        for _round in range(rounds):
            for target in wanted:
                found[target.name].append(_round_of(site, pool, lines, target, max(requests // crowd, 2)))
    for line in lines:
        line.connection.close()
    return found


def _round_of(site: Site, pool: ThreadPoolExecutor, lines: list[Line], target: Target, each: int) -> Round:
    def ask(line: Line) -> list[float]:
        return [_timed(line, target) for _request in range(each)]

    before = _spent(site.workers())
    waited = sorted(time for times in pool.map(ask, lines) for time in times)
    spent = (_spent(site.workers()) - before) / len(waited)
    return Round(median(waited), quantiles(waited, n=20, method="inclusive")[18], spent)


def _timed(line: Line, target: Target) -> float:
    begun = time.perf_counter()
    line.ask(target)
    return (time.perf_counter() - begun) * 1000


def _spent(processes: Iterable[int]) -> float:
    """Milliseconds of processor time of the processes so far."""
    ticks = 0
    for process in processes:
        with suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks * 1000 / TICKS


def counted(site: Site, people: Household, target: Target) -> tuple[int, int, int]:
    """Statements, rows read and compressed bytes of one request."""
    line = Line(site.port, people)
    line.prepare(target)
    line.ask(target)
    size, headers = line.ask(target, count=True)
    line.connection.close()
    return int(headers["X-Statements"]), int(headers["X-Rows"]), size
