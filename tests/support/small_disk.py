"""A real disk with little room: a tmpfs, mounted for the length of a test.

Only root can mount, and CI is root: elsewhere the test is passed over and says so; where root cannot mount
either, it fails. What may not enter: what is stored there.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size_kib: int) -> Iterator[None]:
    """``folder``, made here, is a file system of its own with so much room."""
    if os.getuid():
        pytest.skip("Only root can mount a small disk; CI does.")
    folder.mkdir()
    _mount(f"size={size_kib}k,mode=700", folder)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def make_room(folder: Path, size_kib: int) -> None:
    """Change the room of a small disk."""
    _mount(f"remount,size={size_kib}k", folder)


def make_read_only(folder: Path) -> None:
    """Let nothing more be written to a small disk."""
    _mount("remount,ro", folder)


def _mount(options: str, folder: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "notou-test", folder], check=True)
