"""A folder on this machine, in restic's layout.

What may not enter: anything about other kinds of place.
"""

from __future__ import annotations

import os

from notou.model import FileKind, ObjectName
from notou.stores.base import MOST_OBJECT_BYTES


class LocalStore:
    """A folder: ``config``, ``keys/``, ``data/xx/``, ``index/``, ``snapshots/``, ``locks/``; files 0400, folders 0700."""

    listing_delay_s = 0.0

    def __init__(self, path: bytes | str) -> None:
        """Touches nothing."""
        self.path = os.path.abspath(os.fsencode(path))
        self.location = os.fsdecode(path)

    def create(self) -> None:
        """Make the folders."""
        raise NotImplementedError

    def put(self, name: ObjectName, data: bytes) -> None:
        """Write a temporary file beside, fsync, rename, fsync the folder."""
        raise NotImplementedError

    def adopt(self, name: ObjectName, path: bytes) -> None:
        """Link the file where possible, else copy it as put does."""
        raise NotImplementedError

    def get(self, name: ObjectName, *, most: int = MOST_OBJECT_BYTES) -> bytes:
        """All bytes of an object."""
        raise NotImplementedError

    def get_range(self, name: ObjectName, offset: int, length: int) -> bytes:
        """Part of an object."""
        raise NotImplementedError

    def list(self, kind: FileKind) -> list[tuple[str, int]]:
        """Ids and sizes of a kind."""
        raise NotImplementedError

    def delete(self, name: ObjectName) -> None:
        """Remove an object."""
        raise NotImplementedError

    def replace(self, name: ObjectName, data: bytes) -> None:
        """Put good bytes over damaged ones."""
        raise NotImplementedError

    def free_bytes(self) -> int | None:
        """What statvfs says an ordinary user may still write."""
        raise NotImplementedError
