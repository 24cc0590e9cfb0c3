"""Paths of the source that are longer than the system takes at once. What may not enter: the target."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH_MOST = 4095
"""The system takes paths below 4096 bytes, the final NUL counted."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@contextmanager
def reachable(path: bytes) -> Iterator[bytes]:
    """A path to the same place that the system takes, as long as the context is open."""
    if len(path) <= PATH_MOST:
        yield path
        return
    folder, name = os.path.split(path)
    with open_folder(folder) as handle:
        yield b"/proc/self/fd/%d/%s" % (handle, name)


@contextmanager
def open_folder(path: bytes, flags: int = 0) -> Iterator[int]:
    """A handle of the folder at ``path``, reached name by name where the path is too long."""
    handle = _open_folder(path, flags)
    try:
        yield handle
    finally:
        os.close(handle)


def _open_folder(path: bytes, flags: int) -> int:
    if len(path) <= PATH_MOST:
        return os.open(path, _FOLDER | flags)
    handle = os.open(b"/" if path.startswith(b"/") else b".", _FOLDER)
    for name in filter(None, path.split(b"/")):
        below = handle
        try:
            handle = os.open(name, _FOLDER | flags, dir_fd=below)
        finally:
            os.close(below)
    return handle
