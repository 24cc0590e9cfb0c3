"""Size, owner, extended attributes, permissions and times of what was restored.

What may not enter: content; making nodes.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from notou.errors import UsageError
from notou.kernel.reference.source_node import kind_letter, reason
from notou.sentence import say

if TYPE_CHECKING:
    from notou.kernel.reference.target.beneath import Beneath


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


def finish(root: Beneath, item: Finish, refused: list[str]) -> None:
    """Set all of it; extended attributes that cannot be set join ``refused``.

    Attributes come before permissions, since a file that is read-only takes none from its owner;
    both come after the owner, whose change takes setuid bits and capabilities away. UsageError when
    another kind of entry is there.
    """
    with root.entry(item.path) as (entry, stat), root.parent(item.path) as (folder, name):
        if kind_letter(stat.st_mode) != item.letter:
            raise UsageError(say("Something else stands in its place."))
        if item.letter == "f" and item.size not in (-1, stat.st_size):
            _set_size(entry, stat, item.size)
        is_owned = _set_owner(folder, name, item)
        refused += [text for pair in item.xattrs if (text := _set_xattr(entry, *pair))]
        if item.letter != "l":
            # a program that runs as its owner must not come to run as somebody else
            os.chmod(entry, item.mode & (0o7777 if is_owned else 0o1777))
        os.utime(name, ns=(item.atime_ns, item.mtime_ns), dir_fd=folder, follow_symlinks=False)


def _set_size(entry: bytes, stat: os.stat_result, size: int) -> None:
    if stat.st_nlink > 1:
        raise UsageError(say("The file there has further names, which cutting it would change too."))
    os.truncate(entry, size)


def _set_owner(folder: int, name: bytes, item: Finish) -> bool:
    """Whether the owner is the one wanted; only root may give files away, and that is no fault."""
    try:
        os.chown(name, item.uid, item.gid, dir_fd=folder, follow_symlinks=False)
    except PermissionError:
        if os.geteuid() == 0:
            raise
        return False
    return True


def _set_xattr(entry: bytes, name: bytes, value: bytes) -> str:
    """Why the attribute could not be set; "" when it was."""
    try:
        os.setxattr(entry, name, value)
    except OSError as error:
        return say("its extended attribute {name}: {reason}.", name=os.fsdecode(name), reason=reason(error))
    except ValueError:  # a NUL in the name, which no file system takes
        return say("its extended attribute {name}: no such name is possible.", name=repr(os.fsdecode(name)))
    return ""
