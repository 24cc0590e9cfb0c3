"""The seam to one kind of place: put, get, list, delete by name.

A store is dumb: it sees names and bytes, nothing else. Every implementation passes the one shared
suite in tests/stores/test_store_contract.py, and every method may be called from any thread.

What may not enter: implementations, the vault's format, retries.
"""

from __future__ import annotations

from typing import Protocol

from notou.model import FileKind, ObjectName

MOST_OBJECT_BYTES = 512 * 1024 * 1024
"""No object of a vault is larger: restic's packs end at 128 MiB, one blob over."""


class Store(Protocol):
    """One place that holds objects by name.

    Every method raises StoreUnavailableError when the place cannot be reached now (not mounted,
    read-only, no permission for the moment), StoreFullError when it has no room, StoreError for
    what trying again will not mend.
    """

    @property
    def location(self) -> str:
        """The place as a person wrote it, for messages."""

    @property
    def listing_delay_s(self) -> float:
        """Seconds for which a file that another process put may stay out of a listing; 0.0 when none."""

    def create(self) -> None:
        """Make the layout of an empty place. Idempotent while the place holds nothing else.

        Raises UsageError when something other than an empty folder, or a vault's layout without a
        config, is there.
        """

    def put(self, name: ObjectName, data: bytes) -> None:
        """Store ``data`` under ``name``, atomically and durably: all of it, or nothing, is ever seen.

        Idempotent: an object of the same size that is there already is left as it is. One of another
        size raises StoreError: objects never change, so what is there is damaged (see replace).
        """

    def adopt(self, name: ObjectName, path: bytes) -> None:
        """Put the local file ``path``, without holding it in memory. The file stays and is not changed.

        Atomic, durable and idempotent as put. A store on the same file system may link the file when nothing
        else links to it, so that no two copies ever share one inode; it must not be written to after.
        """

    def links_from(self, folder: bytes) -> bool:
        """Whether adopt would link a file of a local folder instead of reading it."""

    def get(self, name: ObjectName, *, most: int = MOST_OBJECT_BYTES) -> bytes:
        """All bytes of an object. NotFoundError when absent, LimitError when it has more than ``most``."""

    def get_range(self, name: ObjectName, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset``. NotFoundError when absent, DamagedError when cut short."""

    def list(self, kind: FileKind) -> list[tuple[str, int]]:
        """(id, size in bytes) of every object of a kind, in ascending order of id, foreign names left out.

        The config is listed with the id "". A place without the kind's folder holds none.
        """

    def delete(self, name: ObjectName) -> None:
        """Remove an object; one that is absent is fine."""

    def replace(self, name: ObjectName, data: bytes) -> None:
        """Put good bytes in the place of damaged ones, atomically. For healing only."""

    def sweep(self) -> None:
        """Remove what writers that were killed left half done, and nothing else that others may have here.

        Call it under the exclusive lock: a write that is going on would lose what it has written, and fail.
        """
