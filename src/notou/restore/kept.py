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
from notou.vault.kept import MOST_ITEM_BYTES, MOST_ITEMS, MOST_SET_BYTES, KeptItem, KeptSet
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
    """Of a set's heads, oldest first: those without which it would lose something, the newest always.

    An older one is needed for an item that the newest lacks or has in an earlier state, and where it cannot
    be read now. LimitError as read_kept.
    """
    *older, newest = snapshots
    if not older:
        return [newest]
    has = {name: node.mtime_ns for name, node in _files(vault, newest, wanted, lambda *_: None)}
    return [*(one for one in older if _adds(vault, one, wanted, has)), newest]


def _adds(vault: Vault, snapshot: Snapshot, wanted: KeptSet, has: Mapping[str, int]) -> bool:
    lost: list[bytes] = []
    files = list(_files(vault, snapshot, wanted, lambda path, _: lost.append(path)))
    return bool(lost) or any(name not in has or has[name] < node.mtime_ns for name, node in files)


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
