"""Long files are read, judged and stored beside the pages, in a thread of this process; the draft says how far it is.

What stands in `ImportDraft.run` is told on a connection of its own while the work is one transaction on another: so it
is seen before that ends, and a run that dies stores nothing. As long as it works it holds a lock of the database, which
goes with it; while it waits for its turn it holds nothing, but says now and then that it still does. Whoever looks at
the page knows by that. Only the run that a draft names as its own may store it, once.
"""

import json
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic
from typing import Any, Literal
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone as clock
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import request_ids
from accounts.current import Actor, acting, actor, rebind
from accounts.models import User
from readings.access import draft_for, home_draft_for
from readings.import_items import Prepared
from readings.import_page import body_of, kind_of
from readings.import_preparing import prepare
from readings.import_progress import Progress, Step
from readings.import_setup import Setup
from readings.import_storing import NothingStored, store_all
from readings.importers import ImportRefused
from readings.imports import CannotStore
from readings.models import ImportDraft
from sources.models import DataSource

What = Literal["look", "store"]
State = Literal["", "running", "done", "refused", "failed"]

LOCKS = 7104
"""Of the locks that tell that a run lives; the other number is the draft's."""
ALIVE = """
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""
TELL = "UPDATE import_draft SET run = run || %s::jsonb WHERE public_id = %s AND run ->> 'token' = %s"
GRACE = timedelta(seconds=20)
"""So long a run may take to begin before it counts as dead."""
OFTEN = 0.5
MOST_AT_ONCE = 2
MOST_OF_ONE = 3
"""So many files of one person are read or wait to be read, on all processes."""
STILL = 5.0
"""So often, in seconds, who waits says so; well within GRACE."""

_log = logging.getLogger(__name__)
_turns = threading.BoundedSemaphore(MOST_AT_ONCE)


@dataclass(frozen=True)
class Run:
    """What a draft says of its last run. done, of: rows of the step it is at. code, details: why a file is refused.
    sentence: why nothing was stored. batches: the imports it made, by public id. of_setup: as which it read the file.
    waited: when it last said that it waits.
    """

    what: str = ""
    state: State = ""
    token: str = ""
    began: str = ""
    waited: str = ""
    of_setup: str = ""
    step: Step = "reading"
    done: int = 0
    of: int = 0
    code: str = ""
    details: Mapping[str, int | str] = field(default_factory=dict)
    sentence: str = ""
    batches: tuple[str, ...] = ()

    @classmethod
    def of_draft(cls, draft: ImportDraft) -> "Run":
        """As the draft has it."""
        return cls(**{name: value for name, value in draft.run.items() if name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Job:
    """All that a thread has to know: who acts, in which language and zone, on which draft, and what was looked at."""

    who: Actor
    language: str
    source: UUID | None
    home: UUID | None
    draft: UUID
    token: str
    what: What
    seen: str = ""
    leave_out: bool = False


class _Changed(ValueError):
    """What would be stored is not what was looked at."""


def mark_of(setup: Setup) -> str:
    """What tells one way to read a file, in one language, from the others."""
    said = json.dumps([translation.get_language(), setup.stored], sort_keys=True)
    return sha256(said.encode()).hexdigest()[:16]


def is_running(draft: ImportDraft, now: datetime) -> bool:
    """Whether a run of this draft lives: it holds its lock, or has only just been asked for."""
    run = Run.of_draft(draft)
    if run.state != "running":
        return False
    lately = datetime.fromisoformat(run.waited or run.began)
    if now - lately < GRACE and run.step == "reading" and not run.of:
        return True
    with connection.cursor() as cursor:
        cursor.execute(ALIVE, [LOCKS, _number(draft)])
        (alive,) = cursor.fetchone()
    return bool(alive)


def begin(
    draft: ImportDraft, what: What, setup: Setup, *, seen: str = "", leave_out: bool = False, sentence: str = ""
) -> None:
    """Read the draft, or store it, in a thread that starts once this transaction is over; nothing where one runs.

    sentence: why it is read once more, for the preview.
    """
    locked = ImportDraft.objects.select_for_update().only("run").get(pk=draft.pk)
    if is_running(locked, clock.now()) or (locked.run.get("what"), locked.run.get("state")) == ("store", "done"):
        draft.run = locked.run
        return
    run = Run(what, "running", uuid4().hex, clock.now().isoformat(), of_setup=mark_of(setup), sentence=sentence)
    if _too_many(draft):
        text = _("Three of your files are being read already. Wait until one of them is done, then try again.")
        draft.run = asdict(replace(run, state="failed", sentence=text))
        draft.save(update_fields=["run"])
        return
    draft.run = asdict(run)
    draft.save(update_fields=["run"])
    job = Job(
        actor(),
        translation.get_language() or "en",
        draft.source.public_id if draft.source else None,
        draft.home.public_id if draft.home else None,
        draft.public_id,
        run.token,
        what,
        seen,
        leave_out,
    )
    transaction.on_commit(lambda: start(job))


def start(job: Job) -> None:
    """Begin with a job beside whatever this process does."""
    threading.Thread(target=_alone, args=[job, request_ids.current()], name=f"import-{job.draft}").start()


def _alone(job: Job, number: str) -> None:
    request_ids.bind(number)
    try:
        carry_out(job)
    finally:
        connection.close()


def carry_out(job: Job) -> None:
    """Do the job in one transaction, and say in the draft what came of it."""
    with _teller(job) as tell:
        try:
            with _turn(tell), translation.override(job.language), acting(job.who):
                _do(job, Progress(tell.step))
        except (CannotStore, NothingStored, PermissionDenied, Http404, _Changed) as error:
            tell.ended(state="failed", sentence=str(error))
        except ValidationError as error:
            tell.ended(state="failed", sentence=" ".join(error.messages))
        except BaseException:
            _log.exception("An import failed; nothing of it was stored.")
            tell.ended(state="failed", sentence="")
            raise


def _do(job: Job, progress: Progress) -> None:
    draft, targets, may_make = _fetched(job)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, _number(draft)])
    person, setup = _person(job), Setup.of(draft)
    try:
        prepared = prepare(
            draft, setup, person, targets, may_make=may_make, to_store=job.what == "store", progress=progress
        )
    except ImportRefused as error:
        _end(job, state="refused", code=error.code, details=error.details)
        return
    if job.what == "look":
        found = {"mark": mark_of(setup), "seen": prepared.seen, "body": body_of(prepared)}
        _end(job, {"found": found}, state="done")
        return
    # Judging took a while: who lost the right meanwhile stores nothing.
    rebind()
    _fetched(job)
    _store(job, prepared, progress)


def _store(job: Job, prepared: Prepared, progress: Progress) -> None:
    if prepared.seen != job.seen:
        raise _Changed(_("Something changed meanwhile. This is what it comes to: look, then import."))
    if prepared.problems:
        raise _Changed(" ".join(prepared.problems))
    kind = kind_of(prepared)
    batches = store_all(prepared, prepared.draft.file_name, kind, leave_out_refused=job.leave_out, progress=progress)
    ids = [str(batch.public_id) for batch in batches]
    _end(job, {"content": b"", "found": {}}, state="done", batches=ids)


def _fetched(job: Job) -> tuple[ImportDraft, list[DataSource], bool]:
    """The draft and what it may go to, as the person may now. Raises Http404 or PermissionDenied."""
    person = _person(job)
    if job.source is not None:
        draft = draft_for(person, job.source, job.draft)
        return draft, [draft.source] if draft.source else [], False
    if job.home is None:
        raise ValueError("A draft is for a source or for a home.")
    draft, sources = home_draft_for(person, job.home, job.draft)
    return draft, sources, bool(draft.home and draft.home.may("edit_source"))


def _end(job: Job, others: Mapping[str, Any] | None = None, **facts: object) -> None:
    """Say within the transaction what came of it: both are there, or neither."""
    mine = ImportDraft.objects.filter(public_id=job.draft, run__token=job.token)
    draft = mine.select_for_update().only("run").first()
    if draft is None:
        raise _Changed(_("This file is being imported already."))
    mine.update(run={**draft.run, **facts}, **(others or {}))


def _too_many(draft: ImportDraft) -> bool:
    """Whether the person has as many other files under way as one person may. Seen by all processes, held exactly by
    none: two that begin in one instant may be one too many.
    """
    others = ImportDraft.objects.filter(created_by=draft.created_by_id, run__state="running").exclude(pk=draft.pk)
    now = clock.now()
    return sum(is_running(each, now) for each in others.only("run")[: 10 * MOST_OF_ONE]) >= MOST_OF_ONE


@contextmanager
def _turn(tell: "_Teller") -> Iterator[None]:
    """Wait until fewer than MOST_AT_ONCE work in this process, without a connection to the database meanwhile."""
    while not _turns.acquire(timeout=STILL):
        tell.ended(waited=clock.now().isoformat())
        tell.rest()
    try:
        yield
    finally:
        _turns.release()


def _person(job: Job) -> User:
    return User.objects.get(pk=job.who.user_id or 0)


def _number(draft: ImportDraft) -> int:
    return draft.pk % 2**31


class _Teller:
    """Writes down how far a run is, each time in a transaction of its own, and not too often."""

    def __init__(self, job: Job, own: Any) -> None:
        self._job, self._own = job, own
        self._last = 0.0

    def step(self, step: Step, done: int, of: int) -> None:
        """So many rows of a step are done."""
        if done and done < of and monotonic() - self._last < OFTEN:
            return
        self._last = monotonic()
        self.ended(step=step, done=done, of=of)

    def ended(self, **facts: object) -> None:
        """Whatever else there is to say."""
        with self._own.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT act_as(%s)", [self._job.who.user_id])
            cursor.execute(TELL, [json.dumps(facts), self._job.draft, self._job.token])
            cursor.execute("COMMIT")

    def rest(self) -> None:
        """Let go of the connection until there is more to say."""
        self._own.close()


@contextmanager
def _teller(job: Job) -> Iterator[_Teller]:
    own = connection.copy()
    # Not from the pool: two places for one import would starve the pages.
    own.settings_dict["OPTIONS"] = {name: each for name, each in own.settings_dict["OPTIONS"].items() if name != "pool"}
    try:
        yield _Teller(job, own)
    finally:
        own.close()
