"""Files that appear whole or not at all, and survive a power cut once a call returned.

Each is written under a temporary name in its own folder, flushed, renamed, and the folder flushed.
What may not enter: names of objects, the layout of a vault.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from notou.disk.regular import regular_files

_FILE_MODE = 0o400  # as restic leaves its files
_COPY_BYTES = 1024 * 1024
_serial = itertools.count()
_TEMPORARY = re.compile(rb"(.+)-tmp-[0-9]+-[0-9]+", re.DOTALL)


def write_new(path: bytes, data: bytes, mode: int = _FILE_MODE) -> None:
    """Write ``data`` to ``path``, in the place of whatever is there. OSError as the system gives it."""
    with _temporary(path) as temporary:
        with _create(temporary, mode) as file:
            file.write(data)
            _flush(file)
        _settle(temporary, path)


def copy_new(path: bytes, source: bytes) -> None:
    """Copy the file ``source`` to ``path`` without holding it in memory."""
    with _temporary(path) as temporary:
        with open(source, "rb") as reader, _create(temporary) as file:
            shutil.copyfileobj(reader, file, _COPY_BYTES)
            _flush(file)
        _settle(temporary, path)


def link_new(path: bytes, source: bytes) -> bool:
    """Give ``source`` the second name ``path``.

    False when the file system cannot, or the file has a second name already.
    """
    with _temporary(path) as temporary:
        try:
            if os.stat(source).st_nlink != 1:
                return False
            os.link(source, temporary, follow_symlinks=False)
        except FileNotFoundError:
            raise
        except OSError:  # another file system, no links there, or not permitted: the caller copies
            return False
        # another thread may have linked it for another copy in between: one inode must not be two copies
        if os.stat(temporary).st_nlink != 2:
            return False
        os.chmod(temporary, _FILE_MODE)
        _settle(temporary, path)
    return True


def flush_folder(path: bytes) -> None:
    """Make renames and removals in a folder durable."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def left_half_done(folder: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(path, the name it would have got) of each file of a folder that a call above left when it was killed.

    One that a call is at work on looks the same. None when there is no such folder.
    """
    for entry in regular_files(folder):
        made = _TEMPORARY.fullmatch(entry.name)
        if made:
            yield entry.path, made[1]


@contextmanager
def _temporary(path: bytes) -> Iterator[bytes]:
    """A name beside ``path`` that no one else uses; whatever has it in the end is removed."""
    temporary = path + b"-tmp-%d-%d" % (os.getpid(), next(_serial))
    try:
        yield temporary
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)


def _create(path: bytes, mode: int = _FILE_MODE) -> BinaryIO:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, mode), "wb")


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _settle(temporary: bytes, path: bytes) -> None:
    os.rename(temporary, path)
    flush_folder(os.path.dirname(path))
