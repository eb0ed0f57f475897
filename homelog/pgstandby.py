"""A second server that follows an embedded one by streaming, for tests and rounds; nothing in production needs it."""

from pathlib import Path

from homelog import pgarea, pgprocess
from homelog.devdb import Server
from homelog.pgbinaries import DevDatabaseError


def follow(server: Server, folder: Path, *, fast: bool = False) -> Server:
    """Copy the server into `folder`, unless it was copied before, and let the copy follow it; returns once it starts.

    It listens on a socket of its own only. `fast` starts it without waiting for the disk. Raises DevDatabaseError.
    """
    area = pgarea.locate(folder)
    with pgarea.locked(area) as lock:
        if not area.data.exists():
            pgprocess.copy(area, server.url(pgprocess.SUPERUSER))
        if pgprocess.running(area) is None:
            pgprocess.start(area, lock, fast)
        socket_dir = pgprocess.socket_dir(area)
    if socket_dir is None:
        raise DevDatabaseError(f"The server in {area.folder} started and ended at once: see {area.log}.")
    return Server(area.folder, socket_dir, server.version)


def end(folder: Path) -> None:
    """End it, if it runs."""
    area = pgarea.locate(folder)
    with pgarea.locked(area):
        pid = pgprocess.running(area)
        if pid is not None:
            pgprocess.end(area, pid)
