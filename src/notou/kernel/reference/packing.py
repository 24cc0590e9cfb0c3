"""One open pack: blobs sealed one after the other, until it is closed into a file of the outbox.

Every blob is opened again and compared before it counts. What may not enter: reading files, which
blobs are held already, the index.
"""

from __future__ import annotations

import errno
import hashlib
import os
from typing import NamedTuple

from notou.disk.atomic import write_new
from notou.errors import DamagedError, StoreError, StoreFullError
from notou.kernel.reference.compression import compress
from notou.kernel.reference.packs import LENGTH_BYTES, encode_header, open_blob
from notou.kernel.reference.seal import seal
from notou.kernel.reference.source_node import reason
from notou.model import BlobEntry, BlobKind
from notou.sentence import say

BLOBS_MOST = 50_000
"""Blobs of one pack: all of them must fit one index file (VAULT-FORMAT, index)."""

_FULL = {errno.ENOSPC, errno.EDQUOT}


class FinishedPack(NamedTuple):
    """A pack that is written and synced."""

    id: bytes  # 32 bytes; the file's name is its hex
    size: int
    entries: list[BlobEntry]


class OpenPack:
    """Collects blobs of one lane and kind."""

    def __init__(self, key: bytes, kind: int, level: int) -> None:
        self._key = key
        self._kind = kind
        self._level = level
        self._parts: list[bytes] = []
        self._entries: list[BlobEntry] = []
        self.ids: set[bytes] = set()
        self.size = 0

    def add(self, blob_id: bytes, plain: bytes) -> BlobEntry:
        """Seal one blob onto the pack. DamagedError when it does not open to the same bytes again."""
        packed, plain_length = self._compressed(plain)
        sealed = seal(self._key, packed)
        entry = BlobEntry(self._kind, blob_id, self.size, len(sealed), plain_length)
        if open_blob(self._key, sealed, entry) != plain:
            raise DamagedError(
                say(
                    "The blob {blob} did not open to what was sealed; the memory of this machine may be "
                    "faulty. Test it before backing up again.",
                    blob=blob_id.hex(),
                )
            )
        self._parts.append(sealed)
        self._entries.append(entry)
        self.ids.add(blob_id)
        self.size += len(sealed)
        return entry

    def is_full(self, pack_bytes: int) -> bool:
        """Whether it should be closed."""
        return self.size >= pack_bytes or len(self._entries) >= BLOBS_MOST

    def _compressed(self, plain: bytes) -> tuple[bytes, int]:
        """What is sealed, and its plain length (0: raw). Trees always, data where it pays; never nothing."""
        if not plain:
            return plain, 0
        packed = compress(plain, self._level)
        if self._kind == BlobKind.DATA and len(packed) >= len(plain):
            return plain, 0
        return packed, len(plain)

    def finish(self, outbox: bytes) -> FinishedPack:
        """Write the pack into ``outbox`` as a synced file. StoreFullError or StoreError when that fails."""
        header = seal(self._key, encode_header(self._entries))
        data = b"".join([*self._parts, header, len(header).to_bytes(LENGTH_BYTES, "little")])
        pack_id = hashlib.sha256(data).digest()
        try:
            write_new(os.path.join(outbox, pack_id.hex().encode()), data)
        except OSError as error:
            raise _write_fault(error, outbox) from error
        return FinishedPack(pack_id, len(data), self._entries)


def _write_fault(error: OSError, folder: bytes) -> StoreError:
    place = os.fsdecode(folder)
    if error.errno in _FULL:
        return StoreFullError(
            say("There is no room left at {place}; make room there and run again.", place=place)
        )
    return StoreError(say("Writing to {place} failed: {reason}.", place=place, reason=reason(error)))
