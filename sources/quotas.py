"""How much one person may keep. It is counted where one more is to be kept, never where something is only changed.

Of two that one person sends at once, the second waits until the first is stored and counts: each quota has a lock. Take
it before any row is locked: who holds a row and waits for a quota would wait for who holds the quota and wants the row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.current import is_bound, rebind


@dataclass(frozen=True, slots=True)
class Quota:
    """`setting` says how much; `lock` tells its lock from the others; the sentence has %(most)s."""

    setting: str
    lock: int
    sentence: Any

    @property
    def most(self) -> int:
        """How much it is."""
        return int(getattr(settings, self.setting))


HOMES = Quota(
    "HOMES_PER_PERSON",
    7110,
    _("You made %(most)s homes, which is as many as one person may. Delete one, or ask who runs this site."),
)
SOURCES = Quota(
    "SOURCES_PER_PERSON",
    7111,
    _("One person may own %(most)s meters, and these would be more. Delete some, or ask who runs this site."),
)
HANDED = Quota(
    SOURCES.setting,
    SOURCES.lock,
    _("Who would get it owns %(most)s meters, which is as many as one person may. Choose somebody else."),
)
PICTURES = Quota(
    "PICTURES_PER_PERSON",
    7112,
    _(
        "One person may keep %(most)s pictures, and this would be one more. Save without it. Pictures that you remove "
        "make room a month later."
    ),
)
PICTURE_MEGABYTES = Quota(
    "PICTURE_MEGABYTES_PER_PERSON",
    7113,
    _(
        "Your pictures may take up %(most)s MB, and this would be more. Save without it. Pictures that you remove make "
        "room a month later."
    ),
)
DRAFTS = Quota(
    "DRAFTS_PER_PERSON",
    7114,
    _(
        "%(most)s of your files wait to be imported, and no more may. Import one of them first, or wait: each is "
        "thrown away after a day."
    ),
)


class Full(ValidationError):
    """Something more would be more than one person may keep; its message says what to do."""

    def __init__(self, quota: Quota) -> None:
        super().__init__(quota.sentence, "full", {"most": f"{quota.most:,}"})


def take_turn(quota: Quota, person_id: int) -> None:
    """Wait until no other transaction makes room for the person in this quota. For who locks a row before it is known
    how much is to be kept; who makes room later need not wait any more.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [quota.lock, person_id % 2**31])


def make_room(quota: Quota, person_id: int, taken: Callable[[], float], more: float = 1) -> None:
    """Let the rest of this transaction keep so much `more` than what is `taken` by the person. Raises Full."""
    take_turn(quota, person_id)
    if is_bound():
        rebind()  # What the same person made while this waited is theirs to see, and so counts, only from now on.
    if taken() + more > quota.most:
        raise Full(quota)


def owned_by_heir(heir_id: int) -> int:
    """How many meters somebody owns who could get one of who acts; 0 for everybody else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT owned_by_heir(%s)", [heir_id])
        return int(cursor.fetchone()[0])


def homes_made() -> int:
    """How many homes who acts has made that are there, also those that they do not belong to any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT homes_made()")
        return int(cursor.fetchone()[0])
