"""Builds each lane's trees from directories whose content is stored, children before parents.

What may not enter: listing, sorting, publishing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from notou.backup.tally import Tally
from notou.backup.walk import Frame
from notou.events import ItemFailed, Report
from notou.kernel import Writer
from notou.model import MOST_TREE_BYTES, BlobKind, Lane
from notou.sentence import say

_FLUSH_BYTES = 16 * 1024 * 1024
_TOO_LARGE = say(
    "The folder has more entries than one tree may hold, so it and all below it are left out; split it "
    "into several."
)

EMPTY_TREE = b'{"nodes":[]}\n'
EMPTY_TREE_ID = hashlib.sha256(EMPTY_TREE).digest()


class TreeBuilder:
    """Encodes directories and stores the trees that are new, many at a time."""

    def __init__(self, writer: Writer, tally: Tally, report: Report) -> None:
        """``report`` is told ItemFailed of attributes that cannot be read, entries that vanished and
        directories that no reader would accept.
        """
        self._writer = writer
        self._tally = tally
        self._report = report
        self._new: dict[Lane, list[bytes]] = {}
        self._new_bytes = 0

    def finish(self, frames: Iterable[Frame]) -> None:
        """Hand the trees of directories, children before parents, to the directories above them."""
        for frame in frames:
            for lane in frame.lanes() or {Lane.OTHER}:
                tree = self._encode(frame, lane, frame.subtrees.get(lane, {}))
                if tree is not None and frame.up is not None:
                    frame.up.subtrees.setdefault(lane, {})[frame.entry] = tree
        self._store()

    def tops(self, stack: Sequence[Frame]) -> dict[Lane, bytes]:
        """Each lane's tree of all that is finished, from a way from the top down that may not be.

        Entries whose content is not stored yet are left out, as are directories that are too large;
        nothing of the frames is changed, nor told.
        """
        below: dict[Lane, bytes] = {}
        entry = -1
        for frame in reversed(stack):
            above: dict[Lane, bytes] = {}
            for lane in frame.lanes() | below.keys():
                subtrees = dict(frame.subtrees.get(lane, {}))
                if lane in below:
                    subtrees[entry] = below[lane]
                plain, _ = frame.directory.encode(lane, frame.items.get(lane, []), subtrees)
                tree = self._add(frame, lane, plain)
                if tree is not None:
                    above[lane] = tree
            below, entry = above, frame.entry
        self._store()
        return below

    def empty(self, lane: Lane) -> bytes:
        """The tree of a lane that has nothing (any more)."""
        tree = self._keep(lane, EMPTY_TREE)
        self._store()
        return tree

    def _encode(self, frame: Frame, lane: Lane, subtrees: dict[int, bytes]) -> bytes | None:
        plain, faults = frame.directory.encode(lane, frame.items.get(lane, []), subtrees)
        tree = self._add(frame, lane, plain)
        if tree is None:
            faults = [*faults, (frame.directory.path, _TOO_LARGE)]
        else:
            self._tally.left(frame, lane, unchanged=plain is None)
        for path, reason in faults:
            self._tally.faults += 1
            self._report(ItemFailed(path, reason))
        return tree

    def _add(self, frame: Frame, lane: Lane, plain: bytes | None) -> bytes | None:
        """The directory's tree; None when it would be larger than any that is read."""
        if plain is None:
            return frame.compared[lane]
        return self._keep(lane, plain) if len(plain) <= MOST_TREE_BYTES else None

    def _keep(self, lane: Lane, plain: bytes) -> bytes:
        self._new.setdefault(lane, []).append(plain)
        self._new_bytes += len(plain)
        if self._new_bytes >= _FLUSH_BYTES:
            self._store()
        return hashlib.sha256(plain).digest()

    def _store(self) -> None:
        for lane, plains in sorted(self._new.items()):
            self._writer.store_blobs(lane, BlobKind.TREE, plains)
        self._new.clear()
        self._new_bytes = 0
