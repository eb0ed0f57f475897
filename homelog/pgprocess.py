"""The process of one embedded server: whether it runs, starting it, ending it, and clearing up after a dead one.

Works on files, processes and signals only; it speaks no SQL and knows nothing of HomeLog's roles (devdb.py does). The
caller holds the folder's lock around `start` and `end`. What is dead is told from what lives by looking at the process
itself, because process numbers are used again, and a killed server that nobody reaped still has its number.
"""

import os
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

from homelog import pgbinaries
from homelog.pgarea import PORT, SOCKET, Area, make_private, open_private, socket_folder
from homelog.pgbinaries import DevDatabaseError

SUPERUSER = "postgres"
PATIENCE = 60.0
STILL_HELD = "still in use"
FIRST_WITH_BUILTIN_LOCALE = 17
INITDB = f"--username={SUPERUSER} --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions".split()
SOCKET_LINE = 4


def running(area: Area) -> int | None:
    """The number of the server's process, or None when no living process serves the folder."""
    pid = _first_number(area.pid_file)
    return pid if pid and _serves(pid, area.data) else None


def socket_dir(area: Area) -> Path | None:
    """The folder of the socket, or None before the server listens, after a clean end, and when the socket is gone.

    Raises DevDatabaseError when that folder is not the server's alone: somebody could answer in its place.
    """
    folder = _recorded_socket_dir(area)
    if folder is None or not folder.exists():
        return None
    os.close(open_private(folder, area))
    return folder


def has_lost_socket(area: Area) -> bool:
    """Whether the server listens on a socket that was removed or moved, so that nobody can reach it any more."""
    folder = _recorded_socket_dir(area)
    return folder is not None and not (folder / SOCKET).exists()


def start(area: Area, lock: int, fast: bool) -> None:
    """Start the server, making its files first if there are none; `lock` is the folder's, held by the caller.

    Raises DevDatabaseError when there are no programs, the files are of another major version, or it does not start.
    """
    binaries = _binaries(area)
    if not area.data.exists():
        _initialise(area, binaries, lock)
    folder = socket_folder(area)
    make_private(folder, area)
    _forget_the_dead(area, folder)
    program = (binaries.folder / "pg_ctl", "start", "-w", "-t", str(int(PATIENCE)), "-D", area.data, "-l", area.log)
    deadline = time.monotonic() + PATIENCE
    while complaint := _run(area, *program, "-o", _options(folder, fast)):
        # A start whose caller was killed half-way goes on by itself.
        if running(area):
            return
        # Children of a killed server hold its memory until they notice; PostgreSQL refuses to start beside them.
        if STILL_HELD not in complaint or time.monotonic() > deadline:
            raise DevDatabaseError(f"PostgreSQL did not start in {area.folder}: {complaint}")
        time.sleep(0.05)


