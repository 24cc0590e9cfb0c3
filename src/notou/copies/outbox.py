"""The outbox: sealed packs on this device whose index no copy holds yet.

The kernel's Writer puts finished packs flat into the folder; ``claim`` moves one to
``<outbox>/<lane number>/<id>``, so that after a crash the next run knows its lane. A pack leaves
when an index that names it was confirmed at one copy at least: until then the next run finds it
here and need not read and encrypt the files again.

What may not enter: deciding what goes where, reading what packs hold.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutboxPack:
    """One finished pack: its id (32 bytes), lane number, size in bytes."""

    id: bytes
    lane: int
    size: int


class Outbox:
    """A folder, 0700, made when absent."""

    def __init__(self, path: bytes) -> None:
        self.path = path

    def claim(self, pack_id: bytes, lane: int) -> OutboxPack:
        """Take a pack the Writer finished under its lane; idempotent. NotFoundError when it is not there."""
        raise NotImplementedError

    def packs(self) -> list[OutboxPack]:
        """Every claimed pack, in lane order, then by id. At the start of a run these are what a crash left."""
        raise NotImplementedError

    def path_of(self, pack_id: bytes) -> bytes:
        """Where the pack is; NotFoundError when it is not in the outbox."""
        raise NotImplementedError

    def drop(self, pack_id: bytes) -> None:
        """Remove a pack; absent is fine."""
        raise NotImplementedError

    def sweep(self) -> None:
        """Drop what a crash left half done: files without a lane, and packs whose bytes are not their name's."""
        raise NotImplementedError
