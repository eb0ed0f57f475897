"""Where pictures lie: files under MEDIA_ROOT with random names that are never used again, and no row of its own.

A file is on disk before the row that names it is committed, so no crash leaves a row without its file. Files of a
transaction that was rolled back are deleted when the request ends; what a crash left, and what nothing
names any more, goes with `manage.py clean_pictures`. Whoever takes a picture away only forgets its name: the file
is kept for KEPT, as long as a deleted reading or an earlier state can be put back with it.
"""

import os
import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone as clock

from accounts.current import actor
from sources.models import KeptPicture
from sources.pictures import Picture

KEPT = timedelta(days=30)
NAME = re.compile(r"(?:photos|thumbnails)/[0-9a-f]{32}\.jpg")

_pending: ContextVar[set[str] | None] = ContextVar("homelog_pending_pictures", default=None)


def keep(picture: Picture, folder: str) -> str:
    """Write a picture of who acts down for good and return its name; its transaction decides whether it stays."""
    name = f"{folder}/{uuid4().hex}.jpg"
    KeptPicture.objects.create(name=name, person_id=actor().user_id or 0, size=size_of(picture))
    waiting = _pending.get()
    if waiting is not None:
        waiting.add(name)
    path(name).parent.mkdir(parents=True, exist_ok=True)
    _write(path(small(name)), picture.small)
    _write(path(name), picture.full)
    sync(path(name).parent)
    return name


def size_of(picture: Picture) -> int:
    """How many bytes it takes up."""
    return len(picture.full) + len(picture.small)


def small(name: str) -> str:
    """The name of the small picture beside the one called `name`."""
    return name.replace(".jpg", "-small.jpg")


def path(name: str) -> Path:
    """Where the file is. Raises ValueError for a name that none of ours has."""
    if not NAME.fullmatch(name.replace("-small.jpg", ".jpg")):
        raise ValueError(f"{name!r} names no picture.")
    return Path(settings.MEDIA_ROOT, name)


def opened(name: str) -> IO[bytes] | None:
    """The file, to be read; None where it is gone."""
    try:
        return path(name).open("rb")
    except FileNotFoundError:
        return None


def is_there(name: str, let_go_at: datetime | None = None) -> bool:
    """Whether a picture can be shown again that was taken away at `let_go_at`, if it was."""
    in_time = let_go_at is None or clock.now() - let_go_at < KEPT
    return bool(in_time and NAME.fullmatch(name) and path(name).is_file())


def forget(name: str) -> None:
    """Delete both files of a picture, as far as they are there."""
    for each in (small(name), name):
        path(each).unlink(missing_ok=True)


class PendingPicturesMiddleware:
    """Stands around the request's transaction and clears up behind one that was rolled back (500 and above)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, and delete the files of an answer that failed."""
        waiting: set[str] = set()
        before = _pending.set(waiting)
        response = None
        try:
            response = self.get_response(request)
        finally:
            _pending.reset(before)
            if response is None or response.status_code >= 500:
                for name in waiting:
                    forget(name)
        return response


def _write(at: Path, content: bytes) -> None:
    with at.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Make the names in a folder as safe as what they name."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
