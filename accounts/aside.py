"""Work that nobody waits for, because how long it takes would tell something."""

import threading
from collections.abc import Callable


def start(work: Callable[..., object], *args: object) -> None:
    """Let a thread of its own do `work`, which asks no database; a process that is told to end finishes it first."""
    threading.Thread(target=work, args=args).start()
