"""Reading one file of the source: only what was listed, and never half of a change.

What may not enter: cutting, sealing, where the bytes go.
"""

from __future__ import annotations

import os
import stat as stat_bits
from typing import TYPE_CHECKING

from notou.kernel.reference.source_node import reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Read = Callable[[int], bytes]
    T = TypeVar("T")

ATTEMPTS = 3
"""How often a file is read that changes meanwhile."""

# O_NONBLOCK: a FIFO that took the file's place must not hang the backup.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class UnreadableError(Exception):
    """A file of the source cannot be stored; the text is the sentence for its fault."""


def read_file(path: bytes, listed: os.stat_result, consume: Callable[[Read], T]) -> tuple[T, os.stat_result]:
    """What ``consume`` makes of the file's bytes, and the fstat they belong to.

    ``consume`` is called afresh for each attempt. UnreadableError when the file cannot be read, is
    not the regular file that was listed, or changes in every attempt.
    """
    for _ in range(ATTEMPTS):
        try:
            result, stat, steady = _attempt(path, listed, consume)
        except OSError as error:
            raise UnreadableError(f"The file {os.fsdecode(path)} cannot be read: {reason(error)}.") from error
        if steady:
            return result, stat
    raise UnreadableError(
        f"The file {os.fsdecode(path)} changed while it was read, {ATTEMPTS} times; "
        "it is not in this backup. Back up again when it rests."
    )


def _attempt(
    path: bytes, listed: os.stat_result, consume: Callable[[Read], T]
) -> tuple[T, os.stat_result, bool]:
    handle = os.open(path, _FLAGS)
    with open(handle, "rb", buffering=0) as file:
        before = os.fstat(handle)
        if not stat_bits.S_ISREG(before.st_mode) or before.st_ino != listed.st_ino:
            raise UnreadableError(f"The file {os.fsdecode(path)} was replaced after it was listed.")
        taken = _Counted(file.read)
        result = consume(taken)
        after = os.fstat(handle)
    steady = _state(before) == _state(after) and taken.count == after.st_size
    return result, after, steady


def _state(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_size, stat.st_mtime_ns


class _Counted:
    """A read function that counts what it gave."""

    def __init__(self, read: Callable[[int], bytes | None]) -> None:
        self._read = read
        self.count = 0

    def __call__(self, most: int) -> bytes:
        data = self._read(most) or b""
        self.count += len(data)
        return data
