"""What was sent, what was answered, and afterwards what is stored: each acknowledged reading once, none by halves."""

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import psycopg

# What the database says of itself, whoever sent it: a reading and the entry that it was made come and go together.
HALVES = {
    "readings without their entry in the log": """
        SELECT count(*) FROM reading WHERE NOT EXISTS (SELECT FROM audit_log WHERE event_type = 'create_reading'
        AND audit_log.source_id = reading.source_id AND reading_id = public_id)""",
    "entries in the log without their reading": """
        SELECT count(*) FROM audit_log WHERE event_type = 'create_reading' AND NOT EXISTS (SELECT FROM reading
        WHERE audit_log.source_id = reading.source_id AND reading_id = public_id)""",
    "readings with more than one entry": """
        SELECT count(*) FROM (SELECT FROM audit_log WHERE event_type = 'create_reading'
        GROUP BY source_id, reading_id HAVING count(*) > 1) AS twice""",
    "readings stored twice": """
        SELECT count(*) FROM (SELECT FROM reading GROUP BY public_id HAVING count(*) > 1) AS twice""",
    "days whose sum is not that of their readings": """
        SELECT count(*) FROM (SELECT source_id, sum(count) AS kept FROM reading_day GROUP BY 1) AS days
        FULL JOIN (SELECT source_id, count(*) AS there FROM reading WHERE quality_flag <> 'bad' GROUP BY 1) AS stored
        USING (source_id) WHERE kept IS DISTINCT FROM there""",
}


@dataclass
class Ledger:
    """Filled by many threads at once."""

    sent: dict[str, tuple[str, str]] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def sends(self, reading: str, source: str, value: str) -> None:
        """A reading with this id is on its way."""
        with self.lock:
            self.sent[reading] = (source, value)

    def answered(self, way: str, status: object, readings: list[str]) -> None:
        """An answer came; `readings` are those that it acknowledges."""
        with self.lock:
            self.answers[f"{way} {status}"] += 1
            self.acknowledged.update(readings)

    def wonders(self, what: str) -> None:
        """An answer that no round expects."""
        with self.lock:
            self.odd.append(what)


def compare(ledger: Ledger, connection: psycopg.Connection[Any]) -> tuple[dict[str, int], list[str]]:
    """Figures, and what is wrong. `connection` sees everything."""
    stored = {
        str(public_id): (str(source), value)
        for public_id, source, value in connection.execute(
            "SELECT r.public_id, s.public_id, trim_scale(r.value)::text FROM reading AS r"
            " JOIN data_source AS s ON s.id = r.source_id"
        )
    }
    lost = ledger.acknowledged - stored.keys()
    strange = stored.keys() - ledger.sent.keys()
    changed = [key for key in stored.keys() & ledger.sent.keys() if not _same(stored[key], ledger.sent[key])]
    figures = {
        "readings sent": len(ledger.sent),
        "acknowledged": len(ledger.acknowledged),
        "acknowledged and lost": len(lost),
        "stored, their answer lost on the way": len(stored.keys() - ledger.acknowledged),
        "stored though nobody sent them": len(strange),
        "stored with another value": len(changed),
    }
    for name, sql in HALVES.items():
        row = connection.execute(sql).fetchone()
        figures[name] = row[0] if row else -1
    wrong = [name for name, count in figures.items() if count and name not in FINE]
    if ledger.odd:
        wrong.append(f"{len(ledger.odd)} odd answers, such as {ledger.odd[0]}")
    return figures, wrong


FINE = {"readings sent", "acknowledged", "stored, their answer lost on the way"}


def _same(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return (one[0], float(one[1])) == (other[0], float(other[1]))
