"""One process at a time for each reader: commands of two programs must not mix on a card.

The lock is the system's (flock) on a file of the user's runtime folder, so that it ends with the process.
What may not enter: readers; who waits for whom.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

from notou.disk.private import make_private, require_private
from notou.errors import LockedError
from notou.sentence import say


@contextmanager
def only_user(reader: str, folder: bytes) -> Iterator[None]:
    """Hold the reader of this name; LockedError when another process does. ``folder``: where locks lie."""
    make_private(folder)
    require_private(folder)
    name = b"card-" + hashlib.sha256(os.fsencode(reader)).hexdigest()[:32].encode() + b".lock"
    descriptor = os.open(
        os.path.join(folder, name), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
    )
    try:
        _lock(descriptor, reader)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, reader: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise LockedError(
            say("Another Notou at work uses the card in {reader}; wait until it has ended.", reader=reader)
        ) from error
