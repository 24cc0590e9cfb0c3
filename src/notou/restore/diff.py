"""What differs between two snapshots, or two sets of lanes' snapshots, item by item in order.

Folders whose trees are the same on both sides are not opened; of a folder that cannot be read on one side
nothing is said but that. What may not enter: formatting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from notou.errors import DamagedError
from notou.model import BlobKind, Node, NodeKind
from notou.restore.listing import as_node, parse
from notou.restore.trees import Damaged, Entry, Place, TreeReader, has_its_trees, refuse
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
    vault: Vault,
    before: Sequence[Snapshot],
    after: Sequence[Snapshot],
    *,
    metadata: bool = True,
    damaged: Damaged = refuse,
) -> Iterator[Change]:
    """Every item that differs, a folder before what is in it.

    ``metadata``: also those that differ in nothing else. Folders and entries that cannot be read on either
    side are told to ``damaged`` and left out. Raises EndlessError as TreeReader.open.
    """
    readers = TreeReader(vault, before), TreeReader(vault, after)
    stack = [_compared(readers, (readers[0].root, readers[1].root), damaged)]
    while stack:
        pair = next(stack[-1], None)
        if pair is None:
            stack.pop()
            continue
        path, one, other, below = pair
        change = _change(vault, path, one, other, damaged)
        if change is not None and (metadata or change.difference is not Difference.METADATA):
            yield change
        if below != (None, None) and not _same_trees(*below):
            stack.append(_compared(readers, below, damaged))


def _compared(
    readers: tuple[TreeReader, TreeReader], pair: _Pair, damaged: Damaged
) -> Iterator[tuple[bytes, Entry | None, Entry | None, _Pair]]:
    """(path, earlier entry, later entry, their places) of every name in a folder of either side."""
    sides = []
    for reader, place in zip(readers, pair, strict=True):
        folder = reader.open_or_tell(place, (), damaged) if place else None
        if folder is None and place is not None:
            return
        sides.append(folder.entries() if folder is not None else iter(()))
    path = next(place.path for place in pair if place is not None)
    for one, other in _abreast(*sides):
        below, is_sound = _below(pair, (one, other), damaged)
        name = (one or other or (b"",))[0]
        yield path + b"/" + name, one, other, below if is_sound else (None, None)


def _abreast(left: Iterator[Entry], right: Iterator[Entry]) -> Iterator[tuple[Entry | None, Entry | None]]:
    """The entries of two folders by name, those of one name together."""
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            yield one, None
            one = next(left, None)
        elif one is None or other[0] < one[0]:
            yield None, other
            other = next(right, None)
        else:
            yield one, other
            one, other = next(left, None), next(right, None)


def _below(pair: _Pair, entries: tuple[Entry | None, Entry | None], damaged: Damaged) -> tuple[_Pair, bool]:
    """(the places of two entries, whether each that is a folder has one)."""
    one, other = (
        place.inner(entry, damaged) if place is not None and entry is not None else None
        for place, entry in zip(pair, entries, strict=True)
    )
    folders = sum(entry is not None and entry[3] is not None for entry in entries)
    return (one, other), folders == (one is not None) + (other is not None)


def _same_trees(one: Place | None, other: Place | None) -> bool:
    return (
        one is not None
        and other is not None
        and [tree for _, tree in one.trees] == [tree for _, tree in other.trees]
    )


def _change(
    vault: Vault, path: bytes, one: Entry | None, other: Entry | None, damaged: Damaged
) -> Change | None:
    if not all(has_its_trees(entry) for entry in (one, other) if entry):
        return None
    try:
        before = as_node(parse(one[2])) if one else None
        after = as_node(parse(other[2])) if other else None
    except DamagedError as error:
        damaged(path, error)
        return None
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
    return sum(place.plain_bytes for place in places if place)
