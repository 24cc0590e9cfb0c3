"""Size, owner, permissions, extended attributes and times of what was restored.

What may not enter: content; making nodes.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from notou.errors import UsageError
from notou.kernel.reference.source_node import kind_letter

if TYPE_CHECKING:
    from notou.kernel.reference.target.beneath import Beneath

_OWNER_WRITES = 0o200


class Finish(NamedTuple):
    """What one restored entry shall have; -1 leaves size or owner as they are."""

    path: bytes
    letter: str
    size: int
    mode: int
    uid: int
    gid: int
    atime_ns: int
    mtime_ns: int
    xattrs: list[tuple[bytes, bytes]]


def finish(root: Beneath, item: Finish) -> None:
    """Set all of it, in the order of the fields. UsageError when another kind of entry is there."""
    with root.entry(item.path) as (entry, stat):
        if kind_letter(stat.st_mode) != item.letter:
            raise UsageError("Another kind of entry has taken its place.")
        if item.letter == "f" and item.size >= 0 and stat.st_size != item.size:
            os.truncate(entry, item.size)
        _set_owner(root, item)
        if item.letter != "l":
            os.chmod(entry, item.mode)
        _set_xattrs(entry, item)
        _set_times(root, item)


def _set_owner(root: Beneath, item: Finish) -> None:
    if item.uid < 0 and item.gid < 0:
        return
    with root.parent(item.path) as (folder, name):
        try:
            os.chown(name, item.uid, item.gid, dir_fd=folder, follow_symlinks=False)
        except PermissionError:
            if os.geteuid() == 0:
                raise


def _set_xattrs(entry: bytes, item: Finish) -> None:
    for name, value in item.xattrs:
        try:
            os.setxattr(entry, name, value)
        except PermissionError:
            if item.letter == "l" or item.mode & _OWNER_WRITES:
                raise
            # a file that its owner may not write takes no attributes from the owner either
            os.chmod(entry, item.mode | _OWNER_WRITES)
            os.setxattr(entry, name, value)
            os.chmod(entry, item.mode)


def _set_times(root: Beneath, item: Finish) -> None:
    with root.parent(item.path) as (folder, name):
        os.utime(name, ns=(item.atime_ns, item.mtime_ns), dir_fd=folder, follow_symlinks=False)
