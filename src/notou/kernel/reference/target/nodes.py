"""Making and removing the nodes of a restored folder. What may not enter: content, attributes."""

from __future__ import annotations

import errno
import os
import stat as stat_bits
from typing import TYPE_CHECKING

from notou.errors import UsageError
from notou.sentence import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from notou.kernel.reference.target.beneath import Beneath

_WRITE = os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_DEVICE_BITS = {
    "b": stat_bits.S_IFBLK,
    "c": stat_bits.S_IFCHR,
    "p": stat_bits.S_IFIFO,
    "s": stat_bits.S_IFSOCK,
}
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def make_directory(root: Beneath, path: bytes) -> None:
    """mkdir; a real directory that is there is fine, anything else there is removed first."""
    with root.parent(path) as (folder, name):
        try:
            os.mkdir(name, PRIVATE_FOLDER, dir_fd=folder)
        except FileExistsError:
            if stat_bits.S_ISDIR(os.lstat(name, dir_fd=folder).st_mode):
                return
            os.unlink(name, dir_fd=folder)
            os.mkdir(name, PRIVATE_FOLDER, dir_fd=folder)


def remove(root: Beneath, path: bytes) -> None:
    """Unlink what is no directory; absent is fine."""
    try:
        with root.parent(path) as (folder, name):
            os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return


def create_file(folder: int, name: bytes) -> int:
    """A handle to write a new file, mode 0600; FileExistsError when anything is there."""
    return os.open(name, _WRITE | os.O_CREAT | os.O_EXCL, PRIVATE_FILE, dir_fd=folder)


def open_file(folder: int, name: bytes) -> int:
    """A handle to write over a file. OSError for no regular file, and for one with further names.

    Those may lie outside the target.
    """
    handle = os.open(name, _WRITE, dir_fd=folder)
    stat = os.fstat(handle)
    if stat_bits.S_ISREG(stat.st_mode) and stat.st_nlink == 1:
        return handle
    os.close(handle)
    raise FileExistsError(errno.EEXIST, say("what stands there is no file, or a file with further names"))


def create_empty(root: Beneath, path: bytes) -> None:
    """A file of no bytes; a non-directory in the way is replaced."""
    with root.parent(path) as (folder, name):
        _replacing(folder, name, lambda: os.close(create_file(folder, name)))


def link(root: Beneath, existing: bytes, new: bytes) -> None:
    """A hard link; another non-directory in the way is replaced."""
    with root.parent(existing) as (old_folder, old_name), root.parent(new) as (folder, name):
        if _is_same_file(old_folder, old_name, folder, name):
            return
        _replacing(
            folder,
            name,
            lambda: os.link(old_name, name, src_dir_fd=old_folder, dst_dir_fd=folder, follow_symlinks=False),
        )


def _is_same_file(old_folder: int, old_name: bytes, folder: int, name: bytes) -> bool:
    try:
        there = os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return os.path.samestat(there, os.lstat(old_name, dir_fd=old_folder))


def make_special(root: Beneath, path: bytes, letter: str, target: bytes, device: int) -> None:
    """A symlink (l), device (b, c), FIFO (p) or socket (s); a non-directory in the way is replaced."""
    if letter != "l" and letter not in _DEVICE_BITS:
        raise UsageError(say("There is no special file of kind {letter}.", letter=repr(letter)))
    with root.parent(path) as (folder, name):
        if letter == "l":
            _replacing(folder, name, lambda: os.symlink(target, name, dir_fd=folder))
            return
        mode = _DEVICE_BITS[letter] | PRIVATE_FILE
        number = device if letter in "bc" else 0
        _replacing(folder, name, lambda: os.mknod(name, mode, number, dir_fd=folder))


def _replacing(folder: int, name: bytes, make: Callable[[], None]) -> None:
    try:
        make()
    except FileExistsError:
        os.unlink(name, dir_fd=folder)
        make()
