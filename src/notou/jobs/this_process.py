"""Who and when we are: host, user, process, clock. What locks, keys and snapshots say of their maker.

What may not enter: anything about a vault.
"""

from __future__ import annotations

import getpass
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from notou.vault.locking import Holder


def hostname() -> str:
    """This machine's name."""
    return socket.gethostname()


def username() -> str:
    """The user's name, or the number where the system knows no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def lock_holder() -> Holder:
    """This process as a holder of locks."""
    return Holder(
        hostname=hostname(),
        username=username(),
        pid=os.getpid(),
        uid=os.getuid(),
        gid=os.getgid(),
        now_ns=time.time_ns,
        wait_s=time.sleep,
        process_alive=process_alive,
        repeat=repeat,
    )


def process_alive(pid: int) -> bool:
    """Whether a process of this machine has this number, whoever owns it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


@contextmanager
def repeat(every_s: float, action: Callable[[], None]) -> Iterator[None]:
    """Call ``action`` every ``every_s`` seconds in the background while inside."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(every_s):
            action()

    thread = threading.Thread(target=work, name="notou-repeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
