"""Folders of several lanes' snapshots as one: the same folder in several lanes is listed once, merged.

Where lanes disagree about a name, the newest snapshot's entry stands; folders on both sides are merged,
with the newest one's metadata. Trees come from outside: depth is bounded, a tree inside itself is refused,
and only a bounded number of bytes is read ahead. What may not enter: patterns, writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from notou.errors import DamagedError, LimitError, NotouError
from notou.model import NodeKind
from notou.restore.listing import RawNode, read_listing, subtree_id
from notou.vault.snapshot import Snapshot

MOST_PATH_BYTES = 16 * 1024
"""Longest path followed; restic cannot store one beyond the system's 4096."""
AHEAD_PLACES = 32
AHEAD_BYTES = 16 * 1024 * 1024

Entry = tuple[bytes, RawNode, int]
"""(raw name, node, number of the snapshot it comes from)."""


class Trees(Protocol):
    """What of a Vault is needed to read trees."""

    def load_trees_plain(self, tree_ids: Sequence[bytes], /) -> list[bytes]:
        """The JSON of many trees, in the order asked; verified."""


@dataclass(slots=True, eq=False)
class Place:
    """A folder that can be opened: where it is, and its tree in each snapshot that has it.

    ``path`` is absolute without a slash at the end, so that the root's is b"".
    """

    path: bytes
    trees: tuple[tuple[int, bytes], ...]  # (number of the snapshot, tree id), newest first
    above: Place | None = None
    plain: list[bytes] | None = None  # read ahead


@dataclass(slots=True, eq=False)
class Folder:
    """An opened folder: merged entries by name, and the places of those that are folders."""

    path: bytes
    entries: list[Entry]
    places: dict[bytes, Place] = field(default_factory=dict)


class TreeReader:
    """Opens folders, reading ahead what will be opened next."""

    def __init__(self, trees: Trees, snapshots: Sequence[Snapshot]) -> None:
        """``snapshots`` to merge, in any order."""
        self._trees = trees
        self._ahead_bytes = 0
        self.snapshots = sorted(snapshots, key=lambda snapshot: snapshot.time_ns, reverse=True)
        self.root = Place(b"", tuple((number, each.tree) for number, each in enumerate(self.snapshots)))

    def open(self, place: Place, ahead: Iterable[Place] = ()) -> Folder:
        """List a folder. ``ahead`` names places likely to be opened soon.

        DamagedError when a tree is whole at no copy, malformed or inside itself; NotFoundError when absent.
        """
        _check_above(place)
        if place.plain is None:
            self._read(place, ahead)
        plains, place.plain = place.plain or [], None
        self._ahead_bytes -= sum(map(len, plains))
        listings = [read_listing(plain) for plain in plains]
        entries = _merge(listings, [number for number, _ in place.trees])
        return Folder(place.path, entries, _places(place, listings, entries))

    def _read(self, place: Place, ahead: Iterable[Place]) -> None:
        batch = [place]
        if self._ahead_bytes < AHEAD_BYTES:
            batch += [each for each in ahead if each.plain is None][: AHEAD_PLACES - 1]
        try:
            self._load(batch)
        except NotouError:  # one of them cannot be read; which one, its own turn will tell
            self._load([place])

    def _load(self, batch: list[Place]) -> None:
        plains = iter(self._trees.load_trees_plain([tree for each in batch for _, tree in each.trees]))
        for each in batch:
            each.plain = [next(plains) for _ in each.trees]
            self._ahead_bytes += sum(map(len, each.plain))


def _check_above(place: Place) -> None:
    if len(place.path) > MOST_PATH_BYTES:
        raise LimitError(f"The folder {place.path[:80]!r}… lies deeper in the vault than Notou follows.")
    above = place.above
    while above is not None:
        if not set(above.trees).isdisjoint(place.trees):
            raise DamagedError(f"The folder {place.path!r} in the vault contains itself; check the vault.")
        above = above.above


def _merge(listings: list[list[tuple[bytes, RawNode]]], numbers: list[int]) -> list[Entry]:
    if len(listings) == 1:
        number = numbers[0]
        return [(name, node, number) for name, node in listings[0]]
    merged: dict[bytes, Entry] = {}
    for listing, number in zip(listings, numbers, strict=True):
        for name, node in listing:
            if name not in merged:
                merged[name] = (name, node, number)
    return [merged[name] for name in sorted(merged)]


def _places(
    place: Place, listings: list[list[tuple[bytes, RawNode]]], entries: list[Entry]
) -> dict[bytes, Place]:
    folders = {name for name, node, _ in entries if node["type"] == NodeKind.DIR}
    trees: dict[bytes, list[tuple[int, bytes]]] = {}
    for listing, (number, _) in zip(listings, place.trees, strict=True):
        for name, node in listing:
            if node["type"] == NodeKind.DIR and name in folders:
                trees.setdefault(name, []).append((number, subtree_id(node)))
    return {name: Place(place.path + b"/" + name, tuple(found), place) for name, found in trees.items()}
