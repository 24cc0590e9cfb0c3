"""Regular files, and nothing that only stands where one should: no links, no FIFOs, no devices.

What may not enter: writing; names of objects, the layout of a vault.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator


def regular_files(folder: bytes) -> Iterator[os.DirEntry[bytes]]:
    """Each regular file of a folder, in no order; none when there is no such folder."""
    try:
        entries = os.scandir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    with entries:
        yield from (entry for entry in entries if entry.is_file(follow_symlinks=False))


def open_regular(path: bytes) -> int:
    """A descriptor for reading a regular file; ValueError for anything else, without waiting on a FIFO.

    A symbolic link in place of the file is OSError ELOOP.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ValueError("not a regular file")
    return descriptor
