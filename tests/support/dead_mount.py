"""A mount whose server is gone, as a broken sshfs leaves one: it is listed, and its lstat fails (ENOTCONN).

Only root can mount without help, and CI is root: elsewhere the test is passed over and says so.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_FUSE = "/dev/fuse"
_MNT_DETACH = 2
_LIBC = ctypes.CDLL(None, use_errno=True)


@contextmanager
def dead_mount(folder: Path) -> Iterator[None]:
    """``folder``, made here, is such a mount."""
    if os.getuid() or not os.path.exists(_FUSE):
        pytest.skip(f"Only root mounts FUSE, and only where there is {_FUSE}; CI does.")
    folder.mkdir()
    server = os.open(_FUSE, os.O_RDWR | os.O_CLOEXEC)
    options = f"fd={server},rootmode=40000,user_id=0,group_id=0".encode()
    try:
        _check(_LIBC.mount(b"notou-test", os.fsencode(folder), b"fuse", 0, options))
    finally:
        os.close(server)  # nobody answers any more
    try:
        yield
    finally:
        _check(_LIBC.umount2(os.fsencode(folder), _MNT_DETACH))


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
