"""Folders that are their owner's only.

What may not enter: files; who asks for a folder, and what for.
"""

from __future__ import annotations

import os

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
