"""Which paths of which snapshots lost blobs cost. Walks all trees in Python, so only after damage was found.

What may not enter: finding the damage.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from notou.errors import DamagedError, NotFoundError
from notou.model import MOST_PATH_BYTES, BlobKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from notou.model import Node
    from notou.vault.repository import Vault
    from notou.vault.snapshot import Snapshot

MOST_NAMED = 20
"""Paths named for one finding; whoever wants all of them runs repair snapshots dry."""

BlobHandle = tuple[int, bytes]


def paths_hit(
    vault: Vault, snapshots: Iterable[Snapshot], lost: Collection[BlobHandle]
) -> dict[BlobHandle, list[str]]:
    """For each of the ``lost`` blobs (kind, id) up to MOST_NAMED of “snapshot path”.

    A directory that several snapshots share is named for the newest of them only.
    """
    hit: dict[BlobHandle, list[str]] = {}
    seen: set[bytes] = set()
    for snapshot in sorted(snapshots, key=lambda one: -one.time_ns):
        for path, handle in _walk(vault, snapshot.tree, seen):
            if handle in lost and len(hit.setdefault(handle, [])) < MOST_NAMED:
                hit[handle].append(f"{snapshot.short_id} {os.fsdecode(path)}")
    return hit


def _walk(vault: Vault, root: bytes, seen: set[bytes]) -> Iterator[tuple[bytes, BlobHandle]]:
    pending = [(b"/", root)]
    while pending:
        path, tree_id = pending.pop()
        if tree_id in seen:
            continue
        seen.add(tree_id)
        yield path, (BlobKind.TREE, tree_id)
        for node in _nodes(vault, tree_id):
            inner = os.path.join(path, node.name)
            if node.subtree is not None and len(inner) <= MOST_PATH_BYTES:
                pending.append((inner, node.subtree))
            for blob_id in dict.fromkeys(node.content or ()):
                yield inner, (BlobKind.DATA, blob_id)


def _nodes(vault: Vault, tree_id: bytes) -> list[Node]:
    try:
        return vault.load_tree(tree_id)
    except (DamagedError, NotFoundError):
        return []  # the tree itself is among the lost
