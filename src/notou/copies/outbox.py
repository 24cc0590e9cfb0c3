"""The outbox: sealed packs on this device whose index no copy holds yet.

The kernel's Writer puts finished packs flat into the folder; ``claim`` moves one to
``<outbox>/<lane number>/<id>``, so that after a crash the next run knows its lane. A pack leaves
when an index that names it was confirmed at one copy at least: until then the next run finds it
here and need not read and encrypt the files again.

What may not enter: deciding what goes where, reading what packs hold.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from notou.disk.private import make_private, require_private
from notou.errors import LockedError, NotFoundError
from notou.sentence import say

_ID = re.compile(rb"[0-9a-f]{64}")
_LANE = re.compile(rb"[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class OutboxPack:
    """One finished pack: its id (32 bytes), lane number, size in bytes."""

    id: bytes
    lane: int
    size: int


class Outbox:
    """A folder, made when absent, with those above it, for its owner only. Whoever changes it holds it."""

    def __init__(self, path: bytes) -> None:
        self.path = path
        make_private(path)
        require_private(path)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other run away from the outbox while inside; LockedError when one is at work already.

        The system lets go when the process ends, however it ends.
        """
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _take(folder)
            yield
        finally:
            os.close(folder)

    def claim(self, pack_id: bytes, lane: int) -> OutboxPack:
        """Take a pack the Writer finished under its lane; idempotent. NotFoundError when it is not there."""
        name = pack_id.hex().encode()
        folder = os.path.join(self.path, b"%d" % lane)
        make_private(folder)
        claimed = os.path.join(folder, name)
        with suppress(FileNotFoundError):
            os.rename(os.path.join(self.path, name), claimed)
        try:
            return OutboxPack(pack_id, lane, os.stat(claimed).st_size)
        except FileNotFoundError:
            raise _missing(pack_id) from None

    def packs(self) -> list[OutboxPack]:
        """Every claimed pack, in lane order, then by id. At the start of a run: what a crash left."""
        return [
            OutboxPack(bytes.fromhex(os.path.basename(path).decode()), lane, os.stat(path).st_size)
            for lane, path in self._claimed()
        ]

    def path_of(self, pack_id: bytes) -> bytes:
        """Where the pack is; NotFoundError when it is not in the outbox."""
        name = pack_id.hex().encode()
        for folder in self._lane_folders():
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                return path
        raise _missing(pack_id)

    def drop(self, pack_id: bytes) -> None:
        """Remove a pack; absent is fine."""
        with suppress(NotFoundError, FileNotFoundError):
            os.unlink(self.path_of(pack_id))

    def sweep(self) -> None:
        """Drop what a crash left half done: files without a lane, packs whose bytes are not their name's."""
        for entry in os.scandir(self.path):
            if entry.is_file(follow_symlinks=False):
                os.unlink(entry.path)
        for _, path in list(self._claimed()):
            with open(path, "rb") as file:
                whole = hashlib.file_digest(file, "sha256").hexdigest().encode() == os.path.basename(path)
            if not whole:
                os.unlink(path)

    def _claimed(self) -> Iterator[tuple[int, bytes]]:
        for folder in self._lane_folders():
            for name in sorted(os.listdir(folder)):
                path = os.path.join(folder, name)
                if _ID.fullmatch(name) and os.path.isfile(path):
                    yield int(os.path.basename(folder)), path

    def _lane_folders(self) -> list[bytes]:
        with os.scandir(self.path) as entries:
            folders = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        lanes = sorted(int(name) for name in folders if _LANE.fullmatch(name))
        return [os.path.join(self.path, b"%d" % lane) for lane in lanes]


def _take(folder: int) -> None:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LockedError(
            say("Another backup of this vault is running on this device; run this again when it is done.")
        ) from None


def _missing(pack_id: bytes) -> NotFoundError:
    return NotFoundError(say("The pack {pack} is not in the outbox.", pack=pack_id.hex()[:16]))
