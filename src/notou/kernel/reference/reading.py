"""Reading one file of the source: only what was listed, and never half of a change.

What may not enter: cutting, sealing, where the bytes go.
"""

from __future__ import annotations

import os
import stat as stat_bits
from typing import TYPE_CHECKING

from notou.kernel.reference.reach import reachable
from notou.kernel.reference.source_node import reason
from notou.sentence import say

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import RawIOBase
    from typing import TypeVar

    Read = Callable[[int], bytes]
    T = TypeVar("T")

ATTEMPTS = 3
"""How often a file is read that changes meanwhile."""

# O_NONBLOCK: a FIFO that took the file's place must not hang the backup.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class UnreadableError(Exception):
    """A file of the source cannot be stored; the text says what happened, without naming it."""


def read_file(path: bytes, listed: os.stat_result, consume: Callable[[Read], T]) -> tuple[T, os.stat_result]:
    """What ``consume`` makes of the file's bytes, and the fstat they belong to.

    ``consume`` is called afresh for each attempt. UnreadableError when the file cannot be read, is
    not the regular file that was listed, or changes in every attempt.
    """
    for _ in range(ATTEMPTS):
        try:
            result, stat, steady = _attempt(path, listed, consume)
        except OSError as error:
            raise UnreadableError(say("cannot be read: {reason}.", reason=reason(error))) from error
        if steady:
            return result, stat
    raise UnreadableError(
        say(
            "changed while it was read, {attempts} times; it is not in this backup. Back up again when it "
            "rests.",
            attempts=ATTEMPTS,
        )
    )


def _attempt(
    path: bytes, listed: os.stat_result, consume: Callable[[Read], T]
) -> tuple[T, os.stat_result, bool]:
    with reachable(path) as short:
        handle = _open(short)
    with open(handle, "rb", buffering=0) as file:
        before = os.fstat(handle)
        if not stat_bits.S_ISREG(before.st_mode) or _identity(before) != _identity(listed):
            raise UnreadableError(
                say("was replaced by something else after it was listed; the next backup will take it.")
            )
        portions = _Portions(file, before.st_size)
        result = consume(portions.read)
        after = os.fstat(handle)
    steady = _state(before) == _state(after) and portions.taken == before.st_size
    return result, after, steady


def _open(path: bytes) -> int:
    try:
        return os.open(path, _FLAGS | os.O_NOATIME)
    except PermissionError:  # only a file's owner may leave its access time alone
        return os.open(path, _FLAGS)


def _identity(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_dev, stat.st_ino


def _state(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_size, stat.st_mtime_ns


class _Portions:
    """The bytes of a file, and one beyond its size: growth shows, and a file that grows on ends too."""

    def __init__(self, file: RawIOBase, size: int) -> None:
        self._file = file
        self._size = size
        self.taken = 0

    def read(self, most: int) -> bytes:
        """Up to ``most`` of the bytes that follow; b"" at the end."""
        data = self._file.read(min(most, self._size + 1 - self.taken)) or b""
        self.taken += len(data)
        return data
