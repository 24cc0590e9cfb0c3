"""Bytes of restored files: written with holes for zeros, and read back. What may not enter: packs."""

from __future__ import annotations

import hashlib
import os
import stat as stat_bits
from typing import TYPE_CHECKING

from notou.errors import DamagedError
from notou.kernel.reference.target.nodes import create_file, open_file
from notou.sentence import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import RawIOBase

    from notou.kernel.reference.target.beneath import Beneath

HOLE_BYTES = 4096
"""Runs of zeros of this many bytes and more are not written."""

_ZEROS = bytes(HOLE_BYTES)
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_READ_BYTES = 1 << 20


def write_at(root: Beneath, path: bytes, size: int, offset: int, plain: bytes, fresh: set[bytes]) -> None:
    """Write ``plain`` at ``offset`` of a file that will have ``size`` bytes in the end.

    ``fresh`` holds the files made here: in them, and only in them, what was not written reads as
    zeros, so runs of zeros stay holes. DamagedError when the bytes would end beyond ``size``.
    """
    if offset < 0 or offset + len(plain) > size:
        raise DamagedError(say("Its content is longer than the {size} bytes it should have.", size=size))
    with root.parent(path) as (folder, name):
        handle = _open(folder, name, path, size, fresh)
        try:
            for start, run in _runs(plain) if path in fresh else [(0, plain)]:
                _write_whole(handle, run, offset + start)
        finally:
            os.close(handle)


def _open(folder: int, name: bytes, path: bytes, size: int, fresh: set[bytes]) -> int:
    try:
        handle = create_file(folder, name)
    except FileExistsError:
        return open_file(folder, name)
    fresh.add(path)
    os.ftruncate(handle, size)  # the end may become a hole
    return handle


def _runs(plain: bytes) -> Iterator[tuple[int, bytes]]:
    """The stretches of ``plain`` that are not holes, with their offsets."""
    if _ZEROS not in plain:
        yield 0, plain
        return
    start = 0
    while (hole := plain.find(_ZEROS, start)) >= 0:
        yield start, plain[start:hole]
        start = hole + HOLE_BYTES
    yield start, plain[start:]


def _write_whole(handle: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(handle, view, offset)
        view = view[written:]
        offset += written


def verify(root: Beneath, path: bytes, pieces: list[tuple[bytes, int]]) -> None:
    """Read a file back: (blob id, plain length) one after the other. DamagedError where it differs."""
    with root.parent(path) as (folder, name):
        handle = os.open(name, _READ, dir_fd=folder)
        if not stat_bits.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise DamagedError(say("What stands there is no file."))
    with open(handle, "rb", buffering=0) as file:
        offset = 0
        for blob_id, length in pieces:
            if _digest(file, length) != blob_id:
                raise DamagedError(say("It reads back differently from byte {offset} on.", offset=offset))
            offset += length
        if file.read(1):
            raise DamagedError(say("It is longer than the {offset} bytes that were restored.", offset=offset))


def _digest(file: RawIOBase, length: int) -> bytes:
    """SHA-256 of the next ``length`` bytes. DamagedError where the file ends before."""
    digest = hashlib.sha256()
    while length:
        data = file.read(min(length, _READ_BYTES))
        if not data:
            raise DamagedError(say("It is shorter than what was restored."))
        digest.update(data)
        length -= len(data)
    return digest.digest()
