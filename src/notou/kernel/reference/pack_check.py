"""Checks a whole pack against its name, its header and the index.

The native kernel checks blobs as their bytes come; here the pack is held until it is whole. What may not
enter: reading files, deciding what to do about damage.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, final

from notou.errors import DamagedError, NotouError
from notou.kernel.reference.packs import open_blobs, read_header
from notou.sentence import say

if TYPE_CHECKING:
    from notou.kernel.reference.index import Index
    from notou.model import BlobEntry


@final
class PackCheck:
    """Takes a pack's bytes, then says what is wrong with it."""

    def __init__(self, key: bytes, index: Index, pack_id: bytes) -> None:
        """NotFoundError when the index lacks the pack, DamagedError when its blobs cannot lie there."""
        self._key = key
        self._pack_id = pack_id
        self._entries = sorted(index.entries(pack_id), key=lambda entry: entry.offset)
        self._data = bytearray()
        end = 0
        for entry in self._entries:
            if entry.offset != end:
                raise DamagedError(
                    say(
                        "The index has the blob {blob} of the pack {pack} where it cannot lie; repair the "
                        "index.",
                        blob=entry.id.hex(),
                        pack=pack_id.hex(),
                    )
                )
            end += entry.length

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the pack."""
        self._data += data

    def finish(self) -> tuple[list[tuple[BlobEntry, str]], str]:
        """The damaged blobs with a sentence each, and a sentence about the pack as a whole or ""."""
        data = bytes(self._data)
        answers = open_blobs(self._key, data, 0, self._entries)
        damaged = [
            (entry, answer)
            for entry, answer in zip(self._entries, answers, strict=True)
            if isinstance(answer, str)
        ]
        return damaged, self._header_fault(data) or self._misnamed(data)

    def _header_fault(self, data: bytes) -> str:
        try:
            named = read_header(self._key, data, len(data))
        except NotouError as error:
            return say("The pack {pack} is damaged. {error}", pack=self._pack_id.hex(), error=str(error))
        return "" if named == self._entries else say("Its header names other blobs than the index does.")

    def _misnamed(self, data: bytes) -> str:
        if hashlib.sha256(data).digest() == self._pack_id:
            return ""
        return say("The pack {pack} has other bytes than its name says.", pack=self._pack_id.hex())
