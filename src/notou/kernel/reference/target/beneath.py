"""Reaching files below one folder and nowhere else: each step opened without following links.

What may not enter: what is done to the files.
"""

from __future__ import annotations

import os
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING

from notou.errors import UsageError
from notou.kernel.reference.source_node import reason
from notou.sentence import say

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_BELOW = _FOLDER | os.O_NOFOLLOW
_ENTRY = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


class OutsideError(Exception):
    """A path that leads, or could lead, out of the folder; the text says so, without naming it."""


class Beneath:
    """One folder, held open; everything is reached from its handle."""

    def __init__(self, root: bytes) -> None:
        """UsageError unless ``root`` is a directory that can be opened."""
        try:
            self.handle = os.open(root, _FOLDER)
        except OSError as error:
            raise UsageError(
                say(
                    "The folder {root} cannot be restored into: {reason}.",
                    root=os.fsdecode(root),
                    reason=reason(error),
                )
            ) from error
        self._close = weakref.finalize(self, os.close, self.handle)

    @contextmanager
    def parent(self, path: bytes) -> Iterator[tuple[int, bytes]]:
        """The open folder that holds ``path`` (relative, "/" between names), and its last name.

        OutsideError for a path that is absolute or holds "", "." or ".."; OSError when a folder on
        the way is not there or is no real folder.
        """
        *folders, name = _checked_names(path)
        handle = os.dup(self.handle)
        try:
            for folder in folders:
                below = os.open(folder, _BELOW, dir_fd=handle)
                os.close(handle)
                handle = below
            yield handle, name
        finally:
            os.close(handle)

    @contextmanager
    def entry(self, path: bytes) -> Iterator[tuple[bytes, os.stat_result]]:
        """A path under /proc that stands for the very file at ``path`` (O_PATH), and its stat."""
        with self.parent(path) as (folder, name):
            handle = os.open(name, _ENTRY, dir_fd=folder)
            try:
                yield b"/proc/self/fd/%d" % handle, os.fstat(handle)
            finally:
                os.close(handle)


def _checked_names(path: bytes) -> list[bytes]:
    names = path.split(b"/")
    if any(name in (b"", b".", b"..") or b"\0" in name for name in names):
        raise OutsideError(say("leads outside the folder that is restored into."))
    return names
