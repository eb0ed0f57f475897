"""The database of a round: its own server in a temporary folder, which can be killed, stopped and woken."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from homelog import devdb, pgarea, pgprocess


class Database:
    """A PostgreSQL that waits for the disk, as one in production does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = devdb.ensure(folder)

    def start(self) -> None:
        """Start it again after it was killed or stopped; returns once it answers."""
        self.server = devdb.ensure(self.folder)

    def stop(self) -> None:
        """End it in order."""
        devdb.stop(self.folder)

    def postmaster(self) -> int:
        """The number of its main process."""
        found = pgprocess.running(pgarea.locate(self.folder))
        if found is None:
            raise RuntimeError("The server of this round does not run.")
        return found

    def backends(self) -> list[int]:
        """The numbers of its other processes."""
        return children(self.postmaster())

    def kill(self) -> None:
        """kill -9 of all its processes, the main one first."""
        main = self.postmaster()
        send([main, *children(main)], signal.SIGKILL)

    @contextmanager
    def hung(self) -> Iterator[None]:
        """All its processes stand still, as with a dead disk: the kernel takes connections, and nobody answers."""
        main = self.postmaster()
        everybody = [main, *children(main)]
        send(everybody, signal.SIGSTOP)
        try:
            yield
        finally:
            send(everybody, signal.SIGCONT)

    def connect(self, role: str = pgprocess.SUPERUSER) -> psycopg.Connection[tuple[object, ...]]:
        """A connection past everything, for looking and arranging."""
        return psycopg.connect(self.server.url(role), autocommit=True)


@contextmanager
def temporary(where: Path | None = None) -> Iterator[tuple[Path, Database]]:
    """A folder that the user postgres may enter, with a database in it; both are gone afterwards."""
    root = Path(tempfile.mkdtemp(prefix="homelog-faults-", dir=where))
    root.chmod(0o755)
    try:
        yield root, Database(root / "db")
    finally:
        with suppress(devdb.DevDatabaseError):
            devdb.stop(root / "db")
        shutil.rmtree(root, ignore_errors=True)


def children(parent: int) -> list[int]:
    """The processes that this one started."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, IndexError, ValueError):
            if entry.name.isdecimal() and int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(entry.name))
    return found


def send(processes: list[int], what: signal.Signals) -> None:
    """Send a signal to each that is still there."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, what)
