"""Writer: files of listed directories, and plain blobs, into packs in the outbox.

One thread: the bytes are read, cut, hashed, sealed and packed in order. What may not enter:
listing, trees, what becomes of finished packs.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, final

from notou.errors import StoreError, UsageError
from notou.kernel.reference.cut import CutRule, new_cutter, pieces
from notou.kernel.reference.cut.secret import Secret
from notou.kernel.reference.packing import OpenPack
from notou.kernel.reference.reading import UnreadableError, read_file
from notou.kernel.reference.seal import check_key
from notou.model import BlobKind
from notou.sentence import say

if TYPE_CHECKING:
    from notou.kernel.reference.directory import Directory
    from notou.kernel.reference.index import Index
    from notou.kernel.reference.reading import Read
    from notou.kernel.reference.source_node import ItemFault


@final
class Writer:
    """Reads, cuts, hashes, compresses, seals, verifies and packs."""

    def __init__(
        self,
        key: bytes,
        cut_key: bytes,
        index: Index,
        outbox: bytes,
        rules: list[CutRule],
        pack_bytes: int,
        level: int,
        *,
        past_cache: bool,  # a hint that only the native kernel can follow
    ) -> None:
        """``rules[lane]``; ``outbox``: an existing folder; packs close at ``pack_bytes``; zstd ``level``.

        The index is asked for what the lane holds already and is told of each finished pack.
        """
        check_key(key)
        self._key = key
        self._secret = Secret(cut_key)
        for rule in rules:
            new_cutter(rule, self._secret)  # an unknown rule is refused here, not at the first file
        self._index = index
        self._outbox = outbox
        self._rules = rules
        self._pack_bytes = pack_bytes
        self._level = level
        self._open: dict[tuple[int, int], OpenPack] = {}  # (lane, kind) → its open pack
        self._finished: list[tuple[bytes, int, int]] = []
        self._progress = (0, 0)
        self._stored: dict[tuple[int, int], tuple[int, int, int]] = {}
        self._submitted: list[tuple[int, list[tuple[Directory, list[int]]]]] = []
        self._closed = False

    def submit(self, work: list[tuple[int, list[tuple[Directory, list[int]]]]]) -> None:
        """Take file entries to be stored, by lane; the work is done when it is collected.

        UsageError where the work submitted before was not.
        """
        if self._submitted:
            raise _not_collected()
        self._submitted = work

    def collect(self, patience_s: float) -> list[ItemFault] | None:
        """Store what was submitted; each Directory then knows the content of its entries (content, encode).

        A file whose size or mtime changes while it is read is read again twice, then a fault, never
        stored half. Patience is not needed: there is no other thread that could do the work. StoreFullError
        when the outbox is full.
        """
        work, self._submitted = self._submitted, []
        return [fault for lane, of_lane in work for fault in self._store(lane, of_lane)]

    def _store(self, lane: int, work: list[tuple[Directory, list[int]]]) -> list[ItemFault]:
        self._rule(lane)
        faults = []
        for directory, entries in work:
            for entry in entries:
                path, listed = directory.file(entry)
                try:
                    content, stat = read_file(path, listed, lambda read: self._store_pieces(lane, read))
                except UnreadableError as error:
                    faults.append((path, str(error)))
                    continue
                directory.set_stored(entry, content, stat)
                # one assignment of a whole tuple, so that another thread never sees half of it
                self._progress = self._progress[0] + 1, self._progress[1] + stat.st_size
        return faults

    def _store_pieces(self, lane: int, read: Read) -> tuple[bytes, ...]:
        cutter = new_cutter(self._rule(lane), self._secret)
        return tuple([self._store_blob(lane, BlobKind.DATA, piece) for piece in pieces(cutter, read)])

    def store_blobs(self, lane: int, kind: int, blobs: list[bytes]) -> list[bytes]:
        """Store plain blobs as they are, but for those the lane holds already; returns their ids."""
        self._rule(lane)
        return [self._store_blob(lane, kind, blob) for blob in blobs]

    def _store_blob(self, lane: int, kind: int, plain: bytes) -> bytes:
        blob_id = hashlib.sha256(plain).digest()
        pack = self._open.get((lane, kind))
        if (pack is not None and blob_id in pack.ids) or self._index.holds(kind, lane, blob_id):
            return blob_id
        if pack is None:
            pack = self._open[lane, kind] = OpenPack(self._key, kind, self._level)
        entry = pack.add(blob_id, plain)
        sums = self._stored.get((lane, kind), (0, 0, 0))
        self._stored[lane, kind] = sums[0] + 1, sums[1] + len(plain), sums[2] + entry.length
        if pack.is_full(self._pack_bytes):
            self._finish(lane, kind)
        return blob_id

    def flush(self) -> None:
        """Close and write the open packs of every lane. UsageError where work was not collected."""
        self._check()
        if self._submitted:
            raise _not_collected()
        for lane, kind in sorted(self._open):
            self._finish(lane, kind)

    def close(self) -> None:
        """Give up what was not flushed; nothing can be stored afterwards. Again is fine."""
        self._closed = True
        self._submitted = []
        self._open.clear()

    def _finish(self, lane: int, kind: int) -> None:
        pack = self._open[lane, kind].finish(self._outbox)
        del self._open[lane, kind]
        self._index.add_pack(pack.id, lane, pack.entries)
        self._finished.append((pack.id, lane, pack.size))

    def finished(self) -> list[tuple[bytes, int, int]]:
        """(pack id, lane, size in bytes) of packs finished since the last call."""
        finished, self._finished = self._finished, []
        return finished

    def progress(self) -> tuple[int, int]:
        """(files, bytes) read so far."""
        return self._progress

    def stored(self) -> dict[tuple[int, int], tuple[int, int, int]]:
        """What was stored new so far: (lane, kind) → (blobs, their plain bytes, their sealed bytes)."""
        return dict(self._stored)

    def _check(self) -> None:
        if self._closed:
            raise StoreError(say("This writer was closed before; run the backup again."))

    def _rule(self, lane: int) -> CutRule:
        self._check()
        if not 0 <= lane < len(self._rules):
            raise UsageError(say("The writer was given no cut rule for lane {lane}.", lane=lane))
        return self._rules[lane]


def _not_collected() -> UsageError:
    return UsageError(say("The work submitted before was not collected."))
