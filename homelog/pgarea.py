"""Where one embedded server's files and its socket lie, whose they are, and whose turn it is to start or end it.

Folders, owners, modes and one lock; no processes (pgprocess.py) and no SQL (devdb.py).
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from homelog import pgbinaries
from homelog.pgbinaries import DevDatabaseError

PORT = 5432
SOCKET = f".s.PGSQL.{PORT}"
LONGEST_SOCKET_PATH = 100
ELSEWHERE = Path("/var/lib/homelog-dev")


@dataclass(frozen=True)
class Area:
    """The folder a server lives in, and the user and group it runs as."""

    folder: Path
    uid: int
    gid: int

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"


def locate(folder: Path) -> Area:
    """Where the server of this folder lives: the folder, or one under /var/lib that root's stand-in can enter.

    Raises DevDatabaseError when the folder belongs to another ordinary user.
    """
    area = _area(folder.resolve())
    if os.geteuid() == 0 and not pgbinaries.reachable(area.folder.parent, area.uid, area.gid):
        return _area(ELSEWHERE / f"{folder.name}-{_digest(area.folder)}")
    return area


@contextlib.contextmanager
def locked(area: Area) -> Iterator[int]:
    """Only one process at a time is in here for a folder, which is made if need be.

    Gives the lock's descriptor; the lock dies with the last process that holds it.
    """
    _make(area)
    lock = os.open(area.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.fchown(lock, area.uid, area.gid)
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
    finally:
        os.close(lock)


def make_private(folder: Path, area: Area) -> None:
    """Make the folder, for nobody but the area's user. Raises DevDatabaseError when somebody else's is in its place."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    opened = open_private(folder, area)
    os.fchown(opened, area.uid, area.gid)
    os.fchmod(opened, 0o700)
    os.close(opened)


def open_private(folder: Path, area: Area) -> int:
    """A descriptor of the folder, so that it cannot be exchanged between the question and the answer."""
    refusal = DevDatabaseError(f"{folder} is not a private folder of the user that runs the server: remove it.")
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise refusal from error
    if os.fstat(opened).st_uid not in (area.uid, os.geteuid()):
        os.close(opened)
        raise refusal
    return opened


def socket_folder(area: Area) -> Path:
    """Beside the data, or under the temporary folder when the kernel would not take so long a path."""
    name = f"homelog-{_digest(area.data)}"
    for folder in (area.folder / "socket", Path(tempfile.gettempdir(), name)):
        if len(os.fsencode(folder / SOCKET)) <= LONGEST_SOCKET_PATH:
            return folder
    return Path("/tmp", name)  # noqa: S108 - make_private refuses a folder that is not ours


def _area(folder: Path) -> Area:
    me = os.geteuid()
    owner = folder.stat() if folder.exists() else None
    if me and owner and owner.st_uid != me:
        raise DevDatabaseError(f"{folder} belongs to another user: run as that user, or remove the folder.")
    if me:
        return Area(folder, me, os.getegid())
    if owner and owner.st_uid:
        return Area(folder, owner.st_uid, owner.st_gid)
    try:
        account = pwd.getpwnam("postgres")
    except KeyError:
        account = pwd.getpwnam("nobody")
    return Area(folder, account.pw_uid, account.pw_gid)


def _make(area: Area) -> None:
    for step in reversed([step for step in area.folder.parents if not step.exists()]):
        step.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            step.chmod(0o755)
    make_private(area.folder, area)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
