"""Says whether two folders are the same in everything a backup keeps: the judge of every restore test.

Compared: names as raw bytes, kinds, content, permissions, owners, mtimes in nanoseconds, symlink targets,
device numbers, extended attributes, and which names are hard links of one file. Not compared: atime, ctime,
inode numbers, and the size of directories, which no restore can or should keep.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Likeness:
    """What is compared of one entry."""

    kind: int
    mode: int
    uid: int
    gid: int
    mtime_ns: int
    size: int
    content: bytes  # SHA-256 of a file's bytes, or a symlink's target
    device: int
    xattrs: tuple[tuple[str, bytes], ...]
    twins: tuple[bytes, ...]  # every name of the same file, when it has several in this folder


def assert_same_tree(
    left: str | bytes | Path, right: str | bytes | Path, *, root: bool = True, ignore: set[str] | None = None
) -> None:
    """AssertionError naming each difference between two folders.

    ``root``: whether the folders' own metadata counts; ``ignore``: fields of Likeness that do not.
    """
    differences = compare_trees(left, right, root=root, ignore=ignore)
    assert not differences, "\n".join(differences[:40])


def compare_trees(
    left: str | bytes | Path, right: str | bytes | Path, *, root: bool = True, ignore: set[str] | None = None
) -> list[str]:
    """A line for each difference, in order of name; [] when the folders are the same."""
    here = _likenesses(os.fsencode(left))
    there = _likenesses(os.fsencode(right))
    fields = [field for field in Likeness.__dataclass_fields__ if field not in (ignore or ())]
    lines = []
    for name in sorted(here.keys() | there.keys()):
        if name == b"." and not root:
            continue
        if name not in there:
            lines.append(f"{name!r}: only in the first")
        elif name not in here:
            lines.append(f"{name!r}: only in the second")
        else:
            lines += _differences(name, here[name], there[name], fields)
    return lines


def _differences(name: bytes, left: Likeness, right: Likeness, fields: list[str]) -> list[str]:
    return [
        f"{name!r}: {field} {getattr(left, field)!r} != {getattr(right, field)!r}"
        for field in fields
        if getattr(left, field) != getattr(right, field)
    ]


def _likenesses(root: bytes) -> dict[bytes, Likeness]:
    stats = dict(_walk(root))
    twins: dict[tuple[int, int], list[bytes]] = {}
    for name, (_, status) in sorted(stats.items()):
        if status.st_nlink > 1 and not stat.S_ISDIR(status.st_mode):
            twins.setdefault((status.st_dev, status.st_ino), []).append(name)
    groups = {key: tuple(names) for key, names in twins.items() if len(names) > 1}
    return {
        name: _likeness(shelf, name, status, groups.get((status.st_dev, status.st_ino), ()))
        for name, (shelf, status) in stats.items()
    }


def _walk(root: bytes) -> list[tuple[bytes, tuple[bytes, os.stat_result]]]:
    """(name below the root, (path, lstat)) of everything, however long the path."""
    found = [(b".", (root, os.lstat(root)))]
    pending = [(b"", root)]
    while pending:
        prefix, path = pending.pop()
        for name in sorted(_names(path)):
            inner = path + b"/" + name
            status = _lstat(inner)
            found.append((prefix + name, (inner, status)))
            if stat.S_ISDIR(status.st_mode):
                pending.append((prefix + name + b"/", inner))
    return found


def _names(path: bytes) -> list[bytes]:
    with _Opened(path) as (directory, last):
        handle = os.open(last, os.O_RDONLY | os.O_DIRECTORY, dir_fd=directory)
        try:
            return [os.fsencode(name) for name in os.listdir(handle)]
        finally:
            os.close(handle)


def _lstat(path: bytes) -> os.stat_result:
    with _Opened(path) as (directory, last):
        return os.stat(last, dir_fd=directory, follow_symlinks=False)


class _Opened:
    """The directory of a path, opened name by name where the path is too long for one call."""

    def __init__(self, path: bytes) -> None:
        self.path = path
        self.directory: int | None = None

    def __enter__(self) -> tuple[int | None, bytes]:
        rest = self.path
        while len(rest) > 2000:
            head, rest = rest[: rest.rindex(b"/", 0, 2000)], rest[rest.rindex(b"/", 0, 2000) + 1 :]
            inner = os.open(head, os.O_RDONLY | os.O_DIRECTORY, dir_fd=self.directory)
            self._close()
            self.directory = inner
        return self.directory, rest

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        if self.directory is not None:
            os.close(self.directory)


def _likeness(path: bytes, name: bytes, status: os.stat_result, twins: tuple[bytes, ...]) -> Likeness:
    kind = stat.S_IFMT(status.st_mode)
    special = kind in (stat.S_IFBLK, stat.S_IFCHR)
    return Likeness(
        kind=kind,
        mode=stat.S_IMODE(status.st_mode),
        uid=status.st_uid,
        gid=status.st_gid,
        mtime_ns=status.st_mtime_ns,
        size=status.st_size if kind == stat.S_IFREG else 0,
        content=_content(path, kind),
        device=status.st_rdev if special else 0,
        xattrs=_xattrs(path, kind),
        twins=twins,
    )


def _content(path: bytes, kind: int) -> bytes:
    with _Opened(path) as (directory, last):
        if kind == stat.S_IFLNK:
            return os.readlink(last, dir_fd=directory)
        if kind != stat.S_IFREG:
            return b""
        with os.fdopen(os.open(last, os.O_RDONLY, dir_fd=directory), "rb") as file:
            return hashlib.file_digest(file, "sha256").digest()


def _xattrs(path: bytes, kind: int) -> tuple[tuple[str, bytes], ...]:
    if len(path) > 4000 or kind == stat.S_IFLNK:
        return ()
    names = os.listxattr(path, follow_symlinks=False)
    return tuple((name, os.getxattr(path, name, follow_symlinks=False)) for name in sorted(names))
