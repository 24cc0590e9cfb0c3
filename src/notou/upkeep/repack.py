"""Writes blobs that shall stay into new packs, lane by lane, and sends each pack as it is finished.

What may not enter: choosing what is packed anew; index files.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from notou.kernel import Writer
from notou.model import UNKNOWN_LANE, BlobKind
from notou.upkeep.objects import pack_name
from notou.upkeep.prune_plan import TARGET_PACK_BYTES
from notou.vault.derive import cut_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notou.kernel import CutRule, Index
    from notou.model import BlobEntry
    from notou.stores.base import Store
    from notou.upkeep.living import LivingCopies
    from notou.vault.keys import MasterKey

_LEVEL = 3
# The Writer wants a rule for every lane, the unknown one included; whole blobs are stored
# here, so nothing is ever cut.
_NO_CUT: CutRule = ("content", 512 << 10, 20, 8 << 20)


class Repacker:
    """Stores blobs into packs the ``index`` is told of; ``packs`` collects what was written: id → bytes.

    ``index`` names what shall stay as it is: what it holds in a lane is not stored again.
    ``workspace`` is an empty folder on this machine, with room for a few packs. Use as a context manager.
    """

    def __init__(self, master: MasterKey, index: Index, workspace: bytes, living: LivingCopies) -> None:
        self._writer = Writer(
            master.bytes64,
            cut_key(master),
            index,
            workspace,
            [_NO_CUT] * (UNKNOWN_LANE + 1),
            TARGET_PACK_BYTES,
            _LEVEL,
            past_cache=False,
        )
        self._workspace = workspace
        self._living = living
        self.packs: dict[bytes, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the writer, so that nothing lands in a workspace that is being removed."""
        self._writer.close()

    def store(self, lane: int, entries: Sequence[BlobEntry], blobs: Sequence[bytes]) -> None:
        """Store the plain ``blobs`` of ``entries`` in ``lane``."""
        for kind in sorted({entry.kind for entry in entries}):
            of_kind = [blob for entry, blob in zip(entries, blobs, strict=True) if entry.kind == kind]
            self._writer.store_blobs(lane, kind, of_kind)
        self._send()

    def store_tree(self, lane: int, plain: bytes) -> bytes:
        """Store a tree's JSON in ``lane``; its id."""
        tree_id = self._writer.store_blobs(lane, BlobKind.TREE, [plain])[0]
        self._send()
        return tree_id

    def finish(self) -> None:
        """Close the open packs and send them."""
        self._writer.flush()
        self._send()

    def _send(self) -> None:
        for pack_id, _, size in self._writer.finished():
            path = os.path.join(self._workspace, os.fsencode(pack_id.hex()))
            name = pack_name(pack_id)

            def adopt(store: Store, path: bytes = path) -> None:
                store.adopt(name, path)  # noqa: B023 - called within this turn of the loop

            self._living.each(adopt)
            self.packs[pack_id] = size
            os.unlink(path)
