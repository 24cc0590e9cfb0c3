"""What differs between two snapshots, or two sets of lanes' snapshots, item by item in order.

Folders whose trees are the same on both sides are not opened. What may not enter: formatting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from notou.model import BlobKind, Node, NodeKind
from notou.restore.listing import as_node
from notou.restore.plan import SEALED_EXTRA_BYTES
from notou.restore.trees import Entry, Folder, Place, TreeReader
from notou.vault.repository import Vault
from notou.vault.snapshot import Snapshot


class Difference(StrEnum):
    """How an item differs."""

    ADDED = "added"
    REMOVED = "removed"
    MODIFIED = "modified"  # another content or target
    METADATA = "metadata"  # only owner, permissions, times, attributes
    TYPE = "type"  # a folder became a file, or the like


@dataclass(frozen=True, slots=True)
class Change:
    """One item that differs; ``path`` absolute, raw.

    ``bytes_added`` and ``bytes_removed``: plain bytes of the pieces that only the later, or only the earlier,
    side of this item has.
    """

    path: bytes
    difference: Difference
    bytes_added: int = 0
    bytes_removed: int = 0


_Pair = tuple[Place | None, Place | None]
_META = ("mode", "mtime_ns", "uid", "gid", "user", "group", "xattrs", "links", "generic_attributes")


def diff(
    vault: Vault, before: Sequence[Snapshot], after: Sequence[Snapshot], *, metadata: bool = True
) -> Iterator[Change]:
    """Every item that differs, a folder before what is in it.

    ``metadata``: also those that differ in nothing else. Raises DamagedError when a tree cannot be read.
    """
    left, right = TreeReader(vault, before), TreeReader(vault, after)
    stack = [_compared(left, right, (left.root, right.root))]
    while stack:
        pair = next(stack[-1], None)
        if pair is None:
            stack.pop()
            continue
        path, one, other, below = pair
        change = _change(vault, path, one, other)
        if change is not None and (metadata or change.difference is not Difference.METADATA):
            yield change
        if below != (None, None) and not _same_trees(*below):
            stack.append(_compared(left, right, below))


def _compared(
    left: TreeReader, right: TreeReader, pair: _Pair
) -> Iterator[tuple[bytes, Entry | None, Entry | None, _Pair]]:
    """(path, earlier entry, later entry, their places) of every name in a folder of either side."""
    one = left.open(pair[0]) if pair[0] else Folder(b"", [])
    other = right.open(pair[1]) if pair[1] else Folder(b"", [])
    path = one.path or other.path
    here = {entry[0]: entry for entry in one.entries}
    there = {entry[0]: entry for entry in other.entries}
    for name in sorted(here.keys() | there.keys()):
        places = one.places.get(name), other.places.get(name)
        yield path + b"/" + name, here.get(name), there.get(name), places


def _same_trees(one: Place | None, other: Place | None) -> bool:
    return (
        one is not None
        and other is not None
        and [tree for _, tree in one.trees] == [tree for _, tree in other.trees]
    )


def _change(vault: Vault, path: bytes, one: Entry | None, other: Entry | None) -> Change | None:
    before = as_node(one[1]) if one else None
    after = as_node(other[1]) if other else None
    difference = _difference(before, after)
    if difference is None:
        return None
    if difference is Difference.METADATA:
        return Change(path, difference)
    old, new = set(before.content or ()) if before else set(), set(after.content or ()) if after else set()
    return Change(path, difference, _plain_bytes(vault, new - old), _plain_bytes(vault, old - new))


def _difference(before: Node | None, after: Node | None) -> Difference | None:
    if before is None:
        return Difference.ADDED
    if after is None:
        return Difference.REMOVED
    if before.kind != after.kind:
        return Difference.TYPE
    if before.kind != NodeKind.DIR and _substance(before) != _substance(after):
        return Difference.MODIFIED
    if any(getattr(before, name) != getattr(after, name) for name in _META):
        return Difference.METADATA
    return None


def _substance(node: Node) -> tuple[object, ...]:
    return node.content or (), node.link_target, node.device


def _plain_bytes(vault: Vault, ids: set[bytes]) -> int:
    places = vault.index.find_many(BlobKind.DATA, b"".join(ids)) if ids else []
    return sum(place.plain_length or place.length - SEALED_EXTRA_BYTES for place in places if place)
