"""Reads sets of items that Notou made itself back from a vault.

What may not enter: writing, what the items mean, opening vaults (jobs).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from notou.errors import LimitError, NotouError
from notou.model import Node, NodeKind
from notou.restore.browse import list_items
from notou.restore.dump import pieces, plain_size
from notou.restore.trees import Damaged
from notou.sentence import say
from notou.vault.kept import MOST_ITEM_BYTES, MOST_ITEMS, MOST_SET_BYTES, KeptItem, KeptSet, heads
from notou.vault.repository import Vault
from notou.vault.snapshot import Snapshot


def read_kept(
    vault: Vault, snapshots: Sequence[Snapshot], wanted: KeptSet, damaged: Damaged
) -> dict[str, KeptItem]:
    """The state of a set that its ``snapshots`` (see heads) together hold; removed items are empty.

    What cannot be read is told to ``damaged`` and left out. LimitError when it is more than Notou ever keeps.
    """
    nodes: dict[str, Node] = {}
    for snapshot in snapshots:
        for name, node in _files(vault, snapshot, wanted, damaged):
            there = nodes.get(name)
            if there is None or there.mtime_ns < node.mtime_ns:
                nodes[name] = node
    return _contents(vault, wanted, nodes, damaged)


def needed(vault: Vault, snapshots: Sequence[Snapshot], wanted: KeptSet) -> list[Snapshot]:
    """Those of a set's snapshots without which it would lose something.

    They are the newest of its heads, and each that has an item which the newest lacks or has in an earlier
    state.

    All of them while not all that the heads hold can be read, or while it is more than Notou ever keeps: then
    an earlier one may be the last that has an item.
    """
    *older, newest = heads(snapshots, wanted)
    lost: list[bytes] = []
    try:
        read_kept(vault, [*older, newest], wanted, lambda path, _: lost.append(path))
        has = _times(vault, newest, wanted)
        adding = [one for one in older if _adds(_times(vault, one, wanted), has)]
    except LimitError:
        lost.append(b"")
    return [one for one in snapshots if wanted.holds(one)] if lost else [*adding, newest]


def _times(vault: Vault, snapshot: Snapshot, wanted: KeptSet) -> dict[str, int]:
    """When each item changed last, Unix ns; of a snapshot that was read without damage before."""
    return {name: node.mtime_ns for name, node in _files(vault, snapshot, wanted, lambda *_: None)}


def _adds(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    return any(name not in other or other[name] < changed_ns for name, changed_ns in one.items())


def _files(vault: Vault, snapshot: Snapshot, wanted: KeptSet, damaged: Damaged) -> Iterator[tuple[str, Node]]:
    below = os.fsencode(wanted.root) + b"/"
    # from the top, so that a tree that is lost is damage, and never taken for a set that holds nothing
    for count, item in enumerate(list_items(vault, [snapshot], damaged=damaged)):
        if count > 2 * MOST_ITEMS:
            raise _too_much(wanted)
        if item.node.kind == NodeKind.FILE and item.path.startswith(below):
            yield os.fsdecode(item.path[len(below) :]), item.node


def _contents(
    vault: Vault, wanted: KeptSet, nodes: Mapping[str, Node], damaged: Damaged
) -> dict[str, KeptItem]:
    found: dict[str, KeptItem] = {}
    total_bytes = 0
    for name, node in sorted(nodes.items()):
        try:
            size = plain_size(vault, node)
            total_bytes += size
            if size > MOST_ITEM_BYTES or total_bytes > MOST_SET_BYTES:
                raise _too_much(wanted)
            found[name] = KeptItem(b"".join(pieces(vault, node)), node.mtime_ns)
        except LimitError:
            raise
        except NotouError as error:
            damaged(os.fsencode(f"{wanted.root}/{name}"), error)
    return found


def _too_much(wanted: KeptSet) -> LimitError:
    return LimitError(say("{root} in the vault holds more than Notou ever keeps there.", root=wanted.root))
