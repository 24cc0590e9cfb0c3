"""Usage: which blobs snapshots reach, for check, prune, stats and adoption.

A mark is one bit of a row of the index, so that a copy in one lane is not taken for the copy in
another. What may not enter: walking the trees, which the callers do; deciding what to delete.
"""

from __future__ import annotations

from typing import final

from notou.kernel.reference.index import Index, PackRow
from notou.kernel.treejson import decode_tree
from notou.model import UNKNOWN_LANE, BlobEntry, BlobKind, Node


@final
class Usage:
    """Which blobs snapshots reach."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._marked = bytearray(len(index))
        self._trees: set[tuple[int, bytes]] = set()
        self._missing: set[tuple[int, bytes]] = set()

    def mark_tree(self, lane: int, tree_id: bytes) -> bool:
        """Mark a tree blob as used by a lane; False when it was marked for that lane before.

        A blob that no pack holds is remembered as missing. The mark falls on the copy in a pack of
        that lane where there is one, else lane 255, else any.
        """
        if (lane, tree_id) in self._trees:
            return False
        self._trees.add((lane, tree_id))
        self._mark(BlobKind.TREE, lane, tree_id)
        return True

    def mark_content(self, lane: int, plain: bytes) -> tuple[list[bytes], list[tuple[bytes, list[bytes]]]]:
        """Mark every data blob that a tree's plain JSON names.

        Returns (ids of its subtrees, in order, [(raw name of a file, its missing data ids)]).
        DamagedError when the JSON is malformed.
        """
        nodes = decode_tree(plain)
        subtrees = [node.subtree for node in nodes if node.subtree]
        faults = [(node.name, missing) for node in nodes if (missing := self._mark_file(lane, node))]
        return subtrees, faults

    def _mark_file(self, lane: int, node: Node) -> list[bytes]:
        return [blob_id for blob_id in node.content or () if not self._mark(BlobKind.DATA, lane, blob_id)]

    def _mark(self, kind: int, lane: int, blob_id: bytes) -> bool:
        rows = list(self._index.rows(kind, blob_id))
        if not rows:
            self._missing.add((int(kind), blob_id))
            return False
        lanes = [self._index.lane(row) for row in rows]
        chosen = next((wanted for wanted in (lane, UNKNOWN_LANE) if wanted in lanes), lanes[0])
        row = rows[lanes.index(chosen)]
        if row >= len(self._marked):  # packs were added since this was made
            self._marked.extend(bytes(len(self._index) - len(self._marked)))
        self._marked[row] = 1
        return True

    def missing(self) -> list[tuple[int, bytes]]:
        """(kind, id) of every blob marked that no pack holds, ascending."""
        return sorted(self._missing)

    def packs(self) -> list[tuple[bytes, int, int, int, int]]:
        """(pack id, used blobs, used sealed bytes, unused blobs, unused sealed bytes) of every pack."""
        return [self._summary(pack) for pack in self._index.pack_rows()]

    def _summary(self, pack: PackRow) -> tuple[bytes, int, int, int, int]:
        used = self._used(pack)
        used_bytes = sum(entry.length for entry in used)
        return pack.id, len(used), used_bytes, pack.count - len(used), pack.sealed_bytes - used_bytes

    def used_entries(self, pack_id: bytes) -> list[BlobEntry]:
        """The marked blobs of one pack by offset; NotFoundError when the pack is unknown."""
        return sorted(self._used(self._index.pack_row(pack_id)), key=lambda entry: entry.offset)

    def _used(self, pack: PackRow) -> list[BlobEntry]:
        marks = self._marked[pack.first : pack.first + pack.count]
        return [self._index.entry(pack.first + at) for at, mark in enumerate(marks) if mark]

    def plain_bytes(self) -> int:
        """Sum of the plain sizes of all marked blobs."""
        marked = (self._index.entry(row) for row, mark in enumerate(self._marked) if mark)
        return sum(entry.plain_bytes for entry in marked)
