"""Folders that are their owner's only.

What may not enter: files; who asks for a folder, and what for.
"""

from __future__ import annotations

import os
import stat

from notou.errors import UsageError
from notou.sentence import say
from notou.shown import shown

_MODE = 0o700


def make_private(path: bytes) -> None:
    """Make a folder, and those above it that are missing, 0700 whatever the umask.

    What is there already keeps its mode: it is not ours. OSError as the system gives it.
    """
    path = os.path.abspath(path)
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for folder in reversed(missing):
        try:
            os.mkdir(folder, _MODE)
        except FileExistsError:
            if not os.path.isdir(folder):  # else another process was faster
                raise
        else:
            os.chmod(folder, _MODE)  # a umask may have taken the owner's own rights


def require_private(path: bytes) -> None:
    """UsageError where others than this user own the folder or may write to it."""
    there = os.stat(path)
    if there.st_uid != os.geteuid() or there.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise UsageError(
            say(
                "Others may write to the folder {path}, so what lies there cannot be trusted; remove it, "
                "or name another one.",
                path=shown(path),
            )
        )