def copy(area: Area, url: str) -> None:
    """Make the files as a copy of the running server at `url`, which follows that one. Raises DevDatabaseError."""
    program: tuple[str | Path, ...] = (_binaries(area).folder / "pg_basebackup", "--dbname", url, "--pgdata", area.data)
    if complaint := _run(area, *program, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"):
        raise DevDatabaseError(f"PostgreSQL could not be copied to {area.folder}: {complaint}")


def end(area: Area, pid: int, how: signal.Signals = signal.SIGINT) -> None:
    """End the server and wait until it is gone; SIGINT breaks connections off and leaves the files clean."""
    os.kill(pid, how)
    deadline = time.monotonic() + PATIENCE
    while _serves(pid, area.data) or _names(pid, area.data):
        if time.monotonic() > deadline:
            raise DevDatabaseError(f"PostgreSQL in {area.folder} (process {pid}) does not end: see {area.log}.")
        time.sleep(0.01)


def _recorded_socket_dir(area: Area) -> Path | None:
    """The fifth line of postmaster.pid, which the server fills when it listens."""
    try:
        lines = area.pid_file.read_text().splitlines()
    except FileNotFoundError:
        return None
    recorded = "".join(lines[SOCKET_LINE : SOCKET_LINE + 1])
    return Path(recorded) if recorded else None


def _binaries(area: Area) -> pgbinaries.Binaries:
    binaries = pgbinaries.find()
    if area.data.exists() and (major := (area.data / "PG_VERSION").read_text().strip()) != str(binaries.major):
        raise DevDatabaseError(
            f"{area.data} was made by PostgreSQL {major}, and {binaries.folder} is {binaries.version}: "
            f"name programs of version {major} in HOMELOG_PG_BIN, or remove the folder."
        )
    if pgbinaries.reachable(binaries.folder / "postgres", area.uid, area.gid):
        return binaries
    return pgbinaries.copy_within_reach(binaries, area.uid, area.gid, area.folder)


def _initialise(area: Area, binaries: pgbinaries.Binaries, lock: int) -> None:
    """Make the data folder under another name first; initdb holds the lock too, as it outlives a killed caller."""
    unfinished = area.folder / "data.new"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    provider = ["--locale-provider=builtin"] if binaries.major >= FIRST_WITH_BUILTIN_LOCALE else []
    if complaint := _run(area, binaries.folder / "initdb", "-D", unfinished, *INITDB, *provider, holding=(lock,)):
        raise DevDatabaseError(f"PostgreSQL could not make its files in {area.folder}: {complaint}")
    unfinished.rename(area.data)


def _options(folder: Path, fast: bool) -> str:
    quoted = str(folder).replace('"', '""')
    options = {"listen_addresses": "", "port": str(PORT), "unix_socket_directories": f'"{quoted}"'}
    options["log_checkpoints"] = "off"
    if fast:
        options |= dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit"), "off")
        # Over tables that were never counted it starts two processes to add up a handful of rows.
        options["max_parallel_workers_per_gather"] = "0"
    return " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in options.items())


def _forget_the_dead(area: Area, folder: Path) -> None:
    """Remove lock files that PostgreSQL would take for a living server's, though their process is another or a zombie.

    What it can tell for itself is left to it. A server whose data were removed under it still holds the socket: end it.
    """
    for lock in (area.pid_file, folder / f"{SOCKET}.lock"):
        pid = _first_number(lock)
        if pid and _names(pid, area.data) and not _serves(pid, area.data):
            end(area, pid, signal.SIGQUIT)
        if lock.exists() and (pid is None or (_present(pid) and not _serves(pid, area.data))):
            lock.unlink()


def _first_number(file: Path) -> int | None:
    try:
        first = file.read_text().partition("\n")[0].strip().removeprefix("-")
    except FileNotFoundError:
        return None
    return int(first) if first.isdecimal() else None


def _present(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _serves(pid: int, data: Path) -> bool:
    """Whether the process lives and works in this data folder; a zombie does not. Elsewhere than on Linux: is there."""
    if not Path("/proc/self").exists():
        return _present(pid)
    try:
        return os.path.samefile(f"/proc/{pid}/cwd", data)
    except PermissionError:
        # A container's root may not look into another user's process, but may read how it was called.
        return _names(pid, data)
    except FileNotFoundError:
        return False


def _names(pid: int, data: Path) -> bool:
    """Whether the process lives and was called with this data folder."""
    try:
        return b"\0-D\0" + os.fsencode(data) + b"\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _run(area: Area, *command: str | Path, holding: tuple[int, ...] = ()) -> str:
    """Run a program as the area's user, its output into the log; an empty string, or the line that says what failed.

    It inherits the descriptors it is `holding`, and no others: a server must not hold the lock.
    """
    root = os.geteuid() == 0
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    log = os.open(area.log, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(log, "r+b") as output:
        os.fchown(log, area.uid, area.gid)
        before = output.seek(0, os.SEEK_END)
        done = subprocess.run(  # noqa: S603 - programs that pgbinaries found, arguments from here
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            umask=0o077,
            env=environment | {"TZ": "UTC", "LC_ALL": "C"},
            user=area.uid if root else None,
            group=area.gid if root else None,
            extra_groups=[] if root else None,
            pass_fds=holding,
            check=False,
        )
        output.seek(before)
        return _complaint(output.read().decode(errors="replace")) if done.returncode else ""


def _complaint(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "error:"))]
    return (telling or lines or ["it said nothing"])[-1]
